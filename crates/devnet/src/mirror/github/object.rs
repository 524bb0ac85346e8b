//! The data as GraphQL's objects: which fields they have, and what those hold.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::connection::Connection;
use crate::mirror::data::{Content, File, Issue, MirrorData, Pull, Repository, State};
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
        Object::Query { viewer } => query(data, viewer, name, arguments),
        Object::User { id, login } => user(data, id, login, name, arguments),
        Object::Repository(called) => repository(data, called, name, arguments),
        Object::Pull(pull) => self::pull(data, pull, name, arguments),
        Object::Issue(issue) => self::issue(data, issue, name, arguments),
        Object::Blob(content) => blob(content, name),
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

fn query<'d>(
    data: &'d MirrorData,
    viewer: &str,
    name: &str,
    arguments: &Arguments,
) -> Option<Held<'d>> {
    let text = |name: &str| {
        arguments
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let account = |id: &str| {
        let login = data.miners.get(id)?;
        Some(Object::User {
            id: id.to_owned(),
            login: login.clone(),
        })
    };
    Some(match name {
        "viewer" => account(viewer).map_or(Held::Nothing, Held::One),
        "node" => {
            let id = text("id");
            let found = data.miners.keys().find(|known| node_id(known) == id);
            match found.and_then(|id| account(id)) {
                Some(user) => Held::One(user),
                None => {
                    let why = format!("Could not resolve to a node with the global id of '{id}'");
                    Held::Missing(why)
                }
            }
        }
        "repository" => {
            let full = format!("{}/{}", text("owner"), text("name"));
            match data.repository(&full) {
                Some(found) => Held::One(Object::Repository(&found.name)),
                None => Held::Missing(format!(
                    "Could not resolve to a Repository with the name '{full}'."
                )),
            }
        }
        _ => return None,
    })
}

/// The name of an account before GitHub made longer ones: base64 of `04:User` and its number.
fn node_id(account: &str) -> String {
    // The same digits as in a cursor, up to two that no such text leads to, and padding.
    let mut id = crate::mirror::cursor::encode(format!("04:User{account}").as_bytes());
    while !id.len().is_multiple_of(4) {
        id.push('=');
    }
    id
}

fn user<'d>(
    data: &'d MirrorData,
    id: &str,
    login: &str,
    name: &str,
    arguments: &Arguments,
) -> Option<Held<'d>> {
    let states: Vec<&str> = arguments
        .get("states")
        .and_then(Value::as_array)
        .map(|states| states.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let wanted = |state: &str| states.is_empty() || states.contains(&state);
    Some(match name {
        "login" => Held::Plain(login.into()),
        "databaseId" => Held::Plain(id.parse::<u64>().ok().into()),
        "pullRequests" => {
            let own = data.pulls.iter().filter(|pull| pull.author == id);
            let own = own.filter(|pull| wanted(pull.state.word()));
            let rows = own.map(|pull| {
                (
                    pull_changed(pull),
                    mark(&pull.repository, pull.number),
                    Object::Pull(pull),
                )
            });
            list(rows.collect(), arguments)
        }
        "issues" => {
            let own = data.issues.iter().filter(|issue| issue.author == id);
            let own = own.filter(|issue| wanted(issue_state(issue)));
            let rows = own.map(|issue| {
                (
                    issue_changed(issue),
                    mark(&issue.repository, issue.number),
                    Object::Issue(issue),
                )
            });
            list(rows.collect(), arguments)
        }
        _ => return None,
    })
}

/// Rows by their last change, the newest first: the only order that is asked for.
fn list<'d>(mut rows: Vec<(Timestamp, String, Object<'d>)>, arguments: &Arguments) -> Held<'d> {
    rows.sort_by(|(one, place, _), (other, other_place, _)| {
        (other, other_place).cmp(&(one, place))
    });
    let rows = rows.into_iter().map(|(changed, place, row)| {
        let mark = crate::mirror::cursor::encode(format!("{changed}|{place}").as_bytes());
        (mark, row)
    });
    Held::One(Object::Connection(Connection::of(
        rows.collect(),
        arguments,
    )))
}

fn mark(repository: &str, number: u64) -> String {
    format!("{repository}#{number:09}")
}

