//! The mechanism in rounds: what is known, what is not yet, and what is asked only once.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axonry_chain::{AxonInfo, EpochClock, FormulaEpochs, Hyperparameters, Metagraph, Neuron};
use axonry_core::{
    Alpha, Block, BlockHash, BlockNumber, Coldkey, Hotkey, NetUid, Uid, UnixMillis, Unknown,
};
use axonry_forecast::farm::{Farm, Manner};
use axonry_forecast::{
    Asset, Close, Competition, Forecast, ForecastParts, ForecastSettings, Forward, Inquiry, Keep,
    MovableClock, PriceError, PriceSource, SeededPrices, Workers, limits,
};
use axonry_neuron::{Evaluation, Mechanism, Round, Unwatched};
use axonry_store::predictions::Predictions;
use axonry_wallet::Keypair;
use axonry_wire::Dendrite;

const NETUID: NetUid = NetUid(50);

/// A feed that is silent until it is not.
#[derive(Debug)]
struct Feed {
    answers: AtomicBool,
    prices: SeededPrices,
}

#[async_trait]
impl PriceSource for Feed {
    async fn closes(
        &self,
        asset: &Asset,
        range: RangeInclusive<i64>,
    ) -> Result<Vec<Close>, PriceError> {
        if !self.answers.load(Ordering::SeqCst) {
            return Err(PriceError::Failed {
                asset: asset.clone(),
                source_name: "the feed",
                transient: true,
                source: "it is down".into(),
            });
        }
        self.prices.closes(asset, range).await
    }
}

pub(crate) struct Subnet {
    forecast: Forecast,
    feed: Arc<Feed>,
    metagraph: Metagraph,
    farm: Farm,
    _folder: tempfile::TempDir,
}

fn hotkey(uid: u16) -> Hotkey {
    let key = Keypair::from_uri(&format!("//Miner//{uid}")).expect("a key");
    key.hotkey()
}

fn neuron(uid: u16, farm: &Farm) -> Neuron {
    let axon = farm.address(&hotkey(uid)).map(|address| AxonInfo {
        address,
        version: 0,
        protocol: 4,
        announced: BlockNumber(1),
    });
    Neuron {
        uid: Uid(uid),
        hotkey: hotkey(uid),
        coldkey: Coldkey::from_bytes([9; 32]),
        stake: Alpha::from_base_units(NETUID, 0),
        validator_permit: false,
        active: false,
        last_update: BlockNumber(0),
        axon,
        incentive: 0,
        dividends: 0,
        emission: Alpha::from_base_units(NETUID, 0),
        consensus: 0,
        validator_trust: 0,
    }
}

impl Subnet {
    /// A neuron that serves nowhere, and miners of these manners.
    async fn of(manners: &[Manner], keep: Keep) -> Self {
        let settings = ForecastSettings {
            keep,
            ..ForecastSettings::default()
        };
        Self::with(manners, settings).await
    }

    /// The same with other settings.
    pub(crate) async fn with(manners: &[Manner], settings: ForecastSettings) -> Self {
        let prices = SeededPrices::new(3);
        let known: Arc<dyn PriceSource> = Arc::new(prices.clone());
        let miners = (1..).map(hotkey).zip(manners.iter().copied());
        let farm = Farm::spawn(&known, miners).await.expect("ports");
        let count = u16::try_from(manners.len()).expect("few");
        let neurons = (0..=count).map(|uid| neuron(uid, &farm)).collect();
        let block = Block {
            number: BlockNumber(100),
            hash: BlockHash([1; 32]),
        };
        let high = Competition::high();
        let inquiry = Inquiry {
            num_simulations: 10,
            timeout: Some(Duration::from_secs(20)),
            ..Inquiry::of(&high, high.assets[0].clone())
        };
        let folder = tempfile::tempdir().expect("a folder");
        let predictions = Predictions::create(folder.path().join("predictions.sqlite")).await;
        let alice = Arc::new(Keypair::from_uri("//Alice").expect("a key"));
        let dendrite = Dendrite::builder(alice).limits(limits(inquiry.prices()));
        let workers = Arc::new(Workers::new(2, 2).expect("threads"));
        let feed = Arc::new(Feed {
            answers: AtomicBool::new(true),
            prices,
        });
        let parts = ForecastParts {
            forward: Forward::new(dendrite.private_addresses().build(), Arc::clone(&workers)),
            workers,
            predictions: predictions.expect("a file"),
            prices: Arc::clone(&feed) as _,
            clock: MovableClock::system(),
        };
        let settings = ForecastSettings {
            inquiries: vec![inquiry],
            skip_horizons: true,
            ..settings
        };
        Self {
            forecast: Forecast::new(parts, settings),
            feed,
            metagraph: Metagraph::new(NETUID, block, neurons).expect("consecutive uids"),
            farm,
            _folder: folder,
        }
    }

