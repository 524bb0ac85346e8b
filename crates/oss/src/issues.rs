//! The issues of one miner: which were solved, by whom, and what that earns.

use std::collections::{BTreeMap, BTreeSet};

use axonry_core::Unknown;
use axonry_github::{self as github, IssueState, Page, Revision};
use axonry_scoring::base_score::base_score;
use axonry_scoring::eligibility;
use axonry_scoring::issue_discovery::{
    self, Class, Discovery, Issue, MinerIssues, Owners, SolverScore, Solvers, assess, classify,
};
use axonry_scoring::registry::Registry;

use crate::kept::Item;
use crate::lists::IssueLists;
use crate::memory::Recallable;
use crate::miner::{Bench, mostly_readable, needs_files};
use crate::reading;
use crate::values::{Valued, Values};

/// How many issues a miner has open, by repository.
pub(crate) type OpenCounts = BTreeMap<String, u64>;

/// The issues that were found of a miner, before anybody knows what the solutions are worth.
#[derive(Clone, Debug)]
pub(crate) struct FoundIssues {
    pub(crate) issues: MinerIssues,
    pub(crate) open: OpenCounts,
    /// What became of each, in words.
    pub(crate) classes: Vec<(Item, String)>,
    /// The pull requests that solved them.
    pub(crate) solving: BTreeMap<Item, Revision>,
    pub(crate) remarks: Vec<String>,
}

/// What a miner's issues earn.
#[derive(Clone, Debug)]
pub(crate) struct IssueWork {
    pub(crate) found: FoundIssues,
    pub(crate) discovery: Discovery,
}

impl Recallable for IssueWork {
    fn is_something(&self) -> bool {
        true
    }

    fn remark(&mut self, remark: String) {
        self.found.remarks.push(remark);
    }
}

/// Reads a miner's issues. `last` is how many it had open when that was last known.
///
/// # Errors
/// When most of the list cannot be read.
pub(crate) fn found(
    uid: u16,
    lists: &IssueLists,
    registry: &Registry,
    last: Option<&OpenCounts>,
) -> Result<FoundIssues, Unknown> {
    let recent = &lists.recent;
    let mut remarks = mostly_readable(recent)?;
    let open = match &lists.open {
        // How many are open changes nothing then.
        None => open_counts(recent),
        Some(Ok(page)) => match mostly_readable(page) {
            Ok(left_out) => {
                remarks.extend(left_out);
                open_counts(page)
            }
            Err(unknown) => open_without_list(recent, last, &unknown, &mut remarks),
        },
        Some(Err(unknown)) => open_without_list(recent, last, unknown, &mut remarks),
    };
    let read: Vec<Issue> = recent.rows.iter().map(reading::issue).collect();
    let classes = recent.rows.iter().zip(&read).filter_map(|(row, issue)| {
        let words = class(issue, registry)?;
        Some(((row.repository.clone(), row.number), words))
    });
    let classes = classes.collect();
    let issues = MinerIssues::new(uid, read, open.clone(), registry);
    let solvers = issues.solvers(registry);
    let solving = recent.rows.iter().filter_map(|row| {
        let revision = Revision::solving(row)?;
        let key = (revision.repository.as_str().to_owned(), revision.number);
        solvers
            .contains(&key)
            .then(|| ((revision.repository.clone(), revision.number), revision))
    });
    Ok(FoundIssues {
        open: counted(open, registry),
        classes,
        solving: solving.collect(),
        issues,
        remarks,
    })
}

/// Whether a miner's issues pass every gate that the list itself can tell of: as if every solution
/// were substantial.
pub(crate) fn may_earn(recent: &Page<github::Issue>, registry: &Registry) -> bool {
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for issue in recent.rows.iter().map(reading::issue) {
        let Some(config) = registry.get(&issue.repository) else {
            continue;
        };
        if issue.author_association.is_maintainer() {
            continue;
        }
        let class = classify(&issue, config);
        let (solved, closed) = counts.entry(issue.repository.clone()).or_default();
        match class {
            Class::Solved(_) => *solved += 1,
            Class::Failed(_) => *closed += 1,
            Class::Ignored(_) => {}
        }
    }
    counts.into_iter().any(|(name, (solved, closed))| {
        let config = registry.get(&name);
        config.is_some_and(|config| {
            eligibility::issues(solved, solved, closed, &config.eligibility).is_eligible()
        })
    })
}

/// What became of an issue, in words; nothing of one that is none of the subnet's.
fn class(issue: &Issue, registry: &Registry) -> Option<String> {
    let config = registry.get(&issue.repository)?;
    if issue.author_association.is_maintainer() {
        return Some("does not count: written by a maintainer".to_owned());
    }
    Some(match classify(issue, config) {
        Class::Ignored(why) => format!("says nothing: {why}"),
        Class::Failed(why) => format!("closed, costs credibility: {why}"),
        Class::Solved(solver) => format!("solved by #{}", solver.number),
    })
}

