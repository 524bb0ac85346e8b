//! The hotkey that signs, and the right to sign with it.

use std::fs;

use anyhow::{Context, Result};
use axonry_core::Hotkey;
use axonry_wallet::{Keypair, Wallet};
use axonry_weights::HotkeyLock;
use tracing::warn;

use crate::settings::Key;

/// Loads the hotkey; the coldkey is left alone, and had better not be there.
pub(crate) fn keypair(key: &Key) -> Result<Keypair> {
    match key {
        Key::Uri(uri) => Keypair::from_uri(uri).context("--hotkey-uri"),
        Key::File {
            root,
            wallet,
            hotkey,
        } => {
            let wallet = Wallet::open(root, wallet)?;
            if let Some((path, _)) = wallet.readable_coldkey_secret() {
                warn!(
                    path = %path.display(),
                    "this machine can read a coldkey; a validator needs the hotkey only, so move \
                     the coldkey elsewhere"
                );
            }
            Ok(wallet.hotkey(hotkey)?)
        }
    }
}

/// Two processes that sign with one hotkey spoil each other's nonces and weights; a second one on
/// this machine is refused. Keys known to everybody are for test chains, where that is nobody's loss.
pub(crate) fn lock(key: &Key, hotkey: Hotkey) -> Result<Option<HotkeyLock>> {
    if matches!(key, Key::Uri(_)) {
        return Ok(None);
    }
    let home = std::env::home_dir().context("no home folder for the hotkey's lock file")?;
    let folder = home.join(".axonry/locks");
    fs::create_dir_all(&folder).with_context(|| format!("`{}`", folder.display()))?;
    Ok(Some(HotkeyLock::acquire(&folder, hotkey)?))
}
