use std::fs;
use std::path::PathBuf;

use super::*;

fn file(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("a file");
    (folder, path)
}

fn given(change: impl FnOnce(&mut RunArguments)) -> RunArguments {
    let mut given = RunArguments::default();
    change(&mut given);
    given
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let (_folder, path) = file("v.toml", "network = \"local\"\nnetuid = 7\nrounds = 3\n");
    let given = given(|given| {
        given.subnet.config = Some(path);
        given.subnet.netuid = Some(9);
    });
    let settings = Settings::resolve(given).expect("good settings");
    assert_eq!(settings.subnet.netuid, Some(NetUid(9)), "the flag");
    assert_eq!(settings.rounds, Some(3), "the file");
    assert_eq!(
        settings.subnet.network.name(),
        "local",
        "the file, not finney"
    );
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let (_folder, path) = file("v.toml", "network = \"local\"\nnetuit = 7\n");
    let given = given(|given| given.subnet.config = Some(path));
    let error = format!(
        "{:#}",
        Settings::resolve(given).expect_err("a typing error")
    );
    assert!(
        error.contains("netuit") && error.contains("line 2"),
        "{error}"
    );
    assert!(!error.contains('\n'), "one line: {error}");
}

#[test]
fn each_wrong_setting_is_refused_by_name() {
    type Change = fn(&mut RunArguments);
    let rows: [(Change, &str); 11] = [
        (
            |given| (given.rounds, given.dry_run) = (Some(3), true),
            "--dry-run",
        ),
        (|given| given.subnet.netuid = None, "--netuid"),
        (
            |given| given.sources.mirror = Some("mirror".into()),
            "--mirror",
        ),
        (
            |given| given.sources.mirror = Some("ftp://m".into()),
            "--mirror",
        ),
        (|given| given.subnet.network = Some("finey".into()), "finey"),
        (
            |given| given.sources.quota = Some("fifty".into()),
            "--quota",
        ),
        (|given| given.sources.in_flight = Some(0), "--in-flight"),
        (|given| given.rounds = Some(0), "--rounds"),
        (
            |given| (given.forever, given.dry_run) = (true, true),
            "--dry-run",
        ),
        (
            |given| {
                given.subnet.key.hotkey_uri = Some("//Alice".into());
                given.subnet.network = Some("finney".into());
            },
            "--hotkey-uri",
        ),
        (
            |given| {
                given.subnet.key.hotkey_uri = Some("//Alice".into());
                given.subnet.key.wallet = Some("mine".into());
            },
            "wallet",
        ),
    ];
    for (change, named) in rows {
        let given = given(|given| {
            given.subnet.network = Some("local".into());
            given.subnet.netuid = Some(1);
            change(given);
        });
        let error = format!("{:#}", Settings::resolve(given).expect_err(named));
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn reserved_shares_are_triples_and_a_wrong_one_is_named() {
    const KEY: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    let read = |share: &str, coldkey: &str| {
        let text = format!(
            "network = \"local\"\nnetuid = 7\n[[reserved]]\nuid = 3\nhotkey = \"{KEY}\"\n\
             coldkey = \"{coldkey}\"\nshare = {share}\n"
        );
        let (_folder, path) = file("v.toml", &text);
        Settings::resolve(given(|given| given.subnet.config = Some(path)))
    };
    let settings = read("0.5", KEY).expect("a share");
    let [share] = settings.subnet.reserved.as_slice() else {
        panic!("one share");
    };
    assert_eq!((share.uid.0, share.share), (3, 0.5));
    assert_eq!(share.coldkey.to_string(), KEY);
    for (share, coldkey, named) in [("1.5", KEY, "uid 3"), ("0.5", "5Grw", "coldkey of uid 3")] {
        let error = format!("{:#}", read(share, coldkey).expect_err(named));
        assert!(
            error.contains("reserved") && error.contains(named),
            "{error}"
        );
    }
}

#[test]
fn a_database_takes_the_place_of_the_file_and_its_url_never_prints() {
    let settings = Settings::resolve(given(|given| {
        given.subnet.network = Some("local".into());
        given.subnet.netuid = Some(7);
        given.subnet.state = Some("postgres://me:pass-word@host/base".into());
    }));
    let settings = settings.expect("a URL");
    let state = settings.subnet.state.as_ref().expect("a state");
    assert!(state.database.is_some());
    assert!(state.folder.ends_with(".axonry/local/7"), "{state:?}");
    assert!(!format!("{settings:?}").contains("pass-word"));
}
