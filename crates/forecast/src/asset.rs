use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a price is of: `BTC`, `XAU`, `SPYX`.
///
/// 1 to 32 ASCII letters, digits and `_`, `-`, `.`, beginning with a letter or digit: a name that
/// can stand in a path, a partition or a row key as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Asset(String);

/// The text is no name of an asset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no asset: 1 to 32 letters, digits, `_`, `-` or `.` do")]
pub struct AssetError(String);

impl Asset {
    /// The name as it is spelled in prompts.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Asset {
    type Err = AssetError;

    fn from_str(name: &str) -> Result<Self, AssetError> {
        let spelled = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let begins = name
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric());
        if begins && name.len() <= 32 && name.bytes().all(spelled) {
            Ok(Self(name.to_owned()))
        } else {
            Err(AssetError(name.chars().take(64).collect()))
        }
    }
}

impl TryFrom<String> for Asset {
    type Error = AssetError;

    fn try_from(name: String) -> Result<Self, AssetError> {
        name.parse()
    }
}

impl From<Asset> for String {
    fn from(asset: Asset) -> Self {
        asset.0
    }
}

impl Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path() {
        for name in ["BTC", "xyz-CL", "A.B_1", &"A".repeat(32)] {
            assert_eq!(name.parse::<Asset>().map(String::from).as_deref(), Ok(name));
        }
        for name in ["", "..", "a/b", "a b", "a=b", "é", "-a", &"A".repeat(33)] {
            assert!(name.parse::<Asset>().is_err(), "{name}");
        }
    }
}
