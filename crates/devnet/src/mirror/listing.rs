//! Which rows of a list are asked for: the mirror's rules for windows and pages.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::cursor::Place;
use super::data::{Issue, MirrorData, Pull, State};
use super::rows;

/// The mirror takes no more repositories in one request.
const MOST_REPOSITORIES: usize = 200;

/// No page is longer.
const LONGEST_PAGE: usize = 200;

/// How long a page is when only a cursor is given.
const USUAL_PAGE: usize = 50;

/// What the query string may say.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Query {
    since: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// Which rows are wanted.
#[derive(Debug)]
pub(crate) enum Window {
    /// Those of these repositories (in lower case), each from a time on.
    ByRepository(BTreeMap<String, Timestamp>),
    /// Those of any repository from a time on.
    Since(Timestamp),
    /// Issues that are open, however old.
    OpenNow,
}

impl Window {
    /// Reads the body of a POST.
    pub(crate) fn from_body(body: &[u8]) -> Result<Self, String> {
        let body: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let Some(Value::Object(since)) = body.get("since_by_repo") else {
            return Err("since_by_repo must be an object".to_owned());
        };
        if since.is_empty() || since.len() > MOST_REPOSITORIES {
            return Err(format!(
                "since_by_repo must have 1 to {MOST_REPOSITORIES} entries"
            ));
        }
        let mut windows = BTreeMap::new();
        for (name, time) in since {
            if !is_name(name) {
                return Err(format!("since_by_repo key {name} is not a repository"));
            }
            let time = time.as_str().and_then(read_time);
            let time = time.ok_or_else(|| format!("since_by_repo.{name} is not a date"))?;
            if windows.insert(name.to_ascii_lowercase(), time).is_some() {
                return Err(format!("since_by_repo has {name} twice"));
            }
        }
        Ok(Self::ByRepository(windows))
    }

    /// Reads the query of a GET for pull requests: 35 days, unless it says otherwise.
    pub(crate) fn of_pulls(query: &Query, now: Timestamp) -> Result<Self, String> {
        let midnight = now.as_second().div_euclid(86_400) * 86_400;
        let midnight = Timestamp::from_second(midnight).expect("earlier on the same day");
        let usual = midnight - SignedDuration::from_hours(35 * 24);
        Ok(Self::Since(query.since()?.unwrap_or(usual)))
    }

    /// Reads the query of a GET for issues: the open ones, unless it says otherwise.
    pub(crate) fn of_issues(query: &Query) -> Result<Self, String> {
        Ok(query.since()?.map_or(Self::OpenNow, Self::Since))
    }

    /// Whether a row that counts from `time` is within.
    fn holds(&self, repository: &str, time: Timestamp) -> bool {
        match self {
            Self::ByRepository(windows) => {
                let since = windows.get(&repository.to_ascii_lowercase());
                since.is_some_and(|&since| time >= since)
            }
            Self::Since(since) => time >= *since,
            Self::OpenNow => true,
        }
    }

    /// The `since` of the answer.
    fn told(&self) -> Option<String> {
        match self {
            Self::Since(since) => Some(rows::column(*since)),
            Self::ByRepository(_) | Self::OpenNow => None,
        }
    }
}

impl Query {
    fn since(&self) -> Result<Option<Timestamp>, String> {
        let read =
            |text: &str| read_time(text).ok_or_else(|| "since must be an ISO date".to_owned());
        self.since.as_deref().map(read).transpose()
    }

    /// How many rows to give at most, and after which; nothing when pages are not asked for.
    fn page(&self) -> Result<Option<(usize, Option<Place>)>, String> {
        let after = self.cursor.as_deref().map(Place::from_cursor).transpose()?;
        let limit = match &self.limit {
            None if after.is_none() => return Ok(None),
            None => USUAL_PAGE,
            Some(limit) => match limit.parse::<usize>() {
                Ok(limit) if limit > 0 => limit.min(LONGEST_PAGE),
                _ => return Err("limit must be a positive integer".to_owned()),
            },
        };
        Ok(Some((limit, after)))
    }
}

impl MirrorData {
    /// The body of the pull requests route.
    pub(crate) fn pulls_body(
        &self,
        author: &str,
        window: &Window,
        query: &Query,
    ) -> Result<Value, String> {
        let counts = |pull: &&Pull| {
            let time = match pull.state {
                State::Open | State::Closed => pull.created_at,
                State::Merged => pull.closed_at.unwrap_or(pull.created_at),
            };
            pull.author == author && window.holds(&pull.repository, time)
        };
        let found = self.pulls.iter().filter(counts);
        let found = found.map(|pull| (place(pull.created_at, &pull.repository, pull.number), pull));
        self.body(
            author,
            window,
            query,
            "pull_requests",
            found.collect(),
            |pull| self.pull_row(pull),
        )
    }

    /// The body of the issues route.
    pub(crate) fn issues_body(
        &self,
        author: &str,
        window: &Window,
        query: &Query,
    ) -> Result<Value, String> {
        let counts = |issue: &&Issue| {
            let closed_at = issue.solved.map(|(at, _)| at);
            let wanted = closed_at.is_none() || !matches!(window, Window::OpenNow);
            let time = closed_at.unwrap_or(issue.created_at);
            issue.author == author && wanted && window.holds(&issue.repository, time)
        };
        let found = self.issues.iter().filter(counts);
        let found = found.map(|issue| {
            (
                place(issue.created_at, &issue.repository, issue.number),
                issue,
            )
        });
        self.body(author, window, query, "issues", found.collect(), |issue| {
            self.issue_row(issue)
        })
    }

    fn body<T>(
        &self,
        author: &str,
        window: &Window,
        query: &Query,
        name: &str,
        mut found: Vec<(Place, T)>,
        row: impl Fn(T) -> Value,
    ) -> Result<Value, String> {
        found.sort_by(|(one, _), (other, _)| other.cmp(one));
        let mut body = json!({
            "github_id": author,
            "since": window.told(),
            "generated_at": rows::column(self.now),
        });
        if let Some((limit, after)) = query.page()? {
            found.retain(|(place, _)| after.as_ref().is_none_or(|after| place < after));
            let more = found.len() > limit;
            found.truncate(limit);
            let last = found.last().filter(|_| more);
            body["next_cursor"] = last.map(|(place, _)| place.to_cursor()).into();
        }
        body[name] = found.into_iter().map(|(_, found)| row(found)).collect();
        Ok(body)
    }
}

fn place(created_at: Timestamp, repository: &str, number: u64) -> Place {
    Place {
        created_at,
        repository: repository.to_ascii_lowercase(),
        number,
    }
}

/// The mirror's `^[\w.-]{1,100}/[\w.-]{1,100}$`.
fn is_name(name: &str) -> bool {
    let plain = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        (1..=100).contains(&part.len()) && part.bytes().all(allowed)
    };
    name.split_once('/')
        .is_some_and(|(owner, name)| plain(owner) && plain(name))
}

/// Reads what JavaScript's `Date` reads of ISO 8601; a time without offset counts as UTC here.
fn read_time(text: &str) -> Option<Timestamp> {
    let at_utc = |time: DateTime| Offset::UTC.to_timestamp(time).ok();
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| match text.parse::<DateTime>() {
            Ok(time) => at_utc(time),
            Err(_) => at_utc(text.parse::<Date>().ok()?.into()),
        })
}
