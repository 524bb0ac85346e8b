use std::path::Path;

use anyhow::{Context, Result, bail};
use axonry_core::{BlockNumber, Hotkey, NetUid, Uid};
use axonry_neuron::{LandingReport, PlanReport, RehearsalReport, Snapshot, Unwatched, chain_of};
use axonry_weights::{Plan, ReservedShares};
use serde::Serialize;

use super::rehearsal::{Prospect, fallen, table};
use super::scores;
use crate::connection::{Connected, Local};
use crate::report::tell;
use crate::run::stop_on_signals;
use crate::settings::SubnetSettings;
use crate::state::{Purpose, StandIn};

/// A vector and what would become of it, or became of it.
#[derive(Debug, Serialize)]
struct Output {
    netuid: NetUid,
    block: BlockNumber,
    weights: Vec<Entry>,
    plan: PlanReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    prospect: Option<Prospect>,
    #[serde(skip_serializing_if = "Option::is_none")]
    landing: Option<LandingReport>,
}

#[derive(Debug, Serialize)]
struct Entry {
    uid: Uid,
    hotkey: Hotkey,
    value: u16,
    share: f64,
}

impl Output {
    fn new(plan: &Plan, reserved: &ReservedShares) -> Self {
        let entries = plan.entries().map(|(uid, hotkey, value)| Entry {
            uid,
            hotkey,
            value,
            share: plan.share_of(uid),
        });
        Self {
            netuid: plan.netuid(),
            block: plan.at().number,
            weights: entries.collect(),
            plan: PlanReport::new(plan, reserved),
            prospect: None,
            landing: None,
        }
    }

    fn print(&self, plan: &Plan, json: bool) {
        if json {
            let line = serde_json::to_string(self).expect("a report is plain data");
            return tell(&format!("{line}\n"));
        }
        let mut text = format!(
            "{} weights for subnet {} at block {}\n",
            self.weights.len(),
            self.netuid,
            self.block
        );
        text.push_str(&table(plan));
        text.push_str(&fallen(&self.plan));
        if let Some(prospect) = &self.prospect {
            text.push_str(&prospect.lines());
        }
        if let Some(landing) = &self.landing {
            text.push_str(&format!("weights {landing}\n"));
        }
        tell(&text);
    }
}

/// Shows the vector that would be set now, and says whether it would land.
pub(super) async fn plan(settings: &SubnetSettings, weights: Option<&Path>) -> Result<bool> {
    let connected = connected(settings, Purpose::Looking).await?;
    match connected.state.stand_in().filter(|_| weights.is_none()) {
        None => {}
        Some(StandIn::InUse) => bail!(
            "a validator is running on this state, so that its averages cannot be read: its reports \
             have the vector, and --weights FILE plans another"
        ),
        Some(StandIn::Missing | StandIn::Lost) => bail!(
            "there is no state at `{}`, so there are no averages to plan by: give --weights FILE",
            connected.state.location()
        ),
    }
    let weigher = connected.weigher(settings);
    let snapshot = weigher.snapshot().await?;
    let scores = match weights {
        Some(path) => scores::read(path, &snapshot.metagraph)?,
        None => weigher.earned().await?,
    };
    let plan = match weigher.plan(&scores, &snapshot) {
        Ok(plan) => plan,
        Err(error) => return no_vector(settings, &snapshot, &chain_of(&error)),
    };
    let rehearsal = weigher.rehearse(&plan).await?;
    let report = RehearsalReport::new(&rehearsal, &plan);
    let prospect = Prospect::of(report, &connected.chain, weigher.hotkey()).await;
    let well = prospect.rehearsal.would_land;
    let mut output = Output::new(&plan, &settings.reserved);
    output.prospect = Some(prospect);
    output.print(&plan, settings.json);
    drop(weigher);
    connected.close().await;
    Ok(well)
}

/// Sets the vector, and says what became of it.
pub(super) async fn set(settings: &SubnetSettings, weights: Option<&Path>) -> Result<bool> {
    let stop = stop_on_signals()?;
    let connected = connected(settings, Purpose::Signing).await?;
    let mut weigher = connected.weigher(settings);
    let setting = async {
        weigher.recover().await?;
        let snapshot = weigher.snapshot().await?;
        let scores = match weights {
            Some(path) => scores::read(path, &snapshot.metagraph)?,
            None => weigher.earned().await?,
        };
        let plan = match weigher.plan(&scores, &snapshot) {
            Ok(plan) => plan,
            Err(error) => return no_vector(settings, &snapshot, &chain_of(&error)),
        };
        let (plan, landing) = weigher
            .set(&scores, plan, "weights set", &Unwatched)
            .await?;
        let landed = landing.landed();
        let mut output = Output::new(&plan, &settings.reserved);
        output.landing = Some(landing);
        output.print(&plan, settings.json);
        Ok(landed)
    };
    let landed = stop.run_until_cancelled(setting).await;
    drop(weigher);
    connected.close().await;
    // What was sent is in the journal, for the next start to settle.
    landed.context("told to stop before it was certain what became of the weights")?
}

async fn connected(settings: &SubnetSettings, purpose: Purpose) -> Result<Connected> {
    let (local, ()) = Local::new(settings, purpose, || Ok(())).await?;
    Connected::new(settings, purpose, local).await
}

/// Scores that give no vector are an answer, and a bad one.
fn no_vector(settings: &SubnetSettings, snapshot: &Snapshot, reason: &str) -> Result<bool> {
    let block = snapshot.metagraph.block().number;
    if settings.json {
        let output = serde_json::json!({
            "netuid": snapshot.metagraph.netuid(), "block": block, "weights": [],
            "prospect": { "would_land": false, "refusal": reason },
        });
        tell(&format!("{output}\n"));
    } else {
        tell(&format!("no weights at block {block}: {reason}\n"));
    }
    Ok(false)
}
