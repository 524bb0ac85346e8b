use std::path::PathBuf;

use axonry_chain::stake::Tolerance;
use axonry_core::{ExchangeRate, NetUid, Price, Rao};
use clap::{ArgGroup, Args, Subcommand};

/// What can be done with stake.
#[derive(Debug, Subcommand)]
pub(crate) enum StakeCommand {
    /// Show what a coldkey has: its free balance and all its stakes.
    Show(Box<ShowArguments>),
    /// Buy alpha and stake it on a hotkey.
    Add(Box<RouteCommand>),
    /// Take stake off a hotkey and sell it.
    Remove(Box<RouteCommand>),
    /// Move stake to another hotkey.
    Move(Box<MoveArguments>),
    /// Swap stake on a hotkey for another subnet's.
    Swap(Box<SwapArguments>),
    /// Give stake to another coldkey.
    Transfer(Box<TransferArguments>),
}

/// Which chain, and whose stake.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct OwnerArguments {
    /// `devnet` (embedded), `finney`, `test`, `local`, or a `ws://` or `wss://` URL
    /// [default: finney].
    #[arg(
        long,
        env = "AXONRY_NETWORK",
        value_name = "NAME|URL",
        hide_env_values = true
    )]
    pub(crate) network: Option<String>,
    /// The wallet whose coldkey it is; there is no default.
    #[arg(long, value_name = "NAME")]
    pub(crate) wallet: Option<String>,
    /// Folder of wallets [default: ~/.bittensor/wallets].
    #[arg(long, env = "BT_WALLET_PATH", value_name = "DIR")]
    pub(crate) wallet_path: Option<PathBuf>,
    /// A well-known coldkey such as `//Alice` in place of a wallet; for test chains only.
    #[arg(long, value_name = "URI", conflicts_with = "wallet")]
    pub(crate) coldkey_uri: Option<String>,
    /// Shape of the embedded devnet (the form `devnet --config` reads) [default: a subnet 45 in which
    /// `//Alice` has 21.5369 alpha on `hot_25`].
    #[arg(
        long = "devnet-config",
        env = "AXONRY_DEVNET_CONFIG",
        value_name = "FILE"
    )]
    pub(crate) devnet: Option<PathBuf>,
    /// Print JSON: every amount as a text of whole base units, with the name of the unit.
    #[arg(long, env = "AXONRY_JSON")]
    pub(crate) json: bool,
}

/// Whose stake is shown.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    pub(crate) owner: OwnerArguments,
    /// The coldkey's address, where there is no wallet of it here.
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["wallet", "coldkey_uri"])]
    pub(crate) coldkey: Option<String>,
}

/// How a change is made.
#[derive(Clone, Debug, Default, Args)]
#[command(group = ArgGroup::new("limit").args(["tolerance", "price", "rate", "any_price"]))]
pub(crate) struct ChangeArguments {
    #[command(flatten)]
    pub(crate) owner: OwnerArguments,
    /// File with the coldkey's password, in place of its variable and the terminal.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Show the plan and sign nothing; the coldkey's secret is left alone.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Sign without asking.
    #[arg(long)]
    pub(crate) yes: bool,
    /// How far the price may move while trading [default: 0.5%; at any price where the chain knows no
    /// limit, with a warning].
    #[arg(long, value_name = "PERCENT")]
    pub(crate) tolerance: Option<Tolerance>,
    /// The highest price to pay, or the lowest to take, in TAO for one alpha.
    #[arg(long = "limit-price", value_name = "TAO")]
    pub(crate) price: Option<Price>,
    /// The lowest rate to take in a swap, in alpha for one alpha.
    #[arg(long = "limit-rate", value_name = "RATE", value_parser = rate)]
    pub(crate) rate: Option<ExchangeRate>,
    /// Trade at whatever price there is.
    #[arg(long)]
    pub(crate) any_price: bool,
    /// Trade what the limit lets through, rather than all or nothing.
    #[arg(long)]
    pub(crate) partial: bool,
    /// Refuse whatever gives away more than this, alpha counted at its price.
    #[arg(long, value_name = "TAO")]
    pub(crate) most: Option<Rao>,
    /// Refuse whatever touches another subnet than these.
    #[arg(long, value_name = "NUMBER,…", value_delimiter = ',')]
    pub(crate) only: Vec<NetUid>,
    /// How many seconds to wait for the block in which it is final.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(crate) patience: u64,
}

/// What is changed, and where it is.
#[derive(Clone, Debug, Args)]
pub(crate) struct RouteArguments {
    /// How much: `21.5369`, or `all`. TAO where stake is added, the subnet's alpha otherwise.
    #[arg(value_name = "AMOUNT")]
    pub(crate) amount: String,
    /// The hotkey it is on: an address, or a name in the wallet.
    #[arg(long, value_name = "ADDRESS|NAME")]
    pub(crate) hotkey: String,
    /// The subnet.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) netuid: NetUid,
}

/// Adding and removing.
#[derive(Clone, Debug, Args)]
pub(crate) struct RouteCommand {
    #[command(flatten)]
    pub(crate) route: RouteArguments,
    #[command(flatten)]
    pub(crate) change: ChangeArguments,
}

/// Moving.
#[derive(Clone, Debug, Args)]
pub(crate) struct MoveArguments {
    #[command(flatten)]
    pub(crate) route: RouteArguments,
    /// The hotkey it goes to: an address, or a name in the wallet.
    #[arg(long, value_name = "ADDRESS|NAME")]
    pub(crate) destination_hotkey: String,
    /// The subnet it goes to [default: the one it is in].
    #[arg(long, value_name = "NUMBER")]
    pub(crate) to: Option<NetUid>,
    #[command(flatten)]
    pub(crate) change: ChangeArguments,
}

/// Swapping.
#[derive(Clone, Debug, Args)]
pub(crate) struct SwapArguments {
    #[command(flatten)]
    pub(crate) route: RouteArguments,
    /// The subnet it goes to; 0 is root.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) to: NetUid,
    #[command(flatten)]
    pub(crate) change: ChangeArguments,
}

/// Giving away.
#[derive(Clone, Debug, Args)]
pub(crate) struct TransferArguments {
    #[command(flatten)]
    pub(crate) route: RouteArguments,
    /// The coldkey that gets it: an address.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) destination: String,
    /// The subnet it goes to [default: the one it is in].
    #[arg(long, value_name = "NUMBER")]
    pub(crate) to: Option<NetUid>,
    #[command(flatten)]
    pub(crate) change: ChangeArguments,
}

/// A rate has as many digits as an amount.
fn rate(text: &str) -> Result<ExchangeRate, axonry_core::MoneyError> {
    let billionths: Price = text.parse()?;
    Ok(ExchangeRate::from_billionths(
        billionths.of_one_alpha().rao(),
    ))
}
