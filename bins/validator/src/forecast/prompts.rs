//! The file of prompts.

use std::fs;
use std::num::NonZeroU32;
use std::path::Path;

use anyhow::{Context, Result, bail};
use axonry_forecast::{Asset, Inquiry};
use serde::Deserialize;

use super::arguments::seconds;

/// Prices in one answer, at most: what an answer may take of memory depends on them.
const PRICES: usize = 5_000_000;

/// Prompts asked at once, at most.
const PROMPTS: usize = 64;

/// A prompt as the file has it. What is left out is as in the 24-hour competition.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    asset: Asset,
    #[serde(default = "increment")]
    time_increment: NonZeroU32,
    #[serde(default = "length")]
    time_length: u32,
    #[serde(default = "paths")]
    num_simulations: u32,
    timeout_s: Option<f64>,
}

/// The file in TOML, which has no list at its top.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    prompts: Vec<Entry>,
}

/// Either form in JSON.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Json {
    List(Vec<Entry>),
    Table(Table),
}

const fn increment() -> NonZeroU32 {
    NonZeroU32::new(300).expect("more than none")
}

const fn length() -> u32 {
    86_400
}

const fn paths() -> u32 {
    1_000
}

/// Reads a file of prompts: TOML by its extension, JSON otherwise.
pub(super) fn read(path: &Path) -> Result<Vec<Inquiry>> {
    let named = || format!("prompts `{}`", path.display());
    let text = fs::read_to_string(path).with_context(named)?;
    let toml = path
        .extension()
        .is_some_and(|extension| extension == "toml");
    let entries = match toml {
        true => {
            let table: Table = toml::from_str(&text)
                .map_err(|error| anyhow::anyhow!("{}", error.message()))
                .with_context(named)?;
            table.prompts
        }
        false => match serde_json::from_str(&text).with_context(named)? {
            Json::List(entries) | Json::Table(Table { prompts: entries }) => entries,
        },
    };
    if entries.is_empty() || entries.len() > PROMPTS {
        bail!(
            "{}: 1 to {PROMPTS} prompts are asked at once, not {}",
            named(),
            entries.len()
        );
    }
    let inquiries = (1..).zip(entries);
    let inquiries = inquiries.map(|(place, entry)| {
        entry
            .inquiry()
            .with_context(|| format!("{}: prompt {place}", named()))
    });
    inquiries.collect()
}

impl Entry {
    fn inquiry(self) -> Result<Inquiry> {
        let inquiry = Inquiry {
            asset: self.asset,
            time_increment: self.time_increment,
            time_length: self.time_length,
            num_simulations: self.num_simulations,
            timeout: self
                .timeout_s
                .map(seconds)
                .transpose()
                .context("timeout_s")?,
        };
        let prices = inquiry.prices();
        if prices == 0 || prices > PRICES {
            bail!("an answer has 1 to {PRICES} prices, not {prices}");
        }
        Ok(inquiry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(name: &str, text: &str) -> Result<Vec<Inquiry>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join(name);
        fs::write(&path, text)?;
        read(&path)
    }

    #[test]
    fn a_list_in_json_and_a_table_in_toml_say_the_same() {
        let json = r#"[{"asset": "BTC", "time_increment": 60, "time_length": 3600,
            "num_simulations": 10, "timeout_s": 1.5}, {"asset": "ETH"}]"#;
        let toml = "[[prompts]]\nasset = \"BTC\"\ntime_increment = 60\ntime_length = 3600\n\
            num_simulations = 10\ntimeout_s = 1.5\n[[prompts]]\nasset = \"ETH\"\n";
        let read = parsed("p.json", json).expect("a list");
        assert_eq!(read, parsed("p.toml", toml).expect("a table"));
        assert_eq!((read[0].prices(), read[1].prices()), (610, 289_000));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, words) in [
            ("[]", "1 to 64 prompts"),
            (
                r#"[{"asset": "BTC"}, {"asset": "BTC", "timeout_s": -1}]"#,
                "prompt 2: timeout_s",
            ),
            (
                r#"[{"asset": "BTC", "num_simulations": 4000000}]"#,
                "prompt 1: an answer has",
            ),
        ] {
            let error = format!("{:#}", parsed("p.json", text).expect_err(text));
            assert!(error.contains(words), "{error}");
        }
        assert!(parsed("p.json", r#"[{"asset": "a/b"}]"#).is_err());
    }
}
