//! What the headers of a request or an answer say.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::number::{float, int};
use super::{Terminal, python};

const AXON: &str = "bt_header_axon_";
const DENDRITE: &str = "bt_header_dendrite_";
const INPUT: &str = "bt_header_input_obj";

/// Fields announced by headers that are kept; a synapse has a handful.
const MOST_INPUTS: usize = 256;

/// What the headers of a request or an answer say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// The sender's patience in seconds. Not signed: whoever forwards a request can change it.
    pub timeout: Option<f64>,
    /// Informative.
    pub total_size: Option<i128>,
    /// Informative.
    pub header_size: Option<i128>,
    /// The sender.
    pub dendrite: Terminal,
    /// The receiver.
    pub axon: Terminal,
    /// The hash of the body's listed fields, as the sender has it.
    pub computed_body_hash: Option<String>,
    /// The required fields, each with an empty value of its kind.
    pub inputs: BTreeMap<String, Value>,
}

/// A header that the SDK could not read either; it fails the whole request or answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the header `{header}` is no {expected}")]
pub struct HeadError {
    header: String,
    expected: &'static str,
}

impl Head {
    /// Reads headers, in their order; names are compared in lower case.
    ///
    /// A name counts when it *contains* a prefix, as the SDK has it, and of two that mean the same
    /// the last one wins, but for input objects, of which the first does.
    ///
    /// # Errors
    /// [`HeadError`] for a number that is none.
    pub fn parse<'a>(
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, HeadError> {
        let mut head = Self::default();
        for (name, value) in headers {
            let name = name.to_ascii_lowercase();
            if let Some((_, field)) = name.split_once(AXON) {
                set(&mut head.axon, field, value).ok_or_else(|| error(&name, "number"))?;
            } else if let Some((_, field)) = name.split_once(DENDRITE) {
                set(&mut head.dendrite, field, value).ok_or_else(|| error(&name, "number"))?;
            } else if let Some((_, field)) = name.split_once(INPUT) {
                head.input(field, value);
            } else {
                head.plain(&name, value)?;
            }
        }
        Ok(head)
    }

    fn plain(&mut self, name: &str, value: &str) -> Result<(), HeadError> {
        match name {
            "timeout" => {
                self.timeout = Some(float(value).ok_or_else(|| error(name, "number"))?);
            }
            "total_size" => {
                self.total_size = Some(int(value).ok_or_else(|| error(name, "whole number"))?);
            }
            "header_size" => {
                self.header_size = Some(int(value).ok_or_else(|| error(name, "whole number"))?);
            }
            "computed_body_hash" => self.computed_body_hash = Some(value.to_owned()),
            _ => {}
        }
        Ok(())
    }

    /// What cannot be read is passed over, as the SDK does.
    fn input(&mut self, field: &str, value: &str) {
        let Some(field) = field.strip_prefix('_') else {
            return;
        };
        if self.inputs.len() >= MOST_INPUTS || self.inputs.contains_key(field) {
            return;
        }
        let read = BASE64_STANDARD
            .decode(value)
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok());
        if let Some(value) = read {
            self.inputs.insert(field.to_owned(), value);
        }
    }

    /// The headers of the terminals and of the plain fields, for sending.
    ///
    /// The name of the synapse and the input objects are the request's.
    pub fn to_headers(&self) -> Vec<(String, String)> {
        let mut headers = Vec::with_capacity(24);
        let mut put = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                headers.push((name.to_owned(), value));
            }
        };
        put("timeout", self.timeout.map(python::float));
        for (prefix, terminal) in [(AXON, &self.axon), (DENDRITE, &self.dendrite)] {
            for (field, value) in fields(terminal) {
                put(&format!("{prefix}{field}"), value);
            }
        }
        put("header_size", self.header_size.map(|size| size.to_string()));
        put("total_size", self.total_size.map(|size| size.to_string()));
        put("computed_body_hash", self.computed_body_hash.clone());
        headers
    }
}

fn error(header: &str, expected: &'static str) -> HeadError {
    // A name of any length may come in; an error that repeats it may not be of any length.
    HeadError {
        header: header.chars().take(64).collect(),
        expected,
    }
}

/// Sets a field from a header's text; unknown fields are passed over.
fn set(terminal: &mut Terminal, field: &str, value: &str) -> Option<()> {
    let whole = || int(value)?.try_into().ok();
    match field {
        "status_code" => terminal.status_code = Some(whole()?),
        "status_message" => terminal.status_message = Some(value.to_owned()),
        "process_time" => terminal.process_time = Some(float(value)?),
        "ip" => terminal.ip = Some(value.to_owned()),
        "port" => terminal.port = Some(whole()?),
        "version" => terminal.version = Some(whole()?),
        "nonce" => terminal.nonce = Some(int(value)?),
        "uuid" => terminal.uuid = Some(value.to_owned()),
        "hotkey" => terminal.hotkey = Some(value.to_owned()),
        "signature" => terminal.signature = Some(value.to_owned()),
        _ => {}
    }
    Some(())
}

fn fields(terminal: &Terminal) -> [(&'static str, Option<String>); 10] {
    let Terminal {
        status_code,
        status_message,
        process_time,
        ip,
        port,
        version,
        nonce,
        uuid,
        hotkey,
        signature,
    } = terminal;
    let whole = |value: &Option<i64>| value.map(|value| value.to_string());
    [
        ("status_code", whole(status_code)),
        ("status_message", status_message.clone()),
        ("process_time", process_time.map(python::float)),
        ("ip", ip.clone()),
        ("port", whole(port)),
        ("version", whole(version)),
        ("nonce", nonce.map(|nonce| nonce.to_string())),
        ("uuid", uuid.clone()),
        ("hotkey", hotkey.clone()),
        ("signature", signature.clone()),
    ]
}
