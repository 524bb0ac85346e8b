//! Who maintains which repository, among the miners.

use std::collections::BTreeMap;

use axonry_github::{Mirror, RepositoryName};
use axonry_scoring::registry::Registry;
use futures_util::{StreamExt, stream};

use crate::miner::chain_of;

const AT_ONCE: usize = 8;

/// The uids of each repository's maintainers, ascending, for repositories that give them a cut
/// (`build_maintainer_uids_by_repo` in `gittensor/validator/forward.py`).
///
/// A repository whose maintainers are not known gives no cut this round, and a warning says so.
pub(crate) async fn maintainers(
    mirror: &Mirror,
    registry: &Registry,
    uids: &BTreeMap<String, u16>,
) -> (BTreeMap<String, Vec<u16>>, Vec<String>) {
    let cutting = registry
        .iter()
        .filter(|(_, config)| config.maintainer_cut > 0.0);
    let names: Vec<String> = cutting.map(|(name, _)| name.to_owned()).collect();
    let asked: Vec<_> = stream::iter(names)
        .map(|name| async move {
            let page = match name.parse::<RepositoryName>() {
                Ok(repository) => mirror
                    .maintainers(&repository)
                    .await
                    .map_err(|error| chain_of(&error)),
                Err(error) => Err(error.to_string()),
            };
            (name, page)
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    let (mut found, mut warnings) = (BTreeMap::new(), Vec::new());
    for (name, page) in asked {
        match page {
            Ok(page) => {
                let mut listed: Vec<u16> = page
                    .rows
                    .iter()
                    .filter_map(|person| uids.get(person.github_id.as_str()).copied())
                    .collect();
                listed.sort_unstable();
                listed.dedup();
                found.insert(name, listed);
            }
            Err(error) => warnings.push(format!("the maintainers of {name} get no cut: {error}")),
        }
    }
    (found, warnings)
}
