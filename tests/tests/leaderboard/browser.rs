//! A validator's own page in a browser, while its rounds go on.

use anyhow::{Context, Result, ensure};
use axonry_tests::outside::Subnet;
use serde_json::Value;

use crate::driver::Browser;
use crate::shown::Serving;

/// The page's numbers: its round, and of each row the uid, rank, average and weight.
const NUMBERS: &str = "({
    round: Number(document.querySelector('.tile:nth-child(2) .value').textContent),
    rows: [...document.querySelectorAll('#rows > tr[data-uid]')].map((row) => ({
        uid: Number(row.dataset.uid),
        rank: row.querySelector('.rank').textContent,
        average: Number(row.querySelector('.average').dataset.v),
        landed: row.querySelector('.landed').dataset.v,
    })),
})";

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_the_rounds_order_and_numbers_and_the_next_rounds_by_itself() -> Result<()> {
    let Some(browser) = Browser::start("a validator's page in a browser").await? else {
        return Ok(());
    };
    let subnet = Subnet::start().await?;
    let state = tempfile::tempdir()?;
    let arguments = ["--forever", "--leaderboard", "127.0.0.1:0"];
    let serving = Serving::start(subnet.validator(state.path(), &arguments)?).await?;
    serving.shows(1).await?;
    browser.open(&serving.address).await?;
    browser.run("document.body.dataset.same = 'page'").await?;
    let mut first = 0;
    for _ in 0..2 {
        let after = format!(
            "Number(document.querySelector('.tile:nth-child(2) .value').textContent) > {first}"
        );
        browser.until(&after).await?;
        // Read in one piece, so that it is of one round.
        let shown = browser.read(NUMBERS).await?;
        let round = shown["round"].as_u64().context("a round")?;
        compare(&shown, &serving.report(round)?)?;
        first = round;
    }
    ensure!(
        browser.read("document.body.dataset.same").await? == "page",
        "without a reload"
    );
    Ok(())
}

/// Holds the page against the round's report.
fn compare(shown: &Value, report: &Value) -> Result<()> {
    let mut miners: Vec<&Value> = report["miners"]
        .as_array()
        .context("miners")?
        .iter()
        .collect();
    let number = |miner: &Value, name: &str| miner[name].as_f64().unwrap_or(-1.0);
    miners.sort_by(|a, b| {
        let weight = number(b, "weight").total_cmp(&number(a, "weight"));
        let average = number(b, "average").total_cmp(&number(a, "average"));
        weight
            .then(average)
            .then(number(a, "uid").total_cmp(&number(b, "uid")))
    });
    let rows = shown["rows"].as_array().context("rows")?;
    ensure!(rows.len() == miners.len(), "{shown}");
    for (place, (row, miner)) in (1..).zip(rows.iter().zip(miners)) {
        ensure!(
            row["uid"] == miner["uid"],
            "place {place}: {row} and {miner}"
        );
        let earns = number(miner, "weight") > 0.0 || number(miner, "average") > 0.0;
        let rank = if earns {
            place.to_string()
        } else {
            "–".to_owned()
        };
        ensure!(row["rank"] == rank, "place {place}: {row}");
        let apart = number(row, "average") - number(miner, "average");
        ensure!(apart.abs() < 1e-6, "place {place}: {row} and {miner}");
        let landed = match miner["weight"].as_u64() {
            Some(0) | None => String::new(),
            Some(weight) => weight.to_string(),
        };
        ensure!(row["landed"] == landed, "place {place}: {row} and {miner}");
    }
    Ok(())
}
