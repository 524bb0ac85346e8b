use axonry_github::Secret;
use axonry_wire::{Nothing, Synapse};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A miner hands a validator its GitHub token.
///
/// Upstream's class lists no field to be hashed, so that both ends must sign none either.
#[derive(Clone, Copy, Debug)]
pub struct PatBroadcast;

/// A miner asks a validator whether its token is there and good.
#[derive(Clone, Copy, Debug)]
pub struct PatCheck;

impl Synapse for PatBroadcast {
    const NAME: &'static str = "PatBroadcastSynapse";
    const REQUIRED: &'static [&'static str] = &["github_access_token"];
    const HASHED: &'static [&'static str] = &[];
    type Request = BroadcastRequest;
    type Response = BroadcastAnswer;
}

impl Synapse for PatCheck {
    const NAME: &'static str = "PatCheckSynapse";
    const REQUIRED: &'static [&'static str] = &[];
    type Request = Nothing;
    type Response = CheckAnswer;
}

/// The token.
#[derive(Debug, Serialize, Deserialize)]
pub struct BroadcastRequest {
    #[serde(with = "text")]
    github_access_token: Secret,
}

impl BroadcastRequest {
    /// Hands in this token.
    pub const fn new(token: Secret) -> Self {
        Self {
            github_access_token: token,
        }
    }

    pub(super) fn into_token(self) -> Secret {
        self.github_access_token
    }
}

/// What a validator says to a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BroadcastAnswer {
    /// Whether it is kept; `None` where a validator does not say.
    #[serde(default)]
    pub accepted: Option<bool>,
    /// Why it is not.
    #[serde(default)]
    pub rejection_reason: Option<String>,
    /// An axon repeats what was asked unless the answer says otherwise; a token is not repeated.
    #[serde(default, rename = "github_access_token")]
    blank: Blank,
}

impl BroadcastAnswer {
    /// It is kept.
    pub(super) fn accepted() -> Self {
        Self {
            accepted: Some(true),
            ..Self::default()
        }
    }

    /// It is not kept.
    pub(super) fn rejected(reason: String) -> Self {
        Self {
            accepted: Some(false),
            rejection_reason: Some(reason),
            ..Self::default()
        }
    }
}

/// What a validator has of a miner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckAnswer {
    /// Whether it has a token.
    #[serde(default)]
    pub has_pat: Option<bool>,
    /// Whether the token is good; `None` where that could not be found out.
    #[serde(default)]
    pub pat_valid: Option<bool>,
    /// What is wrong.
    #[serde(default)]
    pub rejection_reason: Option<String>,
}

/// The empty text, whatever was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Blank;

impl Serialize for Blank {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("")
    }
}

impl<'de> Deserialize<'de> for Blank {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// A secret as the text it is, on the wire and in no other place.
mod text {
    use axonry_github::Secret;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(secret.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
        String::deserialize(from).map(Secret::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_blanks_the_token_and_takes_whatever_came_in_its_place() {
        let answer = BroadcastAnswer::rejected("no".to_owned());
        let written = serde_json::to_value(&answer).unwrap();
        assert_eq!(written["github_access_token"], "");
        let hostile = r#"{"accepted": false, "rejection_reason": "no",
                          "github_access_token": {"echo": "ghp_hidden"}}"#;
        let read: BroadcastAnswer = serde_json::from_str(hostile).unwrap();
        assert_eq!(read, answer);
        assert!(!format!("{read:?}").contains("hidden"));
    }

    #[test]
    fn a_request_does_not_show_its_token() {
        let request: BroadcastRequest =
            serde_json::from_str(r#"{"github_access_token": "ghp_hidden", "accepted": null}"#)
                .unwrap();
        assert!(!format!("{request:?}").contains("hidden"));
        assert_eq!(
            serde_json::to_string(&request).unwrap(),
            r#"{"github_access_token":"ghp_hidden"}"#
        );
    }
}
