use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ss58::{self, Ss58Error};

/// An account of the chain: an sr25519 public key, printed as SS58.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId([u8; 32]);

impl AccountId {
    /// Takes the 32 bytes of a public key.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes of the public key.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Takes the 32 bytes out.
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&ss58::encode(self))
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AccountId {
    type Err = Ss58Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        ss58::decode(text)
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(AccountId);

        impl $name {
            /// Takes the 32 bytes of a public key.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(AccountId::from_bytes(bytes))
            }

            /// The 32 bytes of the public key.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                self.0.as_bytes()
            }

            /// The account behind the role.
            pub const fn account(self) -> AccountId {
                self.0
            }
        }

        impl From<AccountId> for $name {
            fn from(account: AccountId) -> Self {
                Self(account)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = Ss58Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

key! {
    /// The key a neuron signs and is known with; scores are kept by it.
    Hotkey
}
key! {
    /// The key that owns hotkeys and money; a validator never needs its secret.
    Coldkey
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_account_survives_its_text_form(bytes: [u8; 32]) {
            let hotkey = Hotkey::from_bytes(bytes);
            prop_assert_eq!(hotkey.to_string().parse::<Hotkey>(), Ok(hotkey));
            let json = serde_json::to_string(&hotkey).expect("a text");
            prop_assert_eq!(serde_json::from_str::<Hotkey>(&json).expect("its text"), hotkey);
        }
    }
}
