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
//! It does not know: any chain, any network, any prompt, any environment variable. It only reads
//! files; encrypted keyfiles are recognised by their scheme and refused by name.

mod keyfile;
mod keypair;
mod phrase;
mod uri;
mod wallet;

pub use keyfile::{EncryptionScheme, Keyfile, KeyfileError};
pub use keypair::{Keypair, SecretError, verify, verify_wrapped};
pub use wallet::{Wallet, WalletError};
