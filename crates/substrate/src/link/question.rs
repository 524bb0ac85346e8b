use std::borrow::Cow;
use std::sync::Arc;

use axonry_core::BlockHash;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A question to the node: the method, and in words what it is for.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) method: &'static str,
    /// Other names that nodes serve the same method under, tried in order where it is not served.
    pub(crate) other_names: &'static [&'static str],
    pub(crate) what: Cow<'static, str>,
    /// The block whose state is asked for, if one is.
    pub(crate) at: Option<BlockHash>,
}

/// Why a question has no answer, before it is put in the chain's words.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The node answered with an error.
    Refused(RpcError),
    /// The node does not serve the method, under any name it goes by.
    Unserved,
    /// The answer is not of the expected shape.
    Garbled(serde_json::Error),
    /// There is no connection, for this reason.
    Down(Arc<str>),
    /// The deadline passed on an open connection.
    Late,
    /// The client has been closed.
    Closed,
}

/// A JSON-RPC error.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RpcError {
    pub(crate) code: i32,
    #[serde(default)]
    pub(crate) message: String,
    #[serde(default)]
    data: Option<Box<RawValue>>,
}

impl Question {
    pub(crate) fn new(method: &'static str, what: impl Into<Cow<'static, str>>) -> Self {
        Self {
            method,
            other_names: &[],
            what: what.into(),
            at: None,
        }
    }

    pub(crate) fn at(mut self, block: BlockHash) -> Self {
        self.at = Some(block);
        self
    }

    pub(crate) const fn or(mut self, other_names: &'static [&'static str]) -> Self {
        self.other_names = other_names;
        self
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.method).chain(self.other_names.iter().copied())
    }
}

impl RpcError {
    /// The node says that it has no such method.
    pub(super) const fn is_unserved(&self) -> bool {
        self.code == -32601
    }

    /// Substrate has one code for all that can go wrong with state (4003), so its words must do:
    /// `UnknownBlock: State already discarded for …`, `Header was not found in the database`.
    pub(super) fn is_about_a_missing_block(&self) -> bool {
        let words = self.words().to_lowercase().replace(' ', "");
        ["unknownblock", "statealreadydiscarded", "headerwasnotfound"]
            .iter()
            .any(|sign| words.contains(sign))
    }

    /// The message, and the data where a text says more.
    pub(super) fn words(&self) -> String {
        match self.data() {
            Some(data) => format!("{}: {data}", self.message),
            None => self.message.clone(),
        }
    }

    /// The error's data: a JSON string without its quotes, anything else as it is.
    pub(crate) fn data(&self) -> Option<String> {
        let data = self.data.as_ref()?.get();
        Some(serde_json::from_str(data).unwrap_or_else(|_| data.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pruned_or_unknown_block_is_told_from_other_errors() {
        let error = |message: &str| RpcError {
            code: 4003,
            message: message.to_owned(),
            data: None,
        };
        for words in [
            "Client error: UnknownBlock: State already discarded for 0x12",
            "Client error: UnknownBlock: Header was not found in the database: 0x12",
            "Client error: Api called for an unknown Block: State already discarded for 0x12",
        ] {
            assert!(error(words).is_about_a_missing_block(), "{words}");
        }
        let words = "Client error: Execution failed: Runtime panicked";
        assert!(!error(words).is_about_a_missing_block());
    }
}
