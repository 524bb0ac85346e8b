use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, anyhow};
use axonry_github::{GitHub, Identity, Secret, TokenCheck};
use axonry_http::Client;
use axonry_neuron::chain_of;
use axonry_oss::exchange::{BroadcastAnswer, BroadcastRequest, PatBroadcast};
use axonry_wire::{Answer as Landed, CallError, Patience, Target};
use clap::Args;
use serde::Serialize;

use super::validators::{Choice, Skipped};
use super::{Signing, meet, shortened, status_code};
use crate::report::{Answer, Failure, harmless};
use crate::subnet::SubnetArguments;
use crate::token;

/// How long a validator has, which asks GitHub in the meantime.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which token, to whom.
#[derive(Clone, Debug, Args)]
pub(crate) struct PostArguments {
    #[command(flatten)]
    pub(crate) subnet: SubnetArguments,
    /// File with a GitHub token and nothing else [default: the variable GITTENSOR_MINER_PAT]. It
    /// travels in the clear: let it read public repositories and nothing more.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Base URL of the GitHub API, where the token is tried first [default: the public one].
    #[arg(
        long,
        env = "AXONRY_GITHUB",
        value_name = "URL",
        hide_env_values = true
    )]
    github: Option<String>,
    #[command(flatten)]
    choice: Choice,
    /// How requests are signed.
    #[arg(long, value_enum, default_value_t)]
    signing: Signing,
}

/// What the validators said.
#[derive(Debug, Serialize)]
pub(crate) struct Posted {
    github_login: String,
    total_validators: usize,
    accepted: usize,
    rejected: usize,
    no_response: usize,
    skipped: Vec<Skipped>,
    results: Vec<PostResult>,
}

/// What one validator said.
#[derive(Debug, Serialize)]
struct PostResult {
    uid: u16,
    hotkey: String,
    accepted: Option<bool>,
    rejection_reason: Option<String>,
    status_code: u16,
    /// Why there was no answer.
    error: Option<String>,
}

/// Tries the token at GitHub, and then hands it to every validator at once.
pub(crate) async fn post(asked: &PostArguments) -> Result<Posted> {
    let token = token::given(asked.token_file.as_deref())?;
    let login = login(&token, asked.github.as_deref()).await?;
    let (subnet, validators) = meet(&asked.subnet, &asked.choice).await?;
    let request = BroadcastRequest::new(token.clone());
    let asking = asked.signing.dendrite(&subnet).ask::<PatBroadcast>(
        validators.targets.iter().copied(),
        &request,
        Patience::each(PATIENCE),
    );
    let mut results = Vec::new();
    for (uid, answer) in asking?.until(usize::MAX).await {
        let target = validators.asked(uid)?;
        results.push(PostResult::of(target, answer, &token));
    }
    subnet.chain.close().await;
    results.sort_by_key(|one| one.uid);
    let count = |accepted| {
        results
            .iter()
            .filter(|one| one.accepted == accepted)
            .count()
    };
    Ok(Posted {
        github_login: login,
        total_validators: results.len(),
        accepted: count(Some(true)),
        rejected: count(Some(false)),
        no_response: count(None),
        skipped: validators.skipped,
        results,
    })
}

/// Whose the token is, as validators will find out: nobody is told of one that is no good.
async fn login(token: &Secret, base: Option<&str>) -> Result<String> {
    let http = Client::builder().user_agent(concat!("axonry-miner/", env!("CARGO_PKG_VERSION")));
    let mut github = GitHub::builder().http(http.build()?);
    if let Some(base) = base {
        github = github.base(base);
    }
    let github = github.build()?;
    match github.identity(token).await {
        Identity::Valid(_) => {}
        Identity::InvalidAuth => return Err(anyhow!("GitHub refuses the token")),
        Identity::Transient(why) => return Err(anyhow!("GitHub does not say whose it is: {why}")),
    }
    match github.check(token).await {
        TokenCheck::Passes(login) => Ok(login),
        fault => Err(anyhow!("GitHub takes the token, but it is no use: {fault}")),
    }
}

impl PostResult {
    fn of(
        target: &Target,
        answer: Result<Landed<BroadcastAnswer>, CallError>,
        token: &Secret,
    ) -> Self {
        let (answer, status_code, error) = match answer {
            Ok(answer) => (answer.value, 200, None),
            Err(error) => {
                let why = harmless(&chain_of(&error), Some(token));
                (BroadcastAnswer::default(), status_code(&error), Some(why))
            }
        };
        Self {
            uid: target.uid.0,
            hotkey: shortened(&target.hotkey),
            accepted: answer.accepted,
            rejection_reason: answer
                .rejection_reason
                .map(|reason| harmless(&reason, Some(token))),
            status_code,
            error,
        }
    }
}

impl Answer for Posted {
    fn failure(&self) -> Option<Failure> {
        (self.accepted == 0).then(|| Failure::new("not_accepted", "no validator took the token"))
    }
}

impl Display for Posted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "token of {}", self.github_login)?;
        for one in &self.results {
            write!(f, "  uid {} {}: ", one.uid, one.hotkey)?;
            match (one.accepted, &one.rejection_reason, &one.error) {
                (Some(true), ..) => writeln!(f, "accepted")?,
                (Some(false), reason, _) => {
                    let reason = reason.as_deref().unwrap_or("no reason given");
                    writeln!(f, "rejected: {reason}")?;
                }
                (None, _, error) => {
                    let error = error.as_deref().unwrap_or("it says nothing of the token");
                    writeln!(f, "no answer: {error}")?;
                }
            }
        }
        for one in &self.skipped {
            writeln!(f, "  {one}")?;
        }
        let (of, no_response) = (self.total_validators, self.no_response);
        let (accepted, rejected) = (self.accepted, self.rejected);
        write!(
            f,
            "{accepted} of {of} accepted, {rejected} rejected, {no_response} without an answer"
        )
    }
}
