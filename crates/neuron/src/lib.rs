//! The loop of a validator or miner from start to drain.