const fn issue_state(issue: &Issue) -> &'static str {
    if issue.solved.is_some() {
        "CLOSED"
    } else {
        "OPEN"
    }
}

fn pull_changed(pull: &Pull) -> Timestamp {
    pull.closed_at.unwrap_or(pull.created_at)
}

fn issue_changed(issue: &Issue) -> Timestamp {
    issue.solved.map_or(issue.created_at, |(at, _)| at)
}

fn repository<'d>(
    data: &'d MirrorData,
    called: &'d str,
    name: &str,
    arguments: &Arguments,
) -> Option<Held<'d>> {
    let number = arguments.get("number").and_then(Value::as_u64);
    let found = data.repository(called);
    Some(match name {
        "nameWithOwner" => Held::Plain(called.into()),
        "defaultBranchRef" => match found {
            Some(found) => record("Ref", "name", found.default_branch),
            None => Held::Nothing,
        },
        "pullRequest" => match number.and_then(|number| data.pull(called, number)) {
            Some(pull) => Held::One(Object::Pull(pull)),
            None => Held::Missing("Could not resolve to a PullRequest".to_owned()),
        },
        "issue" => {
            let same = |issue: &&Issue| {
                Some(issue.number) == number && issue.repository.eq_ignore_ascii_case(called)
            };
            match data.issues.iter().find(same) {
                Some(issue) => Held::One(Object::Issue(issue)),
                None => Held::Missing("Could not resolve to an Issue".to_owned()),
            }
        }
        "object" => {
            let expression = arguments.get("expression").and_then(Value::as_str)?;
            match expression
                .split_once(':')
                .and_then(|at| content(data, called, at))
            {
                Some(content) => Held::One(Object::Blob(content)),
                None => Held::Nothing,
            }
        }
        _ => return None,
    })
}

/// What stood at a path at a commit, as far as any pull request shows it.
fn content<'d>(
    data: &'d MirrorData,
    repository: &str,
    (commit, path): (&str, &str),
) -> Option<&'d Content> {
    let pulls = data.pulls.iter();
    let mut pulls = pulls.filter(|pull| pull.repository.eq_ignore_ascii_case(repository));
    pulls.find_map(|pull| {
        let before = |file: &'d File| {
            let at = file.previous.as_deref().unwrap_or(&file.path);
            (pull.base_sha == commit && at == path).then_some(&file.base)
        };
        let after =
            |file: &'d File| (pull.head_sha == commit && file.path == path).then_some(&file.head);
        let mut files = pull.files.iter();
        files.find_map(|file| {
            let sides = [before(file), after(file)].into_iter().flatten();
            sides.into_iter().find(|content| **content != Content::None)
        })
    })
}

fn blob<'d>(content: &Content, name: &str) -> Option<Held<'d>> {
    let text = content.text();
    Some(Held::Plain(match name {
        "text" => text.into(),
        "byteSize" => text.map_or(0, str::len).into(),
        "isBinary" => (*content == Content::Opaque).into(),
        "isTruncated" => false.into(),
        _ => return None,
    }))
}

