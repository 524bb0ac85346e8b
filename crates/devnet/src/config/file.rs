//! The configuration file, JSON or TOML by its extension.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axonry_core::{NetUid, Uid};
use serde::Deserialize;

use super::market::{MarketEntry, StakeEntry};
use super::neuron::NeuronEntry;
use super::{DevnetConfig, HyperparametersConfig, Sealing};

/// Why there is no dev network of this configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file could not be read.
    #[error("could not read the configuration `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// The extension says neither JSON nor TOML.
    #[error("`{path}` is no configuration: its name should end in `.json` or `.toml`")]
    Extension {
        /// The file.
        path: PathBuf,
    },
    /// The text is not of the expected shape.
    #[error("line {line}: {reason}")]
    Syntax {
        /// Where, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A neuron is impossible.
    #[error("neuron {uid}: {reason}")]
    Neuron {
        /// Its uid.
        uid: Uid,
        /// What is wrong.
        reason: String,
    },
    /// A value is impossible.
    #[error("`{field}`: {reason}")]
    Value {
        /// The field.
        field: &'static str,
        /// What is wrong.
        reason: String,
    },
}

/// The file's shape.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    netuid: u16,
    tempo: Option<u16>,
    block_time_ms: Option<u64>,
    finality_lag: Option<u64>,
    #[serde(default)]
    hyperparameters: HyperparametersConfig,
    neurons: Vec<NeuronEntry>,
    #[serde(default)]
    markets: Vec<MarketEntry>,
    #[serde(default)]
    stakes: Vec<StakeEntry>,
    ws_port: Option<u16>,
    mirror_port: Option<u16>,
    seed: Option<u64>,
    git: Option<PathBuf>,
    history: Option<u64>,
    strict_axons: Option<bool>,
}

impl DevnetConfig {
    /// Reads a configuration file, JSON or TOML by its extension.
    ///
    /// # Errors
    /// [`ConfigError`], naming the line of what is not understood, or the neuron that is impossible.
    pub fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let parse = match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => Self::from_json,
            Some("toml") => Self::from_toml,
            _ => {
                let path = path.to_owned();
                return Err(ConfigError::Extension { path });
            }
        };
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        parse(&text)
    }

    /// Reads a configuration in JSON.
    ///
    /// # Errors
    /// As [`DevnetConfig::from_file`].
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let file: File = serde_json::from_str(text).map_err(|error| {
            let place = format!(" at line {} column {}", error.line(), error.column());
            ConfigError::Syntax {
                line: error.line(),
                reason: error.to_string().replace(&place, ""),
            }
        })?;
        file.config()
    }

    /// Reads a configuration in TOML.
    ///
    /// # Errors
    /// As [`DevnetConfig::from_file`].
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let file: File = toml::from_str(text).map_err(|error| {
            let before = error.span().map_or(0, |span| span.start);
            let lines = text.as_bytes().iter().take(before);
            ConfigError::Syntax {
                line: 1 + lines.filter(|byte| **byte == b'\n').count(),
                reason: error.message().to_owned(),
            }
        })?;
        file.config()
    }
}

impl File {
    fn config(self) -> Result<DevnetConfig, ConfigError> {
        let base = DevnetConfig::default_subnet(0);
        let neurons = self.neurons.into_iter().map(NeuronEntry::neuron);
        let neurons = neurons
            .collect::<Result<_, _>>()
            .map_err(|(uid, reason)| ConfigError::Neuron { uid, reason })?;
        let stakes = self.stakes.iter().map(StakeEntry::stake);
        let config = DevnetConfig {
            netuid: NetUid(self.netuid),
            tempo: self.tempo.unwrap_or(base.tempo),
            sealing: self.block_time_ms.map_or(base.sealing, |milliseconds| {
                Sealing::Interval(Duration::from_millis(milliseconds))
            }),
            finality_lag: self.finality_lag.unwrap_or(base.finality_lag),
            hyperparameters: self.hyperparameters,
            neurons,
            markets: self.markets.iter().map(MarketEntry::market).collect(),
            stakes: stakes.collect::<Result<_, _>>()?,
            metadata: None,
            ws_port: self.ws_port.unwrap_or(base.ws_port),
            mirror_port: self.mirror_port.unwrap_or(base.mirror_port),
            seed: self.seed.unwrap_or(base.seed),
            git: self.git,
            now: base.now,
            start: base.start,
            faults: base.faults,
            mirror_edge: base.mirror_edge,
            strict_axons: self.strict_axons.unwrap_or(base.strict_axons),
            history: self.history.unwrap_or(base.history),
        };
        config.check()?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = r#"{
        "netuid": 7, "tempo": 30, "block_time_ms": 100,
        "hyperparameters": {"min_allowed_weights": 2, "weights_rate_limit": 5},
        "neurons": [
            {"uid": 0, "hotkey": "//Alice", "coldkey": "//Alice", "stake_tao": 0.1, "validator_permit": true},
            {"uid": 1, "hotkey": "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty", "stake_tao": "2.000000001",
             "axon": "127.0.0.1:8091", "github_id": "10000000"}
        ]
    }"#;

