use anyhow::{Context, Result};
use axonry_core::{AccountId, Uid};
use axonry_weights::{ReservedShare, ReservedShares};
use serde::Deserialize;

/// A reserved share as the settings file has it: who is meant is said three times over, so that a slot
/// that changes hands pays nobody.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReservedEntry {
    uid: u16,
    hotkey: String,
    coldkey: String,
    /// The part of the whole, from 0 to 1.
    share: f64,
}

pub(super) fn checked(entries: Vec<ReservedEntry>) -> Result<ReservedShares> {
    let shares = entries.into_iter().map(ReservedEntry::share);
    let shares = shares.collect::<Result<_>>()?;
    ReservedShares::new(shares).context("`reserved`")
}

impl ReservedEntry {
    fn share(self) -> Result<ReservedShare> {
        let key = |role: &str, text: &str| -> Result<AccountId> {
            let named = || format!("`reserved`: the {role} of uid {}", self.uid);
            text.parse().with_context(named)
        };
        Ok(ReservedShare {
            uid: Uid(self.uid),
            hotkey: key("hotkey", &self.hotkey)?.into(),
            coldkey: key("coldkey", &self.coldkey)?.into(),
            share: self.share,
        })
    }
}
