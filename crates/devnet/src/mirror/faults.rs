//! What goes wrong, and when: decided by a seed, so that it goes wrong in the same way again.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use super::random::{self, Random};

/// Something that goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Fault {
    /// 429 without a word on how long to wait.
    TooMany,
    /// 429 with `Retry-After: 1`.
    TooManySeconds,
    /// 429 with a date one or two seconds ahead in `Retry-After`.
    TooManyDate,
    /// 500, in the framework's form.
    Internal,
    /// 502, an HTML page of the edge.
    BadGateway,
    /// 503, an HTML page of the edge.
    Unavailable,
    /// 520, which only the edge knows.
    Unknown,
    /// 403 that is a secondary rate limit by its text alone.
    Secondary,
    /// The connection is reset.
    Reset,
    /// The connection is closed without an answer.
    Close,
    /// The body breaks off half-way.
    Truncated,
    /// Half the JSON, passed off as whole.
    BadJson,
    /// JSON of a shape that nobody expects.
    WrongShape,
    /// One byte every second.
    Drip,
    /// No answer, ever.
    Hang,
    /// A small body that decompresses to 64 MiB.
    GzipBomb,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::TooMany,
        Self::TooManySeconds,
        Self::TooManyDate,
        Self::Internal,
        Self::BadGateway,
        Self::Unavailable,
        Self::Unknown,
        Self::Secondary,
        Self::Reset,
        Self::Close,
        Self::Truncated,
        Self::BadJson,
        Self::WrongShape,
        Self::Drip,
        Self::Hang,
        Self::GzipBomb,
    ];

    /// Its name in [`Faults`]' text form.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooMany => "429",
            Self::TooManySeconds => "429-seconds",
            Self::TooManyDate => "429-date",
            Self::Internal => "500",
            Self::BadGateway => "502",
            Self::Unavailable => "503",
            Self::Unknown => "520",
            Self::Secondary => "403",
            Self::Reset => "reset",
            Self::Close => "close",
            Self::Truncated => "truncated",
            Self::BadJson => "bad-json",
            Self::WrongShape => "wrong-shape",
            Self::Drip => "drip",
            Self::Hang => "hang",
            Self::GzipBomb => "gzip-bomb",
        }
    }

    /// Whether it passes by itself: what a retry is for. The others are a mirror that is broken or
    /// means harm.
    #[must_use]
    pub const fn passes(self) -> bool {
        !matches!(self, Self::WrongShape | Self::GzipBomb)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which requests fail, and how.
///
/// Whether a request fails depends on the seed, on what it asks, and on how often that was asked
/// before, but not on the order in which different questions come. So a round goes wrong in the
/// same places however its requests overlap.
///
/// In text: a share, the names of faults, and what a path must contain, of which only the first
/// must be there: `10%`, `10%:429,reset,hang`, `100%:500@/files`. In place of a share, `#3` is the
/// third request and every repetition of it.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Faults {
    when: When,
    kinds: Vec<Fault>,
    path: String,
    seed: u64,
}

/// Which of the requests fail that faults are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    PerMille(usize),
    /// The one that comes as this one, from 1, and whatever asks the same after it.
    Number(usize),
}

impl Faults {
    /// Lets the request that comes as number `number`, from 1, fail in this way, and whatever asks
    /// the same after it. Only requests that the other settings leave in are counted.
    pub fn number(number: usize, fault: Fault) -> Self {
        Self {
            when: When::Number(number),
            ..Self::always(fault)
        }
    }

    /// Lets this share of requests (0 to 1, in thousandths) fail in ways that pass by themselves.
    pub fn share(share: f64) -> Self {
        let per_mille = (share.clamp(0.0, 1.0) * 1000.0).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 0 to 1000"
        )]
        let per_mille = per_mille as usize;
        Self {
            when: When::PerMille(per_mille),
            kinds: Fault::ALL
                .into_iter()
                .filter(|fault| fault.passes())
                .collect(),
            path: String::new(),
            seed: 0,
        }
    }

    /// Lets every request fail in this way.
    pub fn always(fault: Fault) -> Self {
        Self::share(1.0).of([fault])
    }

    /// In these ways, one as often as the other. An empty list is no fault at all.
    pub fn of(mut self, kinds: impl IntoIterator<Item = Fault>) -> Self {
        self.kinds = kinds.into_iter().collect();
        self
    }

    /// Only requests whose path contains this.
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Decides with another seed.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Whether only some paths are meant.
    pub(crate) const fn names_a_place(&self) -> bool {
        !self.path.is_empty()
    }

    fn are_about(&self, question: &str) -> bool {
        let path = question.split('?').next().unwrap_or_default();
        path.contains(&self.path)
    }

    /// What becomes of a question asked for the `turn`th time, from 0.
    fn decide(&self, question: &str, turn: usize, per_mille: usize) -> Option<Fault> {
        if self.kinds.is_empty() || !self.are_about(question) {
            return None;
        }
        let mut random = Random::at(self.seed ^ random::hash(question.as_bytes()), &[turn]);
        (random.below(1000) < per_mille).then(|| *random.pick(&self.kinds))
    }
}

/// Faults that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` are no faults: {why}")]
pub struct InvalidFaults {
    text: String,
    why: String,
}

impl FromStr for Faults {
    type Err = InvalidFaults;

