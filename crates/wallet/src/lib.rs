//! Bittensor keys: hotkey files, secret URIs, sr25519 signing.
//!
//! Use it where a process holds a key of its own: a validator loads its hotkey from the wallet tree
//! that `btcli` wrote, a test makes one from `//Alice`. What it hands out is a
//! [`Keypair`], which is an [`axonry_core::Signer`]; the rest of the workspace takes any signer and
//! never sees a key.
//!
//! ```
//! use axonry_core::Signer;
//! use axonry_wallet::{Keypair, verify};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let alice = Keypair::from_uri("//Alice")?;
//! assert_eq!(alice.account().to_string(), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
//!
//! let signature = alice.sign(b"hello").await?;
//! assert!(verify(&alice.account(), b"hello", &signature));
//! assert!(!format!("{alice:?}").contains("Alice"), "secrets never print");
//! # Ok(())
//! # }
//! ```
//!
//! Keyfiles are read in every form that btwallet and SDK 11 write, encrypted ones with their
//! [`Password`], and written so that both read them: [`Keyfile::write`], [`Wallet::create`].
//!
//! With the feature `prompt` (off by default, and only where there are Unix terminals) a program can
//! ask for a password: `Password::from_prompt`.
//!
//! It does not know: any chain, any network. It reads no environment variable, but knows what
//! btwallet keeps in one; without `prompt` it asks nobody.

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
