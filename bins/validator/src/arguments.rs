//! The command line, and the environment variables that say the same things.

use std::path::PathBuf;
use std::process;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::compat::CompatArguments;

/// A Bittensor validator: judges open-source contributions and proves that its weights landed.
#[derive(Debug, Parser)]
#[command(name = "validator", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArguments,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run rounds: judge, weigh, land (the default).
    Run(Box<RunArguments>),
    /// Say whether a runtime has what the validator uses.
    Compat(CompatArguments),
}

/// Settings given by flag or environment; what is absent comes from the file or a default.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct RunArguments {
    /// Settings file (TOML, or JSON by extension) with the same names, `-` written as `_`.
    #[arg(long, env = "AXONRY_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// `devnet` (embedded), `finney`, `test`, `local`, or a `ws://` or `wss://` URL.
    #[arg(long, env = "AXONRY_NETWORK", value_name = "NAME|URL")]
    pub(crate) network: Option<String>,
    /// The subnet.
    #[arg(long, env = "AXONRY_NETUID", value_name = "NUMBER")]
    pub(crate) netuid: Option<u16>,
    /// Base URL of the mirror that holds pull requests.
    #[arg(long, env = "AXONRY_MIRROR", value_name = "URL")]
    pub(crate) mirror: Option<String>,
    /// How many requests the mirror allows in how many seconds, as `50/10` [default: that for the
    /// public mirror, none for others].
    #[arg(long, env = "AXONRY_QUOTA", value_name = "N/SECONDS")]
    pub(crate) quota: Option<String>,
    /// How many requests may be under way at once [default: 16].
    #[arg(long, env = "AXONRY_IN_FLIGHT", value_name = "NUMBER")]
    pub(crate) in_flight: Option<usize>,
    /// Base URL of the GitHub API where miners' tokens are checked.
    #[arg(long, env = "AXONRY_GITHUB", value_name = "URL")]
    pub(crate) github: Option<String>,
    /// Which hotkey has which token, in the form of `miner_pats.json`.
    #[arg(long, env = "AXONRY_TOKENS", value_name = "FILE")]
    pub(crate) tokens: Option<PathBuf>,
    /// The repositories that count, in the form of `master_repositories.json`.
    #[arg(long, env = "AXONRY_REPOSITORIES", value_name = "FILE")]
    pub(crate) repositories: Option<PathBuf>,
    /// Name of the wallet under `--wallet-path`.
    #[arg(long, env = "BT_WALLET_NAME", value_name = "NAME")]
    pub(crate) wallet: Option<String>,
    /// Name of the hotkey in the wallet.
    #[arg(long, env = "BT_WALLET_HOTKEY", value_name = "NAME")]
    pub(crate) hotkey: Option<String>,
    /// Folder of wallets [default: ~/.bittensor/wallets].
    #[arg(long, env = "BT_WALLET_PATH", value_name = "DIR")]
    pub(crate) wallet_path: Option<PathBuf>,
    /// A well-known key such as `//Alice` in place of a wallet; for test chains only.
    #[arg(
        long,
        env = "AXONRY_HOTKEY_URI",
        value_name = "URI",
        hide_env_values = true
    )]
    pub(crate) hotkey_uri: Option<String>,
    /// Folder for what must survive a restart [default: `~/.axonry/NETWORK/NETUID`].
    #[arg(long, env = "AXONRY_STATE", value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// How many rounds to run before ending [default: 1 on the devnet, else without end].
    #[arg(long, env = "AXONRY_ROUNDS", value_name = "NUMBER")]
    pub(crate) rounds: Option<u64>,
    /// Run a round every tempo until told to stop.
    #[arg(long, env = "AXONRY_FOREVER")]
    pub(crate) forever: bool,
    /// Print each round as one JSON object.
    #[arg(long, env = "AXONRY_JSON")]
    pub(crate) json: bool,
    /// Shape of the embedded devnet (the form `devnet --config` reads).
    #[arg(long, env = "AXONRY_DEVNET_CONFIG", value_name = "FILE")]
    pub(crate) devnet_config: Option<PathBuf>,
    /// Present a real runtime's metadata on the embedded devnet.
    #[arg(long, env = "AXONRY_DEVNET_METADATA", value_name = "FILE")]
    pub(crate) metadata: Option<PathBuf>,
    /// Seed of the embedded devnet's pull requests.
    #[arg(long, env = "AXONRY_SEED", value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// Git repository whose history the embedded devnet's pull requests are made of.
    #[arg(long, env = "AXONRY_GIT", value_name = "PATH")]
    pub(crate) git: Option<PathBuf>,
    /// The version key that weights are sent with.
    #[arg(long, env = "AXONRY_VERSION_KEY", value_name = "NUMBER")]
    pub(crate) version_key: Option<u64>,
    /// Whether the wallet is named by the environment alone, as it is for everybody who uses btcli.
    #[arg(skip)]
    pub(crate) wallet_by_environment: bool,
}

