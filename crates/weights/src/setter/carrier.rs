use std::fmt;
use std::str::FromStr;

use axonry_chain::Hyperparameters;
use axonry_core::{Hotkey, MechId, NetUid, NetUidStorageIndex, Weights};

use super::Refusal;
use crate::CommitPreimage;

/// The form of commit that is open to a client today.
const TIMELOCKED: u16 = 4;

/// The way a subnet takes weights, as its state says at one block.
///
/// | commit-reveal | `CommitRevealWeightsVersion` | way |
/// |---|---|---|
/// | off | any | in the clear |
/// | on | the runtime has no such item | by hash, revealed by us |
/// | on | 4 | timelocked, revealed by the chain; or by hash, where [`CommitForm::Hash`] asks for it |
/// | on | any other | refused |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Path {
    /// In the clear.
    Plain,
    /// By hash first, and in the clear an epoch or more later.
    Hash,
    /// Sealed, to be opened by the chain.
    Timelocked {
        /// The form of commit.
        version: u16,
    },
}

/// Which form of commit to take where the chain takes more than one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommitForm {
    /// The newest: timelocked, so that the reveal needs nobody to be there.
    #[default]
    Newest,
    /// By hash: needs no beacon, but somebody who reveals in time.
    Hash,
}

impl Path {
    /// The way these rules ask for.
    ///
    /// # Errors
    /// [`Refusal::CommitRevealVersion`] for a form of commit that is not known here.
    pub fn choose(rules: &Hyperparameters, form: CommitForm) -> Result<Self, Refusal> {
        if !rules.commit_reveal_enabled {
            return Ok(Self::Plain);
        }
        match (rules.commit_reveal_version, form) {
            (None, _) | (Some(TIMELOCKED), CommitForm::Hash) => Ok(Self::Hash),
            #[cfg(feature = "timelock")]
            (Some(version @ TIMELOCKED), _) => Ok(Self::Timelocked { version }),
            (Some(version), _) => Err(Refusal::CommitRevealVersion {
                netuid: rules.netuid,
                version,
            }),
        }
    }
}

/// How an extrinsic carries a vector, and what must be known to bring it to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Carrier {
    /// In the clear.
    Plain,
    /// As a hash, which we reveal.
    Hash {
        /// What keeps others from guessing the weights; the reveal repeats it.
        salt: [u16; 8],
        /// The version key the reveal repeats.
        version_key: u64,
        /// The epoch it was signed in; it can land in the next one.
        epoch: u64,
    },
    /// Sealed, and revealed by the chain.
    Timelocked {
        /// The blake2-256 hash of what is sealed.
        digest: [u8; 32],
        /// The drand round that opens it.
        round: u64,
        /// The epoch it was signed in; it can land in the next one.
        epoch: u64,
    },
}

impl Carrier {
    /// The epoch a commit was signed in.
    pub const fn epoch(&self) -> Option<u64> {
        match self {
            Self::Plain => None,
            Self::Hash { epoch, .. } | Self::Timelocked { epoch, .. } => Some(*epoch),
        }
    }
}

/// What a vector commits to. Commit, reveal and check are all made from this.
pub(super) fn preimage(
    hotkey: Hotkey,
    (netuid, mechanism): (NetUid, MechId),
    weights: &Weights,
    salt: &[u16],
    version_key: u64,
) -> CommitPreimage {
    CommitPreimage {
        hotkey,
        index: NetUidStorageIndex::new(netuid, mechanism),
        weights: weights.as_slice().to_vec(),
        salt: salt.to_vec(),
        version_key,
    }
}

/// `plain`, `hash:<salt>:<version key>:<epoch>` or `timelocked:<digest>:<round>:<epoch>`, for
/// journals. The salt is a secret until the reveal: it belongs on disk and in no log.
impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain => f.write_str("plain"),
            Self::Hash {
                salt,
                version_key,
                epoch,
            } => {
                f.write_str("hash:")?;
                salt.iter().try_for_each(|word| write!(f, "{word:04x}"))?;
                write!(f, ":{version_key}:{epoch}")
            }
            Self::Timelocked {
                digest,
                round,
                epoch,
            } => {
                f.write_str("timelocked:")?;
                digest.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                write!(f, ":{round}:{epoch}")
            }
        }
    }
}

/// A text that is no [`Carrier`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not how an extrinsic carries weights")]
pub struct ParseCarrierError(String);

impl FromStr for Carrier {
    type Err = ParseCarrierError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let mut parts = text.split(':');
            let kind = parts.next()?;
            if kind == "plain" {
                return parts.next().is_none().then_some(Self::Plain);
            }
            let secret = parts.next()?;
            let first = parts.next()?.parse().ok()?;
            let epoch = parts.next()?.parse().ok()?;
            parts.next().is_none().then_some(())?;
            match kind {
                "hash" => Some(Self::Hash {
                    salt: words(secret)?,
                    version_key: first,
                    epoch,
                }),
                "timelocked" => {
                    let words: [u16; 16] = words(secret)?;
                    let mut digest = [0; 32];
                    for (place, word) in digest.chunks_exact_mut(2).zip(words) {
                        place.copy_from_slice(&word.to_be_bytes());
                    }
                    Some(Self::Timelocked {
                        digest,
                        round: first,
                        epoch,
                    })
                }
                _ => None,
            }
        };
        read().ok_or_else(|| ParseCarrierError(text.to_owned()))
    }
}

/// Four digits each, and nothing left over.
fn words<const N: usize>(digits: &str) -> Option<[u16; N]> {
    if !digits.is_ascii() || digits.len() != 4 * N {
        return None;
    }
    let mut words = [0; N];
    for (place, word) in words.iter_mut().enumerate() {
        *word = u16::from_str_radix(&digits[4 * place..4 * place + 4], 16).ok()?;
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_comes_back_from_its_text() {
        let carriers = [
            Carrier::Plain,
            Carrier::Hash {
                salt: [0, 1, 0xabcd, 0xffff, 4, 5, 6, 7],
                version_key: u64::MAX,
                epoch: 12,
            },
            Carrier::Timelocked {
                digest: std::array::from_fn(|place| u8::try_from(7 * place).expect("below 256")),
                round: 30_000_000,
                epoch: 12,
            },
        ];
        for carrier in carriers {
            assert_eq!(carrier.to_string().parse(), Ok(carrier));
        }
        for text in [
            "",
            "plain:",
            "hash:00:1:2",
            "timelocked:zz:1:2",
            "other:1:2:3",
        ] {
            assert!(text.parse::<Carrier>().is_err(), "{text}");
        }
    }
}
