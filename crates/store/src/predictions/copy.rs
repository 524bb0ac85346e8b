//! PostgreSQL's bulk load in its binary form: megabytes go as they are, without quoting.

use sqlx::{Postgres, Transaction};

use super::saving::Row;

const COPY: &str = "COPY miner_predictions (validator_requests_id, miner_uid, miner_id,
        format_validation, process_time, checksum, prediction, paths)
    FROM STDIN (FORMAT binary)";
const COLUMNS: i16 = 8;
/// The signature, no flags, no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Instead of a row's number of columns.
const END: [u8; 2] = (-1_i16).to_be_bytes();
/// Instead of a value's length.
const ABSENT: [u8; 4] = (-1_i32).to_be_bytes();

/// Writes the rows in one statement, one at a time in memory.
pub(super) async fn copy(
    transaction: &mut Transaction<'static, Postgres>,
    rows: &[Row<'_>],
) -> Result<(), sqlx::Error> {
    let mut copying = transaction.copy_in_raw(COPY).await?;
    copying.send(HEADER).await?;
    let mut line = Vec::new();
    for row in rows {
        line.clear();
        encode(row, &mut line)?;
        copying.send(line.as_slice()).await?;
    }
    copying.send(END.as_slice()).await?;
    copying.finish().await.map(|_| ())
}

fn encode(row: &Row<'_>, line: &mut Vec<u8>) -> Result<(), sqlx::Error> {
    line.extend(COLUMNS.to_be_bytes());
    value(line, &row.request.0.to_be_bytes())?;
    value(line, &i32::from(row.uid.0).to_be_bytes())?;
    value(line, &row.miner.0.to_be_bytes())?;
    value(line, row.format_validation.as_bytes())?;
    match row.process_time {
        Some(seconds) => value(line, &seconds.to_be_bytes())?,
        None => line.extend(ABSENT),
    }
    value(line, &row.checksum.to_be_bytes())?;
    value(line, row.prediction.as_bytes())?;
    match row.paths {
        Some(paths) => value(line, paths)?,
        None => line.extend(ABSENT),
    }
    Ok(())
}

fn value(line: &mut Vec<u8>, bytes: &[u8]) -> Result<(), sqlx::Error> {
    let length = i32::try_from(bytes.len()).map_err(|error| sqlx::Error::Encode(error.into()))?;
    line.extend(length.to_be_bytes());
    line.extend_from_slice(bytes);
    Ok(())
}
