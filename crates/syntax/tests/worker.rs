//! The worker against real children: this program is its own worker, of several kinds.

use std::env;
use std::io::{self, Read};
use std::process::{self, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use axonry_syntax::worker::{Worker, WorkerError, WorkerSettings, serve, serve_on};
use axonry_syntax::{Change, ChangeScore, ChangeStatus, GrammarSet, Method, Scorer, Tables};

fn main() {
    let arguments: Vec<String> = env::args().collect();
    if let [_, marker, kind] = arguments.as_slice()
        && marker == "as-worker"
    {
        return be(kind);
    }
    scores_arrive_to_the_bit();
    a_change_that_kills_its_child_hurts_no_other();
    a_change_that_hangs_is_cut_off();
    a_change_that_takes_all_memory_takes_its_child_alone();
    a_change_that_was_cut_off_is_the_last_of_its_child();
    a_child_that_does_not_come_up_is_tried_a_few_times();
    a_child_of_another_build_is_not_believed();
    a_child_leaves_when_its_input_closes();
}

/// What a child does.
fn be(kind: &str) {
    let scorer = || Scorer::new(Tables::upstream(), GrammarSet::Parity).expect("grammars fit");
    match kind {
        "sound" => serve(&scorer()),
        "fragile" => serve_on(&scorer(), Fragile(io::stdin()), io::stdout()),
        "silent" => forever(),
        "stranger" => {
            let hello = b"\x05\0\0\0hello";
            io::Write::write_all(&mut io::stdout(), hello)
        }
        _ => process::exit(3),
    }
    .expect("the pipes are open");
}

/// Breaks on a word in what it reads, as a grammar's C code might.
struct Fragile(io::Stdin);

impl Read for Fragile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.0.read(buffer)?;
        let text = String::from_utf8_lossy(&buffer[..length]);
        if text.contains("abort") {
            process::abort();
        }
        if text.contains("hoard") {
            let kept: Vec<u8> = vec![1; 512 << 20];
            assert!(kept.iter().all(|&byte| byte == 1), "it was written");
        }
        if text.contains("stall") {
            forever();
        }
        Ok(length)
    }
}

fn forever() -> ! {
    loop {
        thread::park();
    }
}

fn command(kind: &str) -> Command {
    let mut command = Command::new(env::current_exe().expect("it runs"));
    command.args(["as-worker", kind]).stderr(Stdio::null());
    command
}

fn worker(kind: &str, per_change: Duration) -> Worker {
    let settings = WorkerSettings {
        per_change,
        start: Duration::from_secs(if kind == "silent" { 1 } else { 60 }),
        failed_starts: 2,
        ..WorkerSettings::default()
    };
    Worker::new(command(kind), settings)
}

const LONG: Duration = Duration::from_secs(60);

fn change<'a>(filename: &'a str, head: &'a str) -> [Change<'a>; 2] {
    let file = Change {
        filename,
        status: ChangeStatus::Added,
        deletions: 0,
        changes: 7,
        base: None,
        head: Some(head),
    };
    let prose = Change {
        filename: "notes.md",
        ..file
    };
    [file, prose]
}

