//! Stake: what a coldkey has, and operations on it that are planned, shown, signed and settled.
//!
//! It is the only command that knows a coldkey, and only where it signs.

mod arguments;
mod change;
mod confirm;
mod field;
mod json;
mod key;
mod market;
mod show;
mod table;

use anyhow::Result;

pub(crate) use arguments::StakeCommand;

/// Does what was asked; whether it has been done.
pub(crate) async fn stake(command: StakeCommand) -> Result<bool> {
    match command {
        StakeCommand::Show(given) => show::show(*given).await.map(|()| true),
        StakeCommand::Add(given) => {
            let given = *given;
            change::change(given.change, |field| field.add(&given.route)).await
        }
        StakeCommand::Remove(given) => {
            let given = *given;
            change::change(given.change, |field| field.remove(&given.route)).await
        }
        StakeCommand::Move(given) => {
            let given = *given;
            change::change(given.change, |field| {
                field.relocate(&given.route, &given.destination_hotkey, given.to)
            })
            .await
        }
        StakeCommand::Swap(given) => {
            let given = *given;
            change::change(given.change, |field| field.swap(&given.route, given.to)).await
        }
        StakeCommand::Transfer(given) => {
            let given = *given;
            change::change(given.change, |field| {
                field.transfer(&given.route, &given.destination, given.to)
            })
            .await
        }
    }
}
