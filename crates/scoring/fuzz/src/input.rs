//! What fuzz inputs mean, and what must hold of them; the crate's tests run the corpus through it.

use axonry_scoring::registry::{GREATEST_FACTOR, MAX_MAINTAINER_CUT, Registry};
use axonry_scoring::trace::{Quantity, Trace};

/// Reads a registry of repositories.
///
/// # Errors
///
/// A rule that is outside of what the scores are made for.
pub fn check_registry(bytes: &[u8]) -> Result<(), String> {
    let Ok(registry) = Registry::from_json(&String::from_utf8_lossy(bytes)) else {
        return Ok(());
    };
    let mut total = 0.0;
    for (name, config) in registry.iter() {
        total += config.emission_share;
        let parts = [config.emission_share, config.issue_discovery_share];
        let labels = config.label_multipliers.values().copied();
        let factors = labels
            .chain(config.fixed_base_score)
            .chain([config.default_label_multiplier]);
        let is_sound = parts.iter().all(|part| (0.0..=1.0).contains(part))
            && (0.0..=MAX_MAINTAINER_CUT).contains(&config.maintainer_cut)
            && factors
                .into_iter()
                .all(|factor| factor.abs() <= GREATEST_FACTOR)
            && config.eligibility.open_pr_threshold_token_score > 0.0
            && config.scoring.src_tok_saturation_scale >= 10.0;
        if !is_sound {
            return Err(format!("`{name}` has rules that are none: {config:?}"));
        }
        if registry.get(name) != Some(config) {
            return Err(format!("`{name}` is not found by its name"));
        }
    }
    if total > 1.0 + 1e-6 {
        return Err(format!("shares add up to {total}"));
    }
    Ok(())
}

/// Reads a trace that was stored or sent, computes it again, and shows it.
///
/// # Errors
///
/// A trace that is believed and does not compute to its number, or does not come back as it went.
pub fn check_trace(bytes: &[u8]) -> Result<(), String> {
    let Ok(trace) = serde_json::from_slice::<Trace>(bytes) else {
        return Ok(());
    };
    let text = trace.to_string();
    if trace.contradiction().is_none() && trace.evaluate().to_bits() != trace.value().to_bits() {
        return Err(format!("no number contradicts, and yet:\n{text}"));
    }
    let sent = serde_json::to_string(&trace).map_err(|error| error.to_string())?;
    match serde_json::from_str::<Trace>(&sent) {
        Ok(read) if read == trace => Ok(()),
        Ok(_) => Err(format!("it comes back as another:\n{text}")),
        Err(error) => Err(format!("it does not come back: {error}")),
    }
}
