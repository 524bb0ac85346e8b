use std::fmt::Write as _;

use anyhow::Result;
use axonry_chain::{Chain, ChainError};
use axonry_core::{BlockNumber, Hotkey, MechId, NetUid, Uid};
use axonry_neuron::{HealthReport, Snapshot};
use axonry_store::{Entry, EntryState};
use axonry_weights::{Path, window};
use serde::Serialize;

use crate::connection::{Connected, Local};
use crate::report::tell;
use crate::settings::SubnetSettings;
use crate::state::{Purpose, StandIn};

/// How many lines of the journal are looked through for the last vector that landed.
const RECENT: u32 = 64;

/// What chain state and journal say of the last vector.
#[derive(Debug, Serialize)]
struct Output {
    netuid: NetUid,
    hotkey: Hotkey,
    uid: Option<Uid>,
    block: BlockNumber,
    health: Option<HealthReport>,
    /// How many weights are in force.
    in_force: usize,
    /// The journal's last vector that landed, and whether it is the one in force.
    journal: Option<JournalLine>,
    /// Why there is no journal to look at: `missing`, or `in_use` by a validator that runs on it.
    journal_unread: Option<&'static str>,
    matches_journal: Option<bool>,
    /// What may land yet.
    open: Vec<JournalLine>,
    /// Commits of this hotkey on chain that are not revealed yet.
    pending_reveals: Vec<Pending>,
    path: Option<&'static str>,
    first_legal_block: BlockNumber,
    next_epoch: Option<BlockNumber>,
    history_paused: bool,
}

#[derive(Debug, Serialize)]
struct JournalLine {
    round: u64,
    outcome: Option<String>,
    signed_at: BlockNumber,
    valid_until: BlockNumber,
}

#[derive(Debug, Serialize)]
struct Pending {
    kind: &'static str,
    block: BlockNumber,
    /// The drand round that opens it.
    reveal_round: Option<u64>,
}

/// Prints how the last vector fares; says whether nobody has to act.
pub(super) async fn status(settings: &SubnetSettings) -> Result<bool> {
    let (local, ()) = Local::new(settings, Purpose::Looking, || Ok(())).await?;
    let connected = Connected::new(settings, Purpose::Looking, local).await?;
    let output = read(&connected, settings).await?;
    if settings.json {
        let line = serde_json::to_string(&output).expect("a report is plain data");
        tell(&format!("{line}\n"));
    } else {
        tell(&output.lines());
    }
    connected.close().await;
    Ok(output
        .health
        .is_some_and(|health| !health.alarm && !health.blocked))
}

async fn read(connected: &Connected, settings: &SubnetSettings) -> Result<Output> {
    let (chain, netuid) = (&connected.chain, connected.netuid);
    let mut weigher = connected.weigher(settings);
    let hotkey = weigher.hotkey();
    let place = (netuid, connected.weighing(settings).mechanism);
    let snapshot = weigher.snapshot().await?;
    let head = snapshot.metagraph.block();
    let uid = snapshot.metagraph.uid_of(&hotkey);
    let (mut in_force, mut last_update) = (Vec::new(), BlockNumber(0));
    if let Some(uid) = uid {
        in_force = chain.weights(netuid, place.1, uid, head.hash).await?;
        let updates = chain.last_updates(netuid, place.1, head.hash).await?;
        last_update = updates.get(usize::from(uid.0)).copied().unwrap_or_default();
    }
    let window = window(head.number, last_update, &snapshot.rules);
    let path = Path::choose(&snapshot.rules, settings.commits.into()).ok();
    let entries = connected.store.recent_entries(RECENT).await?;
    let landed = entries.iter().find(|entry| {
        entry.state == EntryState::Landed && (entry.intent.netuid, entry.intent.mechanism) == place
    });
    let open = connected.store.unfinished(hotkey).await?;
    Ok(Output {
        netuid,
        hotkey,
        uid,
        block: head.number,
        health: weigher.health_at(head).await.map(only_what_state_says),
        in_force: in_force.len(),
        matches_journal: landed.map(|entry| entry.intent.weights.as_slice() == in_force),
        journal: landed.map(JournalLine::from),
        journal_unread: connected.state.stand_in().map(|why| match why {
            StandIn::Missing | StandIn::Lost => "missing",
            StandIn::InUse => "in_use",
        }),
        open: open.iter().map(JournalLine::from).collect(),
        pending_reveals: pending(chain, place, hotkey, &snapshot).await?,
        path: path.map(name),
        first_legal_block: window.opens,
        next_epoch: snapshot.rules.epochs.next_epoch_after(head.number),
        history_paused: connected.store.history_paused(),
    })
}

/// This process has tried nothing, so what it knows of a reason is what stands in the chain's state.
pub(super) fn only_what_state_says(mut health: HealthReport) -> HealthReport {
    if !health.blocked {
        health.reason = None;
    }
    health
}

