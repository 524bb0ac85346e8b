//! Accounts, and where a query begins.

use jiff::Timestamp;
use serde_json::Value;

use super::{Arguments, Held, Object, issue, mark, pull};
use crate::mirror::cursor;
use crate::mirror::data::MirrorData;
use crate::mirror::github::connection::Connection;

pub(super) fn query<'d>(
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
    let mut id = cursor::encode(format!("04:User{account}").as_bytes());
    while !id.len().is_multiple_of(4) {
        id.push('=');
    }
    id
}

pub(super) fn user<'d>(
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
                    pull::changed(pull),
                    mark(&pull.repository, pull.number),
                    Object::Pull(pull),
                )
            });
            list(rows.collect(), arguments)
        }
        "issues" => {
            let own = data.issues.iter().filter(|issue| issue.author == id);
            let own = own.filter(|issue| wanted(issue::state(issue)));
            let rows = own.map(|issue| {
                (
                    issue::changed(issue),
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
        let mark = cursor::encode(format!("{changed}|{place}").as_bytes());
        (mark, row)
    });
    Held::One(Object::Connection(Connection::of(
        rows.collect(),
        arguments,
    )))
}
