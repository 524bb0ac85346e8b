//! How the validator fares, at the top of the page.

use std::fmt::Write as _;

use axonry_core::UnixMillis;
use jiff::Timestamp;

use crate::html::{Text, compact, grouped};
use crate::{Landing, Standings};

/// How something is, to be seen from afar.
#[derive(Clone, Copy)]
enum Tone {
    Well,
    Waiting,
    Bad,
    Plain,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Well => "tile well",
            Self::Waiting => "tile waiting",
            Self::Bad => "tile bad",
            Self::Plain => "tile",
        }
    }
}

/// Tiles with what an operator looks at first, and what should worry him.
pub(super) fn state(standings: &Standings) -> String {
    let mut out = String::from(
        "<section id=\"state\" data-live aria-label=\"State of the validator\">\n<dl class=\"tiles\">\n",
    );
    let state = &standings.state;
    let (tone, outcome, detail) = landing(state.landing.as_ref());
    tile(&mut out, tone, "Weights", &outcome, &detail);
    let block = format!("at block {}", grouped(standings.block.0));
    tile(
        &mut out,
        Tone::Plain,
        "Round",
        &grouped(standings.round),
        &block,
    );
    let miners = standings.miners.len();
    let unknown = standings.miners.iter();
    let unknown = unknown.filter(|miner| miner.unknown.is_some()).count();
    let (tone, detail) = match unknown {
        0 => (Tone::Plain, "all of them".to_owned()),
        unknown => (Tone::Waiting, format!("{unknown} keep their average")),
    };
    let judged = format!("{} of {miners}", miners - unknown);
    tile(&mut out, tone, "Judged", &judged, &detail);
    let earning = standings.miners.iter();
    let earning = earning.filter(|miner| miner.weight > 0).count();
    tile(
        &mut out,
        Tone::Plain,
        "With weight",
        &earning.to_string(),
        &format!("of {miners} neurons"),
    );
    let ill = state.sources.iter().filter(|source| !source.well).count();
    let (tone, summary) = match (state.sources.len(), ill) {
        (0, _) => (Tone::Plain, "—".to_owned()),
        (_, 0) => (Tone::Well, "All well".to_owned()),
        (all, ill) => (Tone::Bad, format!("{ill} of {all} failing")),
    };
    let first = state.sources.iter().find(|source| !source.well);
    let first = first.or(state.sources.first());
    let detail = first.map_or_else(String::new, |source| {
        format!("{}: {}", source.name, source.detail)
    });
    tile(&mut out, tone, "Sources", &summary, &detail);
    out.push_str("</dl>\n");
    if let Some(alarm) = &state.alarm {
        let _ = writeln!(
            out,
            "<p class=\"alarm\" role=\"alert\"><strong>Alarm.</strong> {}</p>",
            Text(alarm)
        );
    }
    more(&mut out, standings);
    out.push_str("</section>\n");
    out
}

fn tile(out: &mut String, tone: Tone, title: &str, value: &str, detail: &str) {
    let _ = writeln!(
        out,
        "<div class=\"{}\"><dt>{title}</dt><dd class=\"value\">{}</dd><dd class=\"detail\">{}</dd></div>",
        tone.class(),
        Text(value),
        Text(detail),
    );
}

fn landing(landing: Option<&Landing>) -> (Tone, String, String) {
    let Some(landing) = landing else {
        return (Tone::Plain, "—".to_owned(), String::new());
    };
    let outcome = words(&landing.outcome);
    match (landing.block, &landing.reason) {
        (Some(block), _) => {
            let detail = format!("landed at block {}", grouped(block.0));
            (Tone::Well, outcome, detail)
        }
        (None, reason) => {
            // On their way is not the same as not there.
            let tone = match landing.outcome.as_str() {
                "Committed" | "Submitted" | "Included" | "Finalized" => Tone::Waiting,
                _ => Tone::Bad,
            };
            (tone, outcome, reason.clone().unwrap_or_default())
        }
    }
}

/// `VerifiedInState` as it is read aloud.
fn words(outcome: &str) -> String {
    let mut text = String::with_capacity(outcome.len() + 4);
    for (place, c) in outcome.chars().enumerate() {
        if place > 0 && c.is_uppercase() {
            text.push(' ');
            text.extend(c.to_lowercase());
        } else {
            text.push(c);
        }
    }
    text
}

/// What is looked at when something is wrong.
fn more(out: &mut String, standings: &Standings) {
    let state = &standings.state;
    let warnings = state.warnings.len();
    let summary = match warnings {
        0 => "How the round went".to_owned(),
        1 => "How the round went: 1 warning".to_owned(),
        many => format!("How the round went: {many} warnings"),
    };
    let _ = writeln!(
        out,
        "<details class=\"more\" id=\"round\"><summary>{summary}</summary>"
    );
    if warnings > 0 {
        out.push_str("<ul class=\"warnings\">");
        for warning in &state.warnings {
            let _ = write!(out, "<li>{}</li>", Text(warning));
        }
        out.push_str("</ul>\n");
    }
    out.push_str("<dl class=\"facts\">");
    if let Some(hotkey) = state.hotkey {
        fact(out, "validator", &format!("<code>{hotkey}</code>"));
    }
    if let Some(tempos) = state.tempos_since_landed {
        let said = format!("{} tempos ago", compact(tempos));
        fact(out, "weights landed last", &said);
    }
    for source in &state.sources {
        let how = if source.well { "well" } else { "failing" };
        let said = format!("{how}, {}", Text(&source.detail));
        fact(out, &Text(&source.name).to_string(), &said);
    }
    for (stage, took) in &state.stages_ms {
        let took = format!("{}.{:03} s", took / 1_000, took % 1_000);
        fact(out, &Text(stage).to_string(), &took);
    }
    out.push_str("</dl></details>\n");
}

/// Both are markup already.
fn fact(out: &mut String, name: &str, value: &str) {
    let _ = write!(out, "<div><dt>{name}</dt><dd>{value}</dd></div>");
}

/// A moment as everybody reads it; the script says how long ago that is.
pub(super) fn moment(at: UnixMillis) -> String {
    let at = i64::try_from(at.0).ok();
    let at = at.and_then(|at| Timestamp::from_millisecond(at).ok());
    match at {
        None => "at a time out of range".to_owned(),
        Some(at) => format!(
            "<time datetime=\"{at}\">{}</time>",
            at.strftime("%Y-%m-%d %H:%M UTC")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_reads_like_words() {
        assert_eq!(words("VerifiedInState"), "Verified in state");
        assert_eq!(words("Unknown"), "Unknown");
    }

    #[test]
    fn a_moment_is_for_people_and_for_programs() {
        let shown = moment(UnixMillis(1_795_233_600_000));
        assert!(shown.contains("2026-11-21 04:00 UTC"), "{shown}");
        assert!(
            shown.contains("datetime=\"2026-11-21T04:00:00Z\""),
            "{shown}"
        );
        assert_eq!(moment(UnixMillis(u64::MAX)), "at a time out of range");
    }
}
