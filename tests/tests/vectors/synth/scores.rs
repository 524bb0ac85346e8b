//! What answers are worth.

use std::collections::{BTreeMap, BTreeSet};

use axonry_core::Uid;
use axonry_forecast::{
    Competition, Mode, Reward, ScoreRow, back_filled, combined, owner_weight, prompt_scores,
    rewards, smoothed_scores, softmax,
};
use axonry_scoring::crps::{
    Ensemble, Interval, Judge, Measure, PathScore, changes, observed_blocks,
};
use axonry_weights::{Shape, Vector, pipeline};
use axonry_wire::bt::PythonValue;
use serde::Deserialize;
use serde_json::Value;

use super::{all_close, asset, float, floats, list, text, time, whole};
use crate::source::{Checks, File};

pub(super) fn ensembles(file: &File, checks: &mut Checks) {
    let mut ensemble = Ensemble::default();
    for case in file.list("cases") {
        checks.case(case);
        let crps = ensemble.crps(&floats(&case["forecasts"]), float(&case["observation"]));
        checks.close("crps", crps, &case["expected"]);
    }
}

pub(super) fn price_changes(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        let truth = |field: &str| case[field].as_bool().expect("a truth");
        let (absolute, gap) = (truth("absolute"), truth("is_gap"));
        let steps = whole(&case["interval_steps"]);
        checks.begin(&format!("{steps} steps, absolute {absolute}, gap {gap}"));
        let measure = match (absolute, gap) {
            (true, _) => Measure::Price,
            (false, true) => Measure::FirstChange,
            (false, false) => Measure::Change,
        };
        for (path, expected) in list(&case["paths"]).iter().zip(list(&case["expected"])) {
            let mut changes = changes(&floats(path), steps, measure);
            if absolute && gap {
                // No name of an interval says both; upstream's function takes the first price then.
                changes.truncate(1);
            }
            all_close(checks, "changes", &changes, list(expected));
        }
    }
}

pub(super) fn blocks(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.begin(&case["values"].to_string());
        let labels = observed_blocks(&floats(&case["values"])).into_iter();
        let labels: Vec<i64> = labels
            .map(|label| label.map_or(-1, |label| i64::try_from(label).expect("a small number")))
            .collect();
        let expected: Vec<i64> = list(&case["expected"])
            .iter()
            .filter_map(Value::as_i64)
            .collect();
        checks.same("labels", labels, expected);
    }
}

/// Intervals in the order in which they are written, which a map of JSON values has not.
#[derive(Deserialize)]
struct Ordered {
    cases: Vec<OrderedCase>,
}

#[derive(Deserialize)]
struct OrderedCase {
    scoring_intervals: PythonValue,
}

impl OrderedCase {
    fn intervals(&self) -> Vec<Interval> {
        let PythonValue::Dict(intervals) = &self.scoring_intervals else {
            panic!("intervals are a dict");
        };
        let interval = |(name, seconds): &(String, PythonValue)| {
            let seconds = seconds.to_string().parse().expect("seconds");
            Interval::new(name.clone(), seconds)
        };
        intervals.iter().map(interval).collect()
    }
}

pub(super) fn path_scores(file: &File, checks: &mut Checks) {
    let ordered: Ordered = serde_json::from_str(&file.text).expect("the file has cases");
    let mut ensemble = Ensemble::default();
    for (case, ordered) in file.list("cases").iter().zip(&ordered.cases) {
        checks.case(case);
        let real = floats(&case["real_prices"]);
        let judge = Judge::new(&real, whole(&case["time_increment"]), &ordered.intervals());
        let judge = judge.expect("long enough intervals");
        let paths: Vec<f64> = list(&case["simulation_runs"])
            .iter()
            .flat_map(floats)
            .collect();
        let score = judge.score(&paths, &mut ensemble);
        // NaN is no score upstream, and neither is an error; both are stored as -1.
        let worker = score.as_ref().ok().map(|score| score.total);
        let worker = worker.filter(|total| !total.is_nan()).unwrap_or(-1.0);
        checks.close("worker score", worker, &case["expected_worker_score"]);
        match (&score, case["expected_error"].as_str()) {
            (Err(error), Some(expected)) => checks.same("error", error.to_string(), expected),
            (Ok(score), None) => path_score(score, case, checks),
            (score, expected) => {
                let error = score.as_ref().err().map(ToString::to_string);
                checks.same("error", error.as_deref(), expected);
            }
        }
    }
}

fn path_score(score: &PathScore, case: &Value, checks: &mut Checks) {
    checks.close("total", score.total, &case["expected_total"]);
    let details: Vec<_> = score.details().collect();
    checks.count("rows", details.len(), &case["expected_detail_rows"]);
    let sums = details.iter().filter(|row| row.increment.is_none());
    let sums: BTreeMap<&str, f64> = sums.map(|row| (row.interval, row.crps)).collect();
    let expected = case["expected_interval_totals"]
        .as_object()
        .expect("totals");
    let names: BTreeSet<&str> = expected.keys().map(String::as_str).collect();
    checks.same(
        "intervals",
        sums.keys().copied().collect::<BTreeSet<_>>(),
        names,
    );
    for (name, sum) in sums {
        checks.close(name, sum, &expected[name]);
    }
    let increments = details.iter().filter(|row| row.increment.is_some());
    let expected = case["expected_increments"].as_array();
    for (row, expected) in increments.zip(expected.into_iter().flatten()) {
        checks.same("interval", row.interval, text(&expected[0]));
        checks.same("increment", row.increment, Some(whole(&expected[1])));
        checks.close("crps", row.crps, &expected[2]);
    }
}

