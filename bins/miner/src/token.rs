//! The GitHub token, from anywhere but the command line, which others on the machine can read.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use axonry_github::Secret;

/// The variable that upstream's miner reads.
pub(crate) const VARIABLE: &str = "GITTENSOR_MINER_PAT";

/// A token file is a line; whoever names another file by mistake reads no further.
const LARGEST: u64 = 1_000;

/// The token in the file, or else in the environment.
pub(crate) fn given(file: Option<&Path>) -> Result<Secret> {
    if let Some(path) = file {
        return read(path);
    }
    match std::env::var(VARIABLE) {
        Ok(text) if !text.trim().is_empty() => word(&text, || format!("`{VARIABLE}`")),
        _ => bail!("which token? give `--token-file`, or `{VARIABLE}` in the environment"),
    }
}

/// The token in a file. What else may stand there is not told, as it may be a secret, too.
pub(crate) fn read(path: &Path) -> Result<Secret> {
    let named = || format!("token file `{}`", path.display());
    let size = fs::metadata(path).with_context(named)?.len();
    ensure!(size <= LARGEST, "{} is too large for a token", named());
    word(&fs::read_to_string(path).with_context(named)?, named)
}

fn word(text: &str, named: impl Fn() -> String) -> Result<Secret> {
    let token = text.trim();
    ensure!(!token.is_empty(), "{} is empty", named());
    ensure!(
        token.bytes().all(|byte| byte.is_ascii_graphic()),
        "{} must hold one token and nothing else",
        named()
    );
    Ok(Secret::new(token))
}
