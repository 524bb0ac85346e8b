//! The mechanism against the dev mirror: what it asks, how often, and what failures do to miners.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use axonry_core::{Hotkey, Observed, UnixMillis};
use axonry_devnet::mirror::{
    Fault, Faults, Mirror, MirrorConfig, MirrorData, MirrorEdge, Seed, token_of,
};
use axonry_github::{ContentCache, GitHub, Mirror as Client, Secret};
use axonry_neuron::Evaluation;
use axonry_oss::{OpenSource, OpenSourceBuilder, Registry, Tables};
use tokio::task::JoinSet;

use crate::fixture::{NOW, Subnet, hotkey};

const MINERS: u16 = 4;

async fn serve(faults: Option<Faults>) -> Mirror {
    serve_some(MINERS, 12, faults).await
}

/// A dev mirror with so many miners of so many pull requests.
pub(crate) async fn serve_some(miners: u16, pulls: usize, faults: Option<Faults>) -> Mirror {
    let mut edge = MirrorEdge::default();
    edge.faults = faults;
    serve_behind(edge, miners, pulls).await
}

async fn serve_behind(edge: MirrorEdge, miners: u16, pulls: usize) -> Mirror {
    let now = i64::try_from(NOW.0).expect("a moment of this century");
    let data = MirrorData::seeded(&Seed {
        miners: accounts(miners),
        pulls_per_miner: pulls,
        ..Seed::new(7, jiff::Timestamp::from_millisecond(now).expect("a moment"))
    });
    let mirror = Mirror::spawn(MirrorConfig::new(data).edge(edge)).await;
    mirror.expect("a free port")
}

/// The accounts of that many miners.
pub(crate) fn accounts(miners: u16) -> Vec<String> {
    Seed::miners(miners.into())
}

pub(crate) fn client(mirror: &Mirror) -> Client {
    Client::builder()
        .base(mirror.url())
        .build()
        .expect("a mirror")
}

/// A subnet whose miners have the mirror's accounts, known without asking GitHub.
fn subnet() -> Subnet {
    let ids = accounts(MINERS);
    let accounts: Vec<(u16, &str)> = (1..).zip(ids.iter().map(String::as_str)).collect();
    Subnet::of(MINERS + 1, &accounts)
}

fn mechanism(mirror: &Mirror, in_flight: usize, cache: Option<&Path>) -> OpenSource {
    let builder = builder(mirror, in_flight, cache);
    builder.build().expect("a mechanism")
}

fn builder(mirror: &Mirror, in_flight: usize, cache: Option<&Path>) -> OpenSourceBuilder {
    let client = axonry_http::Client::builder().build().expect("a client");
    let source = Client::builder()
        .base(mirror.url())
        .http(client.clone())
        .build()
        .expect("a mirror");
    let github = GitHub::builder().base(mirror.url()).http(client);
    let mut builder = OpenSource::builder(source, github.build().expect("GitHub"))
        .registry(Registry::from_json(&mirror.registry().to_string()).expect("a registry"))
        .tokens(subnet().tokens())
        .in_flight(in_flight);
    if let Some(folder) = cache {
        builder = builder.cache(ContentCache::open(folder, 1 << 30).expect("a folder"));
    }
    builder
}

/// The scores of one round against a mirror with these faults.
async fn scores(faults: Option<Faults>, in_flight: usize) -> BTreeMap<Hotkey, Option<f64>> {
    let mirror = serve(faults).await;
    let mechanism = mechanism(&mirror, in_flight, None);
    known(&subnet().evaluate(&mechanism, NOW).await)
}

pub(crate) fn known(evaluation: &Evaluation) -> BTreeMap<Hotkey, Option<f64>> {
    let scores = evaluation.scores.iter();
    scores
        .map(|(hotkey, score)| (*hotkey, score.value().map(|score| score.value())))
        .collect()
}

#[tokio::test]
async fn a_second_round_in_which_nothing_changed_asks_for_no_files() {
    let (mirror, folder) = (serve(None).await, tempfile::tempdir().expect("a folder"));
    let running = mechanism(&mirror, 16, Some(folder.path()));
    let first = subnet().evaluate(&running, NOW).await;
    let fetched = mirror.traffic().files;
    assert!(fetched > 20, "{fetched}");
    assert_eq!(first.counters["files_fetched"], fetched);

    let later = UnixMillis(NOW.0 + 1);
    let second = subnet().evaluate(&running, later).await;
    let restarted = mechanism(&mirror, 16, Some(folder.path()));
    let third = subnet().evaluate(&restarted, later).await;
    assert_eq!(mirror.traffic().files, fetched, "not even after a restart");
    assert_eq!(third.counters["scores_reused"], fetched);
    assert_eq!(known(&second), known(&third));
    assert_eq!(first.counters["files"], third.counters["files"]);
}

