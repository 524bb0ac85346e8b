//! Requests put together by hand, so that each part of them can be wrong by itself.

use axonry_wire::btauth;
use ed25519_dalek::Signer as _;
use sha2::{Digest as _, Sha256};
use sha3::Sha3_256;

use crate::{NOW, hotkey, key};

/// What one of the signers is called whose key is of the other kind.
pub(super) const ED25519: &str = "//Ferdie";

/// The address of a signer.
pub(super) fn address(signer: &str) -> String {
    match signer {
        ED25519 => {
            let public = ed25519().verifying_key().to_bytes();
            axonry_core::Hotkey::from_bytes(public).to_string()
        }
        signer => hotkey(signer).to_string(),
    }
}

fn ed25519() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[7; 32])
}

/// A request that can still be changed without breaking its signature.
pub(super) struct Draft {
    pub(super) path: &'static str,
    pub(super) signer: &'static str,
    pub(super) receiver: Option<&'static str>,
    pub(super) uuid: String,
    /// Nanoseconds from now.
    pub(super) off: i128,
    pub(super) timeout: &'static str,
    /// The texts that are hashed, as Python prints them.
    pub(super) hashed: Vec<&'static str>,
    pub(super) hash_in_capitals: bool,
    /// Signed as browser wallets do.
    pub(super) wrapped: bool,
    pub(super) body: String,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            path: "/Asked",
            signer: "//Alice",
            receiver: Some("//Bob"),
            uuid: "db5b5fab-8f4d-1e27-9da1-494c73cf256d".to_owned(),
            off: 0,
            timeout: "12.0",
            hashed: vec!["it's", "3"],
            hash_in_capitals: false,
            wrapped: false,
            body:
                r#"{"name":"Asked","timeout":12.0,"text":"it's","count":3,"dendrite":{},"axon":{}}"#
                    .to_owned(),
        }
    }
}

impl Draft {
    /// Changes something and goes on.
    pub(super) fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn nonce(&self) -> i128 {
        i128::from(NOW) + self.off
    }

    fn receiver(&self) -> String {
        self.receiver.map_or_else(|| "-".to_owned(), address)
    }

    fn body_hash(&self) -> String {
        let each = self
            .hashed
            .iter()
            .map(|text| hex::encode(Sha3_256::digest(text)));
        let hash = hex::encode(Sha3_256::digest(each.collect::<String>()));
        match self.hash_in_capitals {
            true => hash.to_uppercase(),
            false => hash,
        }
    }

    fn sent(&self, headers: Vec<(&str, String)>) -> Sent {
        let headers = headers.into_iter();
        Sent {
            method: "POST",
            path: self.path.to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            body: self.body.clone().into_bytes(),
        }
    }

    /// As SDK 10 signs.
    pub(super) fn by_headers(&self) -> Sent {
        let (nonce, sender, uuid) = (self.nonce(), address(self.signer), &self.uuid);
        let (receiver, hash) = (self.receiver(), self.body_hash());
        let mut text = format!("{nonce}.{sender}.{receiver}.{uuid}.{hash}");
        if self.wrapped {
            text = format!("<Bytes>{text}</Bytes>");
        }
        let signature = key(self.signer).signature(text.as_bytes());
        self.sent(vec![
            ("name", "Asked".to_owned()),
            ("timeout", self.timeout.to_owned()),
            ("bt_header_axon_ip", "127.0.0.1".to_owned()),
            ("bt_header_axon_port", "8091".to_owned()),
            ("bt_header_axon_hotkey", receiver),
            ("bt_header_dendrite_ip", "203.0.113.7".to_owned()),
            ("bt_header_dendrite_version", "10005000".to_owned()),
            ("bt_header_dendrite_nonce", nonce.to_string()),
            ("bt_header_dendrite_uuid", uuid.clone()),
            ("bt_header_dendrite_hotkey", sender),
            (
                "bt_header_dendrite_signature",
                format!("0x{}", hex::encode(signature.0)),
            ),
            ("bt_header_input_obj_text", "IiI=".to_owned()),
            ("bt_header_input_obj_count", "MA==".to_owned()),
            ("header_size", "464".to_owned()),
            ("total_size", "3777".to_owned()),
            ("computed_body_hash", hash),
        ])
    }

    /// As SDK 11 signs.
    pub(super) fn by_btauth(&self) -> Sent {
        let (nonce, sender, path) = (self.nonce(), address(self.signer), self.path);
        let hash = hex::encode(Sha256::digest(&self.body));
        let receiver = self.receiver();
        let scheme = match self.signer {
            ED25519 => "ed25519",
            _ => "sr25519",
        };
        let payload =
            format!("btauth/1\n{scheme}\nPOST\n{path}\n{hash}\n{nonce}\n{sender}\n{receiver}");
        let signature = match self.signer {
            ED25519 => hex::encode(ed25519().sign(payload.as_bytes()).to_bytes()),
            signer => hex::encode(key(signer).signature(payload.as_bytes()).0),
        };
        let mut headers = vec![
            (btauth::VERSION, "1".to_owned()),
            ("x-bittensor-hotkey", sender),
            ("x-bittensor-nonce", nonce.to_string()),
            ("x-bittensor-signature", format!("0x{signature}")),
        ];
        if self.receiver.is_some() {
            headers.push(("x-bittensor-receiver", receiver));
        }
        if scheme != "sr25519" {
            headers.push(("x-bittensor-crypto", scheme.to_owned()));
        }
        self.sent(headers)
    }
}

/// A signed request; what changes from here on, somebody on the way has changed.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Sent {
    /// As the only one of its row.
    pub(super) fn alone(self) -> Vec<Self> {
        vec![self]
    }

    pub(super) fn without(mut self, header: &str) -> Self {
        let before = self.headers.len();
        self.headers.retain(|(name, _)| name != header);
        assert!(self.headers.len() < before, "there is no `{header}`");
        self
    }

    /// Puts another value in the place of a header's, or adds the header.
    pub(super) fn with(mut self, header: &str, value: &str) -> Self {
        self.headers.retain(|(name, _)| name != header);
        self.also(header, value)
    }

    pub(super) fn also(mut self, header: &str, value: &str) -> Self {
        self.headers.push((header.to_owned(), value.to_owned()));
        self
    }

    /// What a header says.
    pub(super) fn said(&self, header: &str) -> String {
        let found = self.headers.iter().find(|(name, _)| name == header);
        found.expect("the header").1.clone()
    }

    pub(super) fn body(mut self, from: &str, to: &str) -> Self {
        let body = String::from_utf8(self.body).expect("text");
        assert!(body.contains(from), "{body}");
        self.body = body.replacen(from, to, 1).into_bytes();
        self
    }

    pub(super) fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    pub(super) fn path(mut self, path: &str) -> Self {
        self.path = path.to_owned();
        self
    }
}
