//! A task that hangs is noticed, and one that is only slow is left alone.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use axonry_core::{Observed, Score};
use axonry_devnet::{Devnet, DevnetConfig, Sealing};
use axonry_neuron::{
    Evaluation, Mechanism, MechanismError, Round, Rounds, Step, Validator, ValidatorSettings,
};
use axonry_operations::{Pulses, Readiness, RoundPulse, Watchdog};
use axonry_store::Store;
use axonry_wallet::Keypair;
use tokio::time::{interval, sleep};
use tokio_util::sync::CancellationToken;

/// In place of the minute that operators give.
const PATIENCE: Duration = Duration::from_secs(2);

/// By when a standstill must have been noticed: what operators are promised, at the same scale.
const NOTICED: Duration = Duration::from_secs(60);

/// How a mechanism gets on.
#[derive(Clone, Copy, Debug)]
enum Manner {
    /// Waits for what never comes.
    Waits,
    /// Keeps its thread for itself.
    Blocks,
    /// Takes longer than the patience, and says now and then that it got on.
    Slow,
    /// Takes longer than the patience, and has said so before.
    Quiet,
}

#[async_trait]
impl Mechanism for Manner {
    async fn evaluate(&self, round: Round<'_>) -> Result<Evaluation, MechanismError> {
        match self {
            Self::Waits => std::future::pending::<()>().await,
            Self::Blocks => loop {
                thread::park();
            },
            Self::Slow => {
                let mut steps = interval(PATIENCE / 4);
                for _ in 0..10 {
                    steps.tick().await;
                    round.progress.note(Step::Done {
                        what: "miners",
                        count: 1,
                    });
                }
            }
            Self::Quiet => {
                round.progress.note(Step::Quiet(2 * PATIENCE));
                sleep(2 * PATIENCE).await;
            }
        }
        let mut evaluation = Evaluation::default();
        for neuron in round.metagraph.neurons() {
            let score = Observed::known(Score::ZERO, round.now);
            evaluation.scores.insert(neuron.hotkey, score);
        }
        Ok(evaluation)
    }
}

/// A validator on a thread of its own, and by whom its standstill is told.
fn validator(manner: Manner) -> (thread::JoinHandle<Result<()>>, Receiver<&'static str>) {
    let (tell, told) = channel();
    let running = thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            let config = DevnetConfig {
                sealing: Sealing::Interval(Duration::from_millis(100)),
                ..DevnetConfig::default_subnet(2)
            };
            let devnet = Devnet::spawn(config).await?;
            let folder = tempfile::tempdir()?;
            let store = Store::open_or_create(folder.path().join("state")).await?;
            let pulses = Pulses::default();
            let rounds = RoundPulse::patient(&pulses, Readiness::default(), PATIENCE);
            let rounds = Arc::new(rounds);
            let watchdog = Watchdog::start(
                pulses,
                || {},
                move |overdue| {
                    let _ = tell.send(overdue[0].task);
                },
            )?;
            let mut validator = Validator::new(
                Arc::new(devnet.chain().clone()),
                Arc::new(manner),
                store.clone(),
                Arc::new(Keypair::from_uri("//Alice")?),
                ValidatorSettings::new(devnet.netuid),
            )
            .watched_by(Arc::clone(&rounds) as _);
            let stop = CancellationToken::new();
            validator.run(Rounds::Count(1), &stop, |_| {}).await?;
            drop(watchdog);
            store.close().await;
            devnet.stop().await;
            Ok(())
        })
    });
    (running, told)
}

#[test]
fn a_mechanism_that_waits_forever_is_noticed_though_blocks_go_on() -> Result<()> {
    let (_, told) = validator(Manner::Waits);
    let task = told.recv_timeout(NOTICED).context("nobody noticed")?;
    ensure!(task == "rounds");
    Ok(())
}

#[test]
fn a_mechanism_that_keeps_its_thread_is_noticed() -> Result<()> {
    let (_, told) = validator(Manner::Blocks);
    let task = told.recv_timeout(NOTICED).context("nobody noticed")?;
    ensure!(task == "rounds");
    Ok(())
}

#[test]
fn rounds_that_are_slow_but_get_on_are_left_alone() -> Result<()> {
    for manner in [Manner::Slow, Manner::Quiet] {
        let (running, told) = validator(manner);
        // The watchdog ends with the run, and what it would have told with it.
        let heard = told.recv_timeout(NOTICED);
        ensure!(
            heard == Err(RecvTimeoutError::Disconnected),
            "{manner:?}: {heard:?}"
        );
        running.join().expect("no panic")?;
    }
    Ok(())
}
