//! The command line, and the environment variables that say the same things.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process;

use axonry_manual::Manual;
use axonry_operations::LogFormat;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::compat::CompatArguments;
use crate::exchange::{ExchangeArguments, TokensCommand};
use crate::forecast::ForecastArguments;
use crate::leaderboard::LeaderboardArguments;
use crate::recording::ReplayArguments;
use crate::settings::{
    Commits, DevnetSettings, KeyArguments, MechanismName, NewState, SourceArguments,
};
use crate::stake::StakeCommand;

const EXIT_CODES: &str = "Exit codes: 0 when weights are verified in chain state, or when it was \
                          told to stop (other commands: yes); 1 when they did not land (no); 2 \
                          when it could not be done or found out.";

/// A Bittensor validator: judges open-source contributions and proves that its weights landed.
#[derive(Debug, Parser)]
#[command(name = "validator", version, args_conflicts_with_subcommands = true)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// In which form the log is written to standard error.
    #[arg(
        long,
        env = "AXONRY_LOG_FORMAT",
        value_name = "FORM",
        default_value = "text",
        global = true
    )]
    log_format: LogForm,
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArguments,
}

/// In which form the log is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogForm {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

impl From<LogForm> for LogFormat {
    fn from(form: LogForm) -> Self {
        match form {
            LogForm::Text => Self::Text,
            LogForm::Json => Self::Json,
        }
    }
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run rounds: judge, weigh, land (the default).
    Run(Box<RunArguments>),
    /// Show what weights would be set, set them, or see how the last ones fare.
    #[command(subcommand)]
    Weights(WeightsCommand),
    /// Show stake, buy, sell, move, swap or give it away; needs the coldkey.
    #[command(subcommand)]
    Stake(StakeCommand),
    /// Look for what keeps weights from landing, from the endpoint to the disk.
    Doctor(Box<DoctorArguments>),
    /// Take the whole state to another place.
    #[command(subcommand)]
    State(StateCommand),
    /// Show the tokens that miners have handed in, or take over those of another validator.
    #[command(subcommand)]
    Tokens(TokensCommand),
    /// Show the standings that a state holds as a page, or merge those of many validators.
    Leaderboard(Box<LeaderboardArguments>),
    /// Say whether a runtime has what the validator uses.
    Compat(CompatArguments),
    /// Say why a miner got its score: every pull request and issue, and what it brought.
    Explain(Box<ExplainArguments>),
    #[command(flatten)]
    Manual(Manual),
    /// Judge recorded rounds again, and say whether they come to the same.
    Replay(ReplayArguments),
    /// Score changes for the process that started this one.
    #[command(name = SCORE_CHANGES, hide = true)]
    ScoreChanges,
}

/// The command by which the program starts itself to parse code apart.
pub(crate) const SCORE_CHANGES: &str = "score-changes";

/// What can be done with weights apart from a round.
#[derive(Debug, Subcommand)]
pub(crate) enum WeightsCommand {
    /// Show the vector that would be set now, and whether it would land; nothing is sent.
    Plan(Box<VectorArguments>),
    /// Set the vector, and say what became of it.
    Set(Box<VectorArguments>),
    /// Say what the chain's state and the journal know of the last vector.
    Status(Box<SubnetArguments>),
    /// Follow the chain, and say a line whenever something changes, until told to stop.
    Watch(Box<SubnetArguments>),
}

/// What can be done with the state.
#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Write the whole state into one file, with a checksum.
    Export(Box<StateArguments>),
    /// Read the whole state from such a file into a place that has none.
    Import(Box<StateArguments>),
}

