//! Weights as a validator meets them.

mod vectors;