fn in_process(change: &[Change<'_>]) -> ChangeScore {
    Scorer::new(Tables::upstream(), GrammarSet::Parity)
        .expect("the grammars fit")
        .score(change)
}

fn scores_arrive_to_the_bit() {
    let mut worker = worker("sound", LONG);
    for (filename, head) in [
        (
            "a.py",
            "def f(a, b=0.1):\n    return a + b  # \u{0} \u{10ffff} \"\n",
        ),
        ("test_a.py", "def test_f():\n    assert f(1) == 1.1\n"),
        ("a.zig", "const a = 1;"),
        ("a.cs", "class A {}"),
    ] {
        let change = change(filename, head);
        let score = worker.score(&change).expect("the child is sound");
        assert_eq!(score, in_process(&change), "{filename}");
    }
    assert_eq!(worker.score(&[]).expect("sound"), in_process(&[]));
}

fn a_change_that_kills_its_child_hurts_no_other() {
    let mut worker = worker("fragile", LONG);
    let sound = change("a.py", "x = 1\n");
    let expected = in_process(&sound);
    // More often than children may fail to come up.
    for _ in 0..4 {
        assert_eq!(worker.score(&sound).expect("it is sound"), expected);
        let deadly = change("a.py", "abort");
        let error = worker.score(&deadly).expect_err("the child aborts");
        assert!(
            matches!(error, WorkerError::Died { status: Some(_) }),
            "{error:?}"
        );
        assert!(error.is_about_the_change());
        let zero = ChangeScore::isolation_timeout(&deadly);
        assert_eq!((zero.total_score, zero.total_lines), (0.0, 14));
        assert_eq!(zero.files[0].method, Method::SkippedIsolationTimeout);
    }
}

fn a_change_that_hangs_is_cut_off() {
    let limit = Duration::from_millis(200);
    let mut worker = worker("fragile", limit);
    let started = Instant::now();
    let error = worker
        .score(&change("a.py", "stall"))
        .expect_err("the child hangs");
    assert!(matches!(error, WorkerError::TimedOut { .. }), "{error:?}");
    assert!(error.is_about_the_change() && started.elapsed() >= limit);
    drop(worker);
    assert!(started.elapsed() < LONG, "nobody waits for a killed child");
}

/// The bound counts from what a child has when it is up, so that it need not know how much that is.
fn a_change_that_takes_all_memory_takes_its_child_alone() {
    let sound = change("a.py", "x = 1\n");
    let greedy = change("a.py", "hoard");
    for (memory, is_enough) in [(64 << 20, false), (1 << 30, true)] {
        let settings = WorkerSettings {
            memory: cfg!(target_os = "linux").then_some(memory),
            ..WorkerSettings::default()
        };
        let mut worker = Worker::new(command("fragile"), settings);
        let answer = worker.score(&greedy);
        if is_enough || !cfg!(target_os = "linux") {
            assert!(answer.is_ok(), "{answer:?}");
        } else {
            assert!(
                matches!(answer, Err(WorkerError::Died { .. })),
                "{answer:?}"
            );
        }
        assert_eq!(worker.score(&sound).expect("sound"), in_process(&sound));
    }
}

/// What it took is the child's for good, and the next change must not run into its bound.
fn a_change_that_was_cut_off_is_the_last_of_its_child() {
    let mut worker = worker("sound", LONG);
    let (sound, endless) = (
        change("a.py", "x = 1\n"),
        change("a.tsx", "[r\"c//\":${?[${c "),
    );
    for (change, is_cut, starts) in [
        (&sound, false, 1),
        (&sound, false, 1),
        (&endless, true, 1),
        (&sound, false, 2),
    ] {
        let score = worker.score(change).expect("the child answers");
        assert_eq!((score.is_cut_short(), worker.starts()), (is_cut, starts));
    }
}

fn a_child_that_does_not_come_up_is_tried_a_few_times() {
    for kind in ["silent", "gone"] {
        let mut worker = worker(kind, LONG);
        for _ in 0..2 {
            let error = worker.score(&[]).expect_err(kind);
            assert!(matches!(error, WorkerError::Silent), "{error:?}");
            assert!(!error.is_about_the_change());
        }
        let error = worker.score(&[]).expect_err(kind);
        assert!(
            matches!(error, WorkerError::GivenUp { starts: 2 }),
            "{error:?}"
        );
    }
    let mut nothing = Worker::new(Command::new("/no/such/program"), WorkerSettings::default());
    let error = nothing.score(&[]).expect_err("there is no program");
    assert!(matches!(error, WorkerError::Start(_)), "{error:?}");
}

fn a_child_of_another_build_is_not_believed() {
    let error = worker("stranger", LONG)
        .score(&[])
        .expect_err("it says hello otherwise");
    assert!(matches!(error, WorkerError::Stranger { theirs, .. } if theirs == "hello"));
}

fn a_child_leaves_when_its_input_closes() {
    let mut child = command("sound")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program starts");
    drop(child.stdin.take());
    assert!(child.wait().expect("it ends").success());
}
