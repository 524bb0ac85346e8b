//! What is kept from everybody while somebody cannot be judged.

use std::collections::BTreeMap;

use axonry_chain::Metagraph;
use axonry_core::{Hotkey, Unknown};
use axonry_scoring::emission::Emission;
use axonry_scoring::number;

/// Holds back from those who were judged what those who could not be judged had last.
///
/// An unknown miner's average stays as it was while the others' shares are of the whole, so that
/// with every such round they would gain at its cost. So much is held back that the averages of
/// all the others add up to what they added up to before, as far as competition pays that much:
/// the maintainers' cut, the treasury and what is recycled are nobody's gain. Upstream, whose
/// failures count as nothing, has no such rule.
///
/// Returns how much of whose reward is held back.
pub(crate) fn withhold(
    emission: &mut Emission,
    unknown: &BTreeMap<Hotkey, Unknown>,
    averages: &BTreeMap<Hotkey, f32>,
    metagraph: &Metagraph,
) -> BTreeMap<u16, f64> {
    let had = |hotkey: &Hotkey| averages.get(hotkey).copied().map_or(0.0, f64::from);
    let missing: f64 = unknown.keys().map(had).sum();
    if missing <= 0.0 {
        return BTreeMap::new();
    }
    let before: f64 = averages.values().copied().map(f64::from).sum();
    let paid = metagraph
        .neurons()
        .iter()
        .filter(|neuron| !unknown.contains_key(&neuron.hotkey))
        .filter_map(|neuron| emission.rewards.get(&neuron.uid.0));
    let shared: f64 = paid.map(|reward| reward.value()).sum();
    let held = shared - (before - missing);
    let mut competed: BTreeMap<u16, f64> = BTreeMap::new();
    for allocation in &emission.allocations {
        let parts = [
            &allocation.pull_request_rewards,
            &allocation.issue_discovery_rewards,
        ];
        for (&uid, &amount) in parts.into_iter().flatten() {
            *competed.entry(uid).or_default() += amount.value();
        }
    }
    let pool: f64 = competed.values().sum();
    if pool <= 0.0 || held <= 0.0 {
        return BTreeMap::new();
    }
    let part = (held / pool).min(1.0);
    for (uid, amount) in &mut competed {
        *amount *= part;
        if let Some(reward) = emission.rewards.get_mut(uid) {
            *reward = number::score(reward.value() - *amount);
        }
    }
    competed
}
