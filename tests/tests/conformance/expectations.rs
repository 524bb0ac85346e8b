use anyhow::{Result, bail};
use axonry_chain::ChainError;
use axonry_core::{NetUid, Uid};
use axonry_wallet::Keypair;

/// What is to be found on a chain, and what cannot be.
#[derive(Debug)]
pub(crate) struct Expectations {
    /// A subnet.
    pub(crate) netuid: NetUid,
    /// Who may set weights there, and is hotkey and coldkey in one.
    pub(crate) validator: Keypair,
    /// Its slot.
    pub(crate) uid: Uid,
    /// Another neuron, hotkey and coldkey in one.
    pub(crate) miner: Keypair,
    /// Nobody.
    pub(crate) stranger: Keypair,
    /// Reads that the runtime cannot answer, by name.
    pub(crate) lacks: &'static [&'static str],
}

impl Expectations {
    /// The answer to a read; nothing where the runtime is known to lack it, and has said so.
    pub(crate) fn answer<T: std::fmt::Debug>(
        &self,
        read: &str,
        answer: Result<T, ChainError>,
    ) -> Result<Option<T>> {
        match (self.lacks.contains(&read), answer) {
            (false, answer) => Ok(Some(answer?)),
            (true, Err(ChainError::Incompatible { .. })) => Ok(None),
            (true, answer) => bail!("{read} is not incompatible: {answer:?}"),
        }
    }
}
