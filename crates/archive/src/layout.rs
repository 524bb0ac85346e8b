//! What stands in a file: a row per path, and all rows of a miner in a row group of their own.
//!
//! A row per path, and not one blob per miner, because that is what engines can look into:
//! `prices[289]` is the price at the end of a path. A group per miner, because then a miner is written
//! and read by itself, and an engine that wants one miner skips all others by their uid.

use std::ops::Range;
use std::sync::Arc;

use axonry_core::{Hotkey, Uid};
use parquet::basic::{Compression, Encoding};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnPath, TypePtr};
use twox_hash::XxHash64;

use crate::Precision;

/// What a miner answered to a prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct MinerPaths {
    /// Its place.
    pub uid: Uid,
    /// Its hotkey.
    pub hotkey: Hotkey,
    /// Seconds until the answer was there, where that is known.
    pub process_time: Option<f64>,
    /// The paths, one after the other.
    pub prices: Vec<f64>,
}

/// The columns in their order; a day and an asset are said by the file's path.
pub(crate) const COLUMNS: [&str; 8] = [
    "start_time",
    "time_increment",
    "time_length",
    "miner_uid",
    "hotkey",
    "process_time",
    "path",
    "prices.list.element",
];

/// Where the columns are that reading back looks at.
pub(crate) const MINER_UID: usize = 3;
pub(crate) const HOTKEY: usize = 4;
pub(crate) const PROCESS_TIME: usize = 5;
pub(crate) const PRICES: usize = 7;

/// The footer's key under which a file says that it is laid out like this.
pub(crate) const MARK: &str = "axonry.archive";
pub(crate) const VERSION: &str = "1";

/// The footer's key for what the bytes of each row group are known by, one after the other.
pub(crate) const DIGESTS: &str = "axonry.digests";

/// What a row group's bytes are known by: 64 bits of xxHash as hexadecimal digits. A disk or a line is
/// not trusted here, and Parquet's own checksums are optional and few check them.
pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("{:016x}", XxHash64::oneshot(0, bytes))
}

/// Where the rows of a group are, from its first column to the end of its last.
pub(crate) fn range_of(group: &RowGroupMetaData) -> Range<u64> {
    let ranges = group.columns().iter().map(|column| {
        let (start, length) = column.byte_range();
        start..start.saturating_add(length)
    });
    let whole = ranges.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end));
    whole.unwrap_or(0..0)
}

pub(crate) fn schema(precision: Precision) -> TypePtr {
    let price = match precision {
        Precision::Double => "double",
        Precision::Single => "float",
    };
    let message = format!(
        "message prediction {{
            required int64 start_time (TIMESTAMP(MILLIS,true));
            required int32 time_increment;
            required int32 time_length;
            required int32 miner_uid;
            required binary hotkey (UTF8);
            optional double process_time;
            required int32 path;
            required group prices (LIST) {{
                repeated group list {{
                    required {price} element;
                }}
            }}
        }}"
    );
    Arc::new(parse_message_type(&message).expect("a schema of our own"))
}

/// Prices change little from one to the next: with their bytes apart, the upper ones are alike and
/// compress. A dictionary of them would be as long as they are.
pub(crate) fn properties() -> WriterPropertiesPtr {
    let prices = ColumnPath::from(
        COLUMNS[PRICES]
            .split('.')
            .map(str::to_owned)
            .collect::<Vec<_>>(),
    );
    let mark = parquet::file::metadata::KeyValue::new(MARK.to_owned(), VERSION.to_owned());
    let properties = WriterProperties::builder()
        .set_created_by(concat!("axonry ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(Some(vec![mark]))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_column_dictionary_enabled(prices.clone(), false)
        .set_column_encoding(prices.clone(), Encoding::BYTE_STREAM_SPLIT)
        .set_column_statistics_enabled(prices, EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .build();
    Arc::new(properties)
}
