use std::collections::BTreeSet;
use std::num::NonZeroU8;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axonry_chain::{Chain, InvalidReason, PoolRejection};
use axonry_core::{Hotkey, Uid};
use axonry_devnet::ChainFault;
use axonry_neuron::{Alarm, Ended, Progress, RoundReport, Rounds, Step};
use tokio_util::sync::CancellationToken;

use crate::listener::Listener;
use crate::subnet::{BLOCK, Obedient, Order, Subnet};

/// Keeps the alarms that programs are told of.
#[derive(Debug, Default)]
struct Alarms(Mutex<Vec<Option<Alarm>>>);

impl Alarms {
    /// Those that began or changed their reason, by reason.
    fn raised(&self) -> Vec<&'static str> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.iter().flatten().map(|alarm| alarm.reason).collect()
    }
}

impl Progress for Alarms {
    fn note(&self, step: Step<'_>) {
        if let Step::Alarm(alarm) = step {
            let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            told.push(alarm);
        }
    }
}

/// Runs that many rounds and hands back their reports.
async fn rounds(
    subnet: &Subnet,
    mechanism: Obedient,
    count: u64,
    between: impl FnMut(&RoundReport) + Send,
) -> Vec<RoundReport> {
    watched_rounds(subnet, mechanism, count, between).await.0
}

/// The same with the alarms that programs were told of.
async fn watched_rounds(
    subnet: &Subnet,
    mechanism: Obedient,
    count: u64,
    mut between: impl FnMut(&RoundReport) + Send,
) -> (Vec<RoundReport>, Arc<Alarms>) {
    let (validator, _) = subnet
        .validator(mechanism, |settings| {
            settings.setter.attempts = NonZeroU8::MIN;
            settings.setter.stall = BLOCK * 4;
            settings.setter.pause = BLOCK;
        })
        .await;
    let alarms = Arc::new(Alarms::default());
    let mut validator = validator.watched_by(Arc::clone(&alarms) as _);
    let mut reports = Vec::new();
    let stop = CancellationToken::new();
    let ended = validator.run(Rounds::Count(count), &stop, |report| {
        between(report);
        reports.push(report.clone());
    });
    assert!(matches!(ended.await, Ok(Ended::Done { .. })));
    (reports, alarms)
}

#[tokio::test]
async fn a1_healthy_tempos_raise_no_alarm_and_each_report_says_how_young_the_weights_are() {
    let listener = Listener::new();
    let subnet = Subnet::new().await;
    let reports = rounds(&subnet, Obedient::default(), 10, |_| {}).await;
    for report in &reports {
        let health = report.health.as_ref().expect("the chain can be read");
        assert!(!health.alarm && !health.blocked, "{health:?}");
        assert_eq!(health.reason, None);
        assert!(health.tempos_since_landed < Some(1.0), "{health:?}");
    }
    assert_eq!(listener.errors(), [""; 0]);
}

/// A chain on which nothing takes effect after the second round raises the alarm at the third tempo,
/// with one of these reasons, and says so once for each reason.
async fn stalls(fault: ChainFault, because: &[&str]) {
    let listener = Listener::new();
    let subnet = Subnet::new().await;
    let faults = subnet.devnet.chain().faults().clone();
    let (reports, told) = watched_rounds(&subnet, Obedient::default(), 8, |report| {
        if report.round == 2 {
            faults.set(fault.clone());
        }
    })
    .await;
    for report in &reports {
        let health = report.health.as_ref().expect("the chain can be read");
        let tempos = health.tempos_since_landed.expect("the hotkey has a slot");
        assert_eq!(health.alarm, tempos >= 3.0, "{health:?}");
        assert!(
            !report.landing.landed() || report.round <= 2,
            "{:?}",
            report.landing
        );
    }
    let last = reports.last().and_then(|report| report.health.as_ref());
    let last = last.expect("the chain can be read");
    let reason = last.reason.unwrap_or_default();
    assert!(last.alarm && because.contains(&reason), "{last:?}");
    let errors = listener.errors();
    let said = |line: &&String| line.contains("no weights have landed for three tempos");
    let alarms: Vec<&String> = errors.iter().filter(said).collect();
    let reasons: BTreeSet<_> = alarms
        .iter()
        .filter_map(|line| line.split("reason=").nth(1)?.split_whitespace().next())
        .collect();
    assert!(!alarms.is_empty(), "somebody must act");
    assert_eq!(alarms.len(), reasons.len(), "once per change: {alarms:?}");
    let raised = told.raised();
    assert_eq!(
        raised.len(),
        alarms.len(),
        "programs hear what is logged: {errors:?}"
    );
    let named = |reason: &&str| raised.contains(&reason.trim_matches('"'));
    assert!(reasons.iter().all(named), "{raised:?}");
}

