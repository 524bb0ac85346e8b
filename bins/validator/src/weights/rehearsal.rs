//! What would become of a vector, for people and programs.

use std::fmt::Write as _;

use axonry_chain::{Ledger, Validity};
use axonry_core::{BlockNumber, Hotkey, Rao};
use axonry_neuron::{PlanReport, RehearsalReport, chain_of};
use axonry_substrate::Substrate;
use axonry_weights::{Dropped, Plan};
use serde::Serialize;

/// How many changes a person is shown.
const SHOWN: usize = 10;

/// A rehearsal, and what the node says to the extrinsic it made.
#[derive(Debug, Serialize)]
pub(crate) struct Prospect {
    /// What the extrinsic costs, in rao; `null` where it is refused or the runtime cannot tell.
    pub(crate) fee_rao: Option<Rao>,
    /// Why the pool would refuse it.
    pub(crate) pool_refuses: Option<String>,
    /// What the chain's state says; the pool's refusal is in `would_land` too.
    #[serde(flatten)]
    pub(crate) rehearsal: RehearsalReport,
}

impl Prospect {
    /// Asks the node for the fee, and whether its pool would take the extrinsic; nothing is handed in.
    pub(crate) async fn of(rehearsal: RehearsalReport, chain: &Substrate, signer: Hotkey) -> Self {
        let mut prospect = Self {
            fee_rao: None,
            pool_refuses: None,
            rehearsal,
        };
        let Some((call, extrinsic)) = &prospect.rehearsal.sent else {
            return prospect;
        };
        let at = prospect.rehearsal.at;
        match chain.fee(call, signer.account(), at).await {
            Ok(fee) => prospect.fee_rao = Some(fee),
            Err(error) => tracing::debug!(error = %chain_of(&error), "the fee is not known"),
        }
        // What has to wait would be refused now, and may be taken then.
        if prospect.rehearsal.waits.is_none() {
            match chain.validate(extrinsic, at.hash).await {
                Ok(Validity::Refused(rejection)) => {
                    prospect.rehearsal.would_land = false;
                    prospect.pool_refuses = Some(rejection.to_string());
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::debug!(error = %chain_of(&error), "the pool's answer is not known")
                }
            }
        }
        prospect
    }

    /// A few lines for a person.
    pub(crate) fn lines(&self) -> String {
        let mut text = String::new();
        let rehearsal = &self.rehearsal;
        let path = match (rehearsal.path, rehearsal.commit_version) {
            (Some("timelocked"), Some(version)) => {
                format!("a timelocked commit (version {version})")
            }
            (Some("hash"), _) => "a hash commit, revealed by this validator".to_owned(),
            (Some("plain"), _) => "plain weights".to_owned(),
            _ => "not known".to_owned(),
        };
        let size = rehearsal.sent.as_ref().map(|(_, extrinsic)| {
            format!(
                ", {} bytes, nonce {}, valid until block {}",
                extrinsic.bytes.len(),
                extrinsic.nonce,
                extrinsic.valid_until
            )
        });
        let _ = writeln!(text, "sent as: {path}{}", size.unwrap_or_default());
        if let Some(fee) = self.fee_rao {
            let _ = writeln!(text, "fee: {fee}");
        }
        let until = rehearsal.counts_until;
        let until = until.map_or_else(String::new, |block| {
            format!(", counts for the next epoch until block {block}")
        });
        let _ = writeln!(
            text,
            "first legal block: {} (the head is {}){until}",
            rehearsal.first_legal_block, rehearsal.block
        );
        if let Some(waits) = &rehearsal.waits {
            let _ = writeln!(text, "waits: {waits}");
        }
        text.push_str(&self.difference());
        let verdict = match (&rehearsal.refusal, &self.pool_refuses) {
            (Some(refusal), _) => format!(
                "would NOT land: {refusal}: {}",
                rehearsal.remedy.unwrap_or_default()
            ),
            (None, Some(refused)) => format!("would NOT land: the pool refuses it: {refused}"),
            (None, None) => "would land".to_owned(),
        };
        let _ = writeln!(text, "{verdict}");
        text
    }

    fn difference(&self) -> String {
        let rehearsal = &self.rehearsal;
        let mut text = match rehearsal.last_update {
            None => "what is in force cannot be read\n".to_owned(),
            Some(BlockNumber(0)) => "nothing is in force yet\n".to_owned(),
            Some(since) => format!(
                "moves {:.2} % of the weight from what is in force since block {since}\n",
                rehearsal.moved * 100.0,
            ),
        };
        for change in rehearsal.changes.iter().take(SHOWN) {
            let _ = writeln!(
                text,
                "  uid {:>5}  {:>8.3} % -> {:>8.3} %",
                change.uid,
                change.before * 100.0,
                change.after * 100.0
            );
        }
        let more = rehearsal.changes.len().saturating_sub(SHOWN);
        if more > 0 {
            let _ = writeln!(text, "  and {more} smaller changes");
        }
        text
    }
}

/// What fell out on the way to the vector, for a person.
pub(crate) fn fallen(plan: &PlanReport) -> String {
    let mut text = String::new();
    let count = |why: Dropped| plan.dropped.values().filter(|&&one| one == why).count();
    let rows = [
        (count(Dropped::NotRegistered), "not registered (any more)"),
        (count(Dropped::RoundedToZero), "too small to be one 65535th"),
        (count(Dropped::Reserved), "have a reserved share instead"),
        (count(Dropped::ZeroScore), "have a score of zero"),
    ];
    for (count, why) in rows.into_iter().filter(|(count, _)| *count > 0) {
        let _ = writeln!(text, "dropped: {count} {why}");
    }
    if !plan.filled.is_empty() {
        let _ = writeln!(
            text,
            "filled: {} got a sliver, because the subnet wants more weights",
            plan.filled.len()
        );
    }
    for share in &plan.reserved {
        let _ = match share.withheld {
            true => writeln!(
                text,
                "reserved: uid {} WITHHELD: it is not held by {} of {}",
                share.uid, share.hotkey, share.coldkey
            ),
            false => writeln!(
                text,
                "reserved: uid {} gets {:.3} % (asked: {:.3} %)",
                share.uid,
                share.realised * 100.0,
                share.share * 100.0
            ),
        };
    }
    text
}

/// The vector as a table for a person, largest first.
pub(crate) fn table(plan: &Plan) -> String {
    let mut text = String::from("  uid  hotkey              weight     share\n");
    let mut entries: Vec<_> = plan.entries().collect();
    entries.sort_by_key(|&(uid, _, value)| (std::cmp::Reverse(value), uid));
    for (uid, hotkey, value) in entries {
        let hotkey = hotkey.to_string();
        let _ = writeln!(
            text,
            "{uid:>5}  {}…{}  {value:>8}  {:>7.3} %",
            &hotkey[..8],
            &hotkey[hotkey.len() - 6..],
            plan.share_of(uid) * 100.0
        );
    }
    text
}
