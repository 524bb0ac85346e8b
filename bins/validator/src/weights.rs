//! Weights apart from a round: what would be set, setting it, and how the last vector fares.

mod plan;
mod rehearsal;
mod scores;
mod status;
mod watch;

use anyhow::Result;

use crate::arguments::WeightsCommand;
use crate::settings::SubnetSettings;
pub(crate) use rehearsal::Prospect;

/// Does what was asked, and says whether the weights land.
pub(crate) async fn weights(command: WeightsCommand) -> Result<bool> {
    Ok(match command {
        WeightsCommand::Plan(given) => {
            let settings = SubnetSettings::resolve(given.subnet)?;
            plan::plan(&settings, given.weights.as_deref()).await?
        }
        WeightsCommand::Set(given) => {
            let settings = SubnetSettings::resolve(given.subnet)?;
            plan::set(&settings, given.weights.as_deref()).await?
        }
        WeightsCommand::Status(given) => status::status(&SubnetSettings::resolve(*given)?).await?,
        WeightsCommand::Watch(given) => {
            watch::watch(&SubnetSettings::resolve(*given)?).await?;
            true
        }
    })
}
