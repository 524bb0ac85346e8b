//! Mechanism: price-path forecasts, compatible with SN50.
