//! Scores from a file, in place of the averages in the state.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fmt, fs};

use anyhow::{Context, Result, bail};
use axonry_chain::Metagraph;
use axonry_core::{Hotkey, Score, Uid};
use serde::Deserialize;
use serde::de::{Error, MapAccess, Visitor};

/// Reads `{"5F…": 0.7, "12": 0.3}`: hotkeys or uids of these neurons, and how much each is to get.
///
/// A hotkey that is not registered is kept, for the plan to report; a uid that is nobody's is an error,
/// since it cannot be told who was meant.
pub(super) fn read(path: &Path, metagraph: &Metagraph) -> Result<BTreeMap<Hotkey, Score>> {
    let named = || format!("weights file `{}`", path.display());
    let text = fs::read_to_string(path).with_context(named)?;
    parse(&text, metagraph).with_context(named)
}

fn parse(text: &str, metagraph: &Metagraph) -> Result<BTreeMap<Hotkey, Score>> {
    let Entries(entries) = serde_json::from_str(text)
        .context("an object of uids or hotkeys and numbers is expected")?;
    let mut scores = BTreeMap::new();
    for (who, weight) in entries {
        let hotkey = match who.parse::<u16>() {
            Ok(uid) => {
                let neuron = metagraph.neuron(Uid(uid));
                let neuron = neuron.with_context(|| {
                    format!(
                        "uid {uid} is nobody's: there are {} neurons",
                        metagraph.len()
                    )
                })?;
                neuron.hotkey
            }
            Err(_) => {
                let hotkey = who.parse();
                hotkey.with_context(|| format!("`{who}` is neither a uid nor a hotkey"))?
            }
        };
        let score = Score::new(weight);
        let score = score.with_context(|| format!("the weight of `{who}`"))?;
        if scores.insert(hotkey, score).is_some() {
            bail!("hotkey {hotkey} has two weights, one by its uid");
        }
    }
    Ok(scores)
}

/// An object in which no name stands twice: JSON allows it, and one of the weights would be lost.
struct Entries(BTreeMap<String, f64>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Once;

        impl<'de> Visitor<'de> for Once {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some((who, weight)) = map.next_entry::<String, f64>()? {
                    if entries.contains_key(&who) {
                        return Err(A::Error::custom(format_args!("`{who}` has two weights")));
                    }
                    entries.insert(who, weight);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Once)
    }
}

#[cfg(test)]
mod tests {
    use axonry_chain::Neuron;
    use axonry_core::{Alpha, Block, BlockHash, BlockNumber, NetUid};

    use super::*;

    fn metagraph() -> Metagraph {
        let neuron = |uid: u8| Neuron {
            uid: Uid(uid.into()),
            hotkey: Hotkey::from_bytes([uid; 32]),
            coldkey: axonry_core::AccountId::from_bytes([uid; 32]).into(),
            stake: Alpha::from_base_units(NetUid(1), 0),
            validator_permit: false,
            active: true,
            last_update: BlockNumber(0),
            axon: None,
            incentive: 0,
            dividends: 0,
            emission: Alpha::from_base_units(NetUid(1), 0),
            consensus: 0,
            validator_trust: 0,
        };
        let block = Block {
            number: BlockNumber(1),
            hash: BlockHash([0; 32]),
        };
        Metagraph::new(NetUid(1), block, (0..3).map(neuron).collect()).expect("three neurons")
    }

    #[test]
    fn neurons_are_named_by_uid_or_hotkey_and_a_wrong_entry_is_named() {
        let two = Hotkey::from_bytes([2; 32]);
        let scores = parse(&format!("{{\"1\": 1, \"{two}\": 0.5}}"), &metagraph());
        let scores = scores.expect("two scores");
        assert_eq!(scores[&Hotkey::from_bytes([1; 32])].value(), 1.0);
        assert_eq!(scores[&two].value(), 0.5);
        for (text, named) in [
            ("{\"7\": 1}".to_owned(), "uid 7"),
            ("{\"abc\": 1}".to_owned(), "`abc`"),
            ("{\"1\": -1}".to_owned(), "`1`"),
            (format!("{{\"2\": 1, \"{two}\": 1}}"), "two weights"),
            ("{\"2\": 1, \"2\": 3}".to_owned(), "`2` has two weights"),
            ("{\"2\": NaN}".to_owned(), "numbers"),
            ("[1]".to_owned(), "object"),
        ] {
            let error = parse(&text, &metagraph()).expect_err(named);
            assert!(format!("{error:#}").contains(named), "{error:#}");
        }
    }
}
