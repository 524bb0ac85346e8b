//! Weights on their way into a chain's state, over the real websocket and through every door.

mod errors;
mod ways;