/// Without the list of open issues, those in sight count, or as many as when they were last known
/// (`gittensor/validator/issue_discovery/scan.py`).
fn open_without_list(
    recent: &Page<github::Issue>,
    last: Option<&OpenCounts>,
    unknown: &Unknown,
    remarks: &mut Vec<String>,
) -> OpenCounts {
    remarks.push(format!("open issues are those in sight, because {unknown}"));
    let mut open = open_counts(recent);
    for (name, &count) in last.into_iter().flatten() {
        let here = open.entry(name.clone()).or_default();
        *here = count.max(*here);
    }
    open
}

fn open_counts(page: &Page<github::Issue>) -> OpenCounts {
    let mut counts = OpenCounts::new();
    let open = page
        .rows
        .iter()
        .filter(|issue| issue.state == IssueState::Open);
    for issue in open {
        *counts
            .entry(issue.repository.as_str().to_owned())
            .or_default() += 1;
    }
    counts
}

fn counted(mut open: OpenCounts, registry: &Registry) -> OpenCounts {
    open.retain(|name, _| registry.get(name).is_some());
    open
}

/// What the solutions of a round's issues are worth.
#[derive(Debug, Default)]
pub(crate) struct Solutions {
    known: Solvers,
    unknown: BTreeMap<Item, Unknown>,
}

impl Solutions {
    /// Takes the value of each pull request in `wanted`: as it was scored for its author if it is
    /// among the `merged` ones that count, by its files otherwise.
    pub(crate) fn of(
        wanted: impl IntoIterator<Item = Item>,
        merged: &BTreeMap<Item, &github::PullRequest>,
        values: &Values,
        bench: &Bench<'_>,
    ) -> Self {
        let mut solutions = Self::default();
        for item in wanted.into_iter().collect::<BTreeSet<_>>() {
            match worth(&item, merged.get(&item).copied(), values, bench) {
                Ok(Some(score)) => {
                    let key = (item.0.as_str().to_owned(), item.1);
                    solutions.known.insert(key, score);
                }
                // Its files are nowhere to be had: upstream leaves such an issue without a value.
                Ok(None) => {}
                Err(unknown) => {
                    solutions.unknown.insert(item, unknown);
                }
            }
        }
        solutions
    }

    /// Works out what a miner's issues earn.
    ///
    /// # Errors
    /// When the worth of any solution is not known: then so is the whole, because without a part it
    /// would pass for less than the miner found.
    pub(crate) fn assess(
        &self,
        found: FoundIssues,
        owners: &Owners,
        bench: &Bench<'_>,
    ) -> Result<IssueWork, Unknown> {
        let missing = found.solving.keys().find_map(|key| self.unknown.get(key));
        if let Some(unknown) = missing {
            return Err(unknown.clone());
        }
        let discovery = assess(
            &found.issues,
            owners,
            &self.known,
            bench.registry,
            bench.now,
        );
        Ok(IssueWork { found, discovery })
    }
}

/// The worth of one solution; `None` where nobody has its files.
fn worth(
    item: &Item,
    merged: Option<&github::PullRequest>,
    values: &Values,
    bench: &Bench<'_>,
) -> Result<Option<SolverScore>, Unknown> {
    let Some(config) = bench.registry.get(item.0.as_str()) else {
        return Ok(None);
    };
    let without_files = SolverScore {
        base_score: config.fixed_base_score.unwrap_or(0.0),
        token_score: 0.0,
    };
    // Its author's own score stands even where it was not scored: then it is nothing.
    if merged.is_some_and(|pull| !needs_files(pull)) {
        return Ok(Some(without_files));
    }
    match values.of.get(item) {
        Some(Valued::Known(value, _)) => Ok(Some(value.totals.map_or(without_files, |totals| {
            let scale = config.scoring.src_tok_saturation_scale;
            let computed = || base_score(&totals, scale).base_score;
            SolverScore {
                base_score: config.fixed_base_score.unwrap_or_else(computed),
                token_score: totals.token_score,
            }
        }))),
        Some(Valued::Absent(_)) => Ok(merged.map(|_| without_files)),
        Some(Valued::Unknown(unknown)) => Err(unknown.clone()),
        None => Err(Unknown::NotComputed(format!(
            "{}#{} was never valued",
            item.0, item.1
        ))),
    }
}

/// Which issue owns which solution, over all miners whose issues are known.
pub(crate) fn owners<'a>(
    found: impl IntoIterator<Item = &'a FoundIssues>,
    registry: &Registry,
) -> Owners {
    let issues: Vec<&MinerIssues> = found.into_iter().map(|found| &found.issues).collect();
    issue_discovery::owners(issues, registry)
}
