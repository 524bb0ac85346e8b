use axonry_weights::CommitForm;
use clap::ValueEnum;
use serde::Deserialize;

/// In which form weights are committed, where the subnet takes more than one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Commits {
    /// The newest: timelocked, so that nobody need be there for the reveal.
    #[default]
    Newest,
    /// By hash: needs no beacon, but somebody who reveals in time.
    Hash,
}

impl From<Commits> for CommitForm {
    fn from(commits: Commits) -> Self {
        match commits {
            Commits::Newest => Self::Newest,
            Commits::Hash => Self::Hash,
        }
    }
}
