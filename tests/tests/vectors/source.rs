//! Where vectors come from, and what becomes of them.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

/// Mismatches that are listed before the test gives up.
const LISTED: usize = 20;
/// How far a 64-bit float may be off, as a part of it.
const DOUBLE: f64 = 1e-9;
/// How far a 32-bit float may be off, as a part of it.
const SINGLE: f64 = 1e-6;

/// Files that no answer compares yet, by topic; `*` stands for a whole topic. Any other file that
/// nobody answers is a failure: a vector that is not run says nothing.
const NOT_YET: &[(&str, &str, &str)] = &[];

/// Why a file is not answered, if that is known.
fn excuse(topic: &str, file: &str) -> Option<&'static str> {
    let listed = NOT_YET
        .iter()
        .find(|(listed, name, _)| *listed == topic && [file, "*"].contains(name));
    listed.map(|(_, _, why)| *why)
}

/// What compares the cases of one file.
pub(crate) type Answer = fn(&File, &mut Checks);

/// Compares the files of a topic, each by the function that answers it.
///
/// Files are named without `.json`. What no function answers fails, but for [`NOT_YET`].
///
/// # Panics
///
/// When the folder has no vector file, when a file is nobody's, and when anything differs.
pub(crate) fn run(topic: &str, answers: &[(&str, Answer)]) {
    let files = files(topic);
    let mut mismatches = Vec::new();
    let mut summary = format!("{topic}:\n");
    for (name, path) in &files {
        let Some((_, answer)) = answers.iter().find(|(answered, _)| answered == name) else {
            match excuse(topic, name) {
                Some(why) => {
                    let _ = writeln!(summary, "  {name}: not yet: {why}");
                }
                None => mismatches.push(format!("{topic}/{name}.json: nothing here answers it")),
            }
            continue;
        };
        let mut checks = Checks::new(name);
        answer(&File::read(path), &mut checks);
        assert!(
            checks.cases + checks.left_out_count() > 0,
            "{name}: no case was looked at"
        );
        let _ = writeln!(summary, "  {}", checks.summary());
        mismatches.append(&mut checks.mismatches);
    }
    for (name, _) in answers
        .iter()
        .filter(|(name, _)| !files.contains_key(*name))
    {
        let _ = writeln!(summary, "  {name}: no such file");
    }
    println!("{summary}");
    let listed: Vec<_> = mismatches.iter().take(LISTED).map(String::as_str).collect();
    assert!(
        mismatches.is_empty(),
        "{} mismatches, of which the first are:\n{}",
        mismatches.len(),
        listed.join("\n")
    );
}

fn root() -> PathBuf {
    env::var_os("AXONRY_VECTORS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors"),
        PathBuf::from,
    )
}

/// A folder that came with the vectors and that nobody asks about would be passed over in silence.
#[test]
fn every_topic_is_somebodys() {
    let topics = [
        "chain",
        "dendrite",
        "drand",
        "gittensor",
        "synth",
        "wallet",
        "weights",
    ];
    let root = root();
    let entries = fs::read_dir(&root)
        .unwrap_or_else(|error| panic!("could not read the vectors in {root:?}: {error}"));
    for entry in entries.map(|entry| entry.expect("the folder was opened")) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && !topics.contains(&name.as_str()) {
            let why = excuse(&name, "*");
            let why = why.unwrap_or_else(|| panic!("no test answers the vectors of `{name}`"));
            println!("{name}: not yet: {why}");
        }
    }
}

/// The vector files of a topic, by name without `.json`.
pub(crate) fn files(topic: &str) -> BTreeMap<String, PathBuf> {
    let folder = root().join(topic);
    let entries = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("could not read the vectors in {folder:?}: {error}"));
    let files: BTreeMap<_, _> = entries
        .map(|entry| entry.expect("the folder was opened").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| {
            (
                path.file_stem().unwrap().to_string_lossy().into_owned(),
                path,
            )
        })
        .collect();
    assert!(!files.is_empty(), "no vector file in {folder:?}");
    files
}

/// One vector file: its text, and what it says.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl File {
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("could not read {path:?}: {error}"));
        let json = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{path:?} is no JSON: {error}"));
        Self { text, json }
    }

    /// The cases under a key.
    pub(crate) fn list(&self, key: &str) -> &[Value] {
        self.json[key]
            .as_array()
            .unwrap_or_else(|| panic!("the file has no list `{key}`"))
    }
}

