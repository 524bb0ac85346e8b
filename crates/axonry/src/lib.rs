//! Crates for building Bittensor subnets, as one dependency.
