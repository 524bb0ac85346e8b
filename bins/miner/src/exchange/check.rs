use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use anyhow::Result;
use axonry_neuron::chain_of;
use axonry_oss::exchange::{CheckAnswer, PatCheck};
use axonry_wire::{Answer as Landed, CallError, Nothing, Patience, Target};
use clap::Args;
use serde::Serialize;

use super::validators::{Choice, Skipped};
use super::{Signing, meet, shortened, status_code};
use crate::report::{Answer, Failure, harmless};
use crate::subnet::SubnetArguments;

/// How long a validator has, which asks GitHub in the meantime.
const PATIENCE: Duration = Duration::from_secs(15);

/// Whom to ask.
#[derive(Clone, Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) subnet: SubnetArguments,
    #[command(flatten)]
    choice: Choice,
    /// How requests are signed.
    #[arg(long, value_enum, default_value_t)]
    signing: Signing,
}

/// What the validators have.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Checked {
    total_validators: usize,
    valid: usize,
    no_pat: usize,
    invalid_pat: usize,
    inconclusive: usize,
    no_response: usize,
    skipped: Vec<Skipped>,
    results: Vec<CheckResult>,
}

/// What one validator has.
#[derive(Debug, Serialize)]
struct CheckResult {
    uid: u16,
    hotkey: String,
    has_pat: Option<bool>,
    pat_valid: Option<bool>,
    rejection_reason: Option<String>,
    status_code: u16,
    /// Why there was no answer.
    error: Option<String>,
}

/// Asks every validator at once.
pub(crate) async fn check(asked: &CheckArguments) -> Result<Checked> {
    let (subnet, validators) = meet(&asked.subnet, &asked.choice).await?;
    let asking = asked.signing.dendrite(&subnet).ask::<PatCheck>(
        validators.targets.iter().copied(),
        &Nothing {},
        Patience::each(PATIENCE),
    );
    let mut checked = Checked {
        skipped: validators.skipped.clone(),
        ..Checked::default()
    };
    for (uid, answer) in asking?.until(usize::MAX).await {
        let target = validators.asked(uid)?;
        checked.count(CheckResult::of(target, answer));
    }
    subnet.chain.close().await;
    checked.results.sort_by_key(|one| one.uid);
    Ok(checked)
}

impl Checked {
    /// Upstream's classes, of which the first that fits counts.
    fn count(&mut self, one: CheckResult) {
        let class = match (one.has_pat, one.pat_valid) {
            (_, Some(true)) => &mut self.valid,
            (Some(false), _) => &mut self.no_pat,
            (Some(true), Some(false)) => &mut self.invalid_pat,
            (Some(true), None) => &mut self.inconclusive,
            (None, _) => &mut self.no_response,
        };
        *class += 1;
        self.total_validators += 1;
        self.results.push(one);
    }
}

impl CheckResult {
    fn of(target: &Target, answer: Result<Landed<CheckAnswer>, CallError>) -> Self {
        let (answer, status_code, error) = match answer {
            Ok(answer) => (answer.value, 200, None),
            Err(error) => {
                let why = harmless(&chain_of(&error), None);
                (CheckAnswer::default(), status_code(&error), Some(why))
            }
        };
        let reason = answer.rejection_reason;
        Self {
            uid: target.uid.0,
            hotkey: shortened(&target.hotkey),
            has_pat: answer.has_pat,
            pat_valid: answer.pat_valid,
            rejection_reason: reason.map(|reason| harmless(&reason, None)),
            status_code,
            error,
        }
    }
}

impl Answer for Checked {
    fn failure(&self) -> Option<Failure> {
        let message = "no validator has a token of this hotkey that is good";
        (self.valid == 0).then(|| Failure::new("not_valid", message))
    }
}

impl Display for Checked {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for one in &self.results {
            let said = match (one.has_pat, one.pat_valid) {
                (_, Some(true)) => "valid",
                (Some(false), _) => "no token",
                (Some(true), Some(false)) => "invalid token",
                (Some(true), None) => "not known whether it is valid",
                (None, _) => "no answer",
            };
            write!(f, "  uid {} {}: {said}", one.uid, one.hotkey)?;
            match one.rejection_reason.as_ref().or(one.error.as_ref()) {
                Some(reason) => writeln!(f, ": {reason}")?,
                None => writeln!(f)?,
            }
        }
        for one in &self.skipped {
            writeln!(f, "  {one}")?;
        }
        write!(f, "{} of {} have it", self.valid, self.total_validators)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_in_upstreams_classes() {
        let mut checked = Checked::default();
        for (has_pat, pat_valid) in [
            (Some(true), Some(true)),
            (Some(false), Some(false)),
            (Some(false), None),
            (Some(true), Some(false)),
            (Some(true), None),
            (None, None),
        ] {
            checked.count(CheckResult {
                uid: 0,
                hotkey: String::new(),
                has_pat,
                pat_valid,
                rejection_reason: None,
                status_code: 200,
                error: None,
            });
        }
        let counts = [
            checked.valid,
            checked.no_pat,
            checked.invalid_pat,
            checked.inconclusive,
            checked.no_response,
            checked.total_validators,
        ];
        assert_eq!(counts, [1, 2, 1, 1, 1, 6]);
    }
}
