//! Who maintains which repository, among the miners.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axonry_github::{GithubId, RepositoryName};
use axonry_scoring::registry::Registry;
use futures_util::future::join_all;

use crate::asking::{Asking, NoAnswer};
use crate::miner::mostly_readable;

/// The accounts that maintain each repository, as last seen: they stand in while the source fails,
/// because a cut that is left out is a score that drops.
#[derive(Debug, Default)]
pub(crate) struct Maintainers(Mutex<BTreeMap<String, Vec<GithubId>>>);

/// Who maintains the repositories that give their maintainers a cut.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) accounts: BTreeMap<String, Vec<GithubId>>,
    /// What went wrong and was made good, in words.
    pub(crate) warnings: Vec<String>,
    /// Why a cut cannot be paid to anybody: who would get it is not known, and never was.
    pub(crate) unknown: Option<String>,
}

impl Maintainers {
    /// The accounts of the maintainers of each repository that gives them a cut.
    pub(crate) async fn read(&self, asking: &Asking<'_>, registry: &Registry) -> Listed {
        let cutting = registry
            .iter()
            .filter(|(_, config)| config.maintainer_cut > 0.0 && config.emission_share > 0.0);
        let questions = cutting.map(|(name, _)| async move {
            let page = match name.parse::<RepositoryName>() {
                Ok(repository) => asking.ask(asking.source.maintainers(&repository)).await,
                Err(error) => Err(NoAnswer::Absent(error.to_string())),
            };
            (name, page)
        });
        let asked = join_all(questions).await;
        let mut listed = Listed::default();
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, page) in asked {
            let page = match page {
                Ok(page) => mostly_readable(&page)
                    .map(|remarks| (page, remarks))
                    .map_err(|unknown| NoAnswer::Failed(unknown.to_string())),
                Err(none) => Err(none),
            };
            match page {
                Ok((page, remarks)) => {
                    let accounts: Vec<_> = page.rows.into_iter().map(|one| one.github_id).collect();
                    seen.insert(name.to_owned(), accounts.clone());
                    listed.accounts.insert(name.to_owned(), accounts);
                    listed.warnings.extend(remarks);
                }
                Err(NoAnswer::Absent(why)) => listed
                    .warnings
                    .push(format!("the maintainers of {name} get no cut: {why}")),
                Err(NoAnswer::Failed(why)) => match seen.get(name) {
                    Some(accounts) => {
                        listed.accounts.insert(name.to_owned(), accounts.clone());
                        let warning = format!("the maintainers of {name} are as last seen: {why}");
                        listed.warnings.push(warning);
                    }
                    None => {
                        listed.unknown =
                            Some(format!("the maintainers of {name} are not known: {why}"));
                    }
                },
            }
        }
        listed
    }
}

/// The uids of each repository's maintainers, ascending
/// (`build_maintainer_uids_by_repo` in `gittensor/validator/forward.py`).
pub(crate) fn uids(
    maintainers: BTreeMap<String, Vec<GithubId>>,
    uid_of: &BTreeMap<String, u16>,
) -> BTreeMap<String, Vec<u16>> {
    let listed = maintainers.into_iter().map(|(name, accounts)| {
        let mut uids: Vec<u16> = accounts
            .iter()
            .filter_map(|account| uid_of.get(account.as_str()).copied())
            .collect();
        uids.sort_unstable();
        uids.dedup();
        (name, uids)
    });
    listed.collect()
}