/// Which subnet, whose key, which state: what every command needs.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SubnetArguments {
    /// Settings file (TOML, or JSON by extension) with the same names, `-` written as `_`.
    #[arg(long, env = "AXONRY_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// `devnet` (embedded), `finney`, `test`, `local`, or a `ws://` or `wss://` URL.
    #[arg(
        long,
        env = "AXONRY_NETWORK",
        value_name = "NAME|URL",
        hide_env_values = true
    )]
    pub(crate) network: Option<String>,
    /// The subnet.
    #[arg(
        long,
        env = "AXONRY_NETUID",
        value_name = "NUMBER",
        allow_negative_numbers = true
    )]
    pub(crate) netuid: Option<u16>,
    /// How miners are judged [default: oss].
    #[arg(long, env = "AXONRY_MECHANISM", value_name = "NAME")]
    pub(crate) mechanism: Option<MechanismName>,
    #[command(flatten)]
    pub(crate) key: KeyArguments,
    /// Folder for what must survive a restart, or the URL of a PostgreSQL database
    /// [default: `~/.axonry/NETWORK/NETUID`].
    #[arg(
        long,
        env = "AXONRY_STATE",
        value_name = "DIR|URL",
        hide_env_values = true
    )]
    pub(crate) state: Option<String>,
    /// Begin a new state where one is missing that should be there: with nothing, or with this
    /// hotkey's own last weights on chain.
    #[arg(long, value_name = "WITH")]
    pub(crate) new_state: Option<NewState>,
    /// Print JSON.
    #[arg(long, env = "AXONRY_JSON")]
    pub(crate) json: bool,
    /// The version key that weights are sent with.
    #[arg(
        long,
        env = "AXONRY_VERSION_KEY",
        value_name = "NUMBER",
        allow_negative_numbers = true
    )]
    pub(crate) version_key: Option<u64>,
    /// In which form weights are committed, where the subnet hides them and takes more than one.
    #[arg(long, env = "AXONRY_COMMITS", value_name = "FORM")]
    pub(crate) commits: Option<Commits>,
    #[command(flatten)]
    pub(crate) devnet: DevnetSettings,
}

/// Settings of a run, given by flag or environment; what is absent comes from the file or a default.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) subnet: SubnetArguments,
    #[command(flatten)]
    pub(crate) sources: SourceArguments,
    #[command(flatten)]
    pub(crate) forecast: ForecastArguments,
    #[command(flatten)]
    pub(crate) exchange: ExchangeArguments,
    /// How many rounds to run before ending [default: 1 on the devnet, else without end].
    #[arg(
        long,
        env = "AXONRY_ROUNDS",
        value_name = "NUMBER",
        allow_negative_numbers = true
    )]
    pub(crate) rounds: Option<u64>,
    /// Run a round every tempo until told to stop.
    #[arg(long, env = "AXONRY_FOREVER")]
    pub(crate) forever: bool,
    /// Serve `/metrics`, `/healthz` and `/readyz` at this address, such as `127.0.0.1:9600`.
    #[arg(long, env = "AXONRY_METRICS", value_name = "ADDRESS")]
    pub(crate) metrics: Option<SocketAddr>,
    /// Serve the standings as a page at this address, such as `127.0.0.1:8474`.
    #[arg(long, env = "AXONRY_LEADERBOARD", value_name = "ADDRESS")]
    pub(crate) leaderboard: Option<SocketAddr>,
    /// Keep everything that miners are judged by in this folder, for `validator replay`; what was
    /// fetched in earlier runs is fetched again.
    #[arg(long, env = "AXONRY_RECORD", value_name = "DIR")]
    pub(crate) record: Option<PathBuf>,
    /// Judge and plan, say what would be set and whether it would land, and set nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A vector to plan.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct VectorArguments {
    #[command(flatten)]
    pub(crate) subnet: SubnetArguments,
    /// Scores by uid or hotkey (`{"5F…": 0.7, "12": 0.3}`) in place of the averages in the state.
    #[arg(long, value_name = "FILE")]
    pub(crate) weights: Option<PathBuf>,
}

/// What is looked at.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) subnet: SubnetArguments,
    #[command(flatten)]
    pub(crate) sources: SourceArguments,
    /// How many seconds to wait for the chain's next block.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 60,
        allow_negative_numbers = true
    )]
    pub(crate) patience: u64,
}

/// Which miner, in which round.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ExplainArguments {
    /// The miner's slot in that round.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub(crate) uid: u16,
    /// The round [default: the newest].
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub(crate) round: Option<u64>,
    #[command(flatten)]
    pub(crate) subnet: SubnetArguments,
}

/// Which state, and which file.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct StateArguments {
    /// The file that is written, or read.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) subnet: SubnetArguments,
}

