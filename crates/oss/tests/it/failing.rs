//! Failures of single questions, and what they do to miners: a whole round from memory.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axonry_core::{Hotkey, Observed, UnixMillis};
use axonry_devnet::mirror::{Mirror, MirrorConfig, Recording};
use axonry_github::{GitHub, Page, PatStore};
use axonry_neuron::{DEFAULT_ALPHA, Evaluation, MovingAverage};
use axonry_oss::{OpenSource, Registry};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::fixture::{NOW, Subnet, hotkey};
use crate::replay::{Answers, Recorder, Replay};
use crate::source;

/// Miners in the round.
const MINERS: u16 = 6;
const LATER: UnixMillis = UnixMillis(NOW.0 + 60_000);

/// A round's answers, recorded at the dev mirror, and the rules it went by.
///
/// Some issues pay, and the first miner maintains a repository that gives maintainers a cut.
async fn recorded() -> (Answers, Registry) {
    static ONCE: OnceCell<(Answers, Registry)> = OnceCell::const_new();
    ONCE.get_or_init(record).await.clone()
}

async fn record() -> (Answers, Registry) {
    let mirror = source::serve_some(MINERS, 6, None).await;
    let mut rules = mirror.registry();
    let first = json!({"min_valid_solved_issues": 1, "min_issue_credibility": 0.0});
    for entry in rules.as_object_mut().expect("a registry").values_mut() {
        entry["eligibility"] = first.clone();
        entry["maintainer_cut"] = json!(0.2);
    }
    let registry = Registry::from_json(&rules.to_string()).expect("a registry");
    let (recorder, answers) = Recorder::new(source::client(&mirror));
    let mechanism = OpenSource::builder(recorder, nobody())
        .registry(registry.clone())
        .tokens(subnet().tokens())
        .build()
        .expect("a mechanism");
    subnet().evaluate(&mechanism, NOW).await;
    let mut answers = answers.lock().expect("nobody panics").clone();
    let (name, _) = registry.iter().next().expect("a repository");
    let id = source::accounts(MINERS)[0].clone();
    let maintainer: Value = json!({"github_id": id, "login": "one", "association": "OWNER"});
    let mut page = Page::default();
    page.rows = vec![serde_json::from_value(maintainer).expect("a maintainer")];
    answers.maintained_by(name, page);
    (answers, registry)
}

fn subnet() -> Subnet {
    let ids = source::accounts(MINERS);
    let accounts: Vec<(u16, &str)> = (1..).zip(ids.iter().map(String::as_str)).collect();
    Subnet::of(MINERS + 1, &accounts)
}

/// Nobody is asked who a miner is: all accounts were checked before.
fn nobody() -> GitHub {
    GitHub::builder().build().expect("a client")
}

fn mechanism(source: &Replay, registry: &Registry, in_flight: usize) -> OpenSource {
    OpenSource::builder(source.clone(), nobody())
        .registry(registry.clone())
        .tokens(subnet().tokens())
        .in_flight(in_flight)
        .build()
        .expect("a mechanism")
}

fn scores(evaluation: &Evaluation) -> BTreeMap<Hotkey, Option<f64>> {
    source::known(evaluation)
}

#[tokio::test]
async fn no_miners_score_drops_when_any_one_question_fails() {
    let (answers, registry) = recorded().await;
    let replay = Replay::of(answers.clone());
    let calm = subnet()
        .evaluate(&mechanism(&replay, &registry, 16), NOW)
        .await;
    let before = scores(&calm);
    let asked: BTreeSet<String> = replay.asked().into_iter().collect();
    for kind in ["pulls", "issues", "open", "files", "maintainers"] {
        assert!(
            asked.iter().any(|question| question.starts_with(kind)),
            "{kind}: {asked:?}"
        );
    }
    assert!(before.values().all(|score| score.is_some()), "{before:?}");
    let paid_for_issues = calm.explanations.values();
    let paid_for_issues = paid_for_issues
        .filter(|line| line.contains("solved"))
        .count();
    assert!(paid_for_issues > 0, "{:?}", calm.explanations);

    let mut with_unknown = 0;
    for question in &asked {
        replay.fail(question);
        let evaluation = subnet()
            .evaluate(&mechanism(&replay, &registry, 16), NOW)
            .await;
        let now = scores(&evaluation);
        with_unknown += usize::from(now.values().any(Option::is_none));
        for (miner, before) in &before {
            // What goes to uid 0 is nobody's: it is what could not be earned.
            if let Some(now) = now[miner].filter(|_| *miner != hotkey(0)) {
                let before = before.expect("known in the calm round");
                assert!(
                    now >= before - 1e-12,
                    "{now} < {before}: {miner} by {question}"
                );
            }
        }
    }
    assert!(
        with_unknown * 2 > asked.len(),
        "most answers matter: {with_unknown}"
    );
}

