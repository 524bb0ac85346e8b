//! Pull requests.

use jiff::Timestamp;

use super::{Arguments, Held, Object, account, asks, mark, plain_list, record, time};
use crate::mirror::data::{File, MirrorData, Pull, State};
use crate::mirror::github::connection::Connection;

/// When it last changed.
pub(super) fn changed(pull: &Pull) -> Timestamp {
    pull.closed_at.unwrap_or(pull.created_at)
}

pub(super) fn pull<'d>(
    data: &'d MirrorData,
    pull: &'d Pull,
    name: &str,
    arguments: &Arguments,
) -> Option<Held<'d>> {
    let changed_lines = || {
        let changes = pull.files.iter().map(File::changes);
        changes.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    };
    Some(match name {
        "id" => Held::Plain(format!("PR_{}", mark(&pull.repository, pull.number)).into()),
        "number" => Held::Plain(pull.number.into()),
        "title" => Held::Plain(pull.title.as_str().into()),
        "body" => Held::Plain(pull.body.as_str().into()),
        "state" => Held::Plain(pull.state.word().into()),
        "merged" => Held::Plain((pull.state == State::Merged).into()),
        "createdAt" => time(pull.created_at),
        "updatedAt" => time(changed(pull)),
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
        "reviews" if asks(arguments, "states", "CHANGES_REQUESTED") => {
            let maintainers = pull.reviews.maintainer_changes_requested;
            plain_list(pull.reviews.changes_requested, arguments, |at| {
                let association = if at < maintainers { "MEMBER" } else { "NONE" };
                (
                    "PullRequestReview",
                    vec![("authorAssociation", association.into())],
                )
            })
        }
        "reviews" if asks(arguments, "states", "APPROVED") => {
            plain_list(pull.reviews.approved, arguments, |_| {
                ("PullRequestReview", vec![])
            })
        }
        "reviews" if asks(arguments, "states", "COMMENTED") => {
            plain_list(pull.reviews.commented, arguments, |_| {
                ("PullRequestReview", vec![])
            })
        }
        "labels" => plain_list(pull.labels.len(), arguments, |at| {
            ("Label", vec![("name", pull.labels[at].name.into())])
        }),
        "timelineItems" if asks(arguments, "itemTypes", "LABELED_EVENT") => {
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
