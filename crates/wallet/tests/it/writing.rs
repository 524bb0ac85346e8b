//! What is written can be read, by nobody else, and is whole at every moment.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use axonry_wallet::{Existing, Keyfile, KeyfileError, Keypair, Wallet, WalletError};
use serde_json::Value;

fn mode(path: &Path) -> u32 {
    let metadata = fs::metadata(path).expect("it is there");
    metadata.permissions().mode() & 0o777
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("text")
        })
        .collect();
    names.sort();
    names
}

#[test]
fn a_new_wallet_is_what_btcli_would_have_made() {
    let root = tempfile::tempdir().expect("a directory");
    let wallet = Wallet::create(root.path().join("wallets"), "alpha").expect("created");
    let hotkey = Keyfile::generate().expect("a new key");
    let phrase = hotkey.phrase().expect("a new key has its phrase");
    wallet
        .write_hotkey("val1", &hotkey, None, Existing::Keep)
        .expect("written");

    let loaded = wallet.hotkey("val1").expect("read again");
    assert_eq!(loaded.account(), hotkey.account());
    let again = Keypair::from_phrase(&phrase).expect("a phrase");
    assert_eq!(again.account(), hotkey.account());
    assert_eq!(
        names(&wallet.path().join("hotkeys")),
        ["val1", "val1pub.txt"]
    );
    assert_eq!(wallet.hotkeys(), ["val1"]);
    let file = wallet.hotkey_path("val1").expect("a name");
    assert_eq!((mode(&file), mode(wallet.path())), (0o600, 0o700));

    let content = fs::read_to_string(file).expect("plain");
    let fields: Value = serde_json::from_str(&content).expect("JSON");
    let fields = fields.as_object().expect("an object");
    assert!(
        fields.values().all(Value::is_string),
        "btwallet up to 4.0.1 fails on anything else"
    );
    let mut keys: Vec<_> = fields.keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "accountId",
            "privateKey",
            "publicKey",
            "secretPhrase",
            "secretSeed",
            "ss58Address"
        ]
    );
}

#[test]
fn two_new_keys_are_two_keys() {
    let account = || Keyfile::generate().expect("a new key").account();
    assert_ne!(account(), account());
}

#[test]
fn a_key_that_is_there_stays_unless_told_otherwise() {
    let root = tempfile::tempdir().expect("a directory");
    let wallet = Wallet::create(root.path(), "w").expect("created");
    let [first, second] = [[1; 32], [2; 32]].map(|seed| Keyfile::from_seed(&seed));
    let write = |keyfile, existing| wallet.write_hotkey("h", keyfile, None, existing);
    write(&first, Existing::Keep).expect("nothing was there");
    let refused = write(&second, Existing::Keep).expect_err("something is there");
    assert!(
        matches!(
            refused,
            WalletError::Keyfile {
                source: KeyfileError::Exists(_),
                ..
            }
        ),
        "{refused:?}"
    );
    let account = || wallet.hotkey("h").expect("a hotkey").account();
    assert_eq!(account(), first.account());
    write(&second, Existing::Replace).expect("told to");
    assert_eq!(account(), second.account());
    assert_eq!(
        names(&wallet.path().join("hotkeys")),
        ["h", "hpub.txt"],
        "nothing is left beside them"
    );
}

#[test]
fn fields_this_crate_does_not_know_are_there_after_a_rewrite() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("hotkey");
    let seed = "ab".repeat(32);
    let text = format!(r#"{{"cryptoType": 1, "secretSeed": "0x{seed}", "note": ["mine", 7]}}"#);
    let keyfile = Keyfile::parse(&text).expect("a keyfile");
    keyfile.write(&path, None, Existing::Keep).expect("written");
    assert_eq!(fs::read_to_string(&path).expect("plain"), text);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_and_leaves_the_old_key() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("hotkeys");
    fs::write(&path, "a file where a folder should be").expect("written");
    let keyfile = Keyfile::from_seed(&[3; 32]);
    let refused = keyfile.write(path.join("h"), None, Existing::Replace);
    assert!(
        matches!(refused, Err(KeyfileError::Write { .. })),
        "{refused:?}"
    );
    assert_eq!(names(folder.path()), ["hotkeys"]);
}

#[test]
fn a_keyfile_prints_no_secret() {
    let keyfile = Keyfile::from_seed(&[0xa5; 32]);
    let told = format!("{keyfile:?}");
    assert!(
        !told.contains("a5a5") && told.contains("is_secret: true"),
        "{told}"
    );
}
