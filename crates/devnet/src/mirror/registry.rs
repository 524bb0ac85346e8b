//! Files a validator needs beside the mirror, in upstream's forms.

use serde_json::{Map, Value, json};

/// The token that the dev mirror's `GET /user` takes for this account's.
#[must_use]
pub fn token_of(github_id: &str) -> String {
    format!("ghp_devnet_{github_id}")
}

/// The account a token belongs to by its form.
pub(crate) fn account_of(token: &str) -> Option<&str> {
    token.strip_prefix("ghp_devnet_")
}

/// Tokens in the form of upstream's `miner_pats.json`, for `(uid, hotkey, GitHub id)` each.
///
/// The tokens are valid at the dev mirror's `GET /user` and nowhere else.
#[must_use]
pub fn tokens<'a>(miners: impl IntoIterator<Item = (u16, &'a str, &'a str)>) -> Value {
    let entry = |(uid, hotkey, github_id): (u16, &str, &str)| json!({"uid": uid, "hotkey": hotkey, "pat": token_of(github_id), "github_id": github_id});
    miners.into_iter().map(entry).collect()
}

/// A registry entry with this share of the emission and multipliers for these labels.
pub(crate) fn settings(emission_share: f64, labels: &[(&str, f64)]) -> Map<String, Value> {
    let mut settings = Map::from_iter([("emission_share".to_owned(), emission_share.into())]);
    if !labels.is_empty() {
        let labels = labels
            .iter()
            .map(|&(label, by)| (label.to_owned(), Value::from(by)));
        settings.insert(
            "label_multipliers".to_owned(),
            Value::Object(labels.collect()),
        );
    }
    settings
}
