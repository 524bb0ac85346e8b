#![doc = include_str!("../README.md")]

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{Command, Subcommand, ValueEnum};
use clap_complete::Generator;

/// The commands that describe the program they belong to.
#[derive(Clone, Debug, Subcommand)]
pub enum Manual {
    /// Print what a shell needs to complete this program's command line.
    Completions {
        /// Whose completions.
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Write the manual into a folder: a page for the program and one for each of its commands.
    Man {
        /// The folder, which is made if there is none.
        folder: PathBuf,
    },
}

/// A shell that completes command lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shell(clap_complete::Shell);

impl ValueEnum for Shell {
    fn value_variants<'a>() -> &'a [Self] {
        use clap_complete::Shell::{Bash, Elvish, Fish, PowerShell, Zsh};

        &[
            Self(Bash),
            Self(Elvish),
            Self(Fish),
            Self(PowerShell),
            Self(Zsh),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        self.0.to_possible_value()
    }
}

impl Manual {
    /// Writes what was asked for of `program`: completions to `out`, pages into their folder.
    ///
    /// # Errors
    /// The system's reason why it could not be written.
    pub fn write(&self, mut program: Command, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Completions { shell } => {
                let name = program.get_name().to_owned();
                program.set_bin_name(name);
                program.build();
                // Not by `generate`, which panics where the reader is gone.
                let mut script = Vec::new();
                shell.0.generate(&program, &mut script);
                out.write_all(&script)
            }
            Self::Man { folder } => pages(program, folder),
        }
    }
}

fn pages(program: Command, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(program, folder)
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[derive(Parser)]
    #[command(name = "greeter", version = "1.2.3")]
    enum Greeter {
        /// Say hello.
        Greet {
            /// To whom.
            #[arg(long, env = "GREETER_LOUDLY")]
            loudly: bool,
        },
        /// Not for people.
        #[command(hide = true)]
        Secret,
        #[command(flatten)]
        Manual(Manual),
    }

    fn written(words: &[&str]) -> String {
        let Greeter::Manual(manual) = Greeter::parse_from(words) else {
            panic!("another command");
        };
        let mut out = Vec::new();
        manual.write(Greeter::command(), &mut out).expect("written");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn every_shell_completes_commands_and_flags() {
        for shell in Shell::value_variants() {
            let name = shell.to_possible_value().expect("it has one");
            let script = written(&["greeter", "completions", name.get_name()]);
            assert!(script.contains("greet"), "{shell:?}");
            assert!(script.contains("loudly"), "{shell:?}");
        }
    }

    #[test]
    fn there_is_a_page_for_each_command_that_is_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("share/man1");
        let text = inner.to_str().expect("text");
        assert_eq!(written(&["greeter", "man", text]), "");
        let page = |name: &str| std::fs::read_to_string(inner.join(name));
        let program = page("greeter.1").expect("the program's page");
        assert!(program.contains("1.2.3"), "{program}");
        assert!(program.contains("greeter\\-greet(1)"), "{program}");
        let greet = page("greeter-greet.1").expect("the command's page");
        assert!(greet.contains("To whom"), "{greet}");
        assert!(greet.contains("GREETER_LOUDLY"), "{greet}");
        assert!(page("greeter-secret.1").is_err(), "it is hidden");
    }
}
