use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Result, bail};

/// Asks whether to sign. Nobody there to ask is no consent.
pub(super) fn confirmed() -> Result<bool> {
    let (input, mut asked) = (std::io::stdin(), std::io::stderr());
    if !input.is_terminal() {
        bail!("nobody is there to ask whether to sign: give --yes, or --dry-run");
    }
    write!(asked, "sign this with the coldkey? [y/N] ")?;
    asked.flush()?;
    let mut answer = String::new();
    input.lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
