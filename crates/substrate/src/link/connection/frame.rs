//! What the node's messages look like, read without copying what is in them.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::link::question::RpcError;

/// An answer or a notification.
#[derive(Deserialize)]
pub(super) struct Frame<'a> {
    #[serde(borrow, default)]
    pub(super) id: Option<&'a RawValue>,
    /// `null` is a result as well.
    #[serde(borrow, default, deserialize_with = "some")]
    pub(super) result: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) error: Option<RpcError>,
    #[serde(borrow, default)]
    pub(super) params: Option<Notification<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Notification<'a> {
    #[serde(borrow)]
    pub(super) subscription: &'a RawValue,
    /// Left out in favour of `error` when the node ends the subscription.
    #[serde(borrow, default, deserialize_with = "some")]
    pub(super) result: Option<&'a RawValue>,
}

/// The values of one block.
#[derive(Deserialize)]
pub(super) struct ChangeSet<'a> {
    #[serde(borrow)]
    pub(super) block: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) changes: Vec<(Text<'a>, Option<Text<'a>>)>,
}

/// Borrowed where it can be; inside of other types serde copies a bare `Cow`.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_a_result_and_no_result_is_none() {
        let frame: Frame<'_> = serde_json::from_str(r#"{"id":1,"result":null}"#).unwrap();
        assert_eq!(frame.result.unwrap().get(), "null");
        let frame: Frame<'_> =
            serde_json::from_str(r#"{"id":"1","error":{"code":-1,"message":"no"}}"#).unwrap();
        assert!(frame.result.is_none());
        assert_eq!(frame.error.unwrap().words(), "no");
    }
}