#[tokio::test]
async fn a_miner_whose_identity_cannot_be_had_now_is_unknown_and_nobody_else() {
    let (answers, registry) = recorded().await;
    let replay = Replay::of(answers);
    let calm = scores(
        &subnet()
            .evaluate(&mechanism(&replay, &registry, 16), NOW)
            .await,
    );
    let ids = source::accounts(MINERS);
    let stored: Vec<Value> = (1..)
        .zip(&ids)
        .map(|(uid, id)| {
            let token = format!("t{id}");
            json!({"uid": uid, "hotkey": hotkey(uid), "pat": token, "github_id": id})
        })
        .collect();
    let tokens = PatStore::parse("tokens.json", &Value::from(stored).to_string());
    let tokens = tokens.expect("tokens");
    for (failing, uid) in ids.iter().zip(1..) {
        let mut users = Recording::default();
        for id in &ids {
            let number: u64 = id.parse().expect("ids are numbers");
            let status = if id == failing { 503 } else { 200 };
            users = users.user(format!("t{id}"), status, json!({"id": number}));
        }
        let server = Mirror::spawn(MirrorConfig::replaying(users)).await;
        let server = server.expect("a free port");
        let github = GitHub::builder()
            .base(server.url())
            .pause(Duration::from_millis(1));
        let mechanism = OpenSource::builder(replay.clone(), github.build().expect("GitHub"))
            .registry(registry.clone())
            .tokens(tokens.clone())
            .build()
            .expect("a mechanism");
        let now = scores(&subnet().evaluate(&mechanism, NOW).await);
        for (miner, before) in &calm {
            match now[miner] {
                None => assert_eq!(*miner, hotkey(uid)),
                Some(now) if *miner != hotkey(0) => {
                    let before = before.expect("known in the calm round");
                    assert!(
                        now >= before - 1e-12,
                        "{now} < {before}: {miner} by {failing}"
                    );
                }
                Some(_) => {}
            }
        }
        assert_eq!(now[&hotkey(uid)], None);
    }
}

#[tokio::test]
async fn after_a_complete_round_any_one_failure_changes_no_score() {
    let (answers, registry) = recorded().await;
    for question in answers.questions() {
        let replay = Replay::of(answers.clone());
        let running = mechanism(&replay, &registry, 16);
        let first = subnet().evaluate(&running, NOW).await;
        replay.fail(&question);
        // The same moment, so that nothing decays in between.
        let second = subnet().evaluate(&running, NOW).await;
        assert_eq!(scores(&first), scores(&second), "{question}");
    }
}

#[tokio::test]
async fn a_panic_over_one_miner_is_that_miners_affair() {
    let (answers, registry) = recorded().await;
    let first = source::accounts(MINERS)[0].clone();
    for what in ["pulls", "issues"] {
        let replay = Replay::of(answers.clone());
        replay.panic_at(&format!("{what} {first}"));
        let evaluation = subnet()
            .evaluate(&mechanism(&replay, &registry, 4), NOW)
            .await;
        let unknown: Vec<_> = evaluation
            .scores
            .iter()
            .filter(|(_, score)| !score.is_known())
            .map(|(miner, _)| *miner)
            .collect();
        assert_eq!(unknown, [hotkey(1)], "{what}");
        let said = &evaluation.explanations[&hotkey(1)];
        assert!(said.contains("stumbles"), "{said}");
    }
}

