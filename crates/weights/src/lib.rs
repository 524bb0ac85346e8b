//! From scores to what the chain accepts: conform, quantise, set, verify.
