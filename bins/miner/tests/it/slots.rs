//! A slot in the subnet: whether there is one, and how to get it.

use super::exchange::Subnet;
use super::{failure, object};

#[test]
fn a_hotkey_gets_its_slot_for_what_was_shown_once_that_is_agreed_to() {
    let subnet = Subnet::start();
    let before = object(&subnet.miner("//Fresh", &["status"]));
    assert_eq!(
        (&before["success"], &before["registered"]),
        (&true.into(), &false.into())
    );
    let burn = before["burn_rao"].as_u64().expect("a price");

    let payer = ["register", "--coldkey-uri", "//Alice"];
    let asked = subnet.miner("//Fresh", &payer);
    let (kind, why) = failure(&object(&asked));
    assert_eq!(
        (asked.status.code(), kind.as_str()),
        (Some(1), "not_confirmed")
    );
    assert!(why.contains("burns") && why.contains("--yes"), "{why}");
    let words = [&payer[..], &["--yes", "--at-most", "0.000000001"]].concat();
    let dear = subnet.miner("//Fresh", &words);
    assert!(failure(&object(&dear)).1.contains("--at-most"));
    let words = ["register", "--coldkey-uri", "//Poor", "--yes"];
    let poor = failure(&object(&subnet.miner("//Fresh", &words))).1;
    assert!(poor.contains("are needed"), "{poor}");

    let words = [&payer[..], &["--yes"]].concat();
    let output = subnet.miner("//Fresh", &words);
    let registered = object(&output);
    assert_eq!(output.status.code(), Some(0), "{registered}");
    assert_eq!(
        (&registered["uid"], &registered["already"]),
        (&3.into(), &false.into())
    );
    // The price falls with every block in which nobody pays it.
    let paid = registered["paid_rao"].as_u64().expect("an amount");
    assert!(
        (burn / 2..=burn * 11 / 10).contains(&paid),
        "{paid} of {burn}"
    );

    let again = object(&subnet.miner("//Fresh", &words));
    assert_eq!(
        (&again["already"], &again["paid_rao"]),
        (&true.into(), &0.into())
    );
    let after = object(&subnet.miner("//Fresh", &["status"]));
    assert_eq!(after["neuron"]["uid"], 3, "{after}");
    assert_eq!(after["validators_serving"], 1);
}

#[test]
fn a_network_that_is_none_is_named() {
    let output = super::miner(&["status", "--json", "--network", "finey"]);
    let (kind, why) = failure(&object(&output));
    assert_eq!(
        (output.status.code(), kind.as_str()),
        (Some(1), "cli_error")
    );
    assert!(why.contains("finey"), "{why}");
}
