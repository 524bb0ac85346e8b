//! A request as a dendrite sends it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axonry_core::{Hotkey, Signer, SignerError};
use serde::{Serialize, Serializer};

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

/// What is asked, with everything done that is the same for all receivers.
#[derive(Clone, Debug)]
pub struct Prepared {
    name: String,
    timeout: Duration,
    hash: BodyHash,
    inputs: Vec<(String, String)>,
    /// The JSON of the own fields, without its braces.
    fields: String,
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

/// A synapse that lists a field it has not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the synapse `{synapse}` has no field `{field}`, which it lists as one of its own")]
pub struct NoField {
    synapse: String,
    field: String,
}

impl Sender {
    /// Builds and signs a request. `nonce` must be larger than any before it with this uuid to
    /// this receiver: [`NonceSource`](crate::NonceSource) hands them out.
    ///
    /// # Errors
    /// When the signer refuses.
    pub async fn request(
        &self,
        call: &Prepared,
        receiver: &Receiver,
        nonce: u64,
    ) -> Result<Request, SignerError> {
        let sender = Hotkey::from(self.signer.account());
        let hash = call.hash.to_string();
        let signed = signing_text(nonce.into(), &sender, &receiver.hotkey, &self.uuid, &hash);
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
        head.computed_body_hash = Some(hash);
        let mut headers = vec![("name".to_owned(), call.name.clone())];
        headers.extend(head.to_headers());
        headers.extend(call.inputs.iter().cloned());
        Ok(Request {
            path: format!("/{}", call.name),
            headers,
            body,
            signed,
        })
    }
}

impl Call<'_> {
    /// Does what is the same for all receivers, once.
    ///
    /// # Errors
    /// [`NoField`] when a listed field is not among the fields.
    pub fn prepare(&self) -> Result<Prepared, NoField> {
        let hashed = self.hashed.iter().map(|name| self.field(name));
        let hashed: Vec<_> = hashed.collect::<Result<_, _>>()?;
        let fields = serde_json::to_string(&Fields(self.fields)).expect("texts and numbers");
        Ok(Prepared {
            name: self.name.to_owned(),
            timeout: self.timeout,
            hash: body_hash(hashed),
            inputs: self.inputs()?,
            fields: fields[1..fields.len() - 1].to_owned(),
        })
    }

    fn field(&self, name: &str) -> Result<&PythonValue, NoField> {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value).ok_or_else(|| NoField {
            synapse: self.name.to_owned(),
            field: name.to_owned(),
        })
    }

    /// A header for each required field that is not null, with an empty value of its kind: the
    /// receiver builds the synapse from headers before it reads the body.
    fn inputs(&self) -> Result<Vec<(String, String)>, NoField> {
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
}

impl Prepared {
    /// The hash of the listed fields.
    pub const fn hash(&self) -> BodyHash {
        self.hash
    }

    /// The whole synapse: what every one has, then its own fields.
    fn body(&self, head: &Head) -> Vec<u8> {
        #[derive(Serialize)]
        struct Standard<'a> {
            name: &'a str,
            timeout: f64,
            total_size: u32,
            header_size: u32,
            dendrite: &'a Terminal,
            axon: &'a Terminal,
            computed_body_hash: &'a str,
        }

        let standard = Standard {
            name: &self.name,
            timeout: self.timeout.as_secs_f64(),
            total_size: 0,
            header_size: 0,
            dendrite: &head.dendrite,
            axon: &head.axon,
            computed_body_hash: "",
        };
        let mut body = Vec::with_capacity(self.fields.len() + 1_024);
        serde_json::to_writer(&mut body, &standard).expect("texts and numbers");
        if !self.fields.is_empty() {
            // In place of the closing brace.
            body.pop();
            body.push(b',');
            body.extend_from_slice(self.fields.as_bytes());
            body.push(b'}');
        }
        body
    }
}

struct Fields<'a>(&'a [(String, PythonValue)]);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
