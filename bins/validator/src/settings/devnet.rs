use std::path::PathBuf;

use clap::Args;

/// How the embedded devnet is made, as flags, variables and settings file say it.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct DevnetSettings {
    /// Shape of the embedded devnet (the form `devnet --config` reads).
    #[arg(
        long = "devnet-config",
        env = "AXONRY_DEVNET_CONFIG",
        value_name = "FILE"
    )]
    pub(crate) shape: Option<PathBuf>,
    /// Present a real runtime's metadata on the embedded devnet.
    #[arg(long, env = "AXONRY_DEVNET_METADATA", value_name = "FILE")]
    pub(crate) metadata: Option<PathBuf>,
    /// Seed of the embedded devnet's pull requests.
    #[arg(long, env = "AXONRY_SEED", value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// Git repository whose history the embedded devnet's pull requests are made of.
    #[arg(long, env = "AXONRY_GIT", value_name = "PATH")]
    pub(crate) git: Option<PathBuf>,
}

impl DevnetSettings {
    /// Lets what is given win over the file.
    pub(super) fn resolve(given: Self, file: Self) -> Self {
        Self {
            shape: given.shape.or(file.shape),
            metadata: given.metadata.or(file.metadata),
            seed: given.seed.or(file.seed),
            git: given.git.or(file.git),
        }
    }
}
