//! Whose time it is when our own processors are short.

use std::io::{IoSliceMut, Write};
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant, UNIX_EPOCH};

use axonry_wire::Patience;
use nix::sys::socket::sockopt::ReceiveTimestampns;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt};
use nix::sys::time::TimeSpec;
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::dendrite::{Echo, PATIENCE, alice, hello, target};
use crate::fleet::ANSWER;

const THINKING: Duration = Duration::from_millis(300);

/// Keeps so many processors busy as long as it lives.
struct Busy {
    over: Arc<AtomicBool>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Busy {
    fn with(threads: usize) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let busy = |over: Arc<AtomicBool>| {
            thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            })
        };
        Self {
            threads: (0..threads).map(|_| busy(Arc::clone(&over))).collect(),
            over,
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// An axon on a thread of its own, which measures what it takes: from the arrival of a question at
/// its machine to the writing of its answer. Its processors are as short as ours here, and what it
/// waits for them is its own time.
struct Apart {
    address: SocketAddr,
    took: mpsc::Receiver<Duration>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Apart {
    async fn spawn() -> Self {
        let (tell, told) = oneshot::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let (time, took) = mpsc::channel();
        let thread = thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let _ = tell.send(listener.local_addr().expect("an address"));
                let mut serving = tokio::task::JoinSet::new();
                let accepting = async {
                    while let Ok((stream, _)) = listener.accept().await {
                        serving.spawn(serve(stream, time.clone()));
                    }
                };
                tokio::select! {
                    () = accepting => {}
                    _ = stopped => {}
                }
            });
        });
        Self {
            address: told.await.expect("an axon"),
            took,
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

async fn serve(mut stream: TcpStream, took: mpsc::Sender<Duration>) {
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{ANSWER}",
        ANSWER.len()
    );
    setsockopt(&stream, ReceiveTimestampns, &true).expect("Linux");
    let mut buffer = vec![0; 16 << 10];
    while let Some(arrived) = arrival(&stream).await {
        let mut last = None;
        // A small request over loopback ends with its closing brace.
        while last != Some(b'}') {
            let read = stream.read(&mut buffer).await.unwrap_or(0);
            last = buffer[..read].last().copied();
            if last.is_none() {
                return;
            }
        }
        tokio::time::sleep(THINKING).await;
        let now = UNIX_EPOCH.elapsed().expect("a clock after 1970");
        if stream.write_all(answer.as_bytes()).await.is_err() || took.send(now - arrived).is_err() {
            return;
        }
    }
}

/// When what lies there to be read arrived, since 1970; where the kernel has not begun to tell, now.
async fn arrival(stream: &TcpStream) -> Option<Duration> {
    loop {
        stream.readable().await.ok()?;
        let mut control = nix::cmsg_space!(TimeSpec);
        let looking = || {
            let (mut byte, flags) = ([0], MsgFlags::MSG_PEEK);
            let mut slices = [IoSliceMut::new(&mut byte)];
            let socket = stream.as_raw_fd();
            let received = recvmsg::<()>(socket, &mut slices, Some(&mut control), flags)?;
            let stamp = received.cmsgs()?.find_map(|message| match message {
                ControlMessageOwned::ScmTimestampns(stamp) => Some(Duration::from(stamp)),
                _ => None,
            });
            Ok((received.bytes > 0).then_some(stamp))
        };
        match stream.try_io(Interest::READABLE, looking) {
            Ok(stamp) => {
                let now = || UNIX_EPOCH.elapsed().expect("a clock after 1970");
                return stamp.map(|stamp| stamp.unwrap_or_else(now));
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return None,
        }
    }
}

/// Asks several axons again and again while the runtime of the dendrite is held up, and says what
/// was charged and what the axons themselves measured.
async fn charged(rounds: usize, axons: u16, held_up: Duration) -> (Duration, Duration) {
    let axon = Apart::spawn().await;
    let over = Arc::new(AtomicBool::new(false));
    let holding = tokio::spawn({
        let over = Arc::clone(&over);
        async move {
            while !over.load(Ordering::Relaxed) {
                let begun = Instant::now();
                while begun.elapsed() < held_up {
                    std::hint::spin_loop();
                }
                tokio::task::yield_now().await;
            }
        }
    });
    let dendrite = alice().build();
    let mut charged = Duration::ZERO;
    for _ in 0..rounds {
        let targets = (0..axons).map(|uid| target(uid, axon.address));
        let answers = dendrite.ask::<Echo>(targets, &hello(), Patience::each(PATIENCE));
        for (_, answer) in answers.expect("a question").until(usize::MAX).await {
            charged += answer.expect("an answer").latency;
        }
    }
    over.store(true, Ordering::Relaxed);
    holding.await.expect("no panic");
    let answers = rounds * usize::from(axons);
    (charged, axon.took.iter().take(answers).sum())
}

fn assert_fair(charged: Duration, took: Duration, allowed: f64) {
    let error = charged.as_secs_f64() / took.as_secs_f64() - 1.0;
    assert!(
        error.abs() <= allowed,
        "{charged:?} charged for {took:?}: {:.2} %",
        100.0 * error
    );
}

#[tokio::test]
async fn mi13_a_runtime_that_is_held_up_costs_nobody_else_time() {
    // Its turn comes every 100 ms: read by its own clock, an answer would be a sixth too late.
    let (charged, took) = charged(2, 8, Duration::from_millis(100)).await;
    assert_fair(charged, took, 0.05);
}

#[tokio::test]
#[ignore = "keeps all processors busy"]
async fn mi13_at_length() {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let _busy = Busy::with(4 * processors);
    for _ in 0..50 {
        let (charged, took) = charged(1, 32, Duration::ZERO).await;
        writeln!(std::io::stdout(), "{charged:?} charged for {took:?}").expect("a pipe");
        assert_fair(charged, took, 0.05);
    }
}