pub(super) fn scores_of_prompts(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let sums = floats(&case["total_crps"]).into_iter();
        let sums: Vec<_> = sums.map(|sum| (sum != -1.0).then_some(sum)).collect();
        let scored = prompt_scores(&sums, Mode::Parity);
        let expected = &case["expected_prompt_scores"];
        checks.same("scored", scored.is_some(), !expected.is_null());
        let Some(scored) = scored else { continue };
        all_close(checks, "score", &scored.scores, list(expected));
        checks.close(
            "percentile",
            scored.percentile90,
            &case["expected_percentile90"],
        );
        checks.close("lowest", scored.lowest_score, &case["expected_lowest"]);
        if let Some(full) = prompt_scores(&sums, Mode::Full) {
            let finite = full.scores.iter().all(|score| score.is_finite());
            checks.same("no miner's infinity is another's", finite, true);
        }
    }
}

pub(super) fn smoothed(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let row = |row: &Value| ScoreRow {
            miner: row[0].as_i64().expect("a miner"),
            prompt_score: float(&row[1]),
            scored_time: time(&row[2]),
            asset: asset(&row[3]),
            percentile90: row[4].as_f64(),
            lowest_score: row[5].as_f64(),
        };
        let rows: Vec<_> = list(&case["rows"]).iter().map(row).collect();
        let prepared = back_filled(&rows);
        let expected = list(&case["expected_prepared"]);
        checks.same("rows", prepared.len(), expected.len());
        for (row, expected) in prepared.iter().zip(expected) {
            checks.same("miner", Some(row.miner), expected[0].as_i64());
            checks.close("prompt score", row.prompt_score, &expected[1]);
            checks.same("time", row.scored_time, time(&expected[2]));
            checks.same("asset", row.asset.as_str(), text(&expected[3]));
        }
        let competition = Competition {
            label: text(&case["prompt_label"]).to_owned(),
            softmax_beta: float(&case["softmax_beta"]),
            smoothed_score_coefficient: float(&case["smoothed_score_coefficient"]),
            ..Competition::low()
        };
        let mut scores = smoothed_scores(&prepared, time(&case["scored_time"]));
        scores.retain(|miner, _| !case["uid_by_miner_id"][miner.to_string()].is_null());
        let rewarded = rewards(&scores, &competition);
        compare_rewards(&rewarded, &case["expected"], checks);
    }
}

fn compare_rewards(rewards: &[Reward<i64>], expected: &Value, checks: &mut Checks) {
    let expected = expected.as_array().map(Vec::as_slice).unwrap_or_default();
    checks.same("rewards", rewards.len(), expected.len());
    for (reward, expected) in rewards.iter().zip(expected) {
        checks.same("miner", Some(reward.miner), expected["miner_id"].as_i64());
        checks.same(
            "prompt",
            reward.prompt_name.as_str(),
            text(&expected["prompt_name"]),
        );
        checks.close(
            "smoothed",
            reward.smoothed_score,
            &expected["smoothed_score"],
        );
        checks.close("weight", reward.reward_weight, &expected["reward_weight"]);
    }
}

pub(super) fn shares(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let shares = softmax(&floats(&case["scores"]), float(&case["beta"]));
        all_close(checks, "share", &shares, list(&case["expected"]));
    }
}

pub(super) fn combinations(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let reward = |row: &Value| Reward {
            miner: row["miner_id"].as_i64().expect("a miner"),
            smoothed_score: float(&row["smoothed_score"]),
            reward_weight: float(&row["reward_weight"]),
            prompt_name: text(&row["prompt_name"]).to_owned(),
        };
        let of = |label: &str| -> Vec<_> {
            case[label]
                .as_array()
                .into_iter()
                .flatten()
                .map(reward)
                .collect()
        };
        let combined = combined([of("low"), of("high")]);
        compare_rewards(&combined, &case["expected"], checks);
        let owner = owner_weight(&combined);
        checks.close("owner", owner, &case["expected_owner_weight"]);
    }
}

pub(super) fn weights(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.case(case);
        let neurons: u16 = whole(&case["n"]);
        let mut scores = vec![0.0_f32; neurons.into()];
        for (uid, reward) in list(&case["uids"]).iter().zip(floats(&case["rewards"])) {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "upstream's scores are 32 bits"
            )]
            let reward = reward as f32;
            scores[whole::<usize>(uid)] = if reward.is_nan() { 0.0 } else { reward };
        }
        let shape = Shape {
            num_neurons: neurons,
            min_allowed_weights: whole(&case["min_allowed_weights"]),
            max_weight_limit: float(&case["max_weight_limit"]),
            exclude_quantile: 0,
        };
        let vector = pipeline(&Vector::F32(scores), shape).expect("a vector");
        let singles = |checks: &mut Checks, field: &str, actual: &Vector, expected: &Value| {
            let actual = actual.to_f64();
            checks.same(
                &format!("{field}, how many"),
                actual.len(),
                list(expected).len(),
            );
            for (actual, expected) in actual.into_iter().zip(list(expected)) {
                #[expect(clippy::cast_possible_truncation, reason = "compared as 32 bits")]
                checks.close_single(field, actual as f32, expected);
            }
        };
        singles(checks, "raw", &vector.raw, &case["expected_raw"]);
        singles(
            checks,
            "processed",
            &vector.weights,
            &case["expected_processed_weights"],
        );
        let uids = |field: &str| -> Vec<Uid> {
            list(&case[field])
                .iter()
                .map(|uid| Uid(whole(uid)))
                .collect()
        };
        checks.same(
            "processed uids",
            &vector.uids,
            &uids("expected_processed_uids"),
        );
        let values = list(&case["expected_weights_u16"]).iter().map(whole::<u16>);
        let expected: Vec<_> = uids("expected_uids").into_iter().zip(values).collect();
        checks.same("emitted", vector.emitted, expected);
    }
}
