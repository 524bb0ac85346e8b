//! Whether a runtime has what the validator uses.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result};
use axonry_core::BlockHash;
use axonry_devnet::{Devnet, DevnetConfig};
use axonry_substrate::offline::{Item, ItemStatus, Runtime};
use axonry_substrate::{At, Substrate};
use clap::Args;

use crate::network::Network;
use crate::report::tell;

/// Which runtime to look at.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct CompatArguments {
    /// The runtime in force at the head of `devnet`, `finney`, `test`, `local` or a URL's node.
    #[arg(long, value_name = "NAME|URL")]
    network: Option<String>,
    /// A runtime's metadata in a file.
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
}

/// Prints a line for each item; says whether all is there that a validator needs.
pub(crate) async fn compat(given: CompatArguments) -> Result<bool> {
    let runtime = match (given.metadata, given.network) {
        (Some(file), _) => {
            let shown = file.display().to_string();
            let bytes = std::fs::read(&file).context(shown.clone())?;
            // Nothing that is looked at depends on the chain.
            Runtime::decode(&bytes, BlockHash([0; 32])).context(shown)?
        }
        (None, Some(network)) => in_force(&network.parse()?).await?,
        (None, None) => unreachable!("clap asks for one of them"),
    };
    let items = runtime.compatibility();
    tell(&table(&runtime, &items));
    Ok(!items.iter().any(Item::is_obstacle))
}

async fn in_force(network: &Network) -> Result<Runtime> {
    let devnet;
    let substrate = match network {
        Network::Devnet => {
            devnet = Devnet::spawn(DevnetConfig::default_subnet(1)).await?;
            Substrate::connect(&devnet.ws_url).await?
        }
        Network::Node { endpoint, .. } => {
            Substrate::builder()
                .endpoint(endpoint.clone())
                .connect()
                .await?
        }
    };
    Ok(substrate.at(At::Head).await?.runtime().clone())
}

fn table(runtime: &Runtime, items: &[Item]) -> String {
    let widest = items.iter().map(|item| item.name.len()).max();
    let width = widest.unwrap_or_default();
    let mut text = format!("spec version {}\n", runtime.version().spec);
    for item in items {
        // What a validator can do without is there for whoever asks for it.
        let feature = match item.feature.is_of_validator() {
            true => item.feature.to_string(),
            false => format!("({})", item.feature),
        };
        let line = format!(
            "{:<7} {:<11} {:<width$}  {feature:<14}  {}",
            item.status, item.kind, item.name, item.reason
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let count = |status| items.iter().filter(|item| item.status == status).count();
    let _ = writeln!(
        text,
        "{} work, {} absent, {} broken",
        count(ItemStatus::Works),
        count(ItemStatus::Absent),
        count(ItemStatus::Broken)
    );
    let obstacles = items.iter().filter(|item| item.is_obstacle()).count();
    let _ = match obstacles {
        0 => writeln!(text, "a validator can work on this runtime"),
        _ => writeln!(
            text,
            "a validator cannot work on this runtime: {obstacles} in its way"
        ),
    };
    text
}
