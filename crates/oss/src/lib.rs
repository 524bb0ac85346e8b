//! Mechanism: open-source contributions, compatible with SN74.
