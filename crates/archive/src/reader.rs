use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use axonry_core::Uid;
use bytes::{Buf, Bytes};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use parquet::column::reader::{get_column_reader, get_typed_column_reader};
use parquet::data_type::{ByteArrayType, DataType, DoubleType, FloatType, Int32Type};
use parquet::errors::{ParquetError, Result as FormResult};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;
use tokio::task::spawn_blocking;

use crate::error::{form, store};
use crate::layout::{
    COLUMNS, DIGESTS, HOTKEY, MARK, MINER_UID, MinerPaths, PRICES, PROCESS_TIME, VERSION, digest,
    range_of,
};
use crate::{ArchiveError, PromptKey};

/// How much of a file's end is asked for at first: the footer of a few hundred miners.
const END_BYTES: u64 = 512 << 10;
/// How long a footer may be.
const LONGEST_FOOTER: u64 = 64 << 20;
/// How long a miner's rows may be.
const LONGEST_MINER: u64 = 256 << 20;

const OPENING: &str = "open a file of the archive";
const READING: &str = "read a miner from the archive";

/// The file of a prompt, read a miner at a time.
pub struct PromptReader {
    store: Arc<dyn ObjectStore>,
    path: Path,
    key: PromptKey,
    footer: Arc<ParquetMetaData>,
    digests: Vec<String>,
    next: usize,
}

impl PromptReader {
    pub(crate) async fn open(
        store: Arc<dyn ObjectStore>,
        file: ObjectMeta,
        key: &PromptKey,
    ) -> Result<Self, ArchiveError> {
        let mut from = file.size.saturating_sub(END_BYTES);
        let footer = loop {
            let end = fetch(&store, &file.location, from..file.size, OPENING).await?;
            let mut reader = ParquetMetaDataReader::new();
            match reader.try_parse_sized(&end, file.size) {
                Ok(()) => break reader.finish().map_err(form(OPENING))?,
                // The end was not all of the footer.
                Err(ParquetError::NeedMoreData(needed)) => {
                    let needed = u64::try_from(needed).unwrap_or(u64::MAX);
                    let wider = file.size.saturating_sub(needed);
                    if needed > LONGEST_FOOTER || wider >= from {
                        return Err(foreign(&file.location, "its footer is too long"));
                    }
                    from = wider;
                }
                Err(source) => return Err(form(OPENING)(source)),
            }
        };
        let digests = check(&footer).map_err(|reason| foreign(&file.location, &reason))?;
        Ok(Self {
            store,
            path: file.location,
            key: key.clone(),
            footer: Arc::new(footer),
            digests,
            next: 0,
        })
    }

    /// How many miners are in it.
    pub fn miners(&self) -> usize {
        self.footer.num_row_groups()
    }

    /// The next miner in the order they were written, or nothing after the last.
    ///
    /// # Errors
    /// [`ArchiveError::Store`], [`ArchiveError::Form`], [`ArchiveError::Foreign`]. The next call reads
    /// the miner after it.
    pub async fn next(&mut self) -> Result<Option<MinerPaths>, ArchiveError> {
        if self.next >= self.miners() {
            return Ok(None);
        }
        let place = self.next;
        self.next += 1;
        let range = range_of(self.footer.row_group(place));
        let start = range.start;
        if range.end.saturating_sub(start) > LONGEST_MINER {
            return Err(foreign(&self.path, "a miner's rows are too long"));
        }
        let bytes = fetch(&self.store, &self.path, range, READING).await?;
        if self.digests.get(place) != Some(&digest(&bytes)) {
            return Err(foreign(
                &self.path,
                "a miner's rows changed since they were written",
            ));
        }
        let footer = Arc::clone(&self.footer);
        let part = Part { start, bytes };
        let points = self.key.points();
        let decoded = spawn_blocking(move || decode(footer.row_group(place), part, points));
        // What Parquet's reader panics over is a footer that does not tell the truth.
        let decoded = decoded
            .await
            .map_err(|_| foreign(&self.path, "its rows cannot be read"))?;
        let miner = decoded.map_err(form(READING))?;
        miner
            .map(Some)
            .ok_or_else(|| foreign(&self.path, "its rows are not one miner's paths"))
    }
}

impl fmt::Debug for PromptReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PromptReader")
            .field("path", &self.path.as_ref())
            .field("miners", &self.miners())
            .finish_non_exhaustive()
    }
}

async fn fetch(
    from: &Arc<dyn ObjectStore>,
    path: &Path,
    range: Range<u64>,
    what: &'static str,
) -> Result<Bytes, ArchiveError> {
    from.get_range(path, range).await.map_err(store(what))
}