#[tokio::test]
async fn after_a_change_of_the_tables_kept_files_are_scored_again_and_kept_scores_are_not_used() {
    let (mirror, folder) = (serve(None).await, tempfile::tempdir().expect("a folder"));
    let first = mechanism(&mirror, 16, Some(folder.path()));
    let first = subnet().evaluate(&first, NOW).await;
    let fetched = mirror.traffic().files;

    let tables = Tables::upstream().with_token_weights("{}").expect("tables");
    let cached = builder(&mirror, 16, Some(folder.path())).tables(tables.clone());
    let cached = cached.build().expect("a mechanism");
    let cached = subnet().evaluate(&cached, NOW).await;
    assert_eq!(mirror.traffic().files, fetched, "the files are there");
    assert_eq!(cached.counters["scores_reused"], 0);
    assert_ne!(known(&first), known(&cached), "no token weighs anything");

    let fresh = builder(&mirror, 16, None).tables(tables);
    let fresh = fresh.build().expect("a mechanism");
    let fresh = subnet().evaluate(&fresh, NOW).await;
    assert_eq!(known(&cached), known(&fresh));
}

#[tokio::test]
async fn no_more_is_asked_at_once_than_allowed() {
    let mut edge = MirrorEdge::default();
    edge.delay = Duration::from_millis(20);
    let mirror = serve_behind(edge, MINERS, 4).await;
    subnet().evaluate(&mechanism(&mirror, 3, None), NOW).await;
    assert_eq!(
        mirror.traffic().at_once,
        3,
        "and no less, while there is work"
    );
}

#[tokio::test]
async fn scores_do_not_depend_on_the_order_of_answers() {
    let (one, many) = tokio::join!(scores(None, 1), scores(None, 32));
    assert_eq!(one, many, "to the last bit");
    let earning = one.values().filter(|score| **score > Some(0.0)).count();
    assert!(earning > 2, "or there would be nothing to compare: {one:?}");
}

#[tokio::test]
async fn the_mirror_and_github_give_the_same_scores() {
    let mirror = serve(None).await;
    let from_mirror = subnet().evaluate(&mechanism(&mirror, 16, None), NOW).await;
    let tokens = accounts(MINERS);
    let tokens = tokens.iter().map(|id| Secret::new(token_of(id)));
    let github = GitHub::builder().base(mirror.url()).tokens(tokens);
    let github = github.build().expect("GitHub");
    let on_github = OpenSource::builder(github.clone(), github)
        .registry(Registry::from_json(&mirror.registry().to_string()).expect("a registry"))
        .tokens(subnet().tokens())
        .build()
        .expect("a mechanism");
    let from_github = subnet().evaluate(&on_github, NOW).await;
    assert_eq!(known(&from_mirror), known(&from_github));
    let earning = known(&from_mirror);
    let earning = earning.values().filter(|score| **score > Some(0.0)).count();
    assert!(earning > 2, "or there would be nothing to compare");
}

#[tokio::test]
async fn what_passes_by_itself_loses_nothing() {
    let quick = [
        Fault::Internal,
        Fault::BadGateway,
        Fault::Unavailable,
        Fault::Unknown,
        Fault::Reset,
        Fault::Close,
        Fault::Truncated,
        Fault::BadJson,
        Fault::TooManySeconds,
    ];
    let faults = Faults::share(0.2).of(quick).seed(3);
    let (troubled, calm) = tokio::join!(scores(Some(faults), 16), scores(None, 16));
    assert_eq!(troubled, calm);
}

/// Everything a round may ask of the mirror.
async fn routes() -> Vec<String> {
    let mirror = serve(None).await;
    let client = client(&mirror);
    let mut routes = Vec::new();
    for id in mirror.data().miners() {
        routes.push(format!("/miners/{id}/pulls"));
        let id = id.parse().expect("an id");
        let page = client.pulls(&id, &BTreeMap::new()).await.expect("a list");
        let files = page
            .rows
            .iter()
            .map(|pull| format!("/{}/{}/files", pull.repository, pull.number));
        routes.extend(files);
    }
    routes
}

/// Each request of a round fails in turn, for good, and in a way that no retry covers.
#[tokio::test]
async fn no_miners_score_drops_because_a_request_fails() {
    let calm = scores(None, 16).await;
    let routes = routes().await;
    let mut rounds = JoinSet::new();
    for route in routes {
        rounds.spawn(async move {
            let mirror = serve(Some(Faults::always(Fault::WrongShape).at(&route))).await;
            let mechanism = mechanism(&mirror, 16, None);
            let evaluation = subnet().evaluate(&mechanism, NOW).await;
            (route, mirror.traffic().faults, evaluation)
        });
    }
    let mut failed = 0;
    while let Some(round) = rounds.join_next().await {
        let (route, faults, evaluation) = round.expect("a round");
        failed += usize::from(faults > 0);
        let mut unknown = 0;
        for uid in 1..=MINERS {
            match &evaluation.scores[&hotkey(uid)] {
                Observed::Unknown { .. } => unknown += 1,
                Observed::Known { value, .. } => {
                    let before = calm[&hotkey(uid)].expect("known in a calm round");
                    assert!(value.value() >= before - 1e-12, "uid {uid} by {route}");
                }
            }
        }
        assert!(
            unknown <= 2,
            "its author, and who found the issue it solved: {route}"
        );
        assert_eq!(unknown > 0, faults > 0, "{route}");
    }
    assert!(failed > 30, "most routes are asked in a round: {failed}");
}
