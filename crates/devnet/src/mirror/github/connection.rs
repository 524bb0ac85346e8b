//! Lists in GraphQL, with GitHub's rules for their pages.

use std::collections::BTreeMap;

use serde_json::Value;

use super::object::Object;
use super::query::{Field, Selection};

/// GitHub gives no longer pages.
const LONGEST: u64 = 100;

/// GitHub answers no query that may bring more objects.
const MOST_NODES: u64 = 500_000;

/// A page of a list.
#[derive(Clone, Debug)]
pub(super) struct Connection<'d> {
    pub(super) total: usize,
    pub(super) nodes: Vec<Object<'d>>,
    pub(super) end: Option<String>,
    pub(super) more: bool,
}

impl<'d> Connection<'d> {
    /// The part of `all` that the arguments name. Rows stand in their order, each with a mark that
    /// says where the page after it begins.
    pub(super) fn of(all: Vec<(String, Object<'d>)>, arguments: &BTreeMap<String, Value>) -> Self {
        let total = all.len();
        let count = |name: &str| {
            let count = arguments.get(name).and_then(Value::as_u64);
            count.map(|count| usize::try_from(count).unwrap_or(usize::MAX))
        };
        let start = match arguments.get("after").and_then(Value::as_str) {
            // A mark that is gone is no place any more.
            Some(after) => all
                .iter()
                .position(|(mark, _)| mark == after)
                .map_or(total, |at| at + 1),
            None => 0,
        };
        let mut rest: Vec<_> = all.into_iter().skip(start).collect();
        let mut more = false;
        if let Some(first) = count("first") {
            more = rest.len() > first;
            rest.truncate(first);
        } else if let Some(last) = count("last") {
            let skipped = rest.len().saturating_sub(last);
            rest.drain(..skipped);
        }
        Self {
            total,
            end: rest.last().map(|(mark, _)| mark.clone()),
            nodes: rest.into_iter().map(|(_, node)| node).collect(),
            more,
        }
    }
}

/// Why a query is not answered at all: GitHub's name for it, and its words.
pub(super) type Refused = (&'static str, String);

/// Checks the bounds of all lists in a query. Tells the largest of those next to its root.
pub(super) fn check(selections: &[Selection]) -> Result<u64, Refused> {
    let mut largest = 0;
    let nodes = nodes(selections, 1, 0, &mut largest)?;
    if nodes > MOST_NODES {
        let message = format!(
            "This query requests up to {nodes} possible nodes which exceeds the maximum limit of \
             {MOST_NODES}."
        );
        return Err(("MAX_NODE_LIMIT_EXCEEDED", message));
    }
    Ok(largest)
}

/// How many objects may come of it, `times` over.
fn nodes(
    selections: &[Selection],
    times: u64,
    depth: usize,
    largest: &mut u64,
) -> Result<u64, Refused> {
    let mut sum = 0_u64;
    for selection in selections {
        sum += match selection {
            Selection::On(_, below) => nodes(below, times, depth, largest)?,
            Selection::Field(field) => {
                let page = page(field)?;
                if depth <= 1 {
                    *largest = (*largest).max(page.unwrap_or(0));
                }
                let times = times.saturating_mul(page.unwrap_or(1));
                let below = nodes(&field.selections, times, depth + 1, largest)?;
                below + page.map_or(0, |_| times)
            }
        };
    }
    Ok(sum)
}

/// How long a page is asked for of a field that is a list.
fn page(field: &Field) -> Result<Option<u64>, Refused> {
    let asks = |wanted: &str| {
        field
            .selections
            .iter()
            .any(|below| matches!(below, Selection::Field(below) if below.name == wanted))
    };
    let bound = ["first", "last"]
        .into_iter()
        .find_map(|name| Some((name, field.arguments.get(name)?.as_u64()?)));
    match bound {
        Some((name, count)) if count > LONGEST => {
            let message = format!(
                "Requesting {count} records on the `{}` connection exceeds the `{name}` limit of \
                 {LONGEST} records.",
                field.name
            );
            Err(("EXCESSIVE_PAGINATION", message))
        }
        Some((_, count)) => Ok(Some(count)),
        None if asks("nodes") || asks("pageInfo") => {
            let message = format!(
                "You must provide a `first` or `last` value to properly paginate the `{}` \
                 connection.",
                field.name
            );
            Err(("MISSING_PAGINATION_BOUNDARIES", message))
        }
        None => Ok(None),
    }
}
