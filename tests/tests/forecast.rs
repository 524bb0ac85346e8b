//! Whole cycles of forecasts over real sockets: miners that serve, a chain that is written to.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axonry_core::Uid;
use axonry_devnet::{Devnet, DevnetConfig};
use axonry_forecast::farm::{Farm, Manner};
use axonry_forecast::{
    Competition, Forecast, ForecastParts, ForecastSettings, Forward, Inquiry, MovableClock,
    PriceSource, SeededPrices, Workers, limits,
};
use axonry_neuron::{RoundReport, Validator, ValidatorSettings};
use axonry_store::Store;
use axonry_store::predictions::Predictions;
use axonry_substrate::Substrate;
use axonry_wallet::Keypair;
use axonry_wire::Dendrite;
use serde_json::Value;

/// Good, good, lazy, copier, hostile; twice.
const MINERS: usize = 10;

/// A validator of forecasts on a devnet whose miners serve.
struct Subnet {
    validator: Validator,
    forecast: Arc<Forecast>,
    predictions: Predictions,
    farm: Farm,
    devnet: Devnet,
}

impl Subnet {
    async fn start(folder: &Path, inquiries: Vec<Inquiry>) -> Result<Self> {
        let mut config = DevnetConfig::default_subnet(MINERS);
        let prices: Arc<dyn PriceSource> = Arc::new(SeededPrices::new(7));
        let miners = config.neurons.iter().skip(1).enumerate();
        let miners = miners.map(|(place, neuron)| (neuron.hotkey, Manner::of(place)));
        let farm = Farm::spawn(&prices, miners).await?;
        for neuron in &mut config.neurons {
            neuron.axon = farm.address(&neuron.hotkey);
        }
        let devnet = Devnet::spawn(config).await?;
        let substrate = Substrate::connect(&devnet.ws_url).await?;
        let store = Store::create(folder.join("state.sqlite")).await?;
        let predictions = Predictions::create(folder.join("predictions.sqlite")).await?;
        let alice = Arc::new(Keypair::from_uri("//Alice")?);
        let largest = inquiries.iter().map(Inquiry::prices).max();
        let dendrite = Dendrite::builder(Arc::clone(&alice) as _)
            .limits(limits(largest.unwrap_or(0)))
            .private_addresses();
        let workers = Arc::new(Workers::for_this_machine()?);
        let parts = ForecastParts {
            forward: Forward::new(dendrite.build(), Arc::clone(&workers)),
            workers,
            predictions: predictions.clone(),
            prices,
            clock: MovableClock::system(),
        };
        let settings = ForecastSettings {
            inquiries,
            skip_horizons: true,
            ..ForecastSettings::default()
        };
        let forecast = Arc::new(Forecast::new(parts, settings));
        let mut validating = ValidatorSettings::new(devnet.netuid);
        validating.alpha = 1.0;
        validating.setter.block_time = devnet.block_time();
        validating.setter.drand = devnet.chain().drand();
        let chain = Arc::new(substrate);
        let validator = Validator::new(chain, Arc::clone(&forecast) as _, store, alice, validating);
        Ok(Self {
            validator,
            forecast,
            predictions,
            farm,
            devnet,
        })
    }

    async fn stop(self) {
        drop(self.validator);
        self.forecast.close().await;
        self.predictions.close().await;
        self.farm.stop().await;
        self.devnet.stop().await;
    }
}

/// A small prompt of each competition.
fn inquiries() -> Vec<Inquiry> {
    let competitions = [Competition::low(), Competition::high()];
    let inquiry = |competition: &Competition| Inquiry {
        num_simulations: 20,
        timeout: Some(Duration::from_secs(20)),
        ..Inquiry::of(competition, competition.assets[0].clone())
    };
    competitions.iter().map(inquiry).collect()
}

