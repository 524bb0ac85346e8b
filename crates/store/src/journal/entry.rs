use std::fmt;

use serde::{Deserialize, Serialize};

use super::*;
use crate::fields::Fields;

/// A vector a validator is about to submit. Written down before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Who submits.
    pub hotkey: Hotkey,
    /// The subnet.
    pub netuid: NetUid,
    /// The mechanism.
    pub mechanism: MechId,
    /// The round it is the result of.
    pub round: u64,
    /// The chain's epoch it was planned in, where that is known.
    pub epoch: Option<u64>,
    /// The vector.
    pub weights: Weights,
}

/// The extrinsic that carries an intent, and what tells later whether it landed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its hash, `0x` and 64 digits.
    pub extrinsic: String,
    /// The nonce it uses up.
    pub nonce: u64,
    /// The block it counts from.
    pub birth: Block,
    /// The last block it can be included in.
    pub valid_until: BlockNumber,
    /// The hotkey's uid when it was signed.
    pub uid: Uid,
    /// When that uid had last set weights before.
    pub last_update: BlockNumber,
    /// How it carries the vector, in the writer's words; nothing secret.
    pub carrier: String,
    /// What hides a committed vector until its reveal, and makes the reveal possible.
    pub salt: Option<Salt>,
}

/// The secret of a hash commit. It is kept in a column of its own and never prints.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u16; 8]);

impl Salt {
    /// Takes the eight words.
    pub const fn new(words: [u16; 8]) -> Self {
        Self(words)
    }

    /// The eight words, for the reveal.
    pub const fn expose(self) -> [u16; 8] {
        self.0
    }

    pub(crate) fn to_digits(self) -> String {
        self.0.iter().map(|word| format!("{word:04x}")).collect()
    }

    pub(crate) fn from_digits(digits: &str) -> Option<Self> {
        if digits.len() != 32 || !digits.is_ascii() {
            return None;
        }
        let mut words = [0; 8];
        for (place, word) in words.iter_mut().enumerate() {
            *word = u16::from_str_radix(&digits[4 * place..4 * place + 4], 16).ok()?;
        }
        Some(Self(words))
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// A line's number in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntryId(pub i64);

/// Where an intent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// It may land yet: only chain state can tell.
    Open,
    /// Chain state showed it.
    Landed,
    /// It is certain that it did not and will not take effect.
    Failed,
}

impl EntryState {
    const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Landed => "landed",
            Self::Failed => "failed",
        }
    }

    fn of(word: &str) -> Option<Self> {
        let all = [Self::Open, Self::Landed, Self::Failed];
        all.into_iter().find(|state| state.word() == word)
    }
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: EntryId,
    /// What was to be submitted.
    pub intent: Intent,
    /// The extrinsic, the latest if there were several.
    pub attempt: Attempt,
    /// Where it stands.
    pub state: EntryState,
    /// What was last said about it, in the writer's words.
    pub outcome: Option<String>,
}

/// A line as it is stored, in the order of [`JOURNAL`]'s columns.
pub(super) fn record(entry: &Entry) -> Record {
    let (intent, attempt) = (&entry.intent, &entry.attempt);
    let weights = serde_json::to_string(&intent.weights).expect("pairs of numbers are JSON");
    vec![
        entry.id.0.into(),
        intent.hotkey.to_string().into(),
        intent.netuid.0.into(),
        u16::from(intent.mechanism.0).into(),
        intent.round.into(),
        intent.epoch.into(),
        weights.into(),
        attempt.extrinsic.as_str().into(),
        attempt.nonce.into(),
        attempt.birth.number.0.into(),
        attempt.birth.hash.to_string().into(),
        attempt.valid_until.0.into(),
        attempt.uid.0.into(),
        attempt.last_update.0.into(),
        attempt.carrier.as_str().into(),
        attempt.salt.map(Salt::to_digits).into(),
        entry.state.word().into(),
        entry.outcome.clone().into(),
    ]
}

/// Reads the columns in their order; a struct expression is evaluated as it is written.
pub(super) fn entry(record: Record) -> Result<Entry, StoreError> {
    let mut fields = Fields::of(&JOURNAL, record);
    let id = fields.narrow()?;
    let intent = Intent {
        hotkey: fields.parsed()?,
        netuid: NetUid(fields.narrow()?),
        mechanism: MechId(fields.narrow()?),
        round: fields.number()?,
        epoch: fields.optional_number()?,
        weights: {
            let weights = fields.text()?;
            serde_json::from_str(&weights).map_err(|error| fields.corrupt(error))?
        },
    };
    let attempt = Attempt {
        extrinsic: fields.text()?,
        nonce: fields.number()?,
        birth: Block {
            number: BlockNumber(fields.number()?),
            hash: fields.parsed()?,
        },
        valid_until: BlockNumber(fields.number()?),
        uid: Uid(fields.narrow()?),
        last_update: BlockNumber(fields.number()?),
        carrier: fields.text()?,
        salt: match fields.optional_text()? {
            None => None,
            Some(digits) => {
                let salt = Salt::from_digits(&digits);
                Some(salt.ok_or_else(|| fields.corrupt("no salt"))?)
            }
        },
    };
    let state = fields.text()?;
    let state = EntryState::of(&state).ok_or_else(|| fields.corrupt("no state"))?;
    Ok(Entry {
        id: EntryId(id),
        intent,
        attempt,
        state,
        outcome: fields.optional_text()?,
    })
}
