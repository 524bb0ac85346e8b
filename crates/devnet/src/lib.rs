//! A subnet in a process: dev chain, mirror, miners.
