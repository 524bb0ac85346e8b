//! `validator stake` on the embedded devnet: what a person sees, and what a program reads.

use std::process::{Command, Output};

use serde_json::Value;

fn stake(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_validator"));
    command.args(["stake"]).args(arguments);
    command.env_clear().env("HOME", std::env::temp_dir());
    command.output().expect("the program starts")
}

fn devnet(arguments: &[&str]) -> Output {
    stake(&[arguments, &["--network", "devnet"]].concat())
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

fn json(output: &Output) -> Value {
    let (out, err) = said(output);
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"))
}

const SEED: [&str; 8] = [
    "swap", "all", "--hotkey", "hot_25", "--netuid", "45", "--to", "0",
];

/// 21.5369 alpha of subnet 45 become stake on root: the case in which an amount was once converted
/// twice and became 21 536 911 597.
#[test]
fn all_of_a_stake_is_swapped_to_root_as_its_plan_says() {
    let done = devnet(&[&SEED[..], &["--yes"]].concat());
    let (out, err) = said(&done);
    assert_eq!(done.status.code(), Some(0), "{out}{err}");
    for part in [
        "SubtensorModule.swap_stake_limit of 21.5369 α45",
        "-21.5369 α45",
        "+0.746077011 α0",
        "sells 21.5369 α45 at 0.03466 τ/α in subnet 45 for 0.746077011 τ",
        "pool's fee 0.010844856 α45",
        "exactly as planned",
    ] {
        assert!(out.contains(part), "`{part}` is missing:\n{out}{err}");
    }
    assert!(!out.contains("21536"), "no amount without its unit:\n{out}");
}

#[test]
fn a_program_reads_whole_base_units_with_the_name_of_their_unit() {
    let done = devnet(&[&SEED[..], &["--yes", "--json"]].concat());
    let told = json(&done);
    assert_eq!(told["given"]["amount"], "21536900000");
    assert_eq!(told["given"]["unit"], "alpha_base_units");
    assert_eq!(told["given"]["netuid"], 45);
    let settlement = &told["settlement"];
    assert_eq!(settlement["exact"], true, "{told}");
    let root = settlement["holdings"].as_array().and_then(|all| all.last());
    let root = root.expect("what it goes to");
    assert_eq!(root["before"]["amount"], "100000000000");
    assert_eq!(root["after"]["amount"], "100746077011");
    assert_eq!(done.status.code(), Some(0));
}

#[test]
fn a_dry_run_signs_nothing_and_nobody_signs_unasked() {
    let dry = devnet(&[&SEED[..], &["--dry-run", "--json"]].concat());
    let told = json(&dry);
    assert_eq!(told["settlement"], Value::Null);
    assert_eq!(told["call"], "SubtensorModule.swap_stake_limit");
    assert_eq!(dry.status.code(), Some(0));

    let unasked = devnet(&SEED);
    let (_, err) = said(&unasked);
    assert_eq!(unasked.status.code(), Some(2));
    assert!(err.contains("--yes"), "{err}");
}

#[test]
fn what_a_coldkey_has_is_shown_with_units() {
    let shown = devnet(&["show"]);
    let (out, err) = said(&shown);
    for part in [
        "21.5369 α45",
        "0.03466 τ/α",
        "0.746468954 τ",
        "100 α0",
        "1000 τ",
    ] {
        assert!(out.contains(part), "`{part}` is missing:\n{out}{err}");
    }
    let told = json(&devnet(&["show", "--json"]));
    assert_eq!(told["free"]["amount"], "1000000000000");
    assert_eq!(told["free"]["unit"], "rao");
}

#[test]
fn what_cannot_be_done_is_one_line_that_says_why() {
    let rows: [(&[&str], &str); 7] = [
        (
            &[
                "swap",
                "21.536900001",
                "--hotkey",
                "hot_25",
                "--netuid",
                "45",
                "--to",
                "0",
            ],
            "21.536900001 α45 are needed",
        ),
        (
            &[
                "swap", "all", "--hotkey", "hot_25", "--netuid", "45", "--to", "45",
            ],
            "it would come from where it goes to",
        ),
        (
            &["add", "1", "--hotkey", "hot_25", "--netuid", "99"],
            "subnet 99 does not exist",
        ),
        (
            &["add", "1 α45", "--hotkey", "hot_25", "--netuid", "45"],
            "is not an amount of TAO",
        ),
        (
            &["remove", "5 α46", "--hotkey", "hot_25", "--netuid", "45"],
            "different currencies",
        ),
        (
            &[
                "add", "10", "--hotkey", "hot_25", "--netuid", "45", "--most", "9",
            ],
            "the policy allows 9 τ",
        ),
        (
            &[
                "swap", "all", "--hotkey", "hot_25", "--netuid", "45", "--to", "46", "--only", "45",
            ],
            "subnet 46 is not among those",
        ),
    ];
    for (arguments, part) in rows {
        let refused = devnet(&[arguments, &["--yes"]].concat());
        let (out, err) = said(&refused);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {out}{err}");
        assert!(err.contains(part), "{arguments:?}: `{part}`: {err}");
    }
}

/// Elsewhere than on the devnet a coldkey is named or nothing is done, and the well-known ones, which
/// everybody has, are for test chains.
#[test]
fn a_coldkey_is_named_or_nothing_is_done() {
    for (rest, part) in [
        (&[][..], "give --wallet"),
        (&["--coldkey-uri", "//Alice"][..], "known to everybody"),
    ] {
        let refused = stake(&[&SEED[..], &["--network", "finney"], rest].concat());
        let (out, err) = said(&refused);
        assert_eq!(refused.status.code(), Some(2), "{out}{err}");
        assert!(err.contains(part), "{err}");
    }
}

/// A wallet as `btcli` makes it: the plan needs no secret, and signing takes the password from a file.
#[cfg(unix)]
#[test]
fn an_encrypted_coldkey_is_opened_only_to_sign() {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use axonry_wallet::{Existing, Keyfile, Keypair, Password, Wallet};

    let root = tempfile::tempdir().expect("a folder");
    let wallet = Wallet::create(root.path(), "money").expect("a wallet");
    let keyfile = Keyfile::from_keypair(Keypair::from_uri("//Alice").expect("a key"));
    let password = Password::new("correct horse 7!");
    wallet
        .write_coldkey(&keyfile, Some(&password), Existing::Keep)
        .expect("written");
    let file = root.path().join("password");
    std::fs::write(&file, "correct horse 7!\n").expect("written");
    // Nobody else may read it, or it is not taken.
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("its own");
    let (root, file) = (root.path().to_str(), file.to_str());
    let (root, file) = (root.expect("a path"), file.expect("a path"));
    let hotkey = Keypair::from_uri("//hot_25").expect("a key").hotkey();
    let hotkey = hotkey.to_string();
    let owner = ["--wallet", "money", "--wallet-path", root];
    let operation = [
        "remove", "all", "--hotkey", &hotkey, "--netuid", "45", "--yes",
    ];
    let dry = devnet(&[&operation[..], &owner, &["--dry-run"]].concat());
    let (out, err) = said(&dry);
    assert_eq!(
        dry.status.code(),
        Some(0),
        "no secret is needed: {out}{err}"
    );

    let locked = devnet(&[&operation[..], &owner].concat());
    let (out, err) = said(&locked);
    assert_eq!(locked.status.code(), Some(2), "{out}{err}");
    assert!(err.contains("--password-file"), "{err}");

    let done = devnet(&[&operation[..], &owner, &["--password-file", file]].concat());
    let (out, err) = said(&done);
    assert_eq!(done.status.code(), Some(0), "{out}{err}");
    assert!(out.contains("exactly as planned"), "{out}{err}");
    assert!(!out.contains("correct horse") && !err.contains("correct horse"));
}
