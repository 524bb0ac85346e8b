//! Why a miner has the score it has, in a line.

use std::fmt::Write as _;

use axonry_scoring::eligibility::{Eligibility, Missing};
use axonry_scoring::issue_discovery::RepositoryDiscovery;
use axonry_scoring::standing::RepositoryStanding;

use crate::issues::IssueWork;
use crate::miner::Work;

/// How many remarks a line holds.
const REMARKS: usize = 3;

/// Where a miner earned how much, or what it lacks, repository by repository.
pub(crate) fn explanation(work: &Work, issues: Option<&IssueWork>) -> String {
    let mut parts: Vec<String> = work
        .standing
        .repositories
        .iter()
        .map(|(name, here)| repository(name, here))
        .collect();
    if parts.is_empty() {
        parts.push("no pull request that counts".to_owned());
    }
    let discovered = issues
        .into_iter()
        .flat_map(|work| &work.discovery.repositories);
    parts.extend(discovered.filter_map(|(name, here)| discovery(name, here)));
    let mut line = parts.join("; ");
    let found = issues.into_iter().flat_map(|work| &work.found.remarks);
    let remarks: Vec<&String> = work.remarks.iter().chain(found).collect();
    for remark in remarks.iter().take(REMARKS) {
        let _ = write!(line, "; {remark}");
    }
    if let Some(more) = remarks.len().checked_sub(REMARKS).filter(|&more| more > 0) {
        let _ = write!(line, "; and {more} more remarks");
    }
    line
}

fn repository(name: &str, here: &RepositoryStanding) -> String {
    let RepositoryStanding {
        merged,
        open,
        closed,
        ..
    } = here;
    let counts = format!("{name}: {merged} merged, {open} open, {closed} closed");
    match &here.eligibility.missing {
        None if here.spam_multiplier == 0.0 => {
            format!(
                "{counts}, {open} open are more than the {} allowed",
                here.open_threshold
            )
        }
        None => format!(
            "{counts}, earned {:.2}, held {:.2}",
            here.earned, here.totals.collateral_score
        ),
        Some(missing) => format!("{counts}, not eligible: {}", lack(missing, "merged")),
    }
}

/// Nothing where no issue was closed: open ones alone earn nothing and cost nothing.
fn discovery(name: &str, here: &RepositoryDiscovery) -> Option<String> {
    let counts = format!(
        "issues of {name}: {} solved, {} closed",
        here.solved, here.closed
    );
    let eligibility: &Eligibility = here.eligibility.as_ref()?;
    (here.solved + here.closed > 0).then(|| match &eligibility.missing {
        None if here.spam_multiplier == 0.0 => format!("{counts}, {} open are too many", here.open),
        None => format!("{counts}, earned {:.2}", here.score),
        Some(missing) => format!("{counts}, not eligible: {}", lack(missing, "valid")),
    })
}

fn lack(missing: &Missing, what: &str) -> String {
    match missing {
        Missing::Count { have, need } => format!("{have} of {need} {what}"),
        Missing::Credibility { have, need } => format!("credibility {have:.2} of {need:.2}"),
    }
}