impl Arguments {
    /// The command given, or the program's end: help and version on standard output, anything
    /// wrong as one line that names it.
    pub(crate) fn parse_or_exit() -> Command {
        let parsed = Self::command()
            .try_get_matches()
            .and_then(|matches| Ok((Self::from_arg_matches(&matches)?, matches)));
        match parsed {
            Ok((Self { command, run }, matches)) => match command {
                None => Command::Run(Box::new(run.by_level(&matches))),
                Some(Command::Run(run)) => {
                    let below = matches.subcommand_matches("run").unwrap_or(&matches);
                    Command::Run(Box::new(run.by_level(below)))
                }
                Some(compat) => compat,
            },
            Err(error) if !error.use_stderr() => error.exit(),
            Err(error) => {
                #[expect(clippy::print_stderr, reason = "the program's last word")]
                {
                    eprintln!("error: {}", one_line(&error));
                }
                process::exit(2)
            }
        }
    }
}

impl RunArguments {
    /// Lets a flag win over variables that say the opposite by another name.
    fn by_level(mut self, matches: &ArgMatches) -> Self {
        let from = |name: &str| matches.value_source(name);
        let flag = |name: &str| from(name) == Some(ValueSource::CommandLine);
        let variable = |name: &str| from(name) == Some(ValueSource::EnvVariable);
        if flag("hotkey_uri") {
            self.wallet = self.wallet.filter(|_| !variable("wallet"));
            self.hotkey = self.hotkey.filter(|_| !variable("hotkey"));
        }
        if flag("wallet") || flag("hotkey") {
            self.hotkey_uri = self.hotkey_uri.filter(|_| !variable("hotkey_uri"));
        }
        if flag("forever") {
            self.rounds = self.rounds.filter(|_| !variable("rounds"));
        }
        if flag("rounds") {
            self.forever = self.forever && !variable("forever");
        }
        self.wallet_by_environment = !flag("wallet") && !flag("hotkey");
        self
    }
}

fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(argument))
            if matches!(
                error.kind(),
                ErrorKind::ValueValidation | ErrorKind::InvalidValue
            ) =>
        {
            let from = variable_behind(argument).map(|name| format!(" (from {name})"));
            format!("{first}{}", from.unwrap_or_default())
        }
        _ => first.to_owned(),
    }
}

/// The environment variable a wrong value came from, when the flag itself was not given.
fn variable_behind(argument: &str) -> Option<String> {
    let flag = argument.split_whitespace().next()?;
    let given = std::env::args().any(|word| word == flag || word.starts_with(&format!("{flag}=")));
    let command = Arguments::command();
    let known = command.get_arguments().find(|known| {
        known
            .get_long()
            .is_some_and(|long| flag.strip_prefix("--") == Some(long))
    })?;
    let name = known.get_env()?.to_str()?.to_owned();
    (!given && std::env::var_os(&name).is_some()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent_and_run_is_the_default() {
        Arguments::command().debug_assert();
        let parsed = Arguments::parse_from(["validator", "--network", "devnet", "--rounds", "2"]);
        assert!(parsed.command.is_none());
        assert_eq!(parsed.run.rounds, Some(2));
        let parsed = Arguments::parse_from(["validator", "run", "--json"]);
        assert!(matches!(parsed.command, Some(Command::Run(run)) if run.json));
    }

    #[test]
    fn a_wrong_value_is_one_line_that_names_it() {
        let error = Arguments::try_parse_from(["validator", "--netuid", "seventy"])
            .expect_err("not a number");
        let line = one_line(&error);
        assert!(!line.contains('\n'));
        assert!(
            line.contains("seventy") && line.contains("--netuid"),
            "{line}"
        );
    }
}
