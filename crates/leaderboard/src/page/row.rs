//! A miner's line in the table.

use std::fmt::Write as _;

use super::plot::spark;
use crate::Miner;
use crate::html::{Text, compact, grouped, percent, shortened};
use crate::view::{Column, Show, searched};

/// How much of a reason or a label has room in the table.
const ROOM: usize = 28;
/// The width of the bar beside a share.
const BAR: f64 = 56.0;

/// A line of the table without its first tag, which says whether it is hidden.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) text: String,
}

/// A line for every miner, in their order.
pub(crate) fn rows(miners: &[Miner]) -> Vec<Row> {
    let most = miners.iter().map(|miner| miner.share).fold(0.0, f64::max);
    miners.iter().map(|miner| row(miner, most)).collect()
}

fn row(miner: &Miner, most: f64) -> Row {
    let mut out = String::with_capacity(1_400);
    let uid = miner.uid;
    let shows = Show::ALL.into_iter().filter(|show| show.takes(miner));
    let shows: Vec<_> = shows.map(Show::name).collect();
    let _ = write!(
        out,
        " data-uid=\"{uid}\" data-show=\"{}\" data-text=\"{}\">",
        shows.join(" "),
        Text(&searched(miner)),
    );
    for column in Column::ALL {
        let value = column.value(miner);
        let value = value.map_or_else(String::new, |value| value.to_string());
        let (tag, scope) = match column {
            Column::Uid => ("th", " scope=\"row\""),
            _ => ("td", ""),
        };
        let name = column.name();
        let _ = write!(
            out,
            "<{tag}{scope} class=\"{name}\" data-v=\"{value}\">{}</{tag}>",
            cell(column, miner, most)
        );
    }
    let _ = writeln!(
        out,
        "<td class=\"why\"><a href=\"/miners/{uid}#why\" data-fold=\"{uid}\" \
         aria-label=\"why uid {uid}\">why</a></td></tr>"
    );
    Row { text: out }
}

fn cell(column: Column, miner: &Miner, most: f64) -> String {
    match column {
        Column::Rank => miner
            .rank
            .map_or_else(|| "–".to_owned(), |rank| rank.to_string()),
        Column::Uid => name(miner),
        Column::Score => score(miner),
        Column::Average => format!(
            "{}<span class=\"n\">{}</span>",
            spark(&miner.history),
            compact(miner.average)
        ),
        Column::Share => share(miner.share, most),
        Column::Emission => miner.emission.map_or_else(|| "–".to_owned(), percent),
        Column::Landed => match miner.landed {
            Some(landed) if landed.weight > 0 => format!(
                "<span class=\"n\">{}</span> <small>at {}</small>",
                grouped(landed.weight.into()),
                grouped(landed.block.0)
            ),
            _ => "–".to_owned(),
        },
        Column::Eligible => eligibility(miner),
    }
}

fn name(miner: &Miner) -> String {
    let (uid, hotkey) = (miner.uid, miner.hotkey.to_string());
    let label = miner.label.as_deref().map_or_else(String::new, |label| {
        format!(
            "<span class=\"label\">{}</span>",
            Text(&shortened(label, ROOM))
        )
    });
    format!(
        "<a href=\"/miners/{uid}\">{uid}</a>{label}<code title=\"{hotkey}\">{}…{}</code>",
        &hotkey[..6],
        &hotkey[hotkey.len() - 4..],
    )
}

fn score(miner: &Miner) -> String {
    match (miner.score, &miner.unknown) {
        (Some(score), _) => compact(score),
        (None, Some(why)) => format!(
            "<span class=\"unknown\" title=\"{}\">not known</span>",
            Text(why)
        ),
        (None, None) => "–".to_owned(),
    }
}

fn share(share: f64, most: f64) -> String {
    if share == 0.0 {
        return "–".to_owned();
    }
    let width = BAR * share / most;
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 {BAR} 8\" aria-hidden=\"true\">\
         <rect class=\"all\" width=\"{BAR}\" height=\"8\" rx=\"2\"/>\
         <rect width=\"{width:.1}\" height=\"8\" rx=\"2\"/></svg><span class=\"n\">{}</span>",
        percent(share)
    )
}

fn eligibility(miner: &Miner) -> String {
    let reasons = miner.eligibility.reasons.join("; ");
    let (class, word) = match miner.eligibility.eligible {
        Some(true) => ("yes", "yes"),
        Some(false) => ("no", "no"),
        None => return "–".to_owned(),
    };
    let mut said = format!("<span class=\"badge {class}\">{word}</span>");
    if !reasons.is_empty() {
        let _ = write!(
            said,
            " <small title=\"{}\">{}</small>",
            Text(&reasons),
            Text(&shortened(&reasons, ROOM))
        );
    }
    said
}