/// What was compared in one file.
#[derive(Debug)]
pub(crate) struct Checks {
    file: String,
    case: String,
    cases: usize,
    left_out: BTreeMap<String, usize>,
    notes: Vec<String>,
    mismatches: Vec<String>,
    equal_floats: usize,
    close_floats: usize,
}

impl Checks {
    fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            case: String::new(),
            cases: 0,
            left_out: BTreeMap::new(),
            notes: Vec::new(),
            mismatches: Vec::new(),
            equal_floats: 0,
            close_floats: 0,
        }
    }

    /// Begins a case.
    pub(crate) fn case(&mut self, case: &Value) {
        self.begin(case["name"].as_str().expect("a case has a name"));
    }

    /// Begins a case that the file gives no name.
    pub(crate) fn begin(&mut self, name: &str) {
        name.clone_into(&mut self.case);
        self.cases += 1;
    }

    /// Takes the case that has begun back: it cannot be answered, for this reason.
    pub(crate) fn leave_out(&mut self, reason: impl Into<String>) {
        self.cases -= 1;
        *self.left_out.entry(reason.into()).or_default() += 1;
    }

    /// Adds a line to the summary.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// What differed in the case that has begun, which thereby no longer fails the test.
    pub(crate) fn forgive(&mut self) -> Vec<String> {
        let case = format!("{} {} ", self.file, self.case);
        let (own, others) = self
            .mismatches
            .drain(..)
            .partition(|line| line.starts_with(&case));
        self.mismatches = others;
        own
    }

    /// Compares anything but floats.
    pub(crate) fn same<T: PartialEq<U> + Debug, U: Debug>(
        &mut self,
        field: &str,
        actual: T,
        expected: U,
    ) {
        if actual != expected {
            self.mismatch(field, &actual, &expected);
        }
    }

    /// Compares floats that must be equal, such as those of two decimals.
    pub(crate) fn exact(&mut self, field: &str, actual: f64, expected: &Value) {
        self.float(field, actual, expected, 0.0);
    }

    /// Compares 64-bit floats.
    pub(crate) fn close(&mut self, field: &str, actual: f64, expected: &Value) {
        self.float(field, actual, expected, DOUBLE);
    }

    /// Compares 32-bit floats.
    pub(crate) fn close_single(&mut self, field: &str, actual: f32, expected: &Value) {
        self.float(field, f64::from(actual), expected, SINGLE);
    }

    /// Compares counts.
    pub(crate) fn count(&mut self, field: &str, actual: impl TryInto<i64>, expected: &Value) {
        self.same(field, actual.try_into().ok(), expected.as_i64());
    }

    fn float(&mut self, field: &str, actual: f64, expected: &Value, tolerance: f64) {
        let number = match expected.as_str() {
            Some("NaN") => Some(f64::NAN),
            Some("Infinity") => Some(f64::INFINITY),
            Some("-Infinity") => Some(f64::NEG_INFINITY),
            _ => expected.as_f64(),
        };
        let Some(number) = number else {
            return self.mismatch(field, &actual, expected);
        };
        if actual == number || actual.is_nan() && number.is_nan() {
            self.equal_floats += 1;
        } else if (actual - number).abs() <= tolerance * number.abs() && number.is_finite() {
            self.close_floats += 1;
        } else {
            self.mismatch(field, &actual, expected);
        }
    }

    fn mismatch(&mut self, field: &str, actual: &dyn Debug, expected: &dyn Debug) {
        self.mismatches.push(format!(
            "{} {} {field}: {actual:?} instead of {expected:?}",
            self.file, self.case
        ));
    }

    fn left_out_count(&self) -> usize {
        self.left_out.values().sum()
    }

    fn summary(&self) -> String {
        let mut line = format!("{}: {} cases", self.file, self.cases);
        if self.equal_floats + self.close_floats > 0 {
            let _ = write!(
                line,
                ", {} floats equal to the bit, {} within tolerance",
                self.equal_floats, self.close_floats
            );
        }
        for (reason, count) in &self.left_out {
            let _ = write!(line, "\n    left out {count}: {reason}");
        }
        for note in &self.notes {
            let _ = write!(line, "\n    {note}");
        }
        line
    }
}
