//! What a miner can answer. A mechanism plugs in here: a name, and the routes it adds.

use anyhow::Result;
use axonry_wire::AxonBuilder;
use clap::ValueEnum;

/// The mechanisms this program can answer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MechanismName {
    /// Nothing but whether anybody is there: shows that one's axon can be reached.
    Ping,
}

impl MechanismName {
    /// Adds the mechanism's routes to an axon, which knows its callers already.
    pub(crate) fn answer(self, axon: AxonBuilder) -> Result<AxonBuilder> {
        match self {
            // Every axon answers this by itself.
            Self::Ping => Ok(axon),
        }
    }
}
