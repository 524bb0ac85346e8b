//! What alert rules and dashboard ask for is there, and each alarm is one alert.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use axonry_core::{BlockHash, BlockNumber, Hotkey, NetUid, Score, Uid, Weights};
use axonry_neuron::{
    Alarm, AlarmKind, HealthReport, LandingReport, MinerReport, Progress, RoundReport, Step,
};
use axonry_operations::{Metrics, ServerTraffic};
use axonry_weights::watchdog::Stall;
use serde_json::Value;

const ALERTS: &str = include_str!("../../docs/monitoring/alerts.yml");
const DASHBOARD: &str = include_str!("../../docs/monitoring/dashboard.json");
const ALARMS: &str = include_str!("../../docs/alarms.md");

/// The alerts by the reason they are about.
fn alerts() -> Vec<(&'static str, &'static str)> {
    let mut named = None;
    let mut found = Vec::new();
    for line in ALERTS.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("- alert: ") {
            named = Some(name);
        }
        let reason = line.split_once("axonry_weights_alarm{reason=\"");
        if let (Some(name), Some((_, rest))) = (named, reason) {
            found.extend(rest.split('"').next().map(|reason| (reason, name)));
        }
    }
    found
}

#[test]
fn each_alarm_is_one_alert_and_each_alert_is_an_alarm() {
    let documented: BTreeSet<&str> = ALARMS
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|reason| *reason != "reason")
        .chain(["unknown"])
        .collect();
    let coded: BTreeSet<&str> = Stall::ALL
        .iter()
        .map(|stall| stall.name())
        .chain(["unknown"])
        .collect();
    assert_eq!(
        documented, coded,
        "docs/alarms.md names what the program can say"
    );
    let alerts = alerts();
    let reasons: BTreeSet<&str> = alerts.iter().map(|(reason, _)| *reason).collect();
    assert_eq!(reasons, coded);
    assert_eq!(alerts.len(), coded.len(), "none twice: {alerts:?}");
    let names: BTreeSet<&str> = alerts.iter().map(|(_, name)| *name).collect();
    assert_eq!(names.len(), alerts.len(), "each has a name of its own");
}

fn report() -> RoundReport {
    RoundReport {
        round: 1,
        netuid: NetUid(74),
        block: BlockNumber(100),
        block_hash: BlockHash([0; 32]),
        miners: vec![MinerReport {
            uid: Uid(0),
            hotkey: Hotkey::from_bytes([1; 32]),
            score: Some(Score::ZERO),
            unknown: None,
            average: 0.5,
            weight: 7,
            incentive: 0,
            explanation: None,
        }],
        weights: Weights::default(),
        plan: None,
        landing: LandingReport {
            outcome: "VerifiedInState",
            block: None,
            block_hash: None,
            reason: None,
        },
        rehearsal: None,
        health: Some(HealthReport {
            block: BlockNumber(100),
            landed: Some(BlockNumber(90)),
            tempos_since_landed: Some(0.5),
            alarm: false,
            reason: None,
            blocked: false,
        }),
        warnings: Vec::new(),
        counters: BTreeMap::from([("files".to_owned(), 1)]),
        details: None,
        stages_ms: BTreeMap::from([("evaluate", 1)]),
    }
}

#[test]
fn every_series_that_is_asked_for_exists() -> Result<()> {
    let metrics = Metrics::new(NetUid(74));
    metrics.round(&report());
    metrics.note(Step::Alarm(Some(Alarm {
        kind: AlarmKind::Stalled,
        reason: "dropped",
    })));
    metrics.count_requests(|| vec![ServerTraffic::default()]);
    let text = metrics.text(&[("rounds", 1.0)]);
    let there: BTreeSet<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    let dashboard: Value = serde_json::from_str(DASHBOARD)?;
    let panels = dashboard["panels"].as_array().context("panels")?;
    let targets = panels
        .iter()
        .filter_map(|panel| panel["targets"].as_array());
    let asked = targets
        .flatten()
        .filter_map(|target| target["expr"].as_str());
    let asked: Vec<&str> = asked.chain(ALERTS.lines()).collect();
    let mut seen = 0;
    for expression in asked {
        let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for word in words.filter(|word| word.starts_with("axonry_") || word.starts_with("process_"))
        {
            ensure!(
                there.contains(word),
                "`{word}` is asked for by `{expression}`"
            );
            seen += 1;
        }
    }
    ensure!(seen > 30, "{seen}");
    Ok(())
}
