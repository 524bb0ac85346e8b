//! Bittensor keys: hotkey files, secret URIs, sr25519 signing.
