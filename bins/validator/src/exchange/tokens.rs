//! `validator tokens`: the miners' tokens, as far as they may be shown.

use std::path::PathBuf;

use anyhow::{Context, Result};
use axonry_github::Secret;
use axonry_oss::exchange::TokenStore;
use clap::{Args, Subcommand};
use serde_json::json;

use super::FILE;
use crate::arguments::{DoctorArguments, SubnetArguments};
use crate::report::tell;
use crate::settings::{JudgingSettings, SourceArguments, SubnetSettings};

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokensCommand {
    /// Show whose token there is, and of each its last four characters.
    List(Box<TokensArguments>),
    /// Take over the tokens of another validator's `miner_pats.json`; of two for one slot the newer
    /// one stays. A running validator counts them from its next round on.
    Import(Box<ImportArguments>),
}

/// Which file.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TokensArguments {
    #[command(flatten)]
    pub(crate) subnet: SubnetArguments,
    /// The file that tokens are kept in [default: `miner_pats.json` beside the state].
    #[arg(long, env = "AXONRY_TOKENS", value_name = "FILE")]
    tokens: Option<PathBuf>,
}

/// From where to where.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ImportArguments {
    /// The file that is read.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    into: TokensArguments,
}

impl TokensCommand {
    pub(crate) fn subnet(&mut self) -> &mut SubnetArguments {
        match self {
            Self::List(given) => &mut given.subnet,
            Self::Import(given) => &mut given.into.subnet,
        }
    }
}

/// Shows the tokens, or takes some over.
pub(crate) fn tokens(command: TokensCommand) -> Result<()> {
    match command {
        TokensCommand::List(given) => {
            let (path, is_json) = given.place()?;
            list(&path, is_json)
        }
        TokensCommand::Import(given) => {
            let (path, is_json) = given.into.place()?;
            let imported = TokenStore::open(&path)?.import(&given.file)?;
            let (added, replaced, kept) = (imported.added, imported.replaced, imported.kept);
            let said = match is_json {
                true => json!({"added": added, "replaced": replaced, "kept": kept}).to_string(),
                false => format!(
                    "`{}`: {added} added, {replaced} replaced, {kept} left as they were",
                    path.display()
                ),
            };
            tell(&format!("{said}\n"));
            Ok(())
        }
    }
}

impl TokensArguments {
    /// The file, and whether JSON is wanted.
    fn place(self) -> Result<(PathBuf, bool)> {
        let examined = DoctorArguments {
            subnet: self.subnet,
            sources: SourceArguments {
                tokens: self.tokens,
                ..SourceArguments::default()
            },
            ..DoctorArguments::default()
        };
        let (subnet, judging) = SubnetSettings::examined(examined)?;
        let mut named = None;
        if let JudgingSettings::OpenSource(sources) = judging {
            named = sources.tokens;
        }
        let beside = subnet.state.map(|state| state.folder.join(FILE));
        let path = named.or(beside);
        let path = path.context("the devnet's tokens end with it: which file? give --tokens")?;
        Ok((path, subnet.json))
    }
}

fn list(path: &std::path::Path, is_json: bool) -> Result<()> {
    let tokens = axonry_github::PatStore::read(path)?;
    let masked = |token: &Option<Secret>| token.as_ref().map(Secret::masked);
    let mut text = String::new();
    if is_json {
        let rows = tokens.entries().iter().map(|entry| {
            json!({
                "uid": entry.uid,
                "hotkey": entry.hotkey,
                "token": masked(&entry.pat),
                "github_id": entry.github_id.as_ref().map(ToString::to_string),
                "stored_at": entry.stored_at.map(|time| time.to_string()),
            })
        });
        text = serde_json::Value::from_iter(rows).to_string();
        text.push('\n');
    } else {
        for entry in tokens.entries() {
            let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
            text.push_str(&format!(
                "{:>5}  {}  {:<8}  account {}  {}\n",
                entry.uid,
                entry.hotkey,
                or_none(masked(&entry.pat)),
                or_none(entry.github_id.as_ref().map(ToString::to_string)),
                or_none(entry.stored_at.map(|time| time.to_string())),
            ));
        }
        let count = tokens.entries().len();
        text.push_str(&format!("{count} tokens in `{}`\n", path.display()));
    }
    tell(&text);
    Ok(())
}
