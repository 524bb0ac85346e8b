//! Which label counts, and for how much.
//!
//! Reproduces `gittensor/validator/oss_contributions/label_resolution.py` of `entrius/gittensor`.

use serde::Serialize;

use crate::glob::Glob;
use crate::pull_request::Label;
use crate::registry::RepositoryConfig;

/// The label that counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResolvedLabel {
    /// Its name in lower case; `None` when no label counts.
    pub label: Option<String>,
    /// Its multiplier, or the repository's default; not rounded, and negative if configured so.
    pub multiplier: f64,
}

/// Picks the label with the highest multiplier, by name among equals.
///
/// A label counts when it has a name, fits a configured pattern (ignoring case), and was set by a
/// maintainer; with
/// [`trusted_label_pipeline`](RepositoryConfig::trusted_label_pipeline) anyone may have set it. A
/// configured 0 counts like any other multiplier.
pub fn resolve(labels: &[Label], config: &RepositoryConfig) -> ResolvedLabel {
    let patterns: Vec<_> = config
        .label_multipliers
        .iter()
        .map(|(pattern, &multiplier)| (Glob::new(&pattern.to_lowercase()), multiplier))
        .collect();
    let is_trusted =
        |label: &Label| config.trusted_label_pipeline || label.actor_association.is_maintainer();

    let mut best: Option<(f64, String)> = None;
    for label in labels
        .iter()
        .filter(|label| !label.name.is_empty() && is_trusted(label))
    {
        let name = label.name.to_lowercase();
        let fitting = patterns.iter().filter(|(glob, _)| glob.matches(&name));
        if let Some(multiplier) = fitting.map(|&(_, multiplier)| multiplier).reduce(f64::max) {
            let candidate = (multiplier, name);
            if best.as_ref().is_none_or(|best| candidate > *best) {
                best = Some(candidate);
            }
        }
    }
    match best {
        Some((multiplier, name)) => ResolvedLabel {
            label: Some(name),
            multiplier,
        },
        None => ResolvedLabel {
            label: None,
            multiplier: config.default_label_multiplier,
        },
    }
}