    pub(crate) async fn evaluate(&self) -> Evaluation {
        let hyperparameters = hyperparameters();
        let round = Round {
            number: 1,
            metagraph: &self.metagraph,
            hyperparameters: &hyperparameters,
            averages: &BTreeMap::new(),
            now: UnixMillis(1),
            progress: &Unwatched,
        };
        self.forecast.evaluate(round).await.expect("an evaluation")
    }
}

fn scored(evaluation: &Evaluation) -> usize {
    let details = evaluation.details.as_ref().expect("details");
    details["scored"].as_array().expect("a list").len()
}

fn share(evaluation: &Evaluation, uid: u16) -> Option<f64> {
    let score = evaluation.scores[&hotkey(uid)].value();
    score.map(|score| score.value())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_prices_do_not_tell_is_unknown_until_they_do() {
    let subnet = Subnet::of(&[Manner::Good, Manner::Hostile], Keep::Json).await;
    subnet.feed.answers.store(false, Ordering::SeqCst);
    let blind = subnet.evaluate().await;
    assert_eq!(scored(&blind), 0);
    for uid in 0..=2 {
        let reason = blind.scores[&hotkey(uid)].reason();
        let why = matches!(reason, Some(Unknown::NotComputed(why)) if why.contains("it is down"));
        assert!(why, "uid {uid}: {reason:?}");
    }
    assert!(
        blind
            .warnings
            .iter()
            .any(|warning| warning.contains("it is down"))
    );

    subnet.feed.answers.store(true, Ordering::SeqCst);
    let seeing = subnet.evaluate().await;
    assert_eq!(scored(&seeing), 2, "what was missed before is made up for");
    // All have the competition's half, of which the best has the most.
    let shares: Vec<f64> = (0..=2).filter_map(|uid| share(&seeing, uid)).collect();
    assert_eq!(shares.len(), 3, "{:?}", seeing.scores);
    assert!(
        (shares.iter().sum::<f64>() - 0.5).abs() < 1e-9,
        "{shares:?}"
    );
    let third = subnet.evaluate().await;
    assert_eq!(scored(&third), 1, "no prompt is scored twice");
    subnet.farm.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_scored_from_either_form_and_not_from_none() {
    for (keep, scores) in [(Keep::F32, true), (Keep::Json, true), (Keep::None, false)] {
        let subnet = Subnet::of(&[Manner::Good, Manner::Lazy], keep).await;
        let evaluation = subnet.evaluate().await;
        let details = evaluation.details.expect("details");
        let sum = details["scored"][0]["miners"][1]["crps"].as_f64();
        assert_eq!(
            sum.is_some_and(|sum| sum > 0.0),
            scores,
            "{keep}: {details:#}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_joins_or_answers_nonsense_moves_nobody_elses_sum() {
    let alone = Subnet::of(&[Manner::Good, Manner::Lazy], Keep::Json).await;
    let crowded = [Manner::Good, Manner::Lazy, Manner::Hostile, Manner::Hostile];
    let crowded = Subnet::of(&crowded, Keep::Json).await;
    // The minute of a prompt is that of its asking: until both are asked in the same one.
    for _ in 0..5 {
        let (one, other) = tokio::join!(alone.evaluate(), crowded.evaluate());
        let (one, other) = (
            one.details.expect("details"),
            other.details.expect("details"),
        );
        if one["scored"][0]["start_time"] == other["scored"][0]["start_time"] {
            for place in 1..=2 {
                let sum = |details: &serde_json::Value| {
                    details["scored"][0]["miners"][place]["crps"].clone()
                };
                assert!(sum(&one).is_f64());
                assert_eq!(sum(&one), sum(&other), "uid {place}");
            }
            return;
        }
    }
    panic!("the clock jumps");
}

fn hyperparameters() -> Hyperparameters {
    Hyperparameters {
        netuid: NETUID,
        epochs: EpochClock::Formula(FormulaEpochs {
            netuid: NETUID,
            tempo: 360,
        }),
        min_allowed_weights: 1,
        max_weights_limit: u16::MAX,
        weights_version_key: 0,
        weights_rate_limit: 0,
        commit_reveal_enabled: false,
        commit_reveal_version: None,
        reveal_period_epochs: 1,
        activity_cutoff: 5000,
        immunity_period: 4096,
        max_allowed_uids: 256,
        max_allowed_validators: 64,
        stake_threshold: 0,
        mechanism_count: 1,
    }
}
