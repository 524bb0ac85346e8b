//! Why a miner has the score it has, in a line.

use std::fmt::Write as _;

use axonry_scoring::eligibility::Missing;
use axonry_scoring::standing::{RepositoryStanding, Standing};

use crate::miner::Work;

/// Where a miner earned how much, or what it lacks, repository by repository.
pub(crate) fn explanation(standing: &Standing, work: &Work) -> String {
    let mut line = if standing.repositories.is_empty() {
        "no pull request that counts".to_owned()
    } else {
        let each = standing
            .repositories
            .iter()
            .map(|(name, here)| repository(name, here));
        each.collect::<Vec<_>>().join("; ")
    };
    for remark in work.remarks.iter().take(3) {
        let _ = write!(line, "; {remark}");
    }
    if let Some(more) = work.remarks.len().checked_sub(3).filter(|&more| more > 0) {
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
        Some(missing) => format!("{counts}, not eligible: {}", lack(missing)),
    }
}

fn lack(missing: &Missing) -> String {
    match missing {
        Missing::Count { have, need } => format!("{have} of {need} merged"),
        Missing::Credibility { have, need } => format!("credibility {have:.2} of {need:.2}"),
    }
}