#[tokio::test]
async fn a1_weights_that_the_pool_loses_raise_one_alarm_at_the_third_tempo() {
    stalls(ChainFault::LoseSubmissions, &["dropped", "transport"]).await;
}

#[tokio::test]
async fn a8_weights_that_are_included_without_effect_are_never_done_and_raise_the_alarm() {
    stalls(ChainFault::IncludeWithoutEffect, &["not_applied"]).await;
}

#[tokio::test]
async fn a_pool_that_wants_more_stake_raises_the_alarm_with_that_reason() {
    let stake = PoolRejection::Invalid(InvalidReason::Custom(1));
    stalls(ChainFault::Reject(stake), &["too_little_stake"]).await;
}

#[tokio::test]
async fn a6_a_pool_that_bans_us_raises_the_alarm_with_that_reason() {
    let banned = PoolRejection::Banned;
    stalls(ChainFault::Reject(banned), &["pool"]).await;
}

#[tokio::test]
async fn a_hotkey_that_loses_its_slot_is_told_at_once_and_sends_nothing() {
    let listener = Listener::new();
    let subnet = Subnet::new().await;
    let sent = AtomicU64::new(0);
    let reports = rounds(&subnet, Obedient::default(), 2, |report| {
        let stranger = Hotkey::from_bytes([9; 32]);
        subnet.chain.replace(report.block, Uid(0), stranger);
        let so_far = subnet.chain.submitted.load(Ordering::Relaxed);
        sent.store(so_far, Ordering::Relaxed);
    })
    .await;
    let health = reports[1].health.as_ref().expect("the chain can be read");
    assert!(health.blocked, "{health:?}");
    assert_eq!((health.reason, health.landed), (Some("deregistered"), None));
    let reason = reports[1].landing.reason.as_deref().unwrap_or_default();
    assert!(reason.contains("not registered"), "{reason}");
    let now = subnet.chain.submitted.load(Ordering::Relaxed);
    assert_eq!(now, sent.load(Ordering::Relaxed), "nothing is sent");
    let errors = listener.errors();
    assert_eq!(errors.len(), 1, "once: {errors:?}");
    assert!(errors[0].contains("deregistered"), "{errors:?}");
}

#[tokio::test]
async fn b1_a_chain_that_falls_silent_raises_the_alarm_by_the_clock() {
    let listener = Listener::new();
    let subnet = Subnet::new().await;
    let (mut validator, _) = subnet.validator(Obedient::default(), |_| {}).await;
    let faults = subnet.devnet.chain().faults().clone();
    let stop = CancellationToken::new();
    let running = validator.run(Rounds::Forever, &stop, |report| {
        assert!(report.landing.landed(), "{:?}", report.landing);
        faults.set(ChainFault::StallFinality);
    });
    let heard = async {
        while listener.errors().is_empty() {
            tokio::time::sleep(BLOCK).await;
        }
        stop.cancel();
    };
    let (ended, ()) = tokio::join!(running, heard);
    assert!(matches!(ended, Ok(Ended::Stopped)));
    let errors = listener.errors();
    assert!(
        errors[0].contains("cannot be read") && errors[0].contains("reason=\"transport\""),
        "{errors:?}"
    );
}

#[tokio::test]
async fn a14_a_version_key_that_is_raised_is_told_while_judging_and_costs_no_extrinsic() {
    let listener = Listener::new();
    let subnet = Subnet::new().await;
    let mechanism = Obedient::default().then_well().then(Order::Takes(1));
    let devnet = subnet.devnet.chain().clone();
    let before = AtomicU64::new(0);
    let reports = rounds(&subnet, mechanism, 2, |report| {
        if report.round == 1 {
            let raised = devnet.edit(|rules| rules.weights_version_key = 7);
            raised.expect("a block");
            let so_far = subnet.chain.submitted.load(Ordering::Relaxed);
            before.store(so_far, Ordering::Relaxed);
        }
    })
    .await;
    let sent = subnet.chain.submitted.load(Ordering::Relaxed);
    assert_eq!(sent, before.load(Ordering::Relaxed), "nothing is wasted");
    let health = reports[1].health.as_ref().expect("the chain can be read");
    assert!(health.blocked && !health.alarm, "{health:?}");
    assert_eq!(health.reason, Some("version_key"));
    let said = listener.errors();
    assert_eq!(said.len(), 1, "once: {said:?}");
    assert!(said[0].contains("version_key"), "{said:?}");
    let head = subnet.chain.head().await.expect("a chain");
    assert!(head.number > reports[1].block, "judging took a while");
}
