//! The data as GraphQL's objects: which fields they have, and what those hold.

mod account;
mod issue;
mod pull;
mod repository;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::connection::Connection;
use crate::mirror::data::{Content, Issue, MirrorData, Pull, Repository};
use crate::mirror::rows;

/// An object of GitHub's schema, as far as it is known here.
#[derive(Clone, Debug)]
pub(super) enum Object<'d> {
    Query {
        viewer: &'d str,
    },
    User {
        id: String,
        login: String,
    },
    Repository(&'d str),
    Pull(&'d Pull),
    Issue(&'d Issue),
    Blob(&'d Content),
    /// One with nothing but plain fields.
    Record(&'static str, Vec<(&'static str, Value)>),
    Labelled {
        label: &'d str,
        actor: &'d str,
        repository: &'d str,
    },
    Closed {
        at: Timestamp,
        by: &'d Pull,
    },
    Connection(Connection<'d>),
}

/// What a field holds.
pub(super) enum Held<'d> {
    Plain(Value),
    One(Object<'d>),
    Nothing,
    Many(Vec<Object<'d>>),
    /// Something that is not there, told in an error beside the answer.
    Missing(String),
}

type Arguments = BTreeMap<String, Value>;

impl Object<'_> {
    /// The name of its type.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Query { .. } => "Query",
            Self::User { .. } => "User",
            Self::Repository(_) => "Repository",
            Self::Pull(_) => "PullRequest",
            Self::Issue(_) => "Issue",
            Self::Blob(_) => "Blob",
            Self::Record(kind, _) => kind,
            Self::Labelled { .. } => "LabeledEvent",
            Self::Closed { .. } => "ClosedEvent",
            Self::Connection(_) => "Connection",
        }
    }
}

/// Looks a field up. None: there is no such field.
pub(super) fn field<'d>(
    data: &'d MirrorData,
    object: &Object<'d>,
    name: &str,
    arguments: &Arguments,
) -> Option<Held<'d>> {
    if name == "__typename" {
        return Some(Held::Plain(object.kind().into()));
    }
    match object {
        Object::Query { viewer } => account::query(data, viewer, name, arguments),
        Object::User { id, login } => account::user(data, id, login, name, arguments),
        Object::Repository(called) => repository::repository(data, called, name, arguments),
        Object::Pull(pull) => pull::pull(data, pull, name, arguments),
        Object::Issue(issue) => issue::issue(data, issue, name, arguments),
        Object::Blob(content) => repository::blob(content, name),
        Object::Record(_, fields) => {
            let found = fields.iter().find(|(field, _)| *field == name);
            found.map(|(_, value)| Held::Plain(value.clone()))
        }
        Object::Labelled {
            label,
            actor,
            repository,
        } => Some(match name {
            "label" => record("Label", "name", *label),
            "actor" => Held::One(maintainer(data, repository, actor)),
            _ => return None,
        }),
        Object::Closed { at, by } => Some(match name {
            "createdAt" => time(*at),
            "stateReason" => Held::Plain("COMPLETED".into()),
            "closer" => Held::One(Object::Pull(by)),
            _ => return None,
        }),
        Object::Connection(list) => Some(match name {
            "totalCount" => Held::Plain(list.total.into()),
            "nodes" => Held::Many(list.nodes.clone()),
            "pageInfo" => Held::One(Object::Record(
                "PageInfo",
                vec![
                    ("hasNextPage", list.more.into()),
                    ("endCursor", list.end.clone().into()),
                ],
            )),
            _ => return None,
        }),
    }
}

/// A row's own name, in an order of its own.
fn mark(repository: &str, number: u64) -> String {
    format!("{repository}#{number:09}")
}

/// Whether an argument that is a list names this word.
fn asks(arguments: &Arguments, argument: &str, word: &str) -> bool {
    let words = arguments.get(argument).and_then(Value::as_array);
    words.is_some_and(|words| words.iter().any(|one| one == word))
}

/// Rows with plain fields, made by their place.
fn plain_list<'d>(
    count: usize,
    arguments: &Arguments,
    row: impl Fn(usize) -> (&'static str, Vec<(&'static str, Value)>),
) -> Held<'d> {
    let rows = (0..count).map(|at| {
        let (kind, fields) = row(at);
        (at.to_string(), Object::Record(kind, fields))
    });
    Held::One(Object::Connection(Connection::of(
        rows.collect(),
        arguments,
    )))
}

fn record<'d>(kind: &'static str, name: &'static str, value: impl Into<Value>) -> Held<'d> {
    Held::One(Object::Record(kind, vec![(name, value.into())]))
}

fn account<'d>(id: &str, login: &str) -> Object<'d> {
    Object::User {
        id: id.to_owned(),
        login: login.to_owned(),
    }
}

fn maintainer<'d>(data: &'d MirrorData, repository: &str, id: &str) -> Object<'d> {
    let maintainers = data.repository(repository);
    let maintainers = maintainers.map_or(&[][..], |found: &Repository| &found.maintainers);
    let login = maintainers.iter().find(|one| one.id == id);
    account(id, login.map_or("ghost", |one| one.login.as_str()))
}

fn time<'d>(time: Timestamp) -> Held<'d> {
    Held::Plain(rows::column(time).into())
}
