//! A validator whose state is in a PostgreSQL database, as a process.
//!
//! Runs where `AXONRY_POSTGRES_URL` names a server.

mod database;
mod forecast;
mod loss;
