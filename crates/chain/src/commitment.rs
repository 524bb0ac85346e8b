use axonry_core::{BlockNumber, Rao};

/// What a hotkey has said of itself in a subnet (`Commitments.CommitmentOf`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// The block that has it.
    pub block: BlockNumber,
    /// What is held back for it.
    pub deposit: Rao,
    /// What was said: at most three fields.
    pub fields: Vec<CommitmentField>,
}

/// One field of a commitment (`pallet_commitments::types::Data`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommitmentField {
    /// Nothing.
    Empty,
    /// Bytes in the clear: up to 128, or up to 512 where the runtime takes them as `BigRaw`.
    Raw(Vec<u8>),
    /// The hash of something kept elsewhere.
    Hash(HashKind, [u8; 32]),
    /// Bytes that the chain opens itself when a drand pulse is there.
    Timelocked {
        /// What is sealed.
        sealed: Vec<u8>,
        /// The drand round whose pulse opens it.
        reveal_round: u64,
    },
    /// The wish that bonds start anew.
    ResetBonds,
}

/// How the hash in a commitment was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashKind {
    /// blake2-256.
    BlakeTwo256,
    /// SHA-256.
    Sha256,
    /// Keccak-256.
    Keccak256,
    /// SHA3-256.
    ShaThree256,
}

impl Commitment {
    /// The text in the clear: all raw fields one after the other, or `None` where there is none or
    /// it is not UTF-8.
    pub fn text(&self) -> Option<String> {
        let mut bytes = Vec::new();
        let mut any = false;
        for field in &self.fields {
            if let CommitmentField::Raw(raw) = field {
                bytes.extend_from_slice(raw);
                any = true;
            }
        }
        String::from_utf8(bytes).ok().filter(|_| any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_is_in_the_clear() {
        let commitment = |fields: &[CommitmentField]| Commitment {
            block: BlockNumber(1),
            deposit: Rao::ZERO,
            fields: fields.to_vec(),
        };
        let raw = |text: &[u8]| CommitmentField::Raw(text.to_vec());
        let said = commitment(&[raw(b"https://"), CommitmentField::Empty, raw(b"example")]);
        assert_eq!(said.text().as_deref(), Some("https://example"));
        assert_eq!(commitment(&[raw(b"\xff")]).text(), None, "not UTF-8");
        assert_eq!(commitment(&[CommitmentField::ResetBonds]).text(), None);
        assert_eq!(commitment(&[raw(b"")]).text().as_deref(), Some(""));
    }
}
