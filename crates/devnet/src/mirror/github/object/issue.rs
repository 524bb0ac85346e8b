//! Issues.

use jiff::Timestamp;

use super::{Arguments, Held, Object, account, asks, mark, plain_list, time};
use crate::mirror::data::{Issue, MirrorData};
use crate::mirror::github::connection::Connection;

/// Where it stands, in GitHub's words.
pub(super) const fn state(issue: &Issue) -> &'static str {
    if issue.solved.is_some() {
        "CLOSED"
    } else {
        "OPEN"
    }
}

/// When it last changed.
pub(super) fn changed(issue: &Issue) -> Timestamp {
    issue.solved.map_or(issue.created_at, |(at, _)| at)
}

pub(super) fn issue<'d>(
    data: &'d MirrorData,
    issue: &'d Issue,
    name: &str,
    arguments: &Arguments,
) -> Option<Held<'d>> {
    Some(match name {
        "id" => Held::Plain(format!("I_{}", mark(&issue.repository, issue.number)).into()),
        "number" => Held::Plain(issue.number.into()),
        "title" => Held::Plain(issue.title.as_str().into()),
        "state" => Held::Plain(state(issue).into()),
        "stateReason" => Held::Plain(issue.solved.map(|_| "COMPLETED").into()),
        "createdAt" => time(issue.created_at),
        "updatedAt" => time(changed(issue)),
        "closedAt" => issue.solved.map_or(Held::Nothing, |(at, _)| time(at)),
        "lastEditedAt" => Held::Nothing,
        "author" => Held::One(account(&issue.author, &issue.author_login)),
        "authorAssociation" => Held::Plain("NONE".into()),
        "repository" => Held::One(Object::Repository(&issue.repository)),
        "labels" => plain_list(0, arguments, |_| ("Label", vec![])),
        "timelineItems" => {
            let closed = issue
                .solved
                .filter(|_| asks(arguments, "itemTypes", "CLOSED_EVENT"));
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