fn foreign(path: &Path, reason: &str) -> ArchiveError {
    ArchiveError::Foreign {
        file: path.to_string(),
        reason: reason.to_owned(),
    }
}

/// The digests of a file that is laid out as this crate does it.
fn check(footer: &ParquetMetaData) -> Result<Vec<String>, String> {
    let file = footer.file_metadata();
    let said = |key: &str| {
        let mut marks = file.key_value_metadata().into_iter().flatten();
        let mark = marks.find(|mark| mark.key == key);
        mark.and_then(|mark| mark.value.as_deref())
    };
    match said(MARK) {
        Some(VERSION) => {}
        Some(other) => return Err(format!("its layout has version {other}")),
        None => return Err("it is not marked as one, so another program wrote it".to_owned()),
    }
    let columns = file.schema_descr().columns();
    let names = columns.iter().map(|column| column.path().string());
    if !names.eq(COLUMNS.iter().copied()) {
        return Err("it has other columns".to_owned());
    }
    let digests = said(DIGESTS).unwrap_or_default().split(' ');
    Ok(digests.map(str::to_owned).collect())
}

/// The bytes of one row group, at their place in a file whose rest is not here.
struct Part {
    start: u64,
    bytes: Bytes,
}

impl Part {
    fn slice(&self, start: u64, length: Option<usize>) -> FormResult<Bytes> {
        let from = start.checked_sub(self.start);
        let from = from.and_then(|from| usize::try_from(from).ok());
        let rest = from.filter(|from| *from <= self.bytes.len());
        let slice = rest.and_then(|from| {
            let end = length.map_or(Some(self.bytes.len()), |length| from.checked_add(length))?;
            (end <= self.bytes.len()).then(|| self.bytes.slice(from..end))
        });
        slice.ok_or_else(|| ParquetError::EOF("outside of the miner's rows".to_owned()))
    }
}

impl Length for Part {
    fn len(&self) -> u64 {
        let length = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        self.start.saturating_add(length)
    }
}

impl ChunkReader for Part {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> FormResult<Self::T> {
        self.slice(start, None).map(Buf::reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> FormResult<Bytes> {
        self.slice(start, Some(length))
    }
}

/// All rows of a group as one miner's paths; nothing where they are not that.
fn decode(group: &RowGroupMetaData, part: Part, points: usize) -> FormResult<Option<MinerPaths>> {
    let rows = usize::try_from(group.num_rows())?;
    let part = Arc::new(part);
    let uids = values::<Int32Type>(group, &part, MINER_UID, rows)?.0;
    let hotkeys = values::<ByteArrayType>(group, &part, HOTKEY, rows)?.0;
    let times = values::<DoubleType>(group, &part, PROCESS_TIME, rows)?.0;
    let single = group.column(PRICES).column_type() == parquet::basic::Type::FLOAT;
    let (prices, goes_on) = if single {
        let (prices, goes_on) = values::<FloatType>(group, &part, PRICES, rows)?;
        (prices.into_iter().map(f64::from).collect(), goes_on)
    } else {
        values::<DoubleType>(group, &part, PRICES, rows)?
    };
    let lists = goes_on
        .iter()
        .enumerate()
        .all(|(place, goes_on)| (*goes_on == 0) == place.is_multiple_of(points));
    let uid = uids
        .first()
        .filter(|uid| uids.iter().all(|other| other == *uid));
    let uid = uid.and_then(|uid| u16::try_from(*uid).ok());
    let hotkey = hotkeys
        .first()
        .and_then(|text| text.as_utf8().ok()?.parse().ok());
    let (Some(uid), Some(hotkey), true) = (
        uid,
        hotkey,
        lists && rows.checked_mul(points) == Some(prices.len()),
    ) else {
        return Ok(None);
    };
    Ok(Some(MinerPaths {
        uid: Uid(uid),
        hotkey,
        process_time: times.first().copied(),
        prices,
    }))
}

/// The values of a column that are there, and which of them go on with a list.
fn values<T: DataType>(
    group: &RowGroupMetaData,
    part: &Arc<Part>,
    column: usize,
    rows: usize,
) -> FormResult<(Vec<T::T>, Vec<i16>)> {
    let column = group.column(column);
    let pages = SerializedPageReader::new(Arc::clone(part), column, rows, None)?;
    let reader = get_column_reader(column.column_descr_ptr(), Box::new(pages));
    let mut reader = get_typed_column_reader::<T>(reader);
    let (mut values, mut definition, mut repetition) = (Vec::new(), Vec::new(), Vec::new());
    while reader
        .read_records(
            rows,
            Some(&mut definition),
            Some(&mut repetition),
            &mut values,
        )?
        .0
        > 0
    {}
    Ok((values, repetition))
}
