//! Predictions as Parquet, partitioned by day and asset, on an object store.
