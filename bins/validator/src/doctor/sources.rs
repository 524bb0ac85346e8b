use std::time::Duration;

use axonry_devnet::Devnet;
use axonry_github::{MIRROR_URL, PatStore};
use axonry_http::{Client, HttpError, Request};
use axonry_neuron::chain_of;
use url::Url;

use super::examination::Examination;
use crate::settings::{Source, SourceSettings};
use crate::source;

/// Where GitHub's API is.
const GITHUB_URL: &str = "https://api.github.com/";

/// How long one server may take to say anything.
const DEADLINE: Duration = Duration::from_secs(10);

/// Whether what miners are judged by can be reached and read.
pub(super) async fn examine(
    found: &mut Examination,
    settings: &SourceSettings,
    devnet: Option<&Devnet>,
) {
    let client = Client::builder()
        .user_agent(concat!("axonry-validator/", env!("CARGO_PKG_VERSION")))
        .build();
    match client {
        Ok(client) => {
            let own = devnet.map(|devnet| devnet.mirror_url.as_str());
            match settings.source {
                Source::Mirror => {
                    let mirror = place(settings.mirror.as_ref(), own, MIRROR_URL);
                    answers(found, &client, "mirror", mirror).await;
                }
                Source::Github => found.skip(&["mirror"], "GitHub is asked instead"),
            }
            let github = place(settings.github.as_ref(), own, GITHUB_URL);
            answers(found, &client, "github", github).await;
        }
        Err(error) => {
            found.fail(
                "mirror",
                chain_of(&error),
                "check this machine's certificates",
            );
            found.skip(&["github"], "there is no HTTP client");
        }
    }
    match (&settings.tokens, devnet) {
        (Some(path), _) => match PatStore::read(path) {
            Ok(tokens) => found.pass(
                "tokens",
                format!(
                    "`{}` names {} miners",
                    path.display(),
                    tokens.entries().len()
                ),
            ),
            Err(error) => found.fail(
                "tokens",
                chain_of(&error),
                "give --tokens a file in the form of miner_pats.json that this user can read",
            ),
        },
        (None, Some(_)) => found.pass("tokens", "the devnet's own"),
        (None, None) => found.fail(
            "tokens",
            "nobody says which hotkey has which GitHub account",
            "give --tokens, a file in the form of miner_pats.json",
        ),
    }
    files(found, settings, devnet.is_some());
}

/// The files without which a run does not start.
fn files(found: &mut Examination, settings: &SourceSettings, devnet: bool) {
    if let Some(path) = &settings.repositories {
        match source::registry(path) {
            Ok(_) => found.pass("repositories", format!("`{}` can be read", path.display())),
            Err(error) => found.fail(
                "repositories",
                format!("{error:#}"),
                "give --repositories a file in the form of master_repositories.json",
            ),
        }
    }
    if settings.token_weights.is_some() || settings.languages.is_some() {
        match source::tables(settings) {
            Ok(_) => found.pass("tables", "the files of weights can be read"),
            Err(error) => found.fail(
                "tables",
                format!("{error:#}"),
                "give --token-weights a file in the form of token_weights.json and --languages one \
                 in the form of programming_languages.json",
            ),
        }
    }
    if settings.source == Source::Mirror {
        return;
    }
    let remedy = "give --github-tokens, a file with one token per line";
    match settings.github_tokens.as_deref().map(source::secrets) {
        Some(Ok(tokens)) => found.pass("github tokens", tokens.len().to_string()),
        Some(Err(error)) => found.fail("github tokens", format!("{error:#}"), remedy),
        None if devnet => found.pass("github tokens", "the devnet's own"),
        None => found.fail(
            "github tokens",
            "nobody's allowance to read GitHub with",
            remedy,
        ),
    }
}

fn place(given: Option<&Url>, own: Option<&str>, public: &str) -> Option<Url> {
    given
        .cloned()
        .or_else(|| Url::parse(own.unwrap_or(public)).ok())
}

/// Any answer at all shows that the server is there: what it says to this question does not matter.
async fn answers(found: &mut Examination, client: &Client, name: &'static str, url: Option<Url>) {
    let Some(url) = url else {
        return found.fail(name, "its address is no URL", format!("check --{name}"));
    };
    let host = url.host_str().unwrap_or_default().to_owned();
    let request = Request::get(url).total_deadline(DEADLINE);
    let error = match client.bytes(request).await {
        Ok(_) => return found.pass(name, format!("{host} answers")),
        Err(error) => error,
    };
    match last_of(&error) {
        HttpError::Transport { .. } | HttpError::DeadlineExceeded { .. } => found.fail(
            name,
            chain_of(&error),
            format!("check --{name}, the name's resolution, the proxy and the firewall"),
        ),
        HttpError::RateLimited { .. } => found.warn(
            name,
            format!("{host} asks to slow down"),
            "wait; the limit is per address, so look for others behind the same one",
        ),
        error if error.is_transient() => found.warn(
            name,
            chain_of(error),
            "wait for it to recover: meanwhile miners keep what they have earned",
        ),
        _ => found.pass(name, format!("{host} answers")),
    }
}

/// The failure behind the giving up.
fn last_of(error: &HttpError) -> &HttpError {
    match error {
        HttpError::Exhausted { last, .. } | HttpError::OverBudget { last, .. } => last_of(last),
        HttpError::DeadlineExceeded {
            last: Some(last), ..
        } => last_of(last),
        error => error,
    }
}
