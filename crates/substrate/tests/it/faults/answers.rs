use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axonry_chain::{Chain, ChainError};
use axonry_substrate::{At, View};
use futures_util::future::join_all;
use parity_scale_codec::Encode;
use serde_json::json;
use soketto::handshake::Server;
use soketto::handshake::server::Response;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::compat::TokioAsyncReadCompatExt;

use super::{head_in_time, until};
use crate::frames::{Fate, Frames, Seen};
use crate::node::{Node, builder};
use crate::toy;

/// Values of their own for subnets 0 to 199.
fn number_subnets(node: &Node) {
    let mut storage = node.script.storage.lock().unwrap();
    let mut key = toy::key_of_subnet("Tempo");
    for netuid in 0..200_u16 {
        let place = key.len() - 2;
        key[place..].copy_from_slice(&netuid.to_le_bytes());
        storage.insert(key.clone(), (netuid + 1000).encode());
    }
}

/// Reads some of them; whatever is answered is right, and all is answered in the end.
async fn reads_are_right(view: &View, seed: u16) {
    let reads = (0..20_u16).map(async |place| {
        let netuid = (seed * 7 + place * 11) % 200;
        loop {
            let read = view.storage::<u16>("SubtensorModule", "Tempo", (netuid,));
            match read.await {
                Ok(tempo) => break assert_eq!(tempo, Some(netuid + 1000)),
                Err(error) => assert!(error.is_transient(), "{error:?}"),
            }
        }
    });
    join_all(reads).await;
}

/// CH9: what is damaged on the way is never taken for an answer.
#[tokio::test]
async fn damaged_frames_give_no_wrong_answer() {
    type Damage = fn(Seen) -> Vec<String>;
    let cases: [(&str, Damage); 6] = [
        ("corrupt", |seen| vec![seen.text.replacen('"', "", 3)]),
        ("of another id", |seen| {
            let mut frame = seen.json();
            if let Some(id) = frame["id"].as_u64() {
                frame["id"] = json!(id + 1);
            }
            vec![frame.to_string()]
        }),
        ("of an id that is no number", |seen| {
            let mut frame = seen.json();
            if frame["id"].is_u64() {
                frame["id"] = json!("seven");
            }
            vec![frame.to_string()]
        }),
        ("twice", |seen| vec![seen.text.clone(), seen.text]),
        ("after one for nobody", |seen| {
            let params = json!({"subscription": "nobody's", "result": 7});
            let stray = json!({"jsonrpc": "2.0", "method": "state_storage", "params": params});
            vec![stray.to_string(), seen.text]
        }),
        ("half", |seen| {
            vec![seen.text[..seen.text.len() / 2].to_owned()]
        }),
    ];
    for (case, damage) in cases {
        let node = Node::spawn().await;
        number_subnets(&node);
        let count = AtomicUsize::new(0);
        let frames = Frames::between(node.address, move |seen| {
            let every = if case == "twice" { 2 } else { 13 };
            let hit = count.fetch_add(1, Ordering::SeqCst) % every == every - 1;
            match hit && seen.connection + seen.place > 12 {
                true => Fate::Pass(damage(seen)),
                false => seen.pass(),
            }
        })
        .await;
        let chain = builder(frames.address)
            .attempts(100_000, Duration::from_millis(1))
            .connect()
            .await
            .unwrap();
        let view = chain.at(At::Head).await.unwrap();
        for seed in 0..40 {
            reads_are_right(&view, seed).await;
        }
        let outcome = head_in_time(&chain, Duration::from_secs(5)).await;
        assert!(outcome.is_ok(), "{case}: {outcome:?}");
    }
}

