//! The hotkey that signs, and the right to sign with it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use axonry_core::Hotkey;
use axonry_wallet::{KeyfileError, Keypair, Password, Wallet, WalletError};
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
            match wallet.hotkey(hotkey) {
                Err(WalletError::Keyfile {
                    path,
                    source: KeyfileError::Encrypted(_),
                }) => unlocked(&wallet, hotkey, &path),
                loaded => Ok(loaded?),
            }
        }
    }
}

/// Loads an encrypted hotkey with the password that `btcli` keeps in the environment. It takes
/// seconds, once, before anything else is under way.
fn unlocked(wallet: &Wallet, hotkey: &str, path: &Path) -> Result<Keypair> {
    let variable = Password::variable_of(path);
    let value = std::env::var(&variable).with_context(|| {
        format!(
            "the hotkey `{}` is encrypted, and its password is not in `{variable}`, where `btcli` \
             saves it",
            path.display()
        )
    })?;
    let password = Password::from_variable(&variable, &value)?;
    Ok(wallet.unlock_hotkey(hotkey, &password)?)
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

#[cfg(test)]
mod tests {
    use axonry_wallet::{Existing, Keyfile};

    use super::*;

    #[test]
    fn an_encrypted_hotkey_names_the_variable_its_password_is_looked_for_in() {
        let root = tempfile::tempdir().expect("a folder");
        let wallet = Wallet::create(root.path(), "w").expect("a wallet");
        let keyfile = Keyfile::from_seed(&[5; 32]);
        let password = Password::new("correct horse 7!");
        wallet
            .write_hotkey("h", &keyfile, Some(&password), Existing::Keep)
            .expect("written");
        let key = Key::File {
            root: root.path().to_owned(),
            wallet: "w".to_owned(),
            hotkey: "h".to_owned(),
        };
        let refused = keypair(&key).expect_err("no password").to_string();
        let path = wallet.hotkey_path("h").expect("a name");
        assert!(refused.contains(&Password::variable_of(&path)), "{refused}");
    }
}
