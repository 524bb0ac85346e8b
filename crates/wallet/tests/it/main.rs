//! Keys as a program meets them: keyfiles with modes, wallet trees, signing through the trait.

mod corpus;
mod encryption;
mod writing;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use axonry_core::Signer;
use axonry_wallet::{
    EncryptionScheme, Keyfile, KeyfileError, Keypair, Wallet, WalletError, verify,
};
use proptest::prelude::*;

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const ALICE_SEED: &str = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";

fn write(path: &Path, content: &str, mode: u32) {
    fs::create_dir_all(path.parent().expect("a directory")).expect("created");
    fs::write(path, content).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("mode set");
}

fn alice_file() -> String {
    format!(r#"{{"secretSeed": "{ALICE_SEED}", "ss58Address": "{ALICE}"}}"#)
}

#[tokio::test]
async fn a_shared_keypair_signs_what_only_its_account_verifies() {
    let alice: Arc<dyn Signer> = Arc::new(Keypair::from_uri("//Alice").expect("a URI"));
    let signature = alice.sign(b"a message").await.expect("signed");
    let bob = Keypair::from_uri("//Bob").expect("a URI").account();
    assert!(verify(&alice.account(), b"a message", &signature));
    assert!(!verify(&alice.account(), b"a massage", &signature));
    assert!(!verify(&bob, b"a message", &signature));
    let mut bent = signature;
    bent.0[63] ^= 0x80;
    assert!(
        !verify(&alice.account(), b"a message", &bent),
        "without the schnorrkel mark it is not an sr25519 signature"
    );
}

#[test]
fn a_hotkey_others_can_reach_is_refused_with_the_remedy() {
    let home = tempfile::tempdir().expect("a directory");
    let root = Wallet::default_root(home.path());
    let file = root.join("alpha/hotkeys/default");
    for (mode, refused) in [
        (0o600, false),
        (0o400, false),
        (0o700, false),
        (0o640, true),
        (0o604, true),
        (0o622, true),
    ] {
        write(&file, &alice_file(), mode);
        let wallet = Wallet::open(&root, "alpha").expect("the wallet");
        match wallet.hotkey("default") {
            Ok(hotkey) => {
                assert!(!refused, "{mode:o}");
                assert_eq!(hotkey.hotkey().to_string(), ALICE);
            }
            Err(WalletError::Keyfile { source, .. }) => {
                assert!(refused, "{mode:o}: {source}");
                assert!(matches!(source, KeyfileError::Exposed { .. }));
                assert!(source.to_string().contains("chmod 600"), "{source}");
            }
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn a_missing_hotkey_lists_those_there_are() {
    let root = tempfile::tempdir().expect("a directory");
    write(&root.path().join("w/hotkeys/val1"), &alice_file(), 0o600);
    write(&root.path().join("w/hotkeys/val1pub.txt"), "{}", 0o644);
    let wallet = Wallet::open(root.path(), "w").expect("the wallet");
    let error = wallet.hotkey("default").expect_err("no such hotkey");
    assert!(
        error.to_string().ends_with("it has val1"),
        "names the hotkeys and not their public files: {error}"
    );
    assert!(matches!(
        Wallet::open(root.path(), "x"),
        Err(WalletError::NoWallet { .. })
    ));
}

#[test]
fn names_never_lead_out_of_the_wallet() {
    let root = tempfile::tempdir().expect("a directory");
    write(&root.path().join("w/hotkeys/a"), &alice_file(), 0o600);
    let wallet = Wallet::open(root.path(), "w").expect("the wallet");
    for name in ["", ".", "..", "../w", "a/b", "/a", "a/"] {
        let refused = wallet.hotkey(name);
        assert!(matches!(refused, Err(WalletError::Name(_))), "`{name}`");
        let refused = Wallet::open(root.path(), name);
        assert!(matches!(refused, Err(WalletError::Name(_))), "`{name}`");
    }
}

#[test]
fn a_readable_coldkey_is_reported_without_being_loaded() {
    let root = tempfile::tempdir().expect("a directory");
    write(&root.path().join("w/hotkeys/a"), &alice_file(), 0o600);
    let wallet = Wallet::open(root.path(), "w").expect("the wallet");
    assert_eq!(wallet.readable_coldkey_secret(), None);
    let coldkey = root.path().join("w/coldkey");
    for (content, scheme) in [
        ("{}", None),
        ("$NACL1234", Some(EncryptionScheme::Nacl)),
        (
            "$ANSIBLE_VAULT;1.1;AES256\n61",
            Some(EncryptionScheme::AnsibleVault),
        ),
        ("gAAAAABr", Some(EncryptionScheme::Fernet)),
    ] {
        write(&coldkey, content, 0o600);
        let found = wallet.readable_coldkey_secret();
        assert_eq!(found, Some((coldkey.clone(), scheme)), "{content}");
    }
}

#[test]
fn encrypted_files_ask_for_a_password_by_the_name_of_their_scheme() {
    for (start, name) in [
        ("$NACL", "NaCl"),
        ("$ANSIBLE_VAULT", "Ansible Vault"),
        ("gAAAAA", "Fernet"),
    ] {
        let error = Keyfile::parse(&format!("{start}…")).expect_err("encrypted");
        assert!(error.to_string().contains(name), "{error}");
        assert!(error.to_string().contains("password"), "{error}");
    }
}

#[test]
fn other_cryptography_and_public_files_are_told_apart_from_broken_ones() {
    let parse = |text: &str| Keyfile::parse(text);
    let ed25519 = format!(r#"{{"secretSeed": "{ALICE_SEED}", "cryptoType": 0}}"#);
    assert!(matches!(
        parse(&ed25519),
        Err(KeyfileError::CryptoType(Some(0)))
    ));
    let public = parse(&format!(r#"{{"ss58Address": "{ALICE}"}}"#)).expect("a public file");
    assert_eq!(public.account().to_string(), ALICE);
    assert!(matches!(
        public.into_keypair(),
        Err(KeyfileError::PublicOnly(_))
    ));
    assert!(matches!(
        parse(r#"{"publicKey": "0x00"}"#),
        Err(KeyfileError::NoKey)
    ));
    let seed = parse(ALICE_SEED).expect("a bare seed");
    assert_eq!(seed.account().to_string(), ALICE);
}

#[test]
fn errors_about_a_keyfile_never_quote_it() {
    let secret = "0123456789abcdef-secret";
    for text in [
        format!(r#"{{"secretSeed": "{secret}"}}"#),
        format!(r#"{{"secretPhrase": "{secret}"}}"#),
        format!(r#"{{"privateKey": "{secret}"}}"#),
        format!(r#"{{"secretSeed": ["{secret}"]}}"#),
        format!(r#"{{"ss58Address": "{secret}"}}"#),
        format!(r#"{{"cryptoType": "{secret}", "secretSeed": "0x00"}}"#),
        format!(r#"{{"secretSeed": "{secret}""#),
        secret.to_owned(),
    ] {
        let error = Keyfile::parse(&text).expect_err("broken");
        let told = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
        assert!(!told.contains("secret\""), "{told}");
        assert!(!told.contains("0123456789"), "{told}");
    }
}

#[test]
fn a_file_that_is_no_text_or_too_large_is_no_keyfile() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("hotkey");
    fs::write(&path, [0xff, 0xfe]).expect("written");
    assert!(matches!(
        Keyfile::open(&path),
        Err(KeyfileError::NotText(_))
    ));
    fs::write(&path, " ".repeat(70_000)).expect("written");
    assert!(matches!(
        Keyfile::open(&path),
        Err(KeyfileError::NotText(_))
    ));
}

proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(text in "\\PC{0,80}", path in "[/0-9a-zé]{0,40}") {
        let _ = Keyfile::parse(&text);
        let _ = Keyfile::parse(&format!("{{{text}}}"));
        let _ = Keypair::from_uri(&text);
        // Every path of non-empty steps leads somewhere, and always to the same key.
        if let Ok(keypair) = Keypair::from_uri(&path) {
            let again = Keypair::from_uri(&path).expect("the same text");
            prop_assert_eq!(keypair.account(), again.account());
        }
    }
}
