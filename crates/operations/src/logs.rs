use std::io::IsTerminal;

use tracing_subscriber::filter::{EnvFilter, LevelFilter};

/// In which form log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// An object a line, with the fields of the spans around it.
    Json,
}

/// Sends the log to standard error, as `filter` asks (in `RUST_LOG`'s form): warnings where it says
/// nothing.
///
/// What is wrong with a filter is left out of it. A second call changes nothing.
pub fn init_logs(format: LogFormat, filter: &str) {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .parse_lossy(filter);
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // Somebody who has set up logging before knows better.
    drop(match format {
        LogFormat::Text => subscriber
            .with_ansi(std::io::stderr().is_terminal())
            .try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
    });
}
