//! The token exchange over real sockets: miners prove whose work is whose, and are paid for it.

mod canary;
mod program;
mod round;
