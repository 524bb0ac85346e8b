//! Predictions in the database that holds the state.

use anyhow::{Result, ensure};
use axonry_core::UnixMillis;
use axonry_store::predictions::{Prediction, Predictions};
use axonry_tests::programs::{command, finish};

use crate::database::Database;

#[tokio::test(flavor = "multi_thread")]
async fn what_miners_forecast_is_kept_beside_the_state_and_scored() -> Result<()> {
    let Some(database) = Database::make("forecast").await? else {
        return Ok(());
    };
    let mut command = command("validator")?;
    command
        .args(["run", "--json", "--rounds", "1", "--network", "devnet"])
        .args(["--mechanism", "forecast", "--keep-predictions", "f32"])
        .arg("--state")
        .arg(database.state());
    database.house(&mut command);
    let (output, rounds) = finish(command).await?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{said}");
    ensure!(
        rounds[0]["landing"]["outcome"] == "VerifiedInState",
        "{said}"
    );

    // Both open at once: they do not meet.
    let store = database.open().await?;
    ensure!(store.recent_entries(9).await?.len() == 1, "one vector");
    let predictions = Predictions::open(database.location()?).await?;
    let always = UnixMillis(0)..UnixMillis(u64::MAX / 4);
    let (mut kept, mut scored) = (0, 0);
    for length in [86_400, 3_600] {
        for request in predictions.requests(length, always.clone()).await? {
            for answer in predictions.answers(request.id).await? {
                let prediction = predictions.prediction(answer.id).await?;
                if let Prediction::F32(paths) = prediction {
                    let points = usize::try_from(length / request.request.time_increment)? + 1;
                    let paths_of = usize::try_from(request.request.num_simulations)?;
                    ensure!(paths.len() == 4 * points * paths_of, "whole paths");
                    kept += 1;
                }
            }
        }
        scored += predictions.scores(length, UnixMillis(0)).await?.rows.len();
    }
    ensure!(kept > 0 && scored >= kept, "{kept} kept, {scored} scored");
    predictions.close().await;
    store.close().await;
    database.forget().await
}
