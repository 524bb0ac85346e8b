use std::fmt;
use std::net::SocketAddr;

use axonry_core::{AccountId, Coldkey, Hotkey, Rao, Uid};
use axonry_wallet::Keypair;
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// One neuron of the subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeuronConfig {
    /// Its slot.
    pub uid: Uid,
    /// The key it is known by.
    pub hotkey: Hotkey,
    /// The key that owns it.
    pub coldkey: Coldkey,
    /// The stake on its hotkey; it becomes as much alpha of the subnet, one for one.
    pub stake: Rao,
    /// Whether it may set weights.
    pub validator_permit: bool,
    /// Where it serves, if it does.
    pub axon: Option<SocketAddr>,
    /// Its GitHub account, for the mirror.
    pub github_id: Option<String>,
    /// What its hotkey is made from, such as `//Miner//0`, where that is known: whoever has the dev
    /// network can then act for it ([`Devnet::key`](crate::Devnet::key)).
    pub uri: Option<String>,
}

impl NeuronConfig {
    /// A neuron without stake, permit, axon or GitHub account.
    pub fn new(uid: Uid, hotkey: AccountId, coldkey: AccountId) -> Self {
        Self {
            uid,
            hotkey: hotkey.into(),
            coldkey: coldkey.into(),
            stake: Rao::ZERO,
            validator_permit: false,
            axon: None,
            github_id: None,
            uri: None,
        }
    }
}

/// A neuron as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NeuronEntry {
    uid: u16,
    hotkey: String,
    coldkey: Option<String>,
    #[serde(default)]
    stake_tao: Amount,
    #[serde(default)]
    validator_permit: bool,
    axon: Option<String>,
    github_id: Option<Text>,
}

impl NeuronEntry {
    /// The neuron it stands for; the uid and what is wrong otherwise.
    pub(super) fn neuron(self) -> Result<NeuronConfig, (Uid, String)> {
        let uid = Uid(self.uid);
        let named = |reason: String| (uid, reason);
        let hotkey = key("hotkey", &self.hotkey).map_err(named)?;
        let coldkey = match &self.coldkey {
            Some(text) => key("coldkey", text).map_err(named)?,
            None => hotkey,
        };
        let axon = self.axon.as_deref().map(axon).transpose().map_err(named)?;
        Ok(NeuronConfig {
            stake: self.stake_tao.0,
            validator_permit: self.validator_permit,
            axon,
            github_id: self.github_id.map(|text| text.0),
            uri: self.hotkey.starts_with("//").then_some(self.hotkey),
            ..NeuronConfig::new(uid, hotkey, coldkey)
        })
    }
}

/// An SS58 address, or a development key such as `//Alice`.
pub(super) fn key(role: &str, text: &str) -> Result<AccountId, String> {
    if text.starts_with("//") {
        let pair = Keypair::from_uri(text).map_err(|error| format!("its {role}: {error}"))?;
        return Ok(pair.account());
    }
    text.parse()
        .map_err(|error| format!("its {role}: {error}, nor a development key such as `//Alice`"))
}

fn axon(text: &str) -> Result<SocketAddr, String> {
    let wrong = |why: &str| {
        format!("its axon `{text}` is no address to serve at: {why}, as in `127.0.0.1:8091`")
    };
    let address: SocketAddr = text
        .parse()
        .map_err(|_| wrong("an IP address and a port are expected"))?;
    if address.port() == 0 {
        return Err(wrong("the port must not be 0"));
    }
    Ok(address)
}

/// An amount, a number or a decimal text.
#[derive(Default)]
pub(super) struct Amount(pub(super) Rao);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Amount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount of TAO or alpha, a number or a decimal text")
            }

            fn visit_u64<E: Error>(self, tao: u64) -> Result<Amount, E> {
                Rao::from_tao(tao)
                    .map(Amount)
                    .ok_or_else(|| E::invalid_value(Unexpected::Unsigned(tao), &self))
            }

            fn visit_i64<E: Error>(self, tao: i64) -> Result<Amount, E> {
                match u64::try_from(tao) {
                    Ok(tao) => self.visit_u64(tao),
                    Err(_) => Err(E::invalid_value(Unexpected::Signed(tao), &self)),
                }
            }

            /// The shortest decimal text of the number is what stood in the file.
            fn visit_f64<E: Error>(self, tao: f64) -> Result<Amount, E> {
                self.visit_str(&tao.to_string())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Amount, E> {
                text.parse().map(Amount).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// A text, or a number that stands for its digits.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a GitHub account's number, as a text or a number")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Text, E> {
                match u64::try_from(number) {
                    Ok(number) => self.visit_u64(number),
                    Err(_) => Err(E::invalid_value(Unexpected::Signed(number), &self)),
                }
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
