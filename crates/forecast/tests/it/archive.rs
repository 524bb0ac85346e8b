//! The mechanism with an archive: what is only there is scored from there, and what breaks it costs
//! no round.

use std::fs;

use axonry_archive::Archive;
use axonry_forecast::farm::Manner;
use axonry_forecast::{ForecastSettings, Keep};
use axonry_neuron::Evaluation;
use serde_json::Value;

use crate::mechanism::Subnet;

const MANNERS: [Manner; 4] = [Manner::Good, Manner::Good, Manner::Lazy, Manner::Hostile];

async fn subnet(keep: Keep, archive: Option<Archive>) -> Subnet {
    let settings = ForecastSettings {
        keep,
        archive,
        ..ForecastSettings::default()
    };
    Subnet::with(&MANNERS, settings).await
}

fn scored(evaluation: &Evaluation) -> &Value {
    let details = evaluation.details.as_ref().expect("details");
    &details["scored"][0]
}

fn warned(evaluation: &Evaluation, of: &str) -> bool {
    let mut warnings = evaluation.warnings.iter();
    warnings.any(|warning| warning.contains(of))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_in_the_archive_alone_is_scored_as_the_text_in_the_store_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = Archive::folder(folder.path()).expect("an archive");
    let kept = subnet(Keep::Json, None).await;
    let archived = subnet(Keep::None, Some(archive.clone())).await;
    // The minute of a prompt is that of its asking: until both are asked in the same one.
    for _ in 0..5 {
        let (one, other) = tokio::join!(kept.evaluate(), archived.evaluate());
        let (one, other) = (scored(&one), scored(&other));
        if one["start_time"] != other["start_time"] {
            continue;
        }
        let sums = one["miners"].as_array().expect("a list").iter();
        let sums: Vec<_> = sums.map(|line| line["crps"].as_f64()).collect();
        let counted = sums.iter().filter(|sum| sum.is_some_and(|sum| sum > 0.0));
        assert_eq!(counted.count(), 3, "{sums:?}");
        assert_eq!(one, other, "to the last bit");

        let start = one["start_time"].as_str().expect("a text");
        let prompts = archive.prompts(&start[..10], Some("BTC")).await;
        let last = prompts.expect("listed").pop().expect("a file");
        let file = archive.read(&last).await.expect("readable");
        let file = file.expect("published");
        assert_eq!(file.miners(), 3, "who answers nonsense is not in it");
        return;
    }
    panic!("the clock jumps");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_breaks_costs_no_round() {
    for keep in [Keep::Json, Keep::None] {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("archive");
        let archive = Archive::folder(&place).expect("an archive");
        // Where the folder was there is a file.
        fs::remove_dir_all(&place).expect("removed");
        fs::write(&place, "").expect("written");
        let subnet = subnet(keep, Some(archive)).await;
        let evaluation = subnet.evaluate().await;
        assert!(
            warned(&evaluation, "are not archived: could not"),
            "{keep}: {:?}",
            evaluation.warnings
        );
        let sum = scored(&evaluation)["miners"][1]["crps"].as_f64();
        assert_eq!(sum.is_some(), keep == Keep::Json, "{keep}");
        if keep == Keep::None {
            let why = warned(&evaluation, "is not scored: ");
            assert!(why, "{:?}", evaluation.warnings);
        }
    }
}
