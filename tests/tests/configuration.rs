//! The table of settings in `docs/configuration.md` is what the program says of itself: flags,
//! variables, values and defaults in its help, keys in what it says of a key that it does not know.
//!
//! `AXONRY_UPDATE_DOCS=1` writes the table anew.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use axonry_tests::programs::command;

const BEGIN: &str = "<!-- what follows is written by tests/tests/configuration.rs -->\n\n";

/// What the help says of one flag.
#[derive(Debug, Default, PartialEq, Eq)]
struct Setting {
    flag: String,
    /// What is given with it, or nothing where it is a switch.
    value: String,
    variable: String,
    default: String,
    meaning: String,
}

impl Setting {
    /// All flags of a command, as its help describes them.
    fn all(help: &str) -> Vec<Self> {
        let mut settings: Vec<Self> = Vec::new();
        for line in help.lines() {
            let text = line.trim();
            if line.starts_with("      --") {
                let (flag, value) = text.split_once(' ').unwrap_or((text, ""));
                settings.push(Self {
                    flag: flag.to_owned(),
                    value: value.trim_matches(['<', '>']).to_owned(),
                    ..Self::default()
                });
            } else if !line.starts_with("          ") {
                // A short flag and what follows the flags are nobody's.
                if !text.is_empty() {
                    settings.push(Self::default());
                }
            } else if let Some(setting) = settings.last_mut() {
                setting.read(text);
            }
        }
        settings.retain(|setting| !setting.flag.is_empty());
        for setting in &mut settings {
            setting.take_default();
        }
        settings
    }

    fn read(&mut self, text: &str) {
        if let Some(variable) = text.strip_prefix("[env: ") {
            let variable = variable.trim_end_matches(']');
            variable
                .split('=')
                .next()
                .unwrap_or_default()
                .clone_into(&mut self.variable);
        } else if text == "Possible values:" {
            self.meaning.push(':');
        } else if let Some(possible) = text.strip_prefix("- ") {
            let (name, meaning) = possible.split_once(':').unwrap_or((possible, ""));
            let end = if self.meaning.ends_with(':') { "" } else { ";" };
            let _ = write!(self.meaning, "{end} `{name}`: {}", meaning.trim());
        } else if !text.is_empty() {
            if !self.meaning.is_empty() {
                self.meaning.push(' ');
            }
            self.meaning.push_str(text);
        }
    }

    /// A default stands apart where the parser knows it, and in the text where the program does.
    fn take_default(&mut self) {
        const OPENS: &str = "[default: ";
        let Some((before, rest)) = self.meaning.split_once(OPENS) else {
            return;
        };
        let (default, after) = rest.split_once(']').unwrap_or((rest, ""));
        self.default = default.replace('`', "");
        self.meaning = format!("{}{after}", before.trim_end());
    }

    fn line(&self, keys: &[&str]) -> String {
        let code = |text: &str| match text {
            "" => String::new(),
            text => format!("`{text}`"),
        };
        let key = self.flag.trim_start_matches('-').replace('-', "_");
        let key = Some(key.as_str()).filter(|key| keys.contains(key));
        let cells = [
            code(key.unwrap_or_default()),
            code(&self.flag),
            code(&self.variable),
            match self.value.as_str() {
                "" => "yes or no".to_owned(),
                value => value.to_owned(),
            },
            self.default.clone(),
            self.meaning.clone(),
        ];
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        format!("| {} |\n", cells.join(" | "))
    }
}

/// What the program answers, on both streams.
fn said(arguments: &[&str]) -> Result<String> {
    let output = command("validator")?.args(arguments).output()?;
    let both = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8(both)?)
}

/// The keys of the settings file: those that are named beside one that is none.
fn keys() -> Result<Vec<String>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("settings.toml");
    fs::write(&file, "no_such_key = 1\n")?;
    let file = file.to_str().context("plain text")?;
    let refusal = said(&["weights", "status", "--config", file])?;
    let (_, listed) = refusal
        .split_once("expected one of ")
        .with_context(|| refusal.clone())?;
    let names = listed.trim().split(", ");
    Ok(names
        .map(|name| name.trim_matches('`').to_owned())
        .collect())
}

#[test]
fn the_table_of_settings_is_what_the_program_says_of_itself() -> Result<()> {
    let settings = Setting::all(&said(&["run", "--help"])?);
    let keys = keys()?;
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let mut table = "| key | flag | variable | value | default | meaning |\n\
                     |---|---|---|---|---|---|\n"
        .to_owned();
    for setting in &settings {
        table.push_str(&setting.line(&keys));
    }
    for key in keys.iter().filter(|key| **key != "reserved") {
        ensure!(
            table.contains(&format!("| `{key}` |")),
            "`{key}` has no flag"
        );
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let text = fs::read_to_string(&path)?;
    let (before, committed) = text.split_once(BEGIN).context("where the table begins")?;
    if std::env::var_os("AXONRY_UPDATE_DOCS").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{table}"))?;
        return Ok(());
    }
    for (committed, said) in committed.lines().zip(table.lines()) {
        ensure!(committed == said, "{committed}\nis now\n{said}");
    }
    ensure!(
        committed == table,
        "docs/configuration.md lacks settings or has too many: AXONRY_UPDATE_DOCS=1 writes it anew"
    );
    Ok(())
}

#[test]
fn all_that_the_help_says_of_a_flag_is_read() {
    let help = "Run\n\nOptions:\n      --wait-for <A|B>\n          How long,\n          at most [default: a day]\n\n          \
                Possible values:\n          - a: Short\n          - b: Long\n          \n          [env: WAIT=]\n\n      \
                --again\n          Once more\n\n  -h, --help\n          Print help\n";
    let settings = Setting::all(help);
    let lines: Vec<_> = settings.iter().map(|it| it.line(&["wait_for"])).collect();
    assert_eq!(
        lines,
        [
            "| `wait_for` | `--wait-for` | `WAIT` | A\\|B | a day | How long, at most: `a`: Short; `b`: Long |\n",
            "|  | `--again` |  | yes or no |  | Once more |\n",
        ]
    );
}
