use std::fmt;

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
        salt: Salt,
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

/// The secret of a hash commit until its reveal. It never prints.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u16; 8]);

impl Salt {
    /// Takes the eight words.
    pub const fn new(words: [u16; 8]) -> Self {
        Self(words)
    }

    /// The eight words, for a journal's own column and for the reveal.
    pub const fn expose(self) -> [u16; 8] {
        self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

impl Carrier {
    /// The epoch a commit was signed in.
    pub const fn epoch(&self) -> Option<u64> {
        match self {
            Self::Plain => None,
            Self::Hash { epoch, .. } | Self::Timelocked { epoch, .. } => Some(*epoch),
        }
    }

    /// What must be kept apart from the text, as long as the commit is not revealed.
    pub const fn salt(&self) -> Option<Salt> {
        match self {
            Self::Hash { salt, .. } => Some(*salt),
            Self::Plain | Self::Timelocked { .. } => None,
        }
    }

    /// Puts the text and the salt of a carrier together again.
    ///
    /// # Errors
    /// [`ParseCarrierError`] when they do not go together.
    pub fn from_parts(text: &str, salt: Option<Salt>) -> Result<Self, ParseCarrierError> {
        let read = || {
            let mut parts = text.split(':');
            let kind = parts.next()?;
            let carrier = match (kind, salt) {
                ("plain", None) => Self::Plain,
                ("hash", Some(salt)) => Self::Hash {
                    salt,
                    version_key: parts.next()?.parse().ok()?,
                    epoch: parts.next()?.parse().ok()?,
                },
                ("timelocked", None) => Self::Timelocked {
                    digest: digest(parts.next()?)?,
                    round: parts.next()?.parse().ok()?,
                    epoch: parts.next()?.parse().ok()?,
                },
                _ => return None,
            };
            parts.next().is_none().then_some(carrier)
        };
        read().ok_or_else(|| ParseCarrierError(text.to_owned()))
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

/// `plain`, `hash:<version key>:<epoch>` or `timelocked:<digest>:<round>:<epoch>`, for journals and
/// logs: the salt is not in it.
impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain => f.write_str("plain"),
            Self::Hash {
                version_key, epoch, ..
            } => write!(f, "hash:{version_key}:{epoch}"),
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

/// A text that is no [`Carrier`], or one without the salt it needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not how an extrinsic carries weights")]
pub struct ParseCarrierError(String);

/// Thirty-two bytes in hexadecimal digits, and nothing left over.
fn digest(digits: &str) -> Option<[u8; 32]> {
    if !digits.is_ascii() || digits.len() != 64 {
        return None;
    }
    let mut digest = [0; 32];
    for (place, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_comes_back_from_its_parts_and_never_shows_its_salt() {
        let salt = Salt::new([0, 1, 0xabcd, 0xffff, 4, 5, 6, 43_981]);
        let carriers = [
            Carrier::Plain,
            Carrier::Hash {
                salt,
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
            let text = carrier.to_string();
            assert_eq!(Carrier::from_parts(&text, carrier.salt()), Ok(carrier));
            for said in [text, format!("{carrier:?}")] {
                let shown = said.contains("43981") || said.to_lowercase().contains("abcd");
                assert!(!shown, "{said}");
            }
        }
        for (text, salt) in [
            ("", None),
            ("plain:", None),
            ("plain", Some(salt)),
            ("hash:1:2", None),
            ("hash:1:2:3", Some(salt)),
            ("timelocked:zz:1:2", None),
            ("other:1:2:3", None),
        ] {
            assert!(Carrier::from_parts(text, salt).is_err(), "{text}");
        }
    }
}
