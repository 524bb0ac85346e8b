use std::collections::{BTreeMap, BTreeSet};

use axonry_chain::{Call, SignedExtrinsic};
use axonry_core::{Block, BlockNumber, Coldkey, Hotkey, Uid};
use axonry_weights::{Dropped, Path, Plan, Rehearsal, ReservedShares};
use serde::Serialize;

/// What became of scores and reserved shares on the way to a vector.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanReport {
    /// The block whose neurons it was made for.
    pub block: BlockNumber,
    /// Hotkeys that have a score, be it zero, and no weight, and why.
    pub dropped: BTreeMap<Hotkey, Dropped>,
    /// Hotkeys that have a weight without a score, because the subnet wants more weights.
    pub filled: BTreeSet<Hotkey>,
    /// Parts of the whole that go to somebody whatever the scores are.
    pub reserved: Vec<ReservedReport>,
}

/// A reserved share in a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReservedReport {
    /// The slot that is meant.
    pub uid: Uid,
    /// The key that must hold it.
    pub hotkey: Hotkey,
    /// The key that must own that key.
    pub coldkey: Coldkey,
    /// The part of the whole that was asked for.
    pub share: f64,
    /// The part of the whole that it gets.
    pub realised: f64,
    /// Whether it gets nothing because the slot is not held by who it is meant for.
    pub withheld: bool,
}

impl PlanReport {
    /// Reports on a plan made with these reserved shares.
    pub fn new(plan: &Plan, reserved: &ReservedShares) -> Self {
        let withheld = |uid| plan.withheld().iter().any(|one| one.share.uid == uid);
        let reserved = reserved.as_slice().iter().map(|share| {
            let withheld = withheld(share.uid);
            ReservedReport {
                uid: share.uid,
                hotkey: share.hotkey,
                coldkey: share.coldkey,
                share: share.share,
                realised: if withheld {
                    0.0
                } else {
                    plan.share_of(share.uid)
                },
                withheld,
            }
        });
        Self {
            block: plan.at().number,
            dropped: plan.dropped().clone(),
            filled: plan.filled().clone(),
            reserved: reserved.collect(),
        }
    }
}

/// What would become of a vector that is set now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RehearsalReport {
    /// Whether the chain's state says that it will land, be it after waiting.
    pub would_land: bool,
    /// The block whose state was read.
    pub block: BlockNumber,
    /// The same, with its hash.
    #[serde(skip)]
    pub at: Block,
    /// The way the subnet takes weights: `plain`, `hash` or `timelocked`.
    pub path: Option<&'static str>,
    /// The form of a timelocked commit.
    pub commit_version: Option<u16>,
    /// The hotkey's slot.
    pub uid: Option<Uid>,
    /// When the hotkey last set or committed weights; 0 is never, `null` where state does not say.
    pub last_update: Option<BlockNumber>,
    /// The first block it can land in.
    pub first_legal_block: BlockNumber,
    /// The last block in which it counts for the next epoch; `null` where none runs.
    pub counts_until: Option<BlockNumber>,
    /// Why it would not be sent in the next block.
    pub waits: Option<String>,
    /// Why it would not be sent at all.
    pub refusal: Option<String>,
    /// What can be done about the refusal.
    pub remedy: Option<&'static str>,
    /// Which part of the whole goes elsewhere than by the vector in force, from 0 to 1.
    pub moved: f64,
    /// The slots whose part changes, largest change first.
    pub changes: Vec<ShareChange>,
    /// What would be sent, for whoever wants to ask a node about it.
    #[serde(skip)]
    pub sent: Option<(Call, SignedExtrinsic)>,
}

/// One slot's part of the whole, before and after.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ShareChange {
    /// The slot.
    pub uid: Uid,
    /// Its part by the vector in force.
    pub before: f64,
    /// Its part by the new one.
    pub after: f64,
}

impl RehearsalReport {
    /// Reports on what a plan's rehearsal said.
    pub fn new(rehearsal: &Rehearsal, plan: &Plan) -> Self {
        let (path, commit_version) = match rehearsal.path {
            None => (None, None),
            Some(Path::Plain) => (Some("plain"), None),
            Some(Path::Hash) => (Some("hash"), None),
            Some(Path::Timelocked { version }) => (Some("timelocked"), Some(version)),
            Some(_) => (Some("unknown"), None),
        };
        let (moved, changes) = difference(&rehearsal.in_force, plan.weights().as_slice());
        Self {
            would_land: rehearsal.would_land(),
            block: rehearsal.at.number,
            at: rehearsal.at,
            path,
            commit_version,
            uid: rehearsal.uid,
            last_update: rehearsal.last_update,
            first_legal_block: rehearsal.window.opens,
            counts_until: rehearsal.window.closes,
            waits: rehearsal.waits.as_ref().map(ToString::to_string),
            refusal: rehearsal.refusal.as_ref().map(ToString::to_string),
            remedy: rehearsal.refusal.as_ref().map(|refusal| refusal.remedy()),
            moved,
            changes,
            sent: rehearsal.sent.clone(),
        }
    }
}

/// Which part of the whole goes elsewhere (half the sum of all changes), and every change.
fn difference(before: &[(Uid, u16)], after: &[(Uid, u16)]) -> (f64, Vec<ShareChange>) {
    let (old, new) = (shares(before), shares(after));
    let uids: BTreeSet<Uid> = old.keys().chain(new.keys()).copied().collect();
    let part = |shares: &BTreeMap<Uid, f64>, uid| shares.get(&uid).copied().unwrap_or(0.0);
    let mut changes: Vec<ShareChange> = uids
        .into_iter()
        .map(|uid| ShareChange {
            uid,
            before: part(&old, uid),
            after: part(&new, uid),
        })
        .filter(|change| change.before != change.after)
        .collect();
    changes.sort_by(|one, other| other.size().total_cmp(&one.size()));
    let moved = changes.iter().map(ShareChange::size).sum::<f64>() / 2.0;
    // Where nothing was in force, everything is new.
    let moved = if old.is_empty() && !new.is_empty() {
        1.0
    } else {
        moved
    };
    (moved, changes)
}

impl ShareChange {
    fn size(&self) -> f64 {
        (self.after - self.before).abs()
    }
}

fn shares(weights: &[(Uid, u16)]) -> BTreeMap<Uid, f64> {
    let whole: f64 = weights.iter().map(|(_, value)| f64::from(*value)).sum();
    let each = weights.iter().filter(|(_, value)| *value > 0);
    each.map(|&(uid, value)| (uid, f64::from(value) / whole))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_counts_what_moves_once_and_scale_does_not_matter() {
        let before = [(Uid(1), 100), (Uid(2), 100)];
        let (moved, changes) = difference(&before, &[(Uid(1), 65_535), (Uid(2), 65_535)]);
        assert_eq!((moved, changes.len()), (0.0, 0));
        let (moved, changes) = difference(&before, &[(Uid(1), 3), (Uid(3), 1)]);
        assert_eq!(moved, 0.5);
        let uids: Vec<Uid> = changes.iter().map(|change| change.uid).collect();
        assert_eq!(uids, [Uid(2), Uid(1), Uid(3)]);
        assert_eq!(difference(&[], &[(Uid(1), 1)]).0, 1.0);
    }
}
