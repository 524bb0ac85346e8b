//! Parsing in children of this program, which is its own parser: they score as this process does,
//! and what goes wrong in them is one change's affair or nobody's zero.

#[path = "it/fixture.rs"]
mod fixture;

use std::env;
use std::process::Command;
use std::time::Duration;

use axonry_core::Observed;
use axonry_neuron::Evaluation;
use axonry_oss::{ParsingSettings, Tables, WorkerSettings};
use wiremock::MockServer;

use crate::fixture::{NOW, Subnet, builder, hotkey, merged, mirror_with, score};

const MARKER: &str = "score-changes";
const TEXT: &str = "fn a(items: &[u32]) -> u32 { items.iter().map(|i| i * 2).sum() }\n";

fn main() {
    if env::args().nth(1).as_deref() == Some(MARKER) {
        axonry_oss::serve_parsing(ParsingSettings::default()).expect("the pipes are open");
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        children_score_as_this_process_does().await;
        children_weigh_by_the_tables_of_this_process().await;
        a_change_that_is_killed_for_its_time_is_worth_nothing_and_is_named().await;
        children_that_do_not_come_up_make_miners_unknown_and_never_zero().await;
    });
}

/// This program again.
fn itself() -> Command {
    let mut command = Command::new(env::current_exe().expect("this program has a path"));
    command.arg(MARKER);
    command
}

type Apart = Option<(fn() -> Command, WorkerSettings)>;

async fn evaluate(apart: Apart) -> Evaluation {
    evaluate_by(Tables::upstream(), apart).await
}

async fn evaluate_by(tables: Tables, apart: Apart) -> Evaluation {
    let server = MockServer::start().await;
    mirror_with(&server, "101", &[merged(1, "101")], TEXT).await;
    mirror_with(&server, "102", &[merged(2, "102")], &TEXT.repeat(9)).await;
    let subnet = Subnet::of(3, &[(1, "101"), (2, "102")]);
    let mechanism = match apart {
        None if tables == Tables::upstream() => subnet.mechanism(&server),
        None => builder(&subnet, &server)
            .tables(tables)
            .build()
            .expect("a mechanism"),
        Some((command, settings)) => builder(&subnet, &server)
            .tables(tables)
            .parse_apart(command, settings)
            .build()
            .expect("a mechanism"),
    };
    subnet.evaluate(&mechanism, NOW).await
}

async fn children_score_as_this_process_does() {
    let here = evaluate(None).await;
    let apart = evaluate(Some((itself, WorkerSettings::default()))).await;
    assert!(
        score(&here, 2) > score(&here, 1),
        "or there would be nothing to compare"
    );
    assert_eq!(here.scores, apart.scores);
}

async fn children_weigh_by_the_tables_of_this_process() {
    let tables = Tables::upstream().with_token_weights(r#"{"leaf_tokens": {"identifier": 1}}"#);
    let tables = tables.expect("tables");
    let here = evaluate_by(tables.clone(), None).await;
    let apart = evaluate_by(tables, Some((itself, WorkerSettings::default()))).await;
    let upstream = evaluate(None).await;
    assert_ne!(
        here.explanations, upstream.explanations,
        "or there would be nothing to compare"
    );
    assert_eq!(here.scores, apart.scores);
    assert_eq!(here.explanations, apart.explanations);
}

async fn a_change_that_is_killed_for_its_time_is_worth_nothing_and_is_named() {
    let at_once = WorkerSettings {
        per_change: Duration::ZERO,
        ..WorkerSettings::default()
    };
    let evaluation = evaluate(Some((itself, at_once))).await;
    assert_eq!(score(&evaluation, 1), 0.0);
    let said = &evaluation.explanations[&hotkey(1)];
    assert!(
        said.contains("acme/widgets#1") && said.contains("killed"),
        "{said}"
    );
}

async fn children_that_do_not_come_up_make_miners_unknown_and_never_zero() {
    let evaluation = evaluate(Some((|| Command::new("true"), WorkerSettings::default()))).await;
    for uid in [1, 2] {
        let observed = &evaluation.scores[&hotkey(uid)];
        assert!(matches!(observed, Observed::Unknown { .. }), "{observed:?}");
    }
}
