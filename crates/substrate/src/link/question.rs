use std::borrow::Cow;
use std::sync::Arc;

use axonry_core::BlockHash;
use subxt::ext::jsonrpsee::types::ErrorObjectOwned;

/// A question to the node: the method, and in words what it is for.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) method: &'static str,
    pub(crate) what: Cow<'static, str>,
    /// The block whose state is asked for, if one is.
    pub(crate) at: Option<BlockHash>,
}

/// Why a question has no answer, before it is put in the chain's words.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The node answered with an error.
    Refused(ErrorObjectOwned),
    /// The answer is not of the expected shape.
    Garbled(serde_json::Error),
    /// There is no connection, for this reason.
    Down(Arc<str>),
    /// The deadline passed on an open connection.
    Late,
}

impl Question {
    pub(crate) fn new(method: &'static str, what: impl Into<Cow<'static, str>>) -> Self {
        Self {
            method,
            what: what.into(),
            at: None,
        }
    }

    pub(crate) fn at(mut self, block: BlockHash) -> Self {
        self.at = Some(block);
        self
    }
}

/// Substrate has one code for all that can go wrong with state (4003), so its words must do:
/// `UnknownBlock: State already discarded for …`, `Header was not found in the database`.
pub(super) fn is_about_a_missing_block(error: &ErrorObjectOwned) -> bool {
    let words = words_of(error).to_lowercase().replace(' ', "");
    ["unknownblock", "statealreadydiscarded", "headerwasnotfound"]
        .iter()
        .any(|sign| words.contains(sign))
}

/// The message, and the data where a text says more.
pub(super) fn words_of(error: &ErrorObjectOwned) -> String {
    match data_of(error) {
        Some(data) => format!("{}: {data}", error.message()),
        None => error.message().to_owned(),
    }
}

/// The error's data: a JSON string without its quotes, anything else as it is.
pub(crate) fn data_of(error: &ErrorObjectOwned) -> Option<String> {
    let data = error.data()?.get();
    Some(serde_json::from_str(data).unwrap_or_else(|_| data.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pruned_or_unknown_block_is_told_from_other_errors() {
        let error = |message: &str| ErrorObjectOwned::owned(4003, message, None::<()>);
        for words in [
            "Client error: UnknownBlock: State already discarded for 0x12",
            "Client error: UnknownBlock: Header was not found in the database: 0x12",
            "Client error: Api called for an unknown Block: State already discarded for 0x12",
        ] {
            assert!(is_about_a_missing_block(&error(words)), "{words}");
        }
        let words = "Client error: Execution failed: Runtime panicked";
        assert!(!is_about_a_missing_block(&error(words)));
    }
}
