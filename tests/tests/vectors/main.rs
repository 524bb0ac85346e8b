//! Numbers made by running the reference implementations, one test per topic.
//!
//! A topic is a folder of `tests/vectors`, or of the folder that `AXONRY_VECTORS` names. Run with
//! `--nocapture` to see how many cases each file has. A file that nothing here answers is a failure,
//! unless `source.rs` says why it has to wait.

// The lints that spare tests know them by this attribute alone.
#[cfg(test)]
mod chain;
#[cfg(test)]
mod dendrite;
#[cfg(test)]
mod drand;
#[cfg(test)]
mod gittensor;
#[cfg(test)]
mod source;
#[cfg(test)]
mod synth;
#[cfg(test)]
mod wallet;
#[cfg(test)]
mod weights;
