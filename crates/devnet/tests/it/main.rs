//! The dev chain as a client meets it: JSON-RPC over a real websocket.

mod doors;
mod foreign;
mod forks;
mod heads;
mod in_process;
mod ledger;
mod paths;
mod pool;
mod reads;
mod rig;
mod upgrade;