/// CH9: answers that have changed places are told by the block and the key they name.
#[tokio::test]
async fn answers_that_change_places_give_no_wrong_value() {
    let node = Node::spawn().await;
    number_subnets(&node);
    let held: Mutex<Option<Seen>> = Mutex::new(None);
    let frames = Frames::between(node.address, move |seen| {
        if seen.place < 12 || !seen.text.contains("changes") {
            return seen.pass();
        }
        let mut held = held.lock().unwrap();
        match held.take() {
            None => {
                *held = Some(seen);
                Fate::Pass(Vec::new())
            }
            Some(first) => {
                let (mut one, mut two) = (first.json(), seen.json());
                let ids = (one["id"].clone(), two["id"].clone());
                (one["id"], two["id"]) = (ids.1, ids.0);
                Fate::Pass(vec![one.to_string(), two.to_string()])
            }
        }
    })
    .await;
    let chain = builder(frames.address)
        .call_deadline(Duration::from_secs(2))
        .connect()
        .await
        .unwrap();
    let view = chain.at(At::Head).await.unwrap();
    // The set-up may not have used up the frames that pass.
    for _ in 0..12 {
        chain.head().await.unwrap();
    }
    let (one, two) = tokio::join!(
        async {
            view.storage::<u16>("SubtensorModule", "Tempo", (3_u16,))
                .await
        },
        async {
            // On its own, so that it is asked for on its own.
            tokio::time::sleep(Duration::from_millis(50)).await;
            view.storage::<u16>("SubtensorModule", "Tempo", (4_u16,))
                .await
        },
    );
    assert_eq!((one.unwrap(), two.unwrap()), (Some(1003), Some(1004)));
}

/// Speaks websocket and then says that a gibibyte is to come.
async fn a_gibibyte_to_come() -> (std::net::SocketAddr, Arc<AtomicUsize>, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (count, mut server) = (Arc::<AtomicUsize>::default(), JoinSet::new());
    let counted = Arc::clone(&count);
    server.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let mut server = Server::new(stream.compat());
            let key = server.receive_request().await.unwrap().key();
            let accept = Response::Accept {
                key,
                protocol: None,
            };
            server.send_response(&accept).await.unwrap();
            let mut stream = server.into_inner().into_inner();
            // A whole text of 64-bit length.
            let mut frame = vec![0x81, 127];
            frame.extend_from_slice(&(1_u64 << 30).to_be_bytes());
            frame.resize(64 * 1024, b'0');
            let _ = stream.write_all(&frame).await;
            std::mem::forget(stream);
        }
    });
    (address, count, server)
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.unwrap().split_whitespace().nth(1).unwrap();
    number.parse().unwrap()
}

/// CH10: what is too large is not read, and takes no memory.
#[tokio::test]
async fn a_gibibyte_is_refused_before_it_is_read() {
    let (address, count, _server) = a_gibibyte_to_come().await;
    let before = resident_kib();
    let client = builder(address).call_deadline(Duration::from_millis(500));
    let outcome = client
        .attempts(1000, Duration::from_millis(1))
        .connect()
        .await;
    assert!(outcome.is_err());
    assert!(
        count.load(Ordering::SeqCst) > 1,
        "the connection is replaced"
    );
    assert!(resident_kib() < before + 64 * 1024);
}

/// CH10: at a limit of choice; the connection is replaced and what fits is read on it.
#[tokio::test]
async fn the_largest_message_is_settable() {
    let node = Node::spawn().await;
    let large = vec![7; 200 * 1024];
    let key = toy::key_of_subnet("Tempo");
    node.script
        .storage
        .lock()
        .unwrap()
        .insert(key.clone(), large);
    let frames = Frames::between(node.address, Seen::pass).await;
    let deadline = Duration::from_millis(700);
    let chain = builder(frames.address)
        .call_deadline(deadline)
        .largest_message(100 * 1024)
        .attempts(1000, Duration::from_millis(1))
        .connect()
        .await
        .unwrap();
    let view = chain.at(At::Head).await.unwrap();
    let outcome = view.raw(std::slice::from_ref(&key)).await;
    let Err(ChainError::Unavailable { .. } | ChainError::Timeout { .. }) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(frames.accepted() > 1);
    until("the connection", || chain.outage().is_none()).await;
    assert_eq!(chain.head().await.unwrap(), node.script.block(5));
}
