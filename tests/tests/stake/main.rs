//! Stake on a dev chain, in this process and through the client on its websocket: every operation
//! leaves what its plan says, and every error what was there, to the rao.

mod ground;
mod landing;
mod planning;
mod refusals;
