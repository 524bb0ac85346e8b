//! Why a miner got its score, from what a mechanism left behind, as a tree that anybody can show.

use axonry_leaderboard::{Eligibility, Explanation};
use axonry_oss::{MinerTrace, Piece, PieceKind};
use axonry_scoring::trace::{Condition, Quantity, Rule, Trace};
use serde_json::Value;

/// How many reasons stand in a line.
const REASONS: usize = 6;

/// What is known of a miner beside its numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Told {
    pub(super) label: Option<String>,
    pub(super) eligibility: Eligibility,
    pub(super) explanation: Option<Explanation>,
}

/// Reads what was left behind: what open source leaves with all it says, anything else as it stands.
pub(super) fn told(text: &str) -> Told {
    if let Ok(trace) = serde_json::from_str::<MinerTrace>(text) {
        return open_source(&trace);
    }
    let explanation = serde_json::from_str::<Value>(text).ok();
    Told {
        explanation: explanation.map(|value| plain("details".to_owned(), &value)),
        ..Told::default()
    }
}

fn open_source(trace: &MinerTrace) -> Told {
    let mut parts = Vec::new();
    for (kind, name) in [
        (PieceKind::PullRequest, "every pull request"),
        (PieceKind::Issue, "every issue"),
    ] {
        let mut pieces: Vec<&Piece> = trace.pieces.iter().filter(|one| one.kind == kind).collect();
        if pieces.is_empty() {
            continue;
        }
        // Where there are too many to be shown, those that count for most are.
        pieces.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
        let heading = Explanation::heading(name).noted(format!("{} seen", pieces.len()));
        parts.push(heading.made_of(pieces.into_iter().map(piece)));
    }
    let trees = [&trace.share, &trace.pull_requests, &trace.issues];
    let trees = trees.into_iter().flatten();
    let mut whole: Vec<Explanation> = trees.map(tree).collect();
    whole.append(&mut parts);
    whole.extend(trace.remarks.iter().map(Explanation::heading));
    let account = trace.account.as_ref();
    Told {
        label: account.map(|account| format!("GitHub {account}")),
        eligibility: eligibility(trace),
        explanation: (!whole.is_empty())
            .then(|| Explanation::heading("what the score is made of").made_of(whole)),
    }
}

fn piece(piece: &Piece) -> Explanation {
    let (repository, number) = (&piece.repository, piece.number);
    let place = match piece.kind {
        PieceKind::PullRequest => "pull",
        PieceKind::Issue => "issues",
    };
    Explanation::number(format!("{repository}#{number}"), piece.points)
        .in_unit("points")
        .noted(piece.state.clone())
        .seen_at(format!("https://github.com/{repository}/{place}/{number}"))
}

/// A tree of the rules, with what closed gates ask for.
fn tree(trace: &Trace) -> Explanation {
    let mut shown = Explanation::number(trace.name(), trace.value()).in_unit(trace.unit());
    shown = match trace.rule() {
        Rule::Given => shown,
        Rule::Gate if trace.is_open() => shown.because("open"),
        Rule::Gate => shown.because("closed"),
        rule => shown.because(rule.to_string()),
    };
    let unmet = trace.conditions().iter().filter(|one| !one.holds());
    shown.missing = unmet.map(Condition::to_string).collect();
    let met = trace.conditions().iter().filter(|one| one.holds());
    let mut notes: Vec<String> = met.map(Condition::to_string).collect();
    if let Some(remedy) = trace.remedy() {
        notes.push(format!(
            "would be {:.4} with {}",
            remedy.then, remedy.change
        ));
    }
    notes.extend(trace.note().map(str::to_owned));
    shown.note = notes.join("; ");
    shown.made_of(trace.parts().iter().map(tree))
}

/// By the gates that stand before everything a repository pays.
fn eligibility(trace: &MinerTrace) -> Eligibility {
    let mut gates = Vec::new();
    for tree in [&trace.pull_requests, &trace.issues].into_iter().flatten() {
        outermost(tree, "", &mut gates);
    }
    let open: Vec<&str> = gates
        .iter()
        .filter(|(_, gate)| gate.is_open())
        .map(|(place, _)| *place)
        .collect();
    if gates.is_empty() {
        return Eligibility::unknown();
    }
    let reasons = if open.is_empty() {
        let closed = gates.iter().flat_map(|(place, gate)| {
            let unmet = gate.conditions().iter().filter(|one| !one.holds());
            unmet.map(move |one| format!("{place}: {one}"))
        });
        closed.take(REASONS).collect()
    } else {
        open.iter()
            .take(REASONS)
            .map(|place| (*place).to_owned())
            .collect()
    };
    Eligibility {
        eligible: Some(!open.is_empty()),
        reasons,
    }
}

