//! A request as a dendrite sends it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axonry_core::{Hotkey, Signer, SignerError};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{BodyHash, Head, PythonValue, Terminal, body_hash, signing_text};

/// Who sends: what all requests of one dendrite share.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Signs for the sending hotkey.
    pub signer: Arc<dyn Signer>,
    /// What this dendrite calls itself. A receiver takes only increasing nonces under one uuid, so
    /// that calls which may overtake one another need different ones.
    pub uuid: String,
    /// The sender's own address as the world sees it; receivers put the socket's in its place.
    pub ip: Option<IpAddr>,
    /// The version it claims: [`version`](super::version). From 7.2.0 on receivers check how old a
    /// nonce is.
    pub version: i64,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Its hotkey.
    pub hotkey: Hotkey,
    /// Its address in the metagraph.
    pub ip: IpAddr,
    /// Its port in the metagraph.
    pub port: u16,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// The class name of the synapse, which is its path.
    pub name: &'a str,
    /// How long the sender will wait; receivers widen their window for nonces by it.
    pub timeout: Duration,
    /// The synapse's own fields.
    pub fields: &'a [(String, PythonValue)],
    /// The fields a receiver cannot do without, which get a header each.
    pub required: &'a [&'a str],
    /// The fields under the signature, in order.
    pub hashed: &'a [&'a str],
}

/// A request, ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// `/` and the synapse's name.
    pub path: String,
    /// The headers of the protocol; the content type is the client's to add.
    pub headers: Vec<(String, String)>,
    /// The JSON.
    pub body: Vec<u8>,
    /// What was signed.
    pub signed: String,
}

/// Why there is no request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The signer refused.
    #[error("the request could not be signed")]
    Signing(#[from] SignerError),
    /// The synapse lists a field it has not.
    #[error("the synapse `{synapse}` has no field `{field}`, which it lists as one of its own")]
    NoField {
        /// The synapse.
        synapse: String,
        /// The field.
        field: String,
    },
}

impl Sender {
    /// Builds and signs a request. `nonce` must be larger than any before it with this uuid to
    /// this receiver: [`NonceSource`](crate::NonceSource) hands them out.
    ///
    /// # Errors
    /// [`RequestError`].
    pub async fn request(
        &self,
        call: &Call<'_>,
        receiver: &Receiver,
        nonce: u64,
    ) -> Result<Request, RequestError> {
        let hash = call.hash()?;
        let inputs = call.inputs()?;
        let sender = Hotkey::from(self.signer.account());
        let text = hash.to_string();
        let signed = signing_text(nonce.into(), &sender, &receiver.hotkey, &self.uuid, &text);
        let signature = self.signer.sign(signed.as_bytes()).await?;
        let mut head = Head {
            timeout: Some(call.timeout.as_secs_f64()),
            dendrite: Terminal {
                ip: self.ip.map(|ip| ip.to_string()),
                version: Some(self.version),
                nonce: Some(nonce.into()),
                uuid: Some(self.uuid.clone()),
                hotkey: Some(sender.to_string()),
                signature: Some(format!("0x{}", hex::encode(signature.0))),
                ..Terminal::default()
            },
            axon: Terminal {
                ip: Some(receiver.ip.to_string()),
                port: Some(receiver.port.into()),
                hotkey: Some(receiver.hotkey.to_string()),
                ..Terminal::default()
            },
            ..Head::default()
        };
        let body = call.body(&head);
        head.total_size = i128::try_from(body.len()).ok();
        head.header_size = Some(0);
        head.computed_body_hash = Some(text);
        let mut headers = vec![("name".to_owned(), call.name.to_owned())];
        headers.extend(head.to_headers());
        headers.extend(inputs);
        Ok(Request {
            path: format!("/{}", call.name),
            headers,
            body,
            signed,
        })
    }
}

impl Call<'_> {
    fn field(&self, name: &str) -> Result<&PythonValue, RequestError> {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found
            .map(|(_, value)| value)
            .ok_or_else(|| RequestError::NoField {
                synapse: self.name.to_owned(),
                field: name.to_owned(),
            })
    }

    /// The hash of the listed fields.
    ///
    /// # Errors
    /// [`RequestError::NoField`].
    pub fn hash(&self) -> Result<BodyHash, RequestError> {
        let fields = self.hashed.iter().map(|name| self.field(name));
        let fields: Vec<_> = fields.collect::<Result<_, _>>()?;
        Ok(body_hash(fields))
    }

    /// A header for each required field that is not null, with an empty value of its kind: the
    /// receiver builds the synapse from headers before it reads the body.
    fn inputs(&self) -> Result<Vec<(String, String)>, RequestError> {
        let mut headers = Vec::with_capacity(self.required.len());
        for name in self.required {
            let empty = match self.field(name)? {
                PythonValue::None => continue,
                PythonValue::Bool(_) => "false",
                PythonValue::Float(_) => "0.0",
                PythonValue::Int(_) => "0",
                PythonValue::Str(_) => "\"\"",
                PythonValue::List(_) | PythonValue::Tuple(_) => "[]",
                PythonValue::Dict(_) => "{}",
            };
            let name = format!("bt_header_input_obj_{name}");
            headers.push((name, BASE64_STANDARD.encode(empty)));
        }
        Ok(headers)
    }

    /// The whole synapse.
    fn body(&self, head: &Head) -> Vec<u8> {
        serde_json::to_vec(&Body { call: self, head }).expect("texts and numbers")
    }
}

/// What every synapse has, then its own fields.
struct Body<'a> {
    call: &'a Call<'a>,
    head: &'a Head,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_map(None)?;
        body.serialize_entry("name", self.call.name)?;
        body.serialize_entry("timeout", &self.call.timeout.as_secs_f64())?;
        body.serialize_entry("total_size", &0)?;
        body.serialize_entry("header_size", &0)?;
        body.serialize_entry("dendrite", &self.head.dendrite)?;
        body.serialize_entry("axon", &self.head.axon)?;
        body.serialize_entry("computed_body_hash", "")?;
        for (name, value) in self.call.fields {
            body.serialize_entry(name, value)?;
        }
        body.end()
    }
}
