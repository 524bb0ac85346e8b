//! The page of one miner.

use std::fmt::Write as _;

use super::layout::layout;
use super::plot::plot;
use super::tree::why;
use crate::html::{Text, compact, grouped, percent};
use crate::{Miner, Standings};

/// How many rounds are listed as numbers.
const LISTED: usize = 48;

/// Everything that is known of a miner.
pub(crate) fn miner_page(standings: &Standings, version: &str, miner: &Miner) -> String {
    let mut main = String::with_capacity(16_384);
    let (netuid, uid) = (standings.netuid, miner.uid);
    let _ = write!(
        main,
        "<header class=\"top\"><p class=\"back\"><a href=\"/\">Subnet {netuid}</a></p>\
         <h1>Miner {uid}</h1>"
    );
    if let Some(label) = &miner.label {
        let _ = write!(main, "<p class=\"mechanism\">{}</p>", Text(label));
    }
    let _ = write!(
        main,
        "<p class=\"hotkey\"><code>{}</code></p></header>\n\
         <main id=\"main\">\n<section id=\"state\" data-live aria-label=\"Standing\">\n\
         <dl class=\"tiles\">\n",
        miner.hotkey
    );
    tiles(&mut main, standings, miner);
    main.push_str("</dl></section>\n<section id=\"history\" data-live><h2>History</h2>\n");
    main.push_str(&plot(&miner.history));
    listed(&mut main, miner);
    main.push_str("</section>\n<section id=\"why\" data-live><h2>Why</h2>\n");
    main.push_str(&why(miner));
    main.push_str("</section>\n</main>\n");
    let title = format!("Miner {uid} of subnet {netuid}");
    layout(&title, version, &main)
}

fn tiles(out: &mut String, standings: &Standings, miner: &Miner) {
    let unknown = miner.unknown.as_deref().unwrap_or_default();
    let none = || "–".to_owned();
    let miners = standings.miners.len();
    let (landed, at) = match miner.landed {
        Some(landed) => (
            grouped(landed.weight.into()),
            format!("at block {}", grouped(landed.block.0)),
        ),
        None => (none(), "none in chain state".to_owned()),
    };
    let (eligible, tone) = match miner.eligibility.eligible {
        Some(true) => ("Yes", " well"),
        Some(false) => ("No", " bad"),
        None => ("–", ""),
    };
    let planned = match miner.weight {
        0 => "no weight".to_owned(),
        weight => format!("weight {} of 65,535", grouped(weight.into())),
    };
    let rank = miner.rank.map_or_else(none, |rank| rank.to_string());
    let of = format!("of {miners} in round {}", grouped(standings.round));
    let average = compact(miner.average);
    let emission = miner.emission.map_or_else(none, percent);
    let reason = miner.eligibility.reasons.join("; ");
    let score = miner.score.map_or_else(
        || "not known".to_owned(),
        |score| format!("scored {}", compact(score)),
    );
    let score = match unknown {
        "" => score,
        why => format!("{score}: {why}"),
    };
    for (tone, title, value, detail) in [
        ("", "Rank", &*rank, &*of),
        ("", "Average", &average, &score),
        ("", "Share of weight", &percent(miner.share), &planned),
        ("", "Landed", &landed, &at),
        ("", "Emission", &emission, "of the last epoch"),
        (tone, "Eligible", eligible, &reason),
    ] {
        // The values are numbers and words of this page; the details are others' words.
        let _ = writeln!(
            out,
            "<div class=\"tile{tone}\"><dt>{title}</dt><dd class=\"value\">{value}</dd>\
             <dd class=\"detail\">{}</dd></div>",
            Text(detail)
        );
    }
}

fn listed(out: &mut String, miner: &Miner) {
    if miner.history.is_empty() {
        return;
    }
    out.push_str(
        "<details class=\"more\" id=\"numbers\"><summary>As numbers</summary>\
         <table class=\"numbers\"><thead><tr><th scope=\"col\">Round</th><th scope=\"col\">Block</th>\
         <th scope=\"col\">Score</th><th scope=\"col\">Average</th><th scope=\"col\">Weight</th></tr>\
         </thead><tbody>\n",
    );
    for point in miner.history.iter().rev().take(LISTED) {
        let score = point.score.map_or_else(|| "not known".to_owned(), compact);
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{score}</td><td>{}</td><td>{}</td></tr>",
            grouped(point.round),
            grouped(point.block.0),
            compact(point.average),
            grouped(point.weight.into()),
        );
    }
    out.push_str("</tbody></table></details>\n");
}
