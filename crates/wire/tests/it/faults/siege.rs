//! An axon that is besieged by those who say nothing, or nonsense.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axonry_wire::{Axon, Failure, Limits, Route};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::dendrite::{Answer, Echo, Question, alice, call};
use crate::hotkey;

/// Besiegers, fifteen to an address, and what an axon takes of them at once.
const SILENT: u16 = 400;
const JUNK: u16 = 200;
const ROOM: usize = 64;

/// A connection from one of many addresses.
async fn from(number: u16, to: SocketAddr) -> std::io::Result<TcpStream> {
    let [high, low] = (number / 15 + 1).to_be_bytes();
    let socket = TcpSocket::new_v4()?;
    socket.bind((IpAddr::V4(Ipv4Addr::new(127, 1, high, low)), 0).into())?;
    socket.connect(to).await
}

#[tokio::test]
async fn mi9_who_asks_is_answered_while_hundreds_hold_connections_open_and_send_nonsense() {
    let limits = Limits {
        connections: ROOM,
        header_time: Duration::from_millis(500),
        body_time: Duration::from_millis(500),
        ..Limits::default()
    };
    let answering = |_: axonry_wire::Caller, question: Question| async move {
        Ok::<_, Failure>(Answer {
            echo: question.text,
            asked_by: String::new(),
        })
    };
    // The kernel's queue has to hold them all: whoever it drops does not learn that he is not there,
    // and would wait for ever.
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let listener = socket.listen(1_024).expect("it listens");
    let axon = Axon::builder(hotkey("//Miner//0")).limits(limits);
    let axon = axon.route::<Echo, _, _>(Route::strict(), answering);
    let axon = axon.serve(listener).expect("it listens");
    let address = axon.address();

    let mut besiegers = JoinSet::new();
    for number in 0..SILENT {
        besiegers.spawn(async move {
            let mut stream = from(number, address).await?;
            // A part of a head, and then nothing; it ends when the axon has had enough.
            let begun = [
                "",
                "POST /Echo HTTP/1.1\r\n",
                "POST /Echo HTTP/1.1\r\nx: y\r\n",
            ];
            let begun = begun[usize::from(number) % begun.len()];
            let _ = stream.write_all(begun.as_bytes()).await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
            std::io::Result::Ok(())
        });
    }
    for number in SILENT..SILENT + JUNK {
        besiegers.spawn(async move {
            let mut stream = from(number, address).await?;
            let junk = [
                vec![0xff; 4_096],
                b"\r\n\r\n\r\n".repeat(100),
                b"POST /Echo HTTP/1.1\r\nhost: x\r\nx-bittensor-version: 1\r\n\r\n".to_vec(),
                b"POST /Echo HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{".to_vec(),
            ];
            let _ = stream
                .write_all(&junk[usize::from(number) % junk.len()])
                .await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
            std::io::Result::Ok(())
        });
    }
    // A connection for each call: none of them can rest on being known from before.
    let mut honest = 0;
    let mut pace = tokio::time::interval(Duration::from_millis(25));
    while honest < 50 || !besiegers.is_empty() {
        pace.tick().await;
        let answer = call(&alice().build(), address).await;
        assert_eq!(answer.expect("an answer").value.echo, "hello");
        honest += 1;
        while let Some(gone) = besiegers.try_join_next() {
            gone.expect("no panic").expect("a connection");
        }
    }
    let counters = axon.counters();
    assert_eq!(counters.answered, honest, "{counters:?}");
    assert_eq!(counters.connections, honest + u64::from(SILENT + JUNK));
    assert!(counters.connections_displaced > 0, "{counters:?}");
}
