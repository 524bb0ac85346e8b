#![doc = include_str!("../README.md")]

mod encryption;
#[doc(hidden)]
pub mod fuzzing;
mod keyfile;
mod keypair;
mod password;
mod phrase;
mod polkadot;
#[cfg(all(feature = "prompt", unix))]
mod prompt;
mod uri;
mod wallet;

pub use encryption::EncryptionScheme;
pub use keyfile::{Existing, Keyfile, KeyfileError};
pub use keypair::{Keypair, SecretError, verify, verify_wrapped};
pub use password::{Password, PasswordVariableError};
#[cfg(all(feature = "prompt", unix))]
pub use prompt::PromptError;
pub use wallet::{Wallet, WalletError};
