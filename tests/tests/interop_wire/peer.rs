//! A Python process that serves and asks, and our ends that it meets.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use axonry_core::{Hotkey, Uid};
use axonry_wallet::Keypair;
use axonry_wire::{Axon, AxonBuilder, CallError, Dendrite, Limits, Protocol, Rate, Route, Target};
use futures_util::StreamExt;
use futures_util::stream;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::CALLS;
use crate::questions::{
    Bare, Closed, Hashed, Streamed, Unhashed, answer, question, respond, words,
};

/// Long enough to fetch an SDK over a slow line.
const INSTALLING: Duration = Duration::from_secs(900);
/// The scripts have a shorter deadline of their own.
const TALKING: Duration = Duration::from_secs(120);
/// How long one call may take on a machine that does much else.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Calls of ours at once.
const AT_ONCE: usize = 8;

/// Says loudly that a test is not run, unless it is.
#[expect(clippy::print_stderr, reason = "what is not run is to be seen")]
pub(crate) fn is_wanted(test: &str) -> bool {
    let wanted = std::env::var_os("AXONRY_INTEROP").is_some_and(|it| it == "1");
    if !wanted {
        eprintln!("NOT RUN: {test}: AXONRY_INTEROP is not 1");
    }
    wanted
}

pub(crate) fn key(uri: &str) -> Arc<Keypair> {
    Arc::new(Keypair::from_uri(uri).expect("a URI"))
}

/// Bob's axon, who takes as much as comes.
pub(crate) async fn axon() -> Result<Axon> {
    let rate = Rate {
        burst: 1_000_000,
        per_second: 1_000_000,
    };
    let limits = Limits {
        connections_per_address: 64,
        requests_per_address: rate,
        requests_per_hotkey: rate,
        ..Limits::default()
    };
    let builder: AxonBuilder = Axon::builder(key("//Bob").hotkey())
        .route::<Hashed, _, _>(Route::strict(), |_, asked| respond(asked))
        .route::<Unhashed, _, _>(Route::compat(), |_, asked| respond(asked))
        .route::<Bare, _, _>(Route::strict(), |_, asked| respond(asked))
        .route_stream::<Streamed, _, _, _>(Route::strict(), |_, asked| words(asked))
        .route::<Closed, _, _>(Route::compat().only(|_| false), |_, asked| respond(asked))
        .limits(limits);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    Ok(builder.serve(listener)?)
}

/// What the script tells when it has asked.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    /// One line for every call that did not go well.
    pub(crate) wrong: Vec<String>,
    /// What our axon said to what it should refuse: status and message.
    pub(crate) refusals: Value,
}

impl Asked {
    pub(crate) fn all_went_well(&self) -> Result<()> {
        let few = &self.wrong[..self.wrong.len().min(5)];
        ensure!(few.is_empty(), "{} failed: {few:#?}", self.wrong.len());
        Ok(())
    }

    /// The status and the words of one refusal.
    pub(crate) fn refusal(&self, what: &str) -> (u64, &str) {
        let [status, message] = [0, 1].map(|place| &self.refusals[what][place]);
        (
            status.as_u64().unwrap_or_default(),
            message.as_str().unwrap_or_default(),
        )
    }
}

/// The script, which serves until it is told to end.
pub(crate) struct Peer {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// Its own axon.
    pub(crate) target: Target,
}

impl Peer {
    /// Installs the SDK if need be, and starts the script against an axon of ours.
    pub(crate) async fn start(script: &str, axon: &Axon) -> Result<Self> {
        let folder = std::env::var_os("AXONRY_INTEROP_FOLDER").map_or_else(
            || PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("interop"),
            PathBuf::from,
        );
        let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/run.sh");
        let installing = Command::new(&run)
            .args([folder.as_os_str(), "".as_ref(), script.as_ref()])
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .status();
        let installed = timeout(INSTALLING, installing).await??;
        ensure!(installed.success(), "the SDK cannot be installed");
        let given = json!({
            "port": axon.address().port(),
            "hotkey": key("//Bob").hotkey().to_string(),
            "calls": CALLS,
        });
        let mut process = Command::new(&run)
            .arg(&folder)
            .args([&given.to_string(), script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = process.stdout.take().context("its output is piped")?;
        let mut lines = BufReader::new(output).lines();

        #[derive(Deserialize)]
        struct Serves {
            port: u16,
            hotkey: String,
        }
        let Serves { port, hotkey } = told(&mut lines).await?;
        let target = Target {
            uid: Uid(1),
            hotkey: hotkey.parse::<Hotkey>()?,
            address: SocketAddr::from(([127, 0, 0, 1], port)),
        };
        Ok(Self {
            process,
            lines,
            target,
        })
    }

    /// What came of its asking, once that is over.
    pub(crate) async fn asked(&mut self) -> Result<Asked> {
        told(&mut self.lines).await
    }

    /// Tells it to end, and sees it end well.
    pub(crate) async fn end(mut self) -> Result<()> {
        drop(self.process.stdin.take());
        let status = timeout(TALKING, self.process.wait()).await??;
        ensure!(status.success(), "it ended with {status}");
        Ok(())
    }
}

async fn told<T: DeserializeOwned>(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<T> {
    let line = timeout(TALKING, lines.next_line()).await??;
    let line = line.context("it ended before it had told")?;
    serde_json::from_str(&line).with_context(|| line.clone())
}

/// Alice's dendrite.
pub(crate) fn dendrite(protocol: Protocol) -> Dendrite {
    Dendrite::builder(key("//Alice"))
        .protocol(protocol)
        .private_addresses()
        .build()
}

/// Asks everything that hashes its fields, some at a time, and checks each answer.
pub(crate) async fn ask_all(dendrite: &Dendrite, target: &Target) -> Result<()> {
    let ask = |number| async move {
        let asked = question(number);
        let expected = answer(&asked.text, asked.count);
        match dendrite.call::<Hashed>(target, &asked, PATIENCE).await {
            Ok(reply) if reply.value.answer.as_deref() == Some(&expected) => None,
            Ok(reply) => Some(format!("{number}: {:?}", reply.value.answer)),
            Err(error) => Some(format!("{number}: {:#}", anyhow::Error::from(error))),
        }
    };
    let wrong = stream::iter(0..CALLS).map(ask).buffer_unordered(AT_ONCE);
    let wrong: Vec<_> = wrong.filter_map(|it| async { it }).collect().await;
    let few = &wrong[..wrong.len().min(5)];
    ensure!(few.is_empty(), "{} failed: {few:#?}", wrong.len());
    Ok(())
}

/// The status and the words of a refusal, of theirs.
pub(crate) fn refused<T: std::fmt::Debug>(outcome: Result<T, CallError>) -> (u16, String) {
    match outcome {
        Err(CallError::Refused { status, message }) => (status, message),
        other => panic!("not refused: {other:?}"),
    }
}
