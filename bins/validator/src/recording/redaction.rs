use sha2::{Digest, Sha256};

/// What stands for a secret begins with this.
const MARK: &str = "redacted-";

/// Puts names in the place of secrets: the same name for the same secret, within one recording.
///
/// A name is half of a hash with the recording's own salt: it tells tokens apart, and gives away
/// nothing of one.
#[derive(Clone, Debug)]
pub(super) struct Redaction {
    salt: String,
}

impl Redaction {
    pub(super) const fn new(salt: String) -> Self {
        Self { salt }
    }

    pub(super) fn of(&self, secret: &str) -> String {
        if secret.starts_with(MARK) {
            return secret.to_owned();
        }
        let mut hash = Sha256::new();
        hash.update(self.salt.as_bytes());
        hash.update(secret.as_bytes());
        format!("{MARK}{}", hex::encode(&hash.finalize()[..16]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_one_name_by_which_it_cannot_be_found() {
        let redaction = Redaction::new("salt".to_owned());
        let name = redaction.of("ghp_secret");
        assert_eq!(name, redaction.of("ghp_secret"));
        assert_ne!(name, redaction.of("ghp_Secret"));
        assert_eq!(redaction.of(&name), name, "what is redacted stays as it is");
        let other = Redaction::new("pepper".to_owned());
        assert_ne!(name, other.of("ghp_secret"));
        assert!(!name.contains("secret"));
    }
}
