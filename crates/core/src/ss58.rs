//! The text form of account ids: `base58(prefix ‖ key ‖ blake2b-512("SS58PRE" ‖ prefix ‖ key)[..2])`.

use crate::AccountId;

/// The address prefix of Bittensor (and of generic Substrate chains).
pub const SS58_PREFIX: u8 = 42;

const KEY: usize = 32;
const CHECKSUM: usize = 2;
const LENGTH: usize = 1 + KEY + CHECKSUM;

/// Why a text is not an SS58 address of this chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ss58Error {
    /// A character outside the base58 alphabet.
    #[error("`{text}` is not an SS58 address: it is not base58")]
    NotBase58 {
        /// What was given.
        text: String,
    },
    /// Another number of bytes than prefix, 32-byte key and checksum make.
    #[error("`{text}` is not an SS58 address: it holds {found} bytes where {LENGTH} are expected")]
    Length {
        /// What was given.
        text: String,
        /// How many bytes it decodes to.
        found: usize,
    },
    /// An address of another network.
    #[error("`{text}` has SS58 prefix {found}: Bittensor addresses have {SS58_PREFIX}")]
    Prefix {
        /// What was given.
        text: String,
        /// Its prefix.
        found: u8,
    },
    /// A typing error somewhere in the address.
    #[error("the checksum of `{text}` does not match: check it for a typing error")]
    Checksum {
        /// What was given.
        text: String,
    },
}

pub(crate) fn encode(account: &AccountId) -> String {
    let mut bytes = [0; LENGTH];
    bytes[0] = SS58_PREFIX;
    bytes[1..=KEY].copy_from_slice(account.as_bytes());
    let checksum = checksum(&bytes[..=KEY]);
    bytes[1 + KEY..].copy_from_slice(&checksum);
    bs58::encode(bytes).into_string()
}

pub(crate) fn decode(text: &str) -> Result<AccountId, Ss58Error> {
    // A longer text cannot be an address; decoding it would cost time quadratic in its length.
    if text.len() > 2 * LENGTH {
        let text = text.chars().take(2 * LENGTH).chain(['…']).collect();
        return Err(Ss58Error::Length {
            text,
            found: 2 * LENGTH,
        });
    }
    let named = || text.to_owned();
    let bytes = bs58::decode(text)
        .into_vec()
        .map_err(|_| Ss58Error::NotBase58 { text: named() })?;
    let bytes: [u8; LENGTH] = bytes
        .try_into()
        .map_err(|bytes: Vec<u8>| Ss58Error::Length {
            text: named(),
            found: bytes.len(),
        })?;
    if bytes[0] != SS58_PREFIX {
        return Err(Ss58Error::Prefix {
            text: named(),
            found: bytes[0],
        });
    }
    if checksum(&bytes[..=KEY]) != bytes[1 + KEY..] {
        return Err(Ss58Error::Checksum { text: named() });
    }
    let mut key = [0; KEY];
    key.copy_from_slice(&bytes[1..=KEY]);
    Ok(AccountId::from_bytes(key))
}

fn checksum(prefixed: &[u8]) -> [u8; CHECKSUM] {
    let mut state = blake2b_simd::State::new();
    state.update(b"SS58PRE").update(prefixed);
    let hash = state.finalize();
    let mut checksum = [0; CHECKSUM];
    checksum.copy_from_slice(&hash.as_bytes()[..CHECKSUM]);
    checksum
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    #[test]
    fn each_kind_of_bad_address_is_named() {
        let reason = |text: &str| decode(text).expect_err("this address is bad");
        assert!(matches!(reason("0OIl"), Ss58Error::NotBase58 { .. }));
        assert!(matches!(reason(""), Ss58Error::Length { found: 0, .. }));
        assert!(matches!(reason(&ALICE[..40]), Ss58Error::Length { .. }));
        assert!(matches!(
            reason(&ALICE.repeat(1000)),
            Ss58Error::Length { .. }
        ));
        let mistyped = ALICE.replace("tERH", "tERJ");
        assert!(matches!(reason(&mistyped), Ss58Error::Checksum { .. }));
        let polkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
        assert!(matches!(
            reason(polkadot),
            Ss58Error::Prefix { found: 0, .. }
        ));
    }

    #[test]
    fn an_address_survives_the_round_trip() {
        let alice = decode(ALICE).expect("well known address");
        assert_eq!(encode(&alice), ALICE);
    }
}
