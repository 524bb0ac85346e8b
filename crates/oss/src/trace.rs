//! Why a miner has the score it has, piece of work by piece of work: the long answer.

mod text;

use axonry_core::{Hotkey, UnixMillis};
use axonry_scoring::emission::Allocation;
use axonry_scoring::trace::Trace;
use serde::{Deserialize, Serialize};

use crate::issues::IssueWork;
use crate::miner::Work;

/// One miner in one round: what was seen of it, and how that became its share of the emission.
///
/// It serialises as JSON and [displays](std::fmt::Display) as an indented tree. What the numbers are
/// made of stands in [`Trace`]s, which compute to the same bits again.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct MinerTrace {
    /// Its slot.
    pub uid: u16,
    /// Its key.
    pub hotkey: Hotkey,
    /// The GitHub account it proved, as far as that is known.
    pub account: Option<String>,
    /// The outcome in a line.
    pub verdict: String,
    /// When the oldest part of what was seen was true; absent where the miner could not be judged.
    pub as_of: Option<UnixMillis>,
    /// Its share of the emission.
    pub share: Option<Trace>,
    /// What its pull requests earned, in points.
    pub pull_requests: Option<Trace>,
    /// What its issues earned, in points.
    pub issues: Option<Trace>,
    /// Every pull request and issue that was seen in registered repositories.
    pub pieces: Vec<Piece>,
    /// What else an operator should know.
    pub remarks: Vec<String>,
}

impl MinerTrace {
    /// That of a miner of which there is nothing but an outcome.
    pub(crate) const fn bare(
        uid: u16,
        hotkey: Hotkey,
        account: Option<String>,
        verdict: String,
    ) -> Self {
        Self {
            uid,
            hotkey,
            account,
            verdict,
            as_of: None,
            share: None,
            pull_requests: None,
            issues: None,
            pieces: Vec::new(),
            remarks: Vec::new(),
        }
    }

    /// As it is kept.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("names and numbers are JSON")
    }
}

/// A pull request or an issue, and what came of it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Piece {
    /// Whether it is a pull request or an issue.
    pub kind: PieceKind,
    /// `owner/name`, lower case.
    pub repository: String,
    /// Its number there.
    pub number: u64,
    /// Where it stands, in words.
    pub state: String,
    /// What it earned, in points; of an open pull request what is held for it, below zero.
    pub points: f64,
    /// Its part of the miner's share of the emission: of what the repository paid the miner for this
    /// kind of work, as much as of the points earned by it.
    pub share: f64,
}

/// The two kinds of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PieceKind {
    /// A pull request.
    PullRequest,
    /// An issue.
    Issue,
}

/// What is known of a miner's work when its trace is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told<'a> {
    pub(crate) uid: u16,
    pub(crate) work: &'a Work,
    pub(crate) issues: Option<&'a IssueWork>,
    pub(crate) allocations: &'a [Allocation],
}

impl Told<'_> {
    /// Every piece of work, pull requests before issues, by repository and number.
    pub(crate) fn pieces(&self) -> Vec<Piece> {
        let mut pieces = self.pull_requests();
        pieces.extend(self.issues());
        pieces.sort_by(|a, b| {
            (a.kind, &a.repository, a.number).cmp(&(b.kind, &b.repository, b.number))
        });
        pieces
    }

    fn pull_requests(&self) -> Vec<Piece> {
        let lists = &self.work.pull_requests;
        let merged = lists.merged.iter().map(|one| {
            let here = self.work.standing.repositories.get(&one.repository);
            let earned = here.map_or(0.0, |here| here.earned);
            let paid = self.allocation(&one.repository).and_then(|allocation| {
                let paid = allocation.pull_request_rewards.get(&self.uid)?;
                Some(paid.value())
            });
            Piece {
                kind: PieceKind::PullRequest,
                repository: one.repository.clone(),
                number: one.number,
                state: "merged".to_owned(),
                points: one.earned_score,
                share: part(paid, one.earned_score, earned),
            }
        });
        let open = lists.open.iter().map(|one| Piece {
            kind: PieceKind::PullRequest,
            repository: one.repository.clone(),
            number: one.number,
            state: "open, collateral is held".to_owned(),
            points: one.collateral.map_or(0.0, |held| -held.score),
            share: 0.0,
        });
        let closed = lists.closed.iter().map(|one| {
            let words = "closed without a merge, costs credibility";
            idle(PieceKind::PullRequest, &one.repository, one.number, words)
        });
        let rejected = self
            .work
            .rejected
            .iter()
            .map(|((repository, number), why)| {
                let words = format!("merged, does not count: {why}");
                idle(PieceKind::PullRequest, repository.as_str(), *number, words)
            });
        merged.chain(open).chain(closed).chain(rejected).collect()
    }

    fn issues(&self) -> Vec<Piece> {
        let Some(work) = self.issues else {
            return Vec::new();
        };
        let listed = work.found.classes.iter();
        let mut pieces: Vec<Piece> = listed
            .map(|((repository, number), words)| {
                idle(PieceKind::Issue, repository.as_str(), *number, words)
            })
            .collect();
        for (name, here) in &work.discovery.repositories {
            let paid = self.allocation(name).and_then(|allocation| {
                let paid = allocation.issue_discovery_rewards.get(&self.uid)?;
                Some(paid.value())
            });
            let earned: f64 = here.issues.iter().map(|issue| issue.earned_score).sum();
            for issue in &here.issues {
                let piece = pieces
                    .iter_mut()
                    .find(|piece| piece.repository == *name && piece.number == issue.number);
                if let Some(piece) = piece {
                    piece.points = issue.earned_score;
                    piece.share = part(paid, issue.earned_score, earned);
                }
            }
        }
        pieces
    }

    fn allocation(&self, name: &str) -> Option<&Allocation> {
        self.allocations.iter().find(|one| one.repository == name)
    }
}

fn idle(kind: PieceKind, repository: &str, number: u64, words: impl Into<String>) -> Piece {
    Piece {
        kind,
        repository: repository.to_owned(),
        number,
        state: words.into(),
        points: 0.0,
        share: 0.0,
    }
}

/// The part of what was paid that goes back to these points.
fn part(paid: Option<f64>, points: f64, all: f64) -> f64 {
    match paid {
        Some(paid) if all > 0.0 => paid * (points / all),
        _ => 0.0,
    }
}
