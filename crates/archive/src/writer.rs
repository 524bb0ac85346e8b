use std::fmt;
use std::io::Write;

use axonry_core::Hotkey;
use object_store::{MultipartUpload, WriteMultipart};
use parquet::data_type::{
    ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type,
};
use parquet::errors::{ParquetError, Result as FormResult};
use parquet::file::metadata::KeyValue;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use tokio::task::spawn_blocking;

use crate::error::{form, store};
use crate::layout::{DIGESTS, MinerPaths, digest, properties, range_of, schema};
use crate::{ArchiveError, PromptKey};

/// How much is sent at a time.
const PART_BYTES: usize = 8 << 20;
/// How many parts are on their way at once; more are waited for.
const PARTS: usize = 2;

/// How prices are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// As they are.
    #[default]
    Double,
    /// Half as long: prices change by 10⁻⁷ of themselves, and scores with them.
    Single,
}

/// The file of a prompt in the making: in memory are a miner and the parts on their way.
///
/// Dropped before [`PromptWriter::publish`] it is as if nothing was written; on S3 its parts stay
/// until the bucket's rules remove them, unless [`PromptWriter::abort`] did.
#[must_use = "a file is there when it is published"]
pub struct PromptWriter {
    key: PromptKey,
    precision: Precision,
    /// Nothing after a part of it failed.
    file: Option<SerializedFileWriter<Vec<u8>>>,
    upload: WriteMultipart,
    sent: u64,
    digests: Vec<String>,
}

impl PromptWriter {
    pub(crate) fn new(
        key: &PromptKey,
        precision: Precision,
        upload: Box<dyn MultipartUpload>,
    ) -> Result<Self, ArchiveError> {
        let file = SerializedFileWriter::new(Vec::new(), schema(precision), properties());
        Ok(Self {
            key: key.clone(),
            precision,
            file: Some(file.map_err(form("begin a file of the archive"))?),
            upload: WriteMultipart::new_with_chunk_size(upload, PART_BYTES),
            sent: 0,
            digests: Vec::new(),
        })
    }

    /// Adds all paths of a miner.
    ///
    /// # Errors
    /// [`ArchiveError::Shape`] when the prices are not whole paths of this prompt: nothing is added
    /// then, and others may follow. After any other error the file is lost.
    pub async fn add(&mut self, miner: MinerPaths) -> Result<(), ArchiveError> {
        let points = self.key.points();
        if miner.prices.is_empty() || !miner.prices.len().is_multiple_of(points) {
            return Err(ArchiveError::Shape {
                prices: miner.prices.len(),
                points,
            });
        }
        let mut file = self.file.take().ok_or(ArchiveError::Broken)?;
        let (key, precision) = (self.key.clone(), self.precision);
        // Encoding is milliseconds of CPU that nobody else should wait for.
        let written = spawn_blocking(move || {
            add(&mut file, &key, precision, &miner)?;
            let part = drain(&mut file)?;
            Ok((file, part))
        });
        let written = written.await.map_err(|_| ArchiveError::Broken)?;
        let (file, part) = written.map_err(form("write a miner into the archive"))?;
        let group = file.flushed_row_groups().last();
        let rows = group.and_then(|group| {
            let range = range_of(group);
            let place = |at: u64| usize::try_from(at.checked_sub(self.sent)?).ok();
            part.get(place(range.start)?..place(range.end)?)
        });
        self.digests.push(digest(rows.ok_or(ArchiveError::Broken)?));
        self.send(part).await?;
        self.file = Some(file);
        Ok(())
    }

    /// How many miners are in it so far.
    pub const fn miners(&self) -> usize {
        self.digests.len()
    }

    /// Ends the file and makes it visible, as a whole.
    ///
    /// # Errors
    /// [`ArchiveError::Store`], [`ArchiveError::Form`], [`ArchiveError::Broken`]: it is not there then.
    pub async fn publish(mut self) -> Result<(), ArchiveError> {
        let mut file = self.file.take().ok_or(ArchiveError::Broken)?;
        let digests = KeyValue::new(DIGESTS.to_owned(), self.digests.join(" "));
        file.append_key_value_metadata(digests);
        let end = file
            .into_inner()
            .map_err(form("end a file of the archive"))?;
        self.send(end).await?;
        let published = self.upload.finish().await;
        published.map_err(store("publish a file of the archive"))?;
        Ok(())
    }

