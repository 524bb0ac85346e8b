//! Encrypted keyfiles. The files of other tools are among the vectors; these are our own.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use axonry_wallet::{Existing, Keyfile, KeyfileError, Password};

#[test]
fn an_encrypted_key_opens_with_its_password_only_and_never_for_others() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("coldkey");
    let (password, wrong) = (Password::new("correct horse 7!"), Password::new("battery"));
    let keyfile = Keyfile::from_seed(&[7; 32]);
    keyfile
        .write(&path, Some(&password), Existing::Keep)
        .expect("written");
    let content = fs::read(&path).expect("there");
    assert!(content.starts_with(b"$NACL"));

    let unlocked = Keyfile::unlock(&path, &password).expect("the password");
    assert_eq!(unlocked.account(), keyfile.account());
    assert!(matches!(
        Keyfile::unlock(&path, &wrong),
        Err(KeyfileError::WrongPassword)
    ));
    assert!(matches!(
        Keyfile::open(&path),
        Err(KeyfileError::Encrypted(_))
    ));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("mode set");
    assert!(matches!(
        Keyfile::unlock(&path, &password),
        Err(KeyfileError::Exposed { mode: 0o644, .. })
    ));
}

#[test]
fn damaged_files_are_told_from_wrong_passwords_before_the_work_is_done() {
    let password = Password::new("a password");
    for content in [
        "$NACLshort",
        "$ANSIBLE_VAULT;1.1;AES256\nzz",
        "$ANSIBLE_VAULT;9.9;AES256\n3132",
        "$ANSIBLE_VAULT;1.1;AES256\n36310a36310a3631",
        "gAAAAA",
        "gAAAAABnot base64",
        "gAAAAABrAK==",
    ] {
        let error = Keyfile::decrypt(content.as_bytes(), &password).expect_err("damaged");
        let expected = match content.ends_with("3631") {
            // Well formed: its code is what is wrong.
            true => matches!(error, KeyfileError::WrongPassword),
            false => matches!(error, KeyfileError::Damaged(_)),
        };
        assert!(expected, "{content}: {error:?}");
    }
}

#[test]
fn a_password_file_is_its_first_line_and_private() {
    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("password");
    let variable = "BT_PW_X";
    for content in ["secret 1", "secret 1\n", "secret 1\r\nanother line"] {
        fs::write(&path, content).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode set");
        let password = Password::from_file(&path).expect("private");
        assert_eq!(
            *password.to_variable(variable),
            *Password::new("secret 1").to_variable(variable)
        );
        assert!(!format!("{password:?}").contains("secret"));
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("mode set");
    assert!(matches!(
        Password::from_file(&path),
        Err(KeyfileError::Exposed { .. })
    ));
}

#[test]
fn a_password_variable_that_is_no_base64_is_an_error_naming_it() {
    let error = Password::from_variable("BT_PW_X", "not base64!").expect_err("no base64");
    assert!(error.to_string().contains("`BT_PW_X`"), "{error}");
    assert!(!error.to_string().contains("not base64"), "{error}");
}

#[test]
fn an_export_that_asks_for_the_whole_machine_is_refused() {
    use base64::Engine;

    let mut encoded = vec![0; 32];
    for cost in [1_u32 << 30, 1, 8] {
        encoded.extend(cost.to_le_bytes());
    }
    encoded.resize(300, 0);
    let encoded = base64::prelude::BASE64_STANDARD.encode(encoded);
    let json = format!(
        r#"{{"encoded": "{encoded}", "encoding": {{"content": ["pkcs8", "sr25519"],
            "type": ["scrypt", "xsalsa20-poly1305"], "version": "3"}}, "address": null}}"#
    );
    let refused = Keyfile::from_polkadot_json(&json, &Password::new("x"));
    assert!(matches!(refused, Err(KeyfileError::Polkadot(reason)) if reason.contains("scrypt")));
}