/// The gates behind which there is no other, each with the repository it is of.
fn outermost<'a>(trace: &'a Trace, above: &'a str, gates: &mut Vec<(&'a str, &'a Trace)>) {
    let place = if trace.name().contains('/') {
        trace.name()
    } else {
        above
    };
    if trace.rule() == Rule::Gate {
        gates.push((place, trace));
        return;
    }
    for part in trace.parts() {
        outermost(part, place, gates);
    }
}

/// Data of any form.
fn plain(name: String, value: &Value) -> Explanation {
    let name = name.replace('_', " ");
    match value {
        Value::Null => Explanation::heading(name).noted("not known"),
        Value::Bool(is) => Explanation::heading(name).noted(if *is { "yes" } else { "no" }),
        Value::Number(number) => Explanation {
            value: number.as_f64(),
            ..Explanation::heading(name)
        },
        Value::String(text) => Explanation::heading(name).noted(text.clone()),
        Value::Array(values) => {
            let numbered = (1..).zip(values);
            let parts = numbered.map(|(number, value)| plain(called(value, number), value));
            Explanation::heading(name).made_of(parts)
        }
        Value::Object(fields) => {
            let parts = fields
                .iter()
                .map(|(name, value)| plain(name.clone(), value));
            Explanation::heading(name).made_of(parts)
        }
    }
}

/// The name of one of many: the first text in it, or else its number.
fn called(value: &Value, number: usize) -> String {
    let mut fields = value
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.values());
    let name = fields.find_map(Value::as_str);
    name.map_or_else(|| number.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use axonry_scoring::trace::{add, gate, given};

    use super::*;

    fn trace(merged: f64) -> MinerTrace {
        let repository = |name: &'static str, merged: f64| {
            let enough = Condition::at_least("merged pull requests", merged, 3.0);
            let earned = gate("earned", given::<Trace>("points", 7.0), [enough]);
            add("sum", [earned]).named(|| format!("acme/{name}"))
        };
        let all = [repository("rockets", merged), repository("anvils", 1.0)];
        let mut trace = bare();
        trace.pull_requests = Some(add("pull requests", all));
        trace
    }

    fn bare() -> MinerTrace {
        let text = r#"{"uid":1,"hotkey":"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
            "account":"ada","verdict":"well","as_of":1,"share":null,"pull_requests":null,
            "issues":null,"pieces":[],"remarks":[]}"#;
        serde_json::from_str(text).expect("a trace")
    }

    #[test]
    fn one_open_gate_makes_eligible_and_closed_ones_say_what_they_ask_for() {
        let open = eligibility(&trace(3.0));
        assert_eq!(
            (open.eligible, open.reasons),
            (Some(true), vec!["acme/rockets".to_owned()])
        );
        let closed = eligibility(&trace(2.0));
        assert_eq!(closed.eligible, Some(false));
        assert_eq!(
            closed.reasons[0],
            "acme/rockets: merged pull requests: 2 of at least 3, 1 short"
        );
        assert_eq!(eligibility(&bare()), Eligibility::unknown());
    }

    #[test]
    fn a_tree_keeps_its_numbers_and_says_what_is_missing() {
        let text = serde_json::to_string(&trace(2.0)).expect("JSON");
        let shown = told(&text);
        assert_eq!(shown.label.as_deref(), Some("GitHub ada"));
        let shown = shown.explanation.expect("a tree");
        let rockets = &shown.parts[0].parts[0];
        assert_eq!(rockets.name, "acme/rockets");
        let earned = &rockets.parts[0];
        assert_eq!((earned.value, earned.rule.as_str()), (Some(0.0), "closed"));
        assert_eq!(earned.missing.len(), 1);
        assert_eq!(earned.parts[0].value, Some(7.0));
    }

    #[test]
    fn what_another_mechanism_leaves_is_shown_as_it_stands() {
        let text = r#"{"competitions":[{"competition":"24 h","smoothed_score":0.5,"prompts":null}],"reward_weight":0.1}"#;
        let shown = told(text).explanation.expect("a tree");
        let competition = &shown.parts[0].parts[0];
        assert_eq!(
            (shown.parts[0].name.as_str(), competition.name.as_str()),
            ("competitions", "24 h")
        );
        let score = competition
            .parts
            .iter()
            .find(|one| one.name == "smoothed score");
        assert_eq!(score.and_then(|score| score.value), Some(0.5));
        assert_eq!(told("not JSON"), Told::default());
    }
}
