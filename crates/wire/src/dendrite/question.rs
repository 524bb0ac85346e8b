//! A question, prepared once for everybody.

use std::net::SocketAddr;
use std::time::Duration;

use axonry_core::Hotkey;
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::{ACCEPT_ENCODING, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use serde::Serialize;

use super::builder::Protocol;
use super::{CallError, Inner, Target};
use crate::bt::{self, Prepared, PythonValue, Receiver, Sender};
use crate::nonce::now;
use crate::{Synapse, btauth};

/// A question, with everything done that is the same for all who are asked.
#[derive(Clone, Debug)]
pub struct Question {
    path: String,
    prepared: Prepared,
    /// The own fields alone, for the protocol that has nothing else in its body.
    json: Bytes,
}

impl Question {
    /// Prepares a request of a synapse. `timeout` is what receivers are told.
    ///
    /// # Errors
    /// [`CallError::Unwritable`], [`CallError::Question`].
    pub fn of<S: Synapse>(request: &S::Request, timeout: Duration) -> Result<Self, CallError> {
        Self::new(S::NAME, request, S::REQUIRED, S::HASHED, timeout)
    }

    fn new(
        name: &str,
        request: &impl Serialize,
        required: &[&str],
        hashed: &[&str],
        timeout: Duration,
    ) -> Result<Self, CallError> {
        let json = serde_json::to_vec(request).map_err(CallError::Unwritable)?;
        let read = serde_json::from_slice(&json).map_err(CallError::Unwritable)?;
        let fields = match read {
            PythonValue::Dict(fields) => fields,
            // A request without fields: `()` or a unit struct.
            _ => Vec::new(),
        };
        let call = bt::Call {
            name,
            timeout,
            fields: &fields,
            required,
            hashed,
        };
        Ok(Self {
            path: format!("/{name}"),
            prepared: call.prepare()?,
            json: json.into(),
        })
    }
}

/// How an answer may come.
#[derive(Clone, Copy, Debug)]
pub(super) enum Packing {
    /// As it is, or packed.
    Gzip,
    /// As it is.
    Plain,
}

impl Packing {
    const fn accepted(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Gzip => "gzip",
            Self::Plain => "identity",
        })
    }
}

impl Inner {
    /// The request for one receiver, signed now.
    pub(super) async fn request(
        &self,
        target: &Target,
        question: &Question,
        packing: Packing,
        uuid: &str,
    ) -> Result<Request<Full<Bytes>>, CallError> {
        let nonce = self.nonces.next(now());
        let (signed, body) = match self.protocol {
            Protocol::Headers { version } => {
                let sender = Sender {
                    signer: self.signer.clone(),
                    uuid: uuid.to_owned(),
                    ip: self.own_ip,
                    version,
                };
                let receiver = Receiver {
                    hotkey: target.hotkey,
                    ip: target.address.ip(),
                    port: target.address.port(),
                };
                let signed = sender.request(&question.prepared, &receiver, nonce).await?;
                (signed.headers, signed.body.into())
            }
            Protocol::BtAuth => {
                let headers = self.btauth(&target.hotkey, question, nonce).await?;
                (headers, question.json.clone())
            }
        };
        Ok(post(target.address, &question.path, packing, signed, body))
    }

    async fn btauth(
        &self,
        receiver: &Hotkey,
        question: &Question,
        nonce: u64,
    ) -> Result<Vec<(String, String)>, CallError> {
        let message = btauth::Message {
            method: "POST",
            path: &question.path,
            body: &question.json,
        };
        let headers = message.sign(&*self.signer, receiver, nonce).await?;
        let headers = headers.into_iter();
        Ok(headers
            .map(|(name, value)| (name.to_owned(), value))
            .collect())
    }
}

fn post(
    address: SocketAddr,
    path: &str,
    packing: Packing,
    signed: Vec<(String, String)>,
    body: Bytes,
) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = hyper::Method::POST;
    *request.uri_mut() = path.parse().expect("the name of a class is a path");
    let headers = request.headers_mut();
    let text = |text: &str| HeaderValue::from_str(text).expect("addresses, numbers and digits");
    headers.insert(HOST, text(&address.to_string()));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT_ENCODING, packing.accepted());
    for (name, value) in signed {
        let name = HeaderName::try_from(name).expect("the names of the protocol are headers");
        headers.insert(name, text(&value));
    }
    request
}
