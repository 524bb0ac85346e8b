//! Looks for what keeps weights from landing, from the endpoint to the disk: the first failure is the
//! cause, and each comes with what to do about it.

mod chain;
mod examination;
mod machine;
mod sources;
mod standing;

use std::time::Duration;

use anyhow::Result;

use crate::arguments::DoctorArguments;
use crate::embedded;
use crate::report::tell;
use crate::settings::{JudgingSettings, SubnetSettings};
use examination::Examination;

/// Examines everything, prints what was found, and says whether weights can land.
pub(crate) async fn doctor(given: DoctorArguments) -> Result<bool> {
    let patience = Duration::from_secs(given.patience);
    let (subnet, judging) = SubnetSettings::examined(given)?;
    let (devnet, _farm) = embedded::start(&subnet).await?;
    let mut found = Examination::default();
    let chain = chain::examine(&mut found, &subnet, devnet.as_ref(), patience).await;
    let key = machine::hotkey(&mut found, &subnet);
    let standing = standing::examine(&mut found, &subnet, chain.as_ref(), key.as_ref()).await;
    chain::clock_and_latency(&mut found, chain.as_ref()).await;
    match &judging {
        JudgingSettings::OpenSource(settings) => {
            sources::examine(&mut found, settings, devnet.as_ref()).await;
        }
        JudgingSettings::Forecast(_) => found.skip(
            &["mirror", "github", "tokens"],
            "forecasts are not judged by contributions",
        ),
    }
    machine::state(&mut found, &subnet, chain.as_ref(), standing.as_ref()).await;
    if let Some(chain) = chain {
        chain.substrate.close().await;
    }
    if let Some(devnet) = devnet {
        devnet.stop().await;
    }
    tell(&match subnet.json {
        true => found.json(),
        false => found.table(),
    });
    Ok(found.is_well())
}
