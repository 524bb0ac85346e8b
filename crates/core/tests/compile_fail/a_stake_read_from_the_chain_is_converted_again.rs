//! The stake comes from the chain in base units; taking it for whole units made 21,536,911,597 of 21.5369.

use axonry_core::{Alpha, NetUid, Rao};

/// What is staked, in base units, as a chain client hands it out.
fn current_stake(netuid: NetUid) -> Alpha {
    Alpha::from_base_units(netuid, 21_536_900_000)
}

fn swap_stake(_hotkey: &str, _amount: Alpha, _to: NetUid) {}

fn main() {
    let stake = current_stake(NetUid(45));
    let amount_to_swap = Rao::from_tao(stake);
    swap_stake("hot_25", amount_to_swap.unwrap(), NetUid(0));
}
