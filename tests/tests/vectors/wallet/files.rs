//! Encrypted keyfiles, whole wallets, password variables and exports of other tools.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use axonry_wallet::{
    Existing, Keyfile, KeyfileError, Keypair, Password, PasswordVariableError, Wallet,
};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::text;
use crate::source::{Checks, File};

fn content(value: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(text(value)).expect("base64")
}

fn password(value: &Value) -> Password {
    Password::new(text(value))
}

/// Everything a wrong password can be told by.
fn refused(checks: &mut Checks, opened: Result<Keyfile, KeyfileError>) {
    let refused = matches!(opened, Err(KeyfileError::WrongPassword));
    checks.same("wrong password", refused, true);
}

pub(super) fn keyfiles(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.begin(&format!(
            "{} of {}",
            text(&case["method"]),
            text(&case["ss58"])
        ));
        let content = content(&case["file_base64"]);
        let opened = Keyfile::decrypt(&content, &password(&case["password"]));
        let account = opened.as_ref().map(|keyfile| keyfile.account().to_string());
        checks.same("account", account.ok().as_deref(), case["ss58"].as_str());
        let secret = opened.is_ok_and(|keyfile| keyfile.is_secret());
        checks.same("secret", secret, true);
        if case.get("wrong_password").is_some() {
            let wrong = Password::new(format!("{}x", text(&case["password"])));
            refused(checks, Keyfile::decrypt(&content, &wrong));
        }
    }
    let plain = file.json["plain_files"].as_object();
    for (name, written) in plain.into_iter().flatten() {
        checks.begin(name);
        let fields: Value = serde_json::from_str(text(written)).expect("JSON");
        let read = Keyfile::parse(text(written)).map(|keyfile| keyfile.account().to_string());
        checks.same(
            "account",
            read.ok().as_deref(),
            fields["ss58Address"].as_str(),
        );
        checks.same("written", made_of(&fields), fields);
    }
}

/// What we write for a key that is known by the same secret.
fn made_of(fields: &Value) -> Value {
    let secret = |name: &str| fields[name].as_str();
    let keyfile = if let Some(phrase) = secret("secretPhrase") {
        Keyfile::from_phrase(phrase).expect("a phrase")
    } else if let Some(digits) = secret("privateKey") {
        let uri = Keypair::from_uri(digits).expect("a key");
        Keyfile::from_keypair(uri)
    } else {
        Keyfile::public(text(&fields["ss58Address"]).parse().expect("an address"))
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keyfile");
    keyfile.write(&path, None, Existing::Keep).expect("written");
    let written = fs::read_to_string(path).expect("plain");
    serde_json::from_str(&written).expect("JSON")
}

pub(super) fn tree(file: &File, checks: &mut Checks) {
    let json = &file.json;
    checks.begin(text(&json["wallet_name"]));
    let root = tempfile::tempdir().expect("a folder");
    for one in file.list("files") {
        let path = root.path().join(text(&one["path"]));
        fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        fs::write(&path, content(&one["content_base64"])).expect("written");
        let mode = text(&one["mode"]).trim_start_matches("0o");
        let mode = u32::from_str_radix(mode, 8).expect("a mode");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode set");
    }
    let wallet = Wallet::open(root.path(), text(&json["wallet_name"])).expect("the wallet");
    let hotkey = wallet.hotkey(text(&json["hotkey"]));
    let hotkey = hotkey.map(|keypair| keypair.account().to_string());
    checks.same(
        "hotkey",
        hotkey.ok().as_deref(),
        json["hotkey_ss58"].as_str(),
    );
    let public = wallet.coldkey().map(|coldkey| coldkey.to_string());
    checks.same(
        "coldkeypub",
        public.ok().as_deref(),
        json["coldkey_ss58"].as_str(),
    );
    let coldkey = wallet.unlock_coldkey(&password(&json["coldkey_password"]));
    let coldkey = coldkey.map(|keypair| keypair.account().to_string());
    checks.same(
        "coldkey",
        coldkey.ok().as_deref(),
        json["coldkey_ss58"].as_str(),
    );
}

pub(super) fn variables(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.begin(text(&case["path"]));
        let variable = Password::variable_of(Path::new(text(&case["path"])));
        checks.same("variable", variable.as_str(), text(&case["env_var"]));
        let value = password(&case["password"]).to_variable(&variable);
        checks.same("value", value.as_str(), text(&case["value"]));
        let read = Password::from_variable(&variable, text(&case["value"]));
        let read = read.map(|password| password.to_variable("other").to_string());
        let expected = password(&case["read_back"])
            .to_variable("other")
            .to_string();
        checks.same("read back", read, Ok::<_, PasswordVariableError>(expected));
    }
}

pub(super) fn exports(file: &File, checks: &mut Checks) {
    for case in file.list("cases") {
        checks.begin(text(&case["ss58"]));
        let json = text(&case["json"]);
        let opened = Keyfile::from_polkadot_json(json, &password(&case["password"]));
        let account = opened.map(|keyfile| keyfile.account().to_string());
        checks.same("account", account.ok().as_deref(), case["ss58"].as_str());
        let wrong = Password::new(format!("{}x", text(&case["password"])));
        refused(checks, Keyfile::from_polkadot_json(json, &wrong));
    }
}
