use anyhow::{Context, Result};
use axonry_core::{Coldkey, Hotkey, NetUid, Uid};
use axonry_github::Secret;
use axonry_weights::{ReservedShare, ReservedShares};
use serde::{Deserialize, Serialize};
use url::Url;

use super::redaction::Redaction;
use crate::settings::Source;

/// The form of recordings that this program writes and reads.
const VERSION: u32 = 1;

/// What a run was made of, as far as its judging depends on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    version: u32,
    pub(crate) netuid: NetUid,
    pub(crate) source: Source,
    pub(crate) mirror: Url,
    pub(crate) github: Option<Url>,
    /// The repositories that counted, in the form of `master_repositories.json`.
    pub(crate) repositories: String,
    /// What tokens of code weighed, where it was not upstream's table.
    pub(crate) token_weights: Option<String>,
    /// What languages weighed, where it was not upstream's table.
    pub(crate) languages: Option<String>,
    /// The tokens that GitHub was read with, redacted.
    pub(crate) reading: Vec<String>,
    reserved: Vec<Reserved>,
    /// With which secrets were hashed.
    pub(super) salt: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Reserved {
    uid: Uid,
    hotkey: Hotkey,
    coldkey: Coldkey,
    share: f64,
}

impl About {
    /// The run of these sources; `reading` are redacted here.
    pub(crate) fn new(
        netuid: NetUid,
        (source, mirror, github): (Source, Url, Option<Url>),
        (repositories, token_weights, languages): (String, Option<String>, Option<String>),
        reading: &[Secret],
        reserved: &ReservedShares,
    ) -> Result<Self> {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt).context("this machine gives no random numbers")?;
        let reserved = reserved.as_slice().iter().map(|share| Reserved {
            uid: share.uid,
            hotkey: share.hotkey,
            coldkey: share.coldkey,
            share: share.share,
        });
        let salt = hex::encode(salt);
        let redaction = Redaction::new(salt.clone());
        Ok(Self {
            version: VERSION,
            netuid,
            source,
            mirror: without_password(mirror),
            github: github.map(without_password),
            repositories,
            token_weights,
            languages,
            reading: reading
                .iter()
                .map(|token| redaction.of(token.expose()))
                .collect(),
            reserved: reserved.collect(),
            salt,
        })
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        /// Asked first, so that a newer form is called by its name.
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Versioned { version } = serde_json::from_str(text)?;
        anyhow::ensure!(
            version == VERSION,
            "it has form {version}, and this program reads form {VERSION}: use the program that \
             wrote it"
        );
        Ok(serde_json::from_str(text)?)
    }

    pub(super) fn reserved(&self) -> Result<ReservedShares> {
        let shares = self.reserved.iter().map(|share| ReservedShare {
            uid: share.uid,
            hotkey: share.hotkey,
            coldkey: share.coldkey,
            share: share.share,
        });
        Ok(ReservedShares::new(shares.collect())?)
    }
}

/// An address may hold a name and a password; no recording does.
fn without_password(mut url: Url) -> Url {
    // A URL that cannot have them has none.
    let _ = (url.set_username(""), url.set_password(None));
    url
}
