//! Who maintains which repository, among the miners.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axonry_github::{GithubId, PullRequestSource, RepositoryName};
use axonry_neuron::chain_of;
use axonry_scoring::registry::Registry;
use futures_util::{StreamExt, stream};

/// The accounts that maintain each repository, as last seen: they stand in while the source fails,
/// because a cut that is left out is a score that drops.
#[derive(Debug, Default)]
pub(crate) struct Maintainers(Mutex<BTreeMap<String, Vec<GithubId>>>);

impl Maintainers {
    /// The accounts of the maintainers of each repository that gives them a cut, and what went
    /// wrong. A repository whose maintainers were never seen gives no cut.
    pub(crate) async fn read(
        &self,
        source: &dyn PullRequestSource,
        registry: &Registry,
        in_flight: usize,
    ) -> (BTreeMap<String, Vec<GithubId>>, Vec<String>) {
        let cutting = registry
            .iter()
            .filter(|(_, config)| config.maintainer_cut > 0.0);
        let names: Vec<String> = cutting.map(|(name, _)| name.to_owned()).collect();
        let asked: Vec<_> = stream::iter(names)
            .map(|name| async move {
                let page = match name.parse::<RepositoryName>() {
                    Ok(repository) => source
                        .maintainers(&repository)
                        .await
                        .map_err(|error| chain_of(&error)),
                    Err(error) => Err(error.to_string()),
                };
                (name, page)
            })
            .buffered(in_flight)
            .collect()
            .await;
        let (mut found, mut warnings) = (BTreeMap::new(), Vec::new());
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, page) in asked {
            match page {
                Ok(page) => {
                    let accounts: Vec<_> = page.rows.into_iter().map(|one| one.github_id).collect();
                    seen.insert(name.clone(), accounts.clone());
                    found.insert(name, accounts);
                }
                Err(error) => match seen.get(&name) {
                    Some(accounts) => {
                        warnings.push(format!(
                            "the maintainers of {name} are as last seen: {error}"
                        ));
                        found.insert(name, accounts.clone());
                    }
                    None => {
                        warnings.push(format!("the maintainers of {name} get no cut: {error}"));
                    }
                },
            }
        }
        (found, warnings)
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