    #[test]
    fn the_same_network_is_read_from_json_and_toml() {
        let json = DevnetConfig::from_json(FULL).expect("well formed");
        let toml = DevnetConfig::from_toml(
            r#"
            netuid = 7
            tempo = 30
            block_time_ms = 100
            [hyperparameters]
            min_allowed_weights = 2
            weights_rate_limit = 5
            [[neurons]]
            uid = 0
            hotkey = "//Alice"
            stake_tao = 0.1
            validator_permit = true
            [[neurons]]
            uid = 1
            hotkey = "//Bob"
            stake_tao = "2.000000001"
            axon = "127.0.0.1:8091"
            github_id = 10000000
            "#,
        )
        .expect("well formed");
        // An address does not say what its key is made from.
        let mut named = toml.neurons;
        named[1].uri = None;
        assert_eq!(json.neurons, named);
        assert_eq!(json.hyperparameters, toml.hyperparameters);
        assert_eq!((json.netuid, json.tempo), (NetUid(7), 30));
        assert_eq!(json.neurons[0].stake.rao(), 100_000_000);
        assert_eq!(json.neurons[1].stake.rao(), 2_000_000_001);
        assert_eq!(
            json.neurons[1].coldkey.account(),
            json.neurons[1].hotkey.account(),
            "a neuron without coldkey owns itself"
        );
    }

    #[test]
    fn markets_and_stakes_are_read_to_the_last_digit_or_refused() {
        let read = |rest: &str| {
            let text = format!("netuid = 45\nneurons = []\n{rest}");
            DevnetConfig::from_toml(&text)
        };
        let market = "[[markets]]\nnetuid = 45\ntao = 1000\nalpha = \"28851.7\"\n";
        let stake = "[[stakes]]\nhotkey = \"//hot_25\"\ncoldkey = \"//Alice\"\nnetuid = 45\n\
                     alpha = \"21.5369\"\n";
        let config = read(&format!("{market}{stake}")).expect("well formed");
        let alpha = config.stakes[0].amount;
        assert_eq!(alpha.to_string(), "21.5369 α45");
        assert_eq!(config.markets[0].tao.to_string(), "1000 τ");
        assert_eq!(config.markets[0].alpha.to_string(), "28851.7 α45");
        let rows = [
            (format!("{market}{market}"), "subnet 45 has two"),
            (market.replace("= 45", "= 0"), "is root"),
            (market.replace("1000", "0"), "both sides"),
            (stake.replace("= 45", "= 46"), "no subnet 46"),
            (stake.replace("//hot_25", "hot_25"), "its hotkey"),
            (stake.repeat(2).replace("21.5369", "18446744073"), "64 bits"),
        ];
        for (text, part) in rows {
            let error = read(&text).expect_err(part).to_string();
            assert!(error.contains(part), "`{error}` should name {part}");
        }
    }

    #[test]
    fn a_wrong_file_is_told_where_and_why() {
        let neuron = |rest: &str| {
            format!(
                "{{\"netuid\": 7, \"neurons\": [\n\
                 {{\"uid\": 0, \"hotkey\": \"//Alice\"}},\n{{\"uid\": 1, {rest}}}]}}"
            )
        };
        let rows: [(String, &[&str], &str); 12] = [
            (
                neuron(r#""hotkey": "//Bob", "stak": 1"#),
                &["line 3", "`stak`"],
                "unknown key",
            ),
            (
                "{\"netuid\": 7,\n\"tmpo\": 1, \"neurons\": []}".into(),
                &["line 2", "`tmpo`"],
                "unknown key",
            ),
            (
                "{\"netuid\": 7,\n\"hyperparameters\": {\"min\": 1}, \"neurons\": []}".into(),
                &["line 2", "`min`"],
                "unknown rule",
            ),
            (
                "{\"neurons\": []}".into(),
                &["netuid"],
                "netuid is not optional",
            ),
            (
                "{\"netuid\": \"7\"}".into(),
                &["line 1", "u16"],
                "wrong type",
            ),
            (
                "{\"netuid\": 0, \"neurons\": []}".into(),
                &["netuid", "between 1"],
                "root",
            ),
            (
                neuron(r#""hotkey": "//Alice""#),
                &["neuron 1", "neuron 0"],
                "one hotkey twice",
            ),
            (
                neuron(r#""hotkey": "5Grw""#),
                &["neuron 1", "hotkey"],
                "no address",
            ),
            (
                neuron(r#""hotkey": "//Bob", "axon": "localhost""#),
                &["neuron 1", "axon", "`localhost`"],
                "no axon address",
            ),
            (
                neuron(r#""hotkey": "//Bob", "axon": "1.2.3.4:0""#),
                &["neuron 1", "port"],
                "axon port 0",
            ),
            (
                neuron(r#""hotkey": "//Bob"}, {"uid": 3, "hotkey": "//Eve""#),
                &["neuron 3", "gaps"],
                "a gap in the uids",
            ),
            (
                neuron(r#""hotkey": "//Bob", "stake_tao": -1"#),
                &["line 3", "TAO"],
                "negative stake",
            ),
        ];
        for (text, parts, why) in rows {
            let error = DevnetConfig::from_json(&text).expect_err(why).to_string();
            for part in parts {
                assert!(error.contains(part), "{why}: `{error}` should name {part}");
            }
        }
        let toml = DevnetConfig::from_toml("netuid = 7\nneurons = []\ntmpo = 3\n");
        let error = toml.expect_err("unknown key").to_string();
        assert!(
            error.contains("line 3") && error.contains("`tmpo`"),
            "{error}"
        );
    }
}