const fn name(path: Path) -> &'static str {
    match path {
        Path::Plain => "plain",
        Path::Hash => "hash",
        Path::Timelocked { .. } => "timelocked",
        _ => "unknown",
    }
}

/// The hotkey's commits that the chain has neither opened nor dropped.
async fn pending(
    chain: &dyn Chain,
    (netuid, mechanism): (NetUid, MechId),
    hotkey: Hotkey,
    snapshot: &Snapshot,
) -> Result<Vec<Pending>, ChainError> {
    let head = snapshot.metagraph.block();
    let mut found = Vec::new();
    match chain
        .hash_commits(netuid, mechanism, hotkey, head.hash)
        .await
    {
        Ok(commits) => found.extend(commits.iter().map(|commit| Pending {
            kind: "hash",
            block: commit.block,
            reveal_round: None,
        })),
        // A runtime that keeps none has none to show.
        Err(ChainError::Incompatible { .. }) => {}
        Err(error) => return Err(error),
    }
    let rules = &snapshot.rules;
    let Some(now) = rules.epochs.epoch_of(head.number) else {
        return Ok(found);
    };
    for epoch in now.saturating_sub(rules.reveal_period_epochs)..=now.saturating_add(1) {
        match chain
            .timelocked_commits(netuid, mechanism, epoch, head.hash)
            .await
        {
            Ok(commits) => {
                let ours = commits.iter().filter(|commit| commit.hotkey == hotkey);
                found.extend(ours.map(|commit| Pending {
                    kind: "timelocked",
                    block: commit.block,
                    reveal_round: Some(commit.reveal_round),
                }));
            }
            Err(ChainError::Incompatible { .. }) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

impl From<&Entry> for JournalLine {
    fn from(entry: &Entry) -> Self {
        Self {
            round: entry.intent.round,
            outcome: entry.outcome.clone(),
            signed_at: entry.attempt.birth.number,
            valid_until: entry.attempt.valid_until,
        }
    }
}

impl Output {
    fn lines(&self) -> String {
        let mut text = format!("hotkey {} in subnet {}", self.hotkey, self.netuid);
        let _ = match self.uid {
            Some(uid) => writeln!(text, ", uid {uid}, at block {}", self.block),
            None => writeln!(text, ": NOT REGISTERED at block {}", self.block),
        };
        if let Some(health) = &self.health {
            text.push_str(&format!("{}\n", told(health)));
        }
        let _ = writeln!(text, "in force: {} weights", self.in_force);
        let _ = match (&self.journal, self.matches_journal) {
            (Some(line), Some(true)) => writeln!(
                text,
                "journal: round {} landed, and is what is in force",
                line.round
            ),
            (Some(line), _) => writeln!(
                text,
                "journal: round {} landed, and ANOTHER vector is in force",
                line.round
            ),
            _ => writeln!(
                text,
                "journal: {}",
                match self.journal_unread {
                    Some("missing") => "not known, there is no state here",
                    Some(_) => "not known, a validator is running on this state",
                    None => "no vector has landed",
                }
            ),
        };
        for line in &self.open {
            let _ = writeln!(
                text,
                "open: round {}, signed at block {}, may land until block {}{}",
                line.round,
                line.signed_at,
                line.valid_until,
                line.outcome
                    .as_ref()
                    .map_or_else(String::new, |outcome| format!(": {outcome}")),
            );
        }
        for commit in &self.pending_reveals {
            let round = commit.reveal_round;
            let round = round.map_or_else(String::new, |round| {
                format!(", opens with drand round {round}")
            });
            let _ = writeln!(
                text,
                "pending reveal: {} commit of block {}{round}",
                commit.kind, commit.block
            );
        }
        let epoch = self.next_epoch;
        let epoch = epoch.map_or_else(String::new, |block| format!(", next epoch: block {block}"));
        let _ = writeln!(
            text,
            "sent as: {}, next legal block: {}{epoch}",
            self.path.unwrap_or("NOT KNOWN to this release"),
            self.first_legal_block
        );
        if self.history_paused {
            text.push_str("the disk is full: history is not being kept\n");
        }
        text
    }
}

/// How the weights fare, in a line.
pub(super) fn told(health: &HealthReport) -> String {
    let age = match (health.landed, health.tempos_since_landed) {
        (Some(BlockNumber(0)), _) => "no weights have ever landed".to_owned(),
        (Some(block), Some(tempos)) => {
            format!("last weights landed in block {block}, {tempos:.1} tempos ago")
        }
        _ => "the hotkey has no slot".to_owned(),
    };
    let verdict = match (health.alarm, health.blocked) {
        (true, _) => ": ALARM",
        (false, true) => ": BLOCKED",
        (false, false) => "",
    };
    let reason = health
        .reason
        .map_or_else(String::new, |reason| format!(" ({reason})"));
    format!("{age}{verdict}{reason}")
}