#[tokio::test]
async fn files_that_several_need_are_asked_for_once() {
    let (answers, registry) = recorded().await;
    let replay = Replay::of(answers);
    subnet()
        .evaluate(&mechanism(&replay, &registry, 16), NOW)
        .await;
    let asked = replay.asked();
    let once: BTreeSet<&String> = asked.iter().collect();
    assert_eq!(asked.len(), once.len());
    let is_list =
        |question: &&String| !question.starts_with("files") && !question.starts_with("maint");
    let last_list = asked
        .iter()
        .rposition(|question| is_list(&question))
        .expect("lists");
    let first_file = asked
        .iter()
        .position(|question| question.starts_with("files"));
    assert!(
        last_list < first_file.expect("files"),
        "the whole list of work comes first"
    );
}

#[tokio::test]
async fn a_miner_that_cannot_be_judged_neither_gains_nor_loses_and_nobody_gains_by_it() {
    let (answers, registry) = recorded().await;
    let mut subnet = subnet();
    let replay = Replay::of(answers);
    let calm = subnet
        .evaluate(&mechanism(&replay, &registry, 16), NOW)
        .await;
    let registered: BTreeSet<Hotkey> = calm.scores.keys().copied().collect();
    let fold = |averages: &BTreeMap<Hotkey, f32>, evaluation: &Evaluation| {
        let mut average = MovingAverage::new(DEFAULT_ALPHA, averages.clone());
        average.fold(&registered, &evaluation.scores, &evaluation.penalised);
        average.into_averages()
    };
    for _ in 0..30 {
        subnet.averages = fold(&subnet.averages, &calm);
    }
    let share = |averages: &BTreeMap<Hotkey, f32>, miners: &[u16]| {
        let total: f32 = averages.values().sum();
        let theirs: f32 = miners.iter().map(|&uid| averages[&hotkey(uid)]).sum();
        theirs / total
    };
    let missing = (2..=MINERS)
        .max_by(|a, b| calm_score(&calm, *a).total_cmp(&calm_score(&calm, *b)))
        .expect("miners");
    let others: Vec<u16> = (1..=MINERS).filter(|&uid| uid != missing).collect();
    let steady = (
        share(&subnet.averages, &[missing]),
        share(&subnet.averages, &others),
    );
    assert!(
        steady.0 > 0.1,
        "or there would be little to gain: {steady:?}"
    );

    let id = source::accounts(MINERS)[usize::from(missing) - 1].clone();
    replay.fail(&format!("pulls {id}"));
    for _ in 0..10 {
        // Made anew each time: a mechanism that had seen the miner would remember its work.
        let evaluation = subnet
            .evaluate(&mechanism(&replay, &registry, 16), NOW)
            .await;
        assert!(!evaluation.scores[&hotkey(missing)].is_known());
        subnet.averages = fold(&subnet.averages, &evaluation);
    }
    let later = (
        share(&subnet.averages, &[missing]),
        share(&subnet.averages, &others),
    );
    assert!((later.0 - steady.0).abs() < 1e-3, "{steady:?} {later:?}");
    assert!((later.1 - steady.1).abs() < 1e-3, "{steady:?} {later:?}");
}

fn calm_score(evaluation: &Evaluation, uid: u16) -> f64 {
    crate::fixture::score(evaluation, uid)
}

#[tokio::test]
async fn what_stands_in_for_a_failed_answer_says_how_old_it_is() {
    let (answers, registry) = recorded().await;
    let replay = Replay::of(answers);
    let running = mechanism(&replay, &registry, 16);
    subnet().evaluate(&running, NOW).await;
    let id = source::accounts(MINERS)[0].clone();
    replay.fail(&format!("issues {id}"));
    let second = subnet().evaluate(&running, LATER).await;
    let Observed::Known { as_of, .. } = second.scores[&hotkey(1)] else {
        panic!("known")
    };
    assert_eq!(as_of, NOW);
    let said = &second.explanations[&hotkey(1)];
    assert!(said.contains("as seen in an earlier round"), "{said}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_order_of_answers_changes_no_bit(seed: u64, in_flight in 1_usize..40) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let (calm, shuffled) = runtime.block_on(async {
            let (answers, registry) = recorded().await;
            let replay = Replay::of(answers);
            let calm = subnet().evaluate(&mechanism(&replay, &registry, 1), NOW).await;
            replay.shuffle(seed);
            tokio::time::pause();
            let shuffled = subnet().evaluate(&mechanism(&replay, &registry, in_flight), NOW).await;
            (scores(&calm), scores(&shuffled))
        });
        prop_assert_eq!(calm, shuffled);
    }
}
