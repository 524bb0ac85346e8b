//! From a miner's lists and the worth of its work to what is known of it.

use axonry_core::{Hotkey, Observed, UnixMillis, Unknown};
use axonry_scoring::issue_discovery::Owners;

use crate::account::Account;
use crate::asking::isolated;
use crate::candidates::Candidate;
use crate::issues::{IssueWork, Solutions};
use crate::memory::Memory;
use crate::miner::{Bench, Work};
use crate::values::Values;

/// What a round found out about one miner.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) hotkey: Hotkey,
    pub(crate) uid: u16,
    pub(crate) account: Account,
    /// Whether its account is claimed by others as well.
    pub(crate) is_shared: bool,
    /// Absent for a miner without an account of its own.
    pub(crate) work: Option<Observed<Work>>,
    /// Absent as well where no repository pays for issues.
    pub(crate) issues: Option<Observed<IssueWork>>,
}

/// What every miner is reckoned by once all answers are in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reckoning<'a> {
    pub(crate) bench: &'a Bench<'a>,
    pub(crate) values: &'a Values,
    pub(crate) solutions: &'a Solutions,
    pub(crate) owners: &'a Owners,
    pub(crate) pays_for_issues: bool,
    pub(crate) work: &'a Memory<Work>,
    pub(crate) issues: &'a Memory<IssueWork>,
    pub(crate) now: UnixMillis,
}

impl Reckoning<'_> {
    /// Puts together what is known of one miner, and remembers what is complete.
    pub(crate) fn reckon(&self, one: Candidate<'_>) -> Found {
        let Candidate {
            listed,
            is_shared,
            issues,
        } = one;
        let (hotkey, account) = (listed.neuron.hotkey, listed.account);
        let (work, issues) = match &account {
            Account::None(_) => (None, None),
            _ if is_shared => {
                self.work.forget(&hotkey);
                self.issues.forget(&hotkey);
                (None, None)
            }
            Account::Known(_) => {
                let never = || Err(Unknown::NotComputed("was never listed".to_owned()));
                let pulls = listed.pulls.unwrap_or_else(never);
                let work = pulls.and_then(|page| isolated(|| self.bench.work(&page, self.values)));
                let issues = issues.map(|found| {
                    let found = found?;
                    isolated(|| self.solutions.assess(found, self.owners, self.bench))
                });
                (Some(work), issues)
            }
            Account::Unknown { why, .. } => {
                let why = format!("GitHub did not say whose it is: {why}");
                let work = Err(Unknown::SourceFailed(why.clone()));
                let issues = Err(Unknown::SourceFailed(why));
                let issues = self.pays_for_issues.then_some(issues);
                (Some(work), issues)
            }
        };
        let claimed = account.claimed();
        let work = work.map(|work| self.work.observe(hotkey, claimed, work, self.now));
        let issues = issues.map(|issues| self.issues.observe(hotkey, claimed, issues, self.now));
        Found {
            hotkey,
            uid: listed.neuron.uid.0,
            is_shared,
            work,
            issues,
            account,
        }
    }
}
