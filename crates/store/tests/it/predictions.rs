//! What miners predicted, what came of it, and the scores they got.

use axonry_core::{Coldkey, Hotkey, Uid, UnixMillis};
use axonry_store::StoreError;
use axonry_store::predictions::{
    Answer, Expiry, Miner, Prediction, Predictions, Request, Reward, Score, Scores, StoredRequest,
    Thinning, WeightsUpdate,
};

use crate::place::Place;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const START: u64 = 1_770_114_000_000;
const LENGTH: u32 = 3_600;
const ALWAYS: std::ops::Range<UnixMillis> = UnixMillis(0)..UnixMillis(u64::MAX / 4);

fn request(asset: &str, start_time: u64) -> Request {
    Request {
        start_time: UnixMillis(start_time),
        asset: asset.to_owned(),
        time_increment: 60,
        time_length: LENGTH,
        num_simulations: 2,
        request_time: UnixMillis(start_time - 61_500),
    }
}

fn miner(uid: u16) -> Miner {
    let byte = u8::try_from(uid).expect("a small one");
    Miner {
        uid: Uid(uid),
        coldkey: Coldkey::from_bytes([1; 32]),
        hotkey: Hotkey::from_bytes([byte; 32]),
    }
}

fn answer(uid: u16, prediction: Prediction) -> Answer {
    Answer {
        uid: Uid(uid),
        process_time: Some(1.25),
        format_validation: "CORRECT".to_owned(),
        prediction,
    }
}

fn json(uid: u16) -> Prediction {
    Prediction::Json(format!("[{START},60,[1.5,{uid}],[1.5, 2E2]]"))
}

/// A request that three miners were asked and answered.
async fn asked(predictions: &Predictions, asset: &str, start_time: u64) -> StoredRequest {
    let miners = [miner(1), miner(2), miner(3)];
    let request = request(asset, start_time);
    let asked = predictions.begin(&request, &miners).await.expect("begun");
    let answers = [
        answer(1, json(1)),
        answer(2, Prediction::F32(vec![0, 0, 192, 63, 0, 0, 0, 64])),
        Answer {
            process_time: None,
            format_validation: "Response is empty".to_owned(),
            ..answer(3, Prediction::Nothing)
        },
    ];
    let saved = asked.save(&answers).await.expect("saved");
    assert_eq!((saved.rows, saved.refused.len()), (3, 0));
    asked
        .finish(UnixMillis(start_time))
        .await
        .expect("finished");
    let id = asked.id();
    StoredRequest { id, request }
}

async fn kept(predictions: &Predictions, request: &StoredRequest) -> Vec<(u16, Prediction)> {
    let mut kept = Vec::new();
    for answer in predictions.answers(request.id).await.expect("answers") {
        let prediction = predictions.prediction(answer.id).await.expect("readable");
        kept.push((answer.uid.0, prediction));
    }
    kept
}

