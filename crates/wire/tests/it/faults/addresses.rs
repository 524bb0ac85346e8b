//! Addresses that lead somewhere else than to a miner.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axonry_wire::{CallError, Dendrite};

use crate::dendrite::{Echo, PATIENCE, alice, call, hello, target};
use crate::fleet::{Fake, Manner};
use crate::{hotkey, key};

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[tokio::test]
async fn mi10_a_miner_leads_nobody_into_our_network() {
    let inside = Fake::spawn(Manner::Honest).await;
    let outside = Fake::spawn(Manner::Redirect(inside.address)).await;
    let dendrite = alice().build();
    for _ in 0..100 {
        let refused = call(&dendrite, outside.address)
            .await
            .expect_err("a redirect is no answer");
        assert!(
            matches!(refused, CallError::Refused { status: 307, .. }),
            "{refused}"
        );
    }
    assert_eq!((outside.heads().len(), inside.connections()), (100, 0));

    let careful = Dendrite::builder(key("//Alice")).build();
    let port = inside.address.port();
    for ip in [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "fd00::1",
        "fe80::1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ] {
        let address = SocketAddr::new(ip.parse().expect("an address"), port);
        let refused = call(&careful, address).await.expect_err(ip);
        assert!(
            matches!(refused, CallError::Address { .. }),
            "{ip}: {refused}"
        );
    }
    assert_eq!(inside.connections(), 0, "and nothing was tried");
}

#[tokio::test]
async fn mi11_axons_are_asked_where_they_say_they_are_or_not_at_all() {
    let v4 = Fake::spawn(Manner::Honest).await;
    let v6 = Fake::at("[::1]:0".parse().expect("an address"), Manner::Honest).await;
    let mapped: IpAddr = "::ffff:127.0.0.1".parse().expect("an address");
    // The SDK asks `0.0.0.0` in place of its own address.
    let dendrite = alice().own_ip(LOCAL).build();
    for (what, address, fake) in [
        ("our own address", v4.address, &v4),
        ("IPv6", v6.address, &v6),
        (
            "IPv4 in IPv6",
            SocketAddr::new(mapped, v4.address.port()),
            &v4,
        ),
    ] {
        call(&dendrite, address).await.expect(what);
        let heads = fake.heads();
        let head = heads.last().expect("it was asked");
        for line in [
            format!("host: {address}\r\n"),
            format!("bt_header_axon_ip: {}\r\n", address.ip()),
            format!("bt_header_axon_port: {}\r\n", address.port()),
        ] {
            assert!(head.contains(&line), "{what}: {line} in {head}");
        }
    }
    for nowhere in [
        SocketAddr::new(LOCAL, 0),
        ([0, 0, 0, 0], v4.address.port()).into(),
        "[::]:80".parse().expect("an address"),
        "[::ffff:0.0.0.0]:80".parse().expect("an address"),
        "224.0.0.1:80".parse().expect("an address"),
        "[ff02::1]:80".parse().expect("an address"),
    ] {
        let refused = call(&dendrite, nowhere).await.expect_err("nowhere");
        assert!(
            matches!(refused, CallError::Address { .. }),
            "{nowhere}: {refused}"
        );
    }
}

#[tokio::test]
async fn mi11_two_neurons_at_one_address_are_asked_each_for_itself() {
    let fake = Fake::spawn(Manner::Honest).await;
    let dendrite = alice().build();
    let two = [target(1, fake.address), target(2, fake.address)];
    let patience = axonry_wire::Patience::each(PATIENCE);
    let answers = dendrite.ask::<Echo>(two, &hello(), patience);
    let landed = answers.expect("a question").until(usize::MAX).await;
    assert!(landed.len() == 2 && landed.iter().all(|(_, answer)| answer.is_ok()));
    let heads = fake.heads();
    for uid in [1, 2] {
        let receiver = hotkey(&format!("//Miner//{uid}"))
            .to_string()
            .to_lowercase();
        let receiver = format!("bt_header_axon_hotkey: {receiver}\r\n");
        let meant = heads.iter().filter(|head| head.contains(&receiver));
        assert_eq!(meant.count(), 1, "{uid}: {heads:?}");
    }
}