    /// Removes what was sent so far.
    ///
    /// # Errors
    /// [`ArchiveError::Store`].
    pub async fn abort(self) -> Result<(), ArchiveError> {
        let aborted = self.upload.abort().await;
        aborted.map_err(store("remove the parts of a file"))
    }

    async fn send(&mut self, part: Vec<u8>) -> Result<(), ArchiveError> {
        let sent = self.upload.wait_for_capacity(PARTS).await;
        sent.map_err(store("send a part of a file to the archive"))?;
        self.sent += u64::try_from(part.len()).unwrap_or(u64::MAX);
        self.upload.put(part.into());
        Ok(())
    }
}

impl fmt::Debug for PromptWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PromptWriter")
            .field("key", &self.key)
            .field("miners", &self.miners())
            .finish_non_exhaustive()
    }
}

/// What is complete of the file, taken out of memory.
fn drain(file: &mut SerializedFileWriter<Vec<u8>>) -> FormResult<Vec<u8>> {
    file.flush()?;
    Ok(std::mem::take(file.inner_mut()))
}

/// A row group with all rows of a miner.
fn add<W: Write + Send>(
    file: &mut SerializedFileWriter<W>,
    key: &PromptKey,
    precision: Precision,
    miner: &MinerPaths,
) -> FormResult<()> {
    let points = key.points();
    let rows = miner.prices.len() / points;
    let whole = |number: u32| i32::try_from(number).map_err(|error| out_of_range(&error));
    let count = i32::try_from(rows).map_err(|error| out_of_range(&error))?;
    let mut group = file.next_row_group()?;
    same::<Int64Type>(&mut group, key.start_unix().saturating_mul(1_000), rows)?;
    same::<Int32Type>(&mut group, whole(key.time_increment())?, rows)?;
    same::<Int32Type>(&mut group, whole(key.time_length())?, rows)?;
    same::<Int32Type>(&mut group, i32::from(miner.uid.0), rows)?;
    same::<ByteArrayType>(&mut group, text(&miner.hotkey), rows)?;
    let present = vec![i16::from(miner.process_time.is_some()); rows];
    let times = vec![miner.process_time.unwrap_or_default(); rows];
    let times = &times[..miner.process_time.map_or(0, |_| rows)];
    column::<DoubleType>(&mut group, times, Some(&present), None)?;
    let paths: Vec<i32> = (0..count).collect();
    column::<Int32Type>(&mut group, &paths, None, None)?;
    // A price begins a list where it is the first of a path, and goes on with it elsewhere.
    let depth = vec![1; miner.prices.len()];
    let goes_on: Vec<i16> = (0..miner.prices.len())
        .map(|place| i16::from(!place.is_multiple_of(points)))
        .collect();
    let (depth, goes_on) = (Some(depth.as_slice()), Some(goes_on.as_slice()));
    match precision {
        Precision::Double => {
            column::<DoubleType>(&mut group, &miner.prices, depth, goes_on)?;
        }
        Precision::Single => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "that is what was asked for"
            )]
            let prices: Vec<f32> = miner.prices.iter().map(|price| *price as f32).collect();
            column::<FloatType>(&mut group, &prices, depth, goes_on)?;
        }
    }
    group.close().map(|_| ())
}

fn text(hotkey: &Hotkey) -> ByteArray {
    hotkey.to_string().as_str().into()
}

fn out_of_range(error: &std::num::TryFromIntError) -> ParquetError {
    ParquetError::General(error.to_string())
}

/// The same value in each row.
fn same<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, impl Write + Send>,
    value: T::T,
    rows: usize,
) -> FormResult<()> {
    column::<T>(group, &vec![value; rows], None, None)
}

/// The next column's values with their levels.
fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, impl Write + Send>,
    values: &[T::T],
    definition: Option<&[i16]>,
    repetition: Option<&[i16]>,
) -> FormResult<()> {
    let next = group.next_column()?;
    let mut column = next.expect("the schema has a column more");
    column
        .typed::<T>()
        .write_batch(values, definition, repetition)?;
    column.close()
}