impl Arguments {
    /// The command given, or the program's end: help and version on standard output, anything
    /// wrong as one line that names it.
    pub(crate) fn parse_or_exit() -> (Command, LogFormat) {
        let parsed = Self::command()
            .try_get_matches()
            .and_then(|matches| Ok((Self::from_arg_matches(&matches)?, matches)));
        match parsed {
            Ok((parsed, matches)) => {
                let Self {
                    command,
                    run,
                    log_format,
                } = parsed;
                let mut command = command.unwrap_or_else(|| Command::Run(Box::new(run)));
                if let Some(subnet) = command.subnet() {
                    subnet.by_level(lowest(&matches));
                }
                if let Command::Run(run) = &mut command {
                    run.by_level(lowest(&matches));
                }
                (command, log_format.into())
            }
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

impl Command {
    fn subnet(&mut self) -> Option<&mut SubnetArguments> {
        Some(match self {
            Self::Run(given) => &mut given.subnet,
            Self::Weights(WeightsCommand::Plan(given) | WeightsCommand::Set(given)) => {
                &mut given.subnet
            }
            Self::Weights(WeightsCommand::Status(given) | WeightsCommand::Watch(given)) => given,
            Self::Doctor(given) => &mut given.subnet,
            Self::State(StateCommand::Export(given) | StateCommand::Import(given)) => {
                &mut given.subnet
            }
            Self::Explain(given) => &mut given.subnet,
            Self::Leaderboard(given) => match given.command {
                None => &mut given.alone.subnet,
                Some(_) => return None,
            },
            Self::Tokens(command) => command.subnet(),
            Self::Compat(_)
            | Self::Stake(_)
            | Self::Replay(_)
            | Self::Manual(_)
            | Self::ScoreChanges => {
                return None;
            }
        })
    }
}

/// The arguments of the command that was named last.
fn lowest(matches: &ArgMatches) -> &ArgMatches {
    matches
        .subcommand()
        .map_or(matches, |(_, below)| lowest(below))
}

impl SubnetArguments {
    /// Lets a flag win over variables that say the opposite by another name.
    fn by_level(&mut self, matches: &ArgMatches) {
        let from = |name: &str| matches.value_source(name);
        let flag = |name: &str| from(name) == Some(ValueSource::CommandLine);
        let variable = |name: &str| from(name) == Some(ValueSource::EnvVariable);
        let key = &mut self.key;
        if flag("hotkey_uri") {
            key.wallet = key.wallet.take().filter(|_| !variable("wallet"));
            key.hotkey = key.hotkey.take().filter(|_| !variable("hotkey"));
        }
        if flag("wallet") || flag("hotkey") {
            key.hotkey_uri = key.hotkey_uri.take().filter(|_| !variable("hotkey_uri"));
        }
        key.wallet_by_environment = !flag("wallet") && !flag("hotkey");
    }
}

impl RunArguments {
    /// Lets a flag win over variables that say the opposite by another name.
    fn by_level(&mut self, matches: &ArgMatches) {
        let from = |name: &str| matches.value_source(name);
        let flag = |name: &str| from(name) == Some(ValueSource::CommandLine);
        let variable = |name: &str| from(name) == Some(ValueSource::EnvVariable);
        if flag("forever") || flag("dry_run") {
            self.rounds = self.rounds.filter(|_| !variable("rounds"));
        }
        if flag("rounds") || flag("dry_run") {
            self.forever = self.forever && !variable("forever");
        }
    }
}

fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(missing))
            if error.kind() == ErrorKind::MissingRequiredArgument =>
        {
            format!("what is missing: {}", missing.join(", "))
        }
        _ if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let after = text.lines().skip_while(|line| *line != "Commands:").skip(1);
            let commands: Vec<&str> = after
                .map_while(|line| line.split_whitespace().next())
                .filter(|name| *name != "help")
                .collect();
            format!("which command? give one of {}", commands.join(", "))
        }
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
        assert!(matches!(parsed.command, Some(Command::Run(run)) if run.subnet.json));
    }

    #[test]
    fn what_is_missing_is_named_on_the_one_line() {
        let said = |line: &[&str]| {
            let error = Arguments::try_parse_from(line).expect_err("something is missing");
            one_line(&error)
        };
        assert!(said(&["validator", "explain"]).contains("--uid <NUMBER>"));
        assert!(said(&["validator", "state", "export"]).contains("<FILE>"));
        let compat = said(&["validator", "compat"]);
        assert!(compat.contains("--network") && compat.contains("--metadata"));
        assert_eq!(
            said(&["validator", "weights"]),
            "which command? give one of plan, set, status, watch"
        );
        let negative = said(&["validator", "--netuid", "-1"]);
        assert!(
            negative.contains("'-1' for '--netuid <NUMBER>'"),
            "{negative}"
        );
    }

    #[test]
    fn addresses_in_the_environment_which_may_hold_passwords_are_not_shown_by_the_help() {
        let command = Arguments::command();
        for name in ["network", "mirror", "github", "state", "hotkey_uri"] {
            let mut known = command.get_arguments();
            let argument = known.find(|argument| argument.get_id() == name);
            assert!(argument.expect(name).is_hide_env_values_set(), "{name}");
        }
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
