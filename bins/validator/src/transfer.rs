//! The whole state as one file, for moving it to another place.

use anyhow::Result;
use axonry_store::{Export, Store};

use crate::arguments::StateCommand;
use crate::report::tell;
use crate::settings::SubnetSettings;
use crate::state::State;

/// Writes or reads the file.
pub(crate) async fn transfer(command: StateCommand) -> Result<()> {
    match command {
        StateCommand::Export(given) => {
            let settings = SubnetSettings::resolve(given.subnet)?;
            let state = State::of(&settings)?;
            let store = Store::open(state.location().clone()).await?;
            let exported = store.export(&given.file).await;
            store.close().await;
            let said = format!(
                "wrote `{}` from `{}`",
                given.file.display(),
                state.location()
            );
            say(&said, &exported?, settings.json);
        }
        StateCommand::Import(given) => {
            let settings = SubnetSettings::resolve(given.subnet)?;
            let state = State::of(&settings)?;
            // Which chain it is of is compared when it is first used: nobody needs to be asked now.
            let imported = Store::import(state.location().clone(), &given.file, None).await;
            let (store, export) = imported?;
            store.close().await;
            let said = format!(
                "`{}` has the state of `{}`",
                state.location(),
                given.file.display()
            );
            say(&said, &export, settings.json);
        }
    }
    Ok(())
}

fn say(said: &str, export: &Export, json: bool) {
    if json {
        let line = serde_json::to_string(export).expect("numbers and words are JSON");
        tell(&format!("{line}\n"));
    } else {
        tell(&format!(
            "{said}: {} rows, digest {}\n",
            export.rows, export.digest
        ));
    }
}