    fn from_str(text: &str) -> Result<Self, InvalidFaults> {
        let wrong = |why: String| InvalidFaults {
            text: text.to_owned(),
            why,
        };
        let (rest, path) = text.split_once('@').unwrap_or((text, ""));
        let (share, kinds) = match rest.split_once(':') {
            Some((share, kinds)) => (share, Some(kinds)),
            None => (rest, None),
        };
        let number = share.trim().strip_prefix('#').map(str::parse::<usize>);
        let mut faults = match number {
            Some(Ok(number @ 1..)) => Self {
                when: When::Number(number),
                ..Self::share(1.0)
            },
            Some(_) => return Err(wrong(format!("`{share}` is no number such as `#3`"))),
            None => {
                let share = share
                    .trim()
                    .strip_suffix('%')
                    .and_then(|number| number.parse::<f64>().ok())
                    .filter(|number| (0.0..=100.0).contains(number))
                    .ok_or_else(|| wrong(format!("`{share}` is no share such as `10%`")))?;
                Self::share(share / 100.0)
            }
        }
        .at(path.trim());
        if let Some(kinds) = kinds {
            let named = kinds.split(',').map(str::trim).map(|name| {
                let found = Fault::ALL.into_iter().find(|fault| fault.name() == name);
                found.ok_or_else(|| {
                    let names = Fault::ALL.map(Fault::name).join(", ");
                    wrong(format!("`{name}` is none of {names}"))
                })
            });
            faults.kinds = named.collect::<Result<_, _>>()?;
        }
        Ok(faults)
    }
}

/// How often each question was asked, and how many were.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<Asked>);

#[derive(Debug, Default)]
struct Asked {
    questions: BTreeMap<String, usize>,
    count: usize,
    /// The question that fails because of when it came.
    doomed: Option<String>,
}

impl Turns {
    /// Decides on a question that is asked now.
    pub(crate) fn next(&self, faults: &Faults, question: String) -> Option<Fault> {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = asked.questions.entry(question.clone()).or_default();
        let before = *turn;
        *turn += 1;
        match faults.when {
            When::PerMille(share) => faults.decide(&question, before, share),
            When::Number(number) => {
                asked.count += usize::from(faults.are_about(&question));
                if asked.count == number && asked.doomed.is_none() {
                    asked.doomed = Some(question.clone());
                }
                if asked.doomed.as_ref() != Some(&question) {
                    return None;
                }
                faults.decide(&question, 0, 1000)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(faults: &Faults) -> Vec<Option<Fault>> {
        let questions = (0..4000).map(|n| format!("GET /api/v1/pulls/a/b/{n}/files"));
        questions
            .map(|question| faults.decide(&question, 0, 100))
            .collect()
    }

    #[test]
    fn a_share_of_requests_fails_and_the_same_ones_each_time() {
        let faults = Faults::share(0.1).seed(7);
        let first = drawn(&faults);
        assert_eq!(first, drawn(&faults));
        assert_ne!(first, drawn(&faults.clone().seed(8)));
        let failed = first.iter().flatten().count();
        assert!(
            (340..460).contains(&failed),
            "a tenth of 4000, give or take: {failed}"
        );
        for fault in Fault::ALL {
            assert_eq!(
                first.contains(&Some(fault)),
                fault.passes(),
                "{fault} passes by itself or is left out"
            );
        }
    }

    #[test]
    fn a_question_that_failed_may_succeed_when_asked_again() {
        let (turns, faults) = (Turns::default(), Faults::share(0.5));
        let fates: Vec<_> = (0..20)
            .map(|_| turns.next(&faults, "GET /x".to_owned()).is_some())
            .collect();
        assert!(fates.contains(&true) && fates.contains(&false), "{fates:?}");
    }

    #[test]
    fn a_request_by_its_number_fails_for_good_and_no_other_does() {
        let (turns, faults) = (Turns::default(), Faults::number(2, Fault::Reset).at("/x"));
        let fate = |question: &str| turns.next(&faults, question.to_owned());
        assert_eq!(fate("GET /x/1"), None);
        assert_eq!(fate("GET /y"), None, "not counted");
        for _ in 0..3 {
            assert_eq!(fate("GET /x/2"), Some(Fault::Reset));
            assert_eq!(fate("GET /x/3"), None);
        }
    }

    #[test]
    fn the_text_form_says_share_kinds_and_place() {
        assert_eq!("10%".parse(), Ok(Faults::share(0.1)));
        let full: Faults = "2.5%: 429-date, hang @ /files".parse().unwrap();
        let kinds = [Fault::TooManyDate, Fault::Hang];
        assert_eq!(full, Faults::share(0.025).of(kinds).at("/files"));
        assert_eq!(
            full.decide("GET /pulls?x=/files", 0, 1000),
            None,
            "not its path"
        );
        let always = Faults::always(Fault::Reset);
        assert_eq!(always.decide("GET /", 3, 1000), Some(Fault::Reset));
        assert_eq!("#3:reset".parse(), Ok(Faults::number(3, Fault::Reset)));
        for (wrong, part) in [
            ("10", "share"),
            ("101%", "share"),
            ("5%:fire", "`fire`"),
            ("#0", "number"),
        ] {
            let error = wrong.parse::<Faults>().unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
