//! The whole system over real sockets; see `tests/`.