#[tokio::test]
async fn answers_come_back_as_they_came_also_after_a_restart() {
    for place in Place::each().await {
        let predictions = Predictions::create(&place.location).await.expect("made");
        let request = asked(&predictions, "BTC", START).await;
        predictions.close().await;

        let predictions = Predictions::open(&place.location).await.expect("there");
        let found = predictions.requests_to_score(LENGTH, ALWAYS).await;
        assert_eq!(
            found.expect("requests"),
            std::slice::from_ref(&request),
            "{}",
            place.name
        );
        let answers = predictions.answers(request.id).await.expect("answers");
        let told: Vec<_> = answers
            .iter()
            .map(|it| (it.uid.0, it.process_time, it.format_validation.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (1, Some(1.25), "CORRECT"),
                (2, Some(1.25), "CORRECT"),
                (3, None, "Response is empty")
            ],
            "{}",
            place.name
        );
        assert_eq!(answers[1].hotkey, miner(2).hotkey);
        let kept = kept(&predictions, &request).await;
        assert_eq!(kept[0].1, json(1), "to the byte");
        assert_eq!(kept[1].1, Prediction::F32(vec![0, 0, 192, 63, 0, 0, 0, 64]));
        assert_eq!(kept[2].1, Prediction::Nothing);
        let newest = predictions.newest_asset(LENGTH).await.expect("read");
        assert_eq!(newest.as_deref(), Some("BTC"));
        assert_eq!(predictions.newest_asset(1).await.expect("read"), None);
        predictions.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn what_was_saved_before_the_asking_was_cut_off_is_kept_and_scored() {
    for place in Place::each().await {
        let predictions = Predictions::create(&place.location).await.expect("made");
        let miners = [miner(1), miner(2)];
        let asked = predictions.begin(&request("BTC", START), &miners).await;
        let asked = asked.expect("begun");
        let none = predictions.requests_to_score(LENGTH, ALWAYS).await;
        assert_eq!(none.expect("requests"), [], "nobody has answered");
        asked.save(&[answer(1, json(1))]).await.expect("saved");
        // Said twice, kept once; and whom nobody asked is no miner of this request.
        let saved = asked.save(&[answer(1, json(1)), answer(9, json(9))]).await;
        assert_eq!(saved.expect("saved").strangers, [Uid(9)]);
        predictions.close().await;

        let predictions = Predictions::open(&place.location).await.expect("there");
        let found = predictions.requests_to_score(LENGTH, ALWAYS).await;
        let found = found.expect("requests");
        assert_eq!(found.len(), 1, "{}", place.name);
        assert_eq!(kept(&predictions, &found[0]).await, [(1, json(1))]);
        predictions.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn one_miners_text_that_no_database_takes_costs_that_miner_its_paths() {
    for place in Place::each().await {
        let predictions = Predictions::create(&place.location).await.expect("made");
        let miners: Vec<_> = (1..=4).map(miner).collect();
        let asked = predictions.begin(&request("BTC", START), &miners).await;
        let asked = asked.expect("begun");
        let answers = [
            answer(1, json(1)),
            answer(2, Prediction::Json("[1,60,[NaN,-Infinity]]".to_owned())),
            answer(3, Prediction::Json("[1,60,[\0]]".to_owned())),
            Answer {
                format_validation: "got \0".to_owned(),
                ..answer(4, json(4))
            },
        ];
        let saved = asked.save(&answers).await.expect("saved");
        let refused: &[Uid] = match place.name {
            // A file takes any text.
            "file" => &[],
            _ => &[Uid(3)],
        };
        assert_eq!(
            (saved.rows, &*saved.refused),
            (4, refused),
            "{}",
            place.name
        );
        let found = predictions.requests_to_score(LENGTH, ALWAYS).await;
        let kept = kept(&predictions, &found.expect("requests")[0]).await;
        assert_eq!((&kept[0].1, &kept[3].1), (&json(1), &json(4)));
        let quoted = Prediction::Json(r#"[1,60,["NaN","-Infinity"]]"#.to_owned());
        assert_eq!(kept[1].1, quoted);
        predictions.close().await;
        place.forget().await;
    }
}

/// Scores of the first two answers, 1 and 2, and what no answer is worth.
async fn score(predictions: &Predictions, request: &StoredRequest) {
    let answers = predictions.answers(request.id).await.expect("answers");
    let score = |place: usize, prompt_score| Score {
        prediction: answers[place].id,
        prompt_score,
        details: format!("{{\"total_crps\": {place}}}"),
    };
    let scores = Scores {
        scored_time: UnixMillis(request.request.start_time.0 + u64::from(LENGTH) * 1_000),
        real_prices: vec![Some(1.5), None],
        percentile90: Some(8.0),
        lowest_score: Some(3.0),
        scores: vec![score(0, 1.0), score(1, 2.0), score(2, f64::NAN)],
    };
    // The second time replaces the first.
    for _ in 0..2 {
        let saved = predictions.save_scores(request.id, &scores).await;
        saved.expect("saved");
    }
}

#[tokio::test]
async fn scores_are_written_once_and_read_by_moment_with_what_no_answer_is_worth() {
    for place in Place::each().await {
        let predictions = Predictions::create(&place.location).await.expect("made");
        let later = asked(&predictions, "ETH", START + HOUR).await;
        let first = asked(&predictions, "BTC", START).await;
        for request in [&later, &first] {
            score(&predictions, request).await;
        }
        let left = predictions.requests_to_score(LENGTH, ALWAYS).await;
        assert_eq!(left.expect("requests"), [], "{}", place.name);
        let window = predictions.scores(LENGTH, UnixMillis(START)).await;
        let window = window.expect("scores");
        let rows: Vec<_> = window
            .rows
            .iter()
            .map(|row| {
                let score = (!row.prompt_score.is_nan()).then_some(row.prompt_score);
                (window.asset(row), score, row.percentile90, row.lowest_score)
            })
            .collect();
        let (p90, low) = (Some(8.0), Some(3.0));
        let expected = ["BTC", "ETH"]
            .map(|asset| [Some(1.0), Some(2.0), None].map(|score| (asset, score, p90, low)));
        assert_eq!(rows, expected.concat(), "{}", place.name);
        assert_eq!(window.rows[0].scored_time, UnixMillis(START + HOUR));
        let after = predictions.scores(LENGTH, UnixMillis(START + HOUR)).await;
        assert_eq!(after.expect("scores").rows.len(), 3, "strictly after");
        let other = predictions.scores(86_400, UnixMillis(0)).await;
        assert_eq!(other.expect("scores").rows.len(), 0);
        predictions.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn a_number_that_changed_on_the_disk_costs_its_miner_and_is_never_an_average() {
    for place in Place::each().await {
        let predictions = Predictions::create(&place.location).await.expect("made");
        let request = asked(&predictions, "BTC", START).await;
        score(&predictions, &request).await;
        predictions.close().await;
        place
            .behind_its_back("UPDATE miner_predictions SET prediction = '[1,60,[2]]' WHERE id = 1")
            .await;
        place
            .behind_its_back("UPDATE miner_scores SET prompt_score_v3 = 9 WHERE id = 2")
            .await;
        let predictions = Predictions::open(&place.location).await.expect("there");
        let answers = predictions.answers(request.id).await.expect("answers");
        let changed = predictions.prediction(answers[0].id).await;
        assert!(
            matches!(changed, Err(StoreError::Corrupt { .. })),
            "{changed:?}"
        );
        predictions
            .prediction(answers[1].id)
            .await
            .expect("as it was");
        let window = predictions.scores(LENGTH, UnixMillis(0)).await;
        assert!(
            matches!(window, Err(StoreError::Corrupt { .. })),
            "{window:?}"
        );
        predictions.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn of_each_asset_one_request_per_bucket_stays_and_the_newest() {
    for place in Place::each().await {
        let predictions = Predictions::create(&place.location).await.expect("made");
        let mut requests = Vec::new();
        for minute in [0, 4, 9, 10, 59] {
            for asset in ["BTC", "ETH"] {
                requests.push(asked(&predictions, asset, START + minute * MINUTE).await);
            }
        }
        let now = UnixMillis(START + HOUR);
        let rule = Thinning {
            time_length: LENGTH,
            began_before: UnixMillis(now.0 - 10 * MINUTE),
            bucket_seconds: 600,
            newest_after: UnixMillis(now.0 - HOUR),
            now,
        };
        // 0 stays of its bucket, 4 and 9 go, 10 begins another, 59 is too young to look at.
        assert_eq!(predictions.thin(&rule).await.expect("thinned"), 2 * 2 * 3);
        assert_eq!(predictions.thin(&rule).await.expect("thinned"), 0);
        let left = predictions.requests_to_score(LENGTH, ALWAYS).await;
        let left: Vec<_> = left
            .expect("requests")
            .into_iter()
            .map(|it| it.id)
            .collect();
        let stay = [0, 1, 6, 7, 8, 9].map(|place: usize| requests[place].id);
        assert_eq!(left, stay, "{}", place.name);
        assert_eq!(kept(&predictions, &requests[2]).await, []);

        // All in one bucket: the newest of each asset stays while it is not to be scored.
        let rule = Thinning {
            bucket_seconds: 7_200,
            began_before: now,
            ..rule
        };
        assert_eq!(predictions.thin(&rule).await.expect("thinned"), 2 * 3);
        predictions.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn what_is_too_old_goes_predictions_first_and_scores_later() {
    for place in Place::each().await {
        let predictions = Predictions::create(&place.location).await.expect("made");
        let old = asked(&predictions, "BTC", START).await;
        let young = asked(&predictions, "BTC", START + HOUR).await;
        for request in [&old, &young] {
            score(&predictions, request).await;
        }
        let mut rule = Expiry {
            time_length: LENGTH,
            predictions_before: UnixMillis(START + 1),
            scores_before: UnixMillis(START + 1),
            now: UnixMillis(START + 3 * HOUR),
        };
        assert_eq!(predictions.expire(&rule).await.expect("done"), 3);
        assert_eq!(kept(&predictions, &old).await, [], "{}", place.name);
        assert_eq!(kept(&predictions, &young).await.len(), 3);
        let scores = async || {
            let window = predictions.scores(LENGTH, UnixMillis(0)).await;
            window.expect("scores").rows.len()
        };
        assert_eq!(scores().await, 6, "scores outlive predictions");
        rule.scores_before = UnixMillis(START + HOUR + 1);
        assert_eq!(predictions.expire(&rule).await.expect("done"), 0);
        assert_eq!(scores().await, 3, "{}", place.name);
        predictions.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn a_uid_that_changes_hands_is_another_miner_with_its_own_rewards() {
    for place in Place::each().await {
        let predictions = Predictions::create(&place.location).await.expect("made");
        let asked = async |miners: &[Miner]| {
            let asked = predictions.begin(&request("BTC", START), miners).await;
            asked.expect("begun").miners().clone()
        };
        let first = asked(&[miner(1), miner(2)]).await;
        let taken = Miner {
            hotkey: Hotkey::from_bytes([77; 32]),
            ..miner(2)
        };
        let second = asked(&[miner(1), taken]).await;
        assert_eq!(first[&Uid(1)], second[&Uid(1)], "{}", place.name);
        let current = predictions.current_miners().await.expect("miners");
        let expected = [(second[&Uid(1)], miner(1)), (second[&Uid(2)], taken)];
        assert_eq!(current, expected.into(), "{}", place.name);

        let reward = |score| Reward {
            miner: second[&Uid(2)],
            uid: Uid(2),
            smoothed_score: score,
            reward_weight: 0.25,
        };
        for (at, score) in [(1, 1.0), (2, f64::INFINITY)] {
            let rewards = [reward(score)];
            let saved = predictions.save_rewards("low", UnixMillis(at), &rewards);
            saved.await.expect("saved");
        }
        let newest = predictions.newest_rewards("low").await.expect("rewards");
        assert_eq!(newest, [reward(f64::INFINITY)], "{}", place.name);
        assert_eq!(predictions.newest_rewards("high").await.expect("read"), []);
        let update = WeightsUpdate {
            miner_uids: vec![2, 248],
            miner_weights: vec![0.25, 0.25],
            norm_miner_uids: vec![2, 248],
            norm_miner_weights: vec![65_535, 65_535],
            update_result: "SUCCESS".to_owned(),
            updated_at: UnixMillis(START),
        };
        predictions
            .save_weights_update(&update)
            .await
            .expect("saved");
        let recent = predictions.recent_weights_updates(9).await;
        assert_eq!(recent.expect("read"), [update]);
        predictions.close().await;
        place.forget().await;
    }
}

#[tokio::test]
async fn predictions_belong_to_one_process_and_are_not_taken_for_a_state() {
    for place in Place::each().await {
        let missing = Predictions::open(&place.location).await;
        assert!(
            matches!(missing, Err(StoreError::Missing { .. })),
            "{missing:?}"
        );
        let predictions = Predictions::open_or_create(&place.location).await;
        let predictions = predictions.expect("made");
        let second = Predictions::open(&place.location).await;
        assert!(
            matches!(second, Err(StoreError::InUse { .. })),
            "{second:?}"
        );
        let again = Predictions::create(&place.location).await;
        let there = |error: &StoreError| {
            matches!(error, StoreError::Exists { .. } | StoreError::InUse { .. })
        };
        assert!(again.as_ref().is_err_and(there), "{again:?}");
        predictions.close().await;
        let state = axonry_store::Store::open(&place.location).await;
        match place.name {
            "file" => assert!(
                matches!(state, Err(StoreError::Foreign { .. })),
                "{state:?}"
            ),
            // A schema has room for both.
            _ => {
                assert!(
                    matches!(state, Err(StoreError::Missing { .. })),
                    "{state:?}"
                );
                place.create().await.close().await;
            }
        }
        let predictions = Predictions::open(&place.location).await.expect("there");
        predictions.close().await;
        place.forget().await;
    }
    // And a file of a state holds no predictions.
    let place = Place::file();
    place.create().await.close().await;
    let foreign = Predictions::open(&place.location).await;
    assert!(
        matches!(foreign, Err(StoreError::Foreign { .. })),
        "{foreign:?}"
    );
}
