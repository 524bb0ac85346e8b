//! Repositories and what stands in them.

use serde_json::Value;

use super::{Arguments, Held, Object, record};
use crate::mirror::data::{Content, File, Issue, MirrorData};

pub(super) fn repository<'d>(
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

pub(super) fn blob<'d>(content: &Content, name: &str) -> Option<Held<'d>> {
    let text = content.text();
    Some(Held::Plain(match name {
        "text" => text.into(),
        "byteSize" => text.map_or(0, str::len).into(),
        "isBinary" => (*content == Content::Opaque).into(),
        "isTruncated" => false.into(),
        _ => return None,
    }))
}