fn pull<'d>(
    data: &'d MirrorData,
    pull: &'d Pull,
    name: &str,
    arguments: &Arguments,
) -> Option<Held<'d>> {
    let changed_lines = || {
        let changes = pull.files.iter().map(File::changes);
        changes.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    };
    let asks = |argument: &str, word: &str| {
        let words = arguments.get(argument).and_then(Value::as_array);
        words.is_some_and(|words| words.iter().any(|one| one == word))
    };
    Some(match name {
        "id" => Held::Plain(format!("PR_{}", mark(&pull.repository, pull.number)).into()),
        "number" => Held::Plain(pull.number.into()),
        "title" => Held::Plain(pull.title.as_str().into()),
        "body" => Held::Plain(pull.body.as_str().into()),
        "state" => Held::Plain(pull.state.word().into()),
        "merged" => Held::Plain((pull.state == State::Merged).into()),
        "createdAt" => time(pull.created_at),
        "updatedAt" => time(pull_changed(pull)),
        "closedAt" => pull.closed_at.map_or(Held::Nothing, time),
        "mergedAt" => pull.merged_at().map_or(Held::Nothing, time),
        "lastEditedAt" => Held::Nothing,
        "author" => Held::One(account(&pull.author, &pull.author_login)),
        "authorAssociation" => Held::Plain("CONTRIBUTOR".into()),
        "mergedBy" => match &pull.merged_by {
            Some(login) => record("User", "login", login.as_str()),
            None => Held::Nothing,
        },
        "baseRefName" => Held::Plain(pull.base_ref.as_str().into()),
        "baseRefOid" => Held::Plain(pull.base_sha.as_str().into()),
        "headRefName" => Held::Plain(pull.head_ref.as_str().into()),
        "headRefOid" => Held::Plain(pull.head_sha.as_str().into()),
        "repository" | "baseRepository" => Held::One(Object::Repository(&pull.repository)),
        "headRepository" => record("Repository", "nameWithOwner", pull.head_repository.as_str()),
        "additions" => Held::Plain(changed_lines().0.into()),
        "deletions" => Held::Plain(changed_lines().1.into()),
        "commits" => plain_list(pull.commits, arguments, |_| ("PullRequestCommit", vec![])),
        "reviews" if asks("states", "CHANGES_REQUESTED") => {
            let maintainers = pull.reviews.maintainer_changes_requested;
            plain_list(pull.reviews.changes_requested, arguments, |at| {
                let association = if at < maintainers { "MEMBER" } else { "NONE" };
                (
                    "PullRequestReview",
                    vec![("authorAssociation", association.into())],
                )
            })
        }
        "reviews" if asks("states", "APPROVED") => {
            plain_list(pull.reviews.approved, arguments, |_| {
                ("PullRequestReview", vec![])
            })
        }
        "reviews" if asks("states", "COMMENTED") => {
            plain_list(pull.reviews.commented, arguments, |_| {
                ("PullRequestReview", vec![])
            })
        }
        "labels" => plain_list(pull.labels.len(), arguments, |at| {
            ("Label", vec![("name", pull.labels[at].name.into())])
        }),
        "timelineItems" if asks("itemTypes", "LABELED_EVENT") => {
            let events = pull.labels.iter().enumerate().map(|(at, label)| {
                let event = Object::Labelled {
                    label: label.name,
                    actor: &label.actor,
                    repository: &pull.repository,
                };
                (at.to_string(), event)
            });
            Held::One(Object::Connection(Connection::of(
                events.collect(),
                arguments,
            )))
        }
        "closingIssuesReferences" => {
            let issues = pull.linked.iter().map(|&at| {
                let issue = &data.issues[at];
                (issue.number.to_string(), Object::Issue(issue))
            });
            Held::One(Object::Connection(Connection::of(
                issues.collect(),
                arguments,
            )))
        }
        _ => return None,
    })
}

fn issue<'d>(
    data: &'d MirrorData,
    issue: &'d Issue,
    name: &str,
    arguments: &Arguments,
) -> Option<Held<'d>> {
    let asks = |word: &str| {
        let words = arguments.get("itemTypes").and_then(Value::as_array);
        words.is_some_and(|words| words.iter().any(|one| one == word))
    };
    Some(match name {
        "id" => Held::Plain(format!("I_{}", mark(&issue.repository, issue.number)).into()),
        "number" => Held::Plain(issue.number.into()),
        "title" => Held::Plain(issue.title.as_str().into()),
        "state" => Held::Plain(issue_state(issue).into()),
        "stateReason" => Held::Plain(issue.solved.map(|_| "COMPLETED").into()),
        "createdAt" => time(issue.created_at),
        "updatedAt" => time(issue_changed(issue)),
        "closedAt" => issue.solved.map_or(Held::Nothing, |(at, _)| time(at)),
        "lastEditedAt" => Held::Nothing,
        "author" => Held::One(account(&issue.author, &issue.author_login)),
        "authorAssociation" => Held::Plain("NONE".into()),
        "repository" => Held::One(Object::Repository(&issue.repository)),
        "labels" => plain_list(0, arguments, |_| ("Label", vec![])),
        "timelineItems" => {
            let closed = issue.solved.filter(|_| asks("CLOSED_EVENT"));
            let events = closed.map(|(at, by)| {
                let by = &data.pulls[by];
                ("0".to_owned(), Object::Closed { at, by })
            });
            let events = events.into_iter().collect();
            Held::One(Object::Connection(Connection::of(events, arguments)))
        }
        _ => return None,
    })
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