fn weight(report: &RoundReport, uid: u16) -> u16 {
    let miner = report.miners.iter().find(|miner| miner.uid == Uid(uid));
    miner.map_or(0, |miner| miner.weight)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_of_prompts_answers_scores_and_weights_lands_in_one_round() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut subnet = Subnet::start(folder.path(), inquiries()).await?;
    let report = subnet.validator.round().await?;
    assert_eq!(report.landing.outcome, "VerifiedInState", "{report:?}");
    let details = report.details.as_ref().context("the forecast's part")?;

    for prompt in details["prompts"].as_array().context("prompts")? {
        let outcomes = &prompt["outcomes"];
        let expected = serde_json::json!({ "correct": 8, "incorrect": 2, "no_axon": 1 });
        assert_eq!(outcomes, &expected, "{prompt:#}");
        for miner in prompt["miners"].as_array().context("miners")? {
            let answered = miner["outcome"] == "correct";
            assert_eq!(miner["format_validation"] == "CORRECT", answered);
        }
    }
    // uids 1, 2, 6, 7 are good, 3 and 8 lazy, 4 and 9 copiers of 1, 5 and 10 hostile.
    for scored in details["scored"].as_array().context("scores")? {
        let crps = |uid: u16| -> Result<&Value> {
            let miners = scored["miners"].as_array().context("miners")?;
            let found = miners.iter().find(|miner| miner["uid"] == uid);
            Ok(&found.context("a miner")?["crps"])
        };
        assert_eq!(crps(1)?, crps(4)?, "who copies has what he copied");
        assert_ne!(crps(1)?, crps(2)?, "others have lots of their own");
        assert!(crps(5)?.is_null() && crps(0)?.is_null(), "{scored:#}");
        assert!(crps(2)?.as_f64() < crps(3)?.as_f64(), "the price does move");
    }
    assert_eq!(details["scored"].as_array().map(Vec::len), Some(2));
    // Shares fall off so fast that only the best have a weight: those are good ones.
    let weights: Vec<_> = (0..11).map(|uid| weight(&report, uid)).collect();
    let best = (0..11)
        .max_by_key(|uid| weights[*uid])
        .context("somebody")?;
    assert!([1, 2, 4, 6, 7, 9].contains(&best), "{weights:?}");
    assert_eq!(weights[1], weights[4], "who copies has what he copied");
    assert_eq!(
        weights[5], weights[0],
        "who answers nonsense has no more than who serves nowhere"
    );

    let again = subnet.validator.round().await?;
    let details = again.details.as_ref().context("the forecast's part")?;
    assert_eq!(
        details["scored"].as_array().map(Vec::len),
        Some(2),
        "each prompt once"
    );
    subnet.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_during_a_prompt_keeps_what_has_arrived() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut inquiries = inquiries();
    inquiries.truncate(1);
    inquiries[0].timeout = Some(Duration::from_secs(600));
    let mut subnet = Subnet::start(folder.path(), inquiries).await?;
    // A miner who takes the request and never answers keeps the prompt open.
    let silent = std::net::TcpListener::bind("127.0.0.1:0")?;
    let length = Competition::low().time_length;
    let mut config = DevnetConfig::default_subnet(MINERS);
    config.neurons[10].axon = Some(silent.local_addr()?);
    for neuron in &mut config.neurons[1..10] {
        neuron.axon = subnet.farm.address(&neuron.hotkey);
    }
    let devnet = Devnet::spawn(config).await?;
    let old = std::mem::replace(&mut subnet.devnet, devnet);
    old.stop().await;
    let chain = Arc::new(Substrate::connect(&subnet.devnet.ws_url).await?);
    let store = Store::create(folder.path().join("other.sqlite")).await?;
    let alice = Arc::new(Keypair::from_uri("//Alice")?);
    let settings = ValidatorSettings::new(subnet.devnet.netuid);
    subnet.validator = Validator::new(
        chain,
        Arc::clone(&subnet.forecast) as _,
        store,
        alice,
        settings,
    );

    let stored = async {
        loop {
            let all = axonry_core::UnixMillis(0)..axonry_core::UnixMillis(u64::MAX >> 2);
            let requests = subnet.predictions.requests(length, all).await?;
            if let [request] = &requests[..]
                && subnet.predictions.answers(request.id).await?.len() == MINERS
            {
                return anyhow::Ok(request.id);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let request = tokio::select! {
        report = subnet.validator.round() => anyhow::bail!("it does not end: {report:?}"),
        stored = stored => stored?,
    };
    // The round is given up; the prompt goes on, until it is told to stop.
    let closing = tokio::time::timeout(Duration::from_secs(10), subnet.forecast.close());
    closing.await.context("a stop takes effect")?;
    let answers = subnet.predictions.answers(request).await?;
    assert!(
        answers.iter().all(|answer| answer.uid != Uid(10)),
        "nobody knows what it would say"
    );
    subnet.stop().await;
    drop(silent);
    Ok(())
}
