use std::fmt::Display;
use std::str::FromStr;
use std::vec;

use crate::StoreError;
use crate::value::{Record, Table, Value};

/// Reads a row's values one by one, in the order of the columns.
pub(crate) struct Fields {
    table: &'static Table,
    place: usize,
    values: vec::IntoIter<Value>,
}

impl Fields {
    pub(crate) fn of(table: &'static Table, record: Record) -> Self {
        Self {
            table,
            place: 0,
            values: record.into_iter(),
        }
    }

    /// Says that the column read last holds what no release wrote.
    pub(crate) fn corrupt(&self, reason: impl Display) -> StoreError {
        let column = self.table.columns[self.place.saturating_sub(1)].0;
        StoreError::Corrupt {
            table: self.table.name,
            reason: format!("column `{column}`: {reason}"),
        }
    }

    fn next(&mut self) -> Value {
        self.place += 1;
        self.values
            .next()
            .expect("a row has a value for each column")
    }

    pub(crate) fn optional_number(&mut self) -> Result<Option<u64>, StoreError> {
        match self.next() {
            Value::Integer(None) => Ok(None),
            Value::Integer(Some(value)) => match u64::try_from(value) {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(self.corrupt(format_args!("`{value}` is negative"))),
            },
            _ => Err(self.corrupt("no number")),
        }
    }

    pub(crate) fn number(&mut self) -> Result<u64, StoreError> {
        let number = self.optional_number()?;
        number.ok_or_else(|| self.corrupt("nothing there"))
    }

    /// A number that fits a narrower type.
    pub(crate) fn narrow<N: TryFrom<u64>>(&mut self) -> Result<N, StoreError> {
        let number = self.number()?;
        N::try_from(number).map_err(|_| self.corrupt(format_args!("`{number}` is too large")))
    }

    pub(crate) fn real(&mut self) -> Result<f64, StoreError> {
        match self.next() {
            Value::Real(Some(value)) => Ok(value),
            _ => Err(self.corrupt("no number")),
        }
    }

    /// A number, or not one where the column is empty.
    pub(crate) fn real_or_nan(&mut self) -> Result<f64, StoreError> {
        Ok(self.optional_real()?.unwrap_or(f64::NAN))
    }

    pub(crate) fn optional_real(&mut self) -> Result<Option<f64>, StoreError> {
        match self.next() {
            Value::Real(value) => Ok(value),
            _ => Err(self.corrupt("no number")),
        }
    }

    /// A checksum: any 64 bits, or none where the row has none.
    pub(crate) fn checksum(&mut self) -> Result<Option<i64>, StoreError> {
        match self.next() {
            Value::Integer(value) => Ok(value),
            _ => Err(self.corrupt("no number")),
        }
    }

    pub(crate) fn optional_text(&mut self) -> Result<Option<String>, StoreError> {
        match self.next() {
            Value::Text(value) => Ok(value),
            _ => Err(self.corrupt("no text")),
        }
    }

    pub(crate) fn text(&mut self) -> Result<String, StoreError> {
        let text = self.optional_text()?;
        text.ok_or_else(|| self.corrupt("nothing there"))
    }

    pub(crate) fn parsed<T: FromStr<Err: Display>>(&mut self) -> Result<T, StoreError> {
        let text = self.text()?;
        text.parse().map_err(|error| self.corrupt(error))
    }

    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        let bytes = self.optional_bytes()?;
        bytes.ok_or_else(|| self.corrupt("nothing there"))
    }

    pub(crate) fn optional_bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        match self.next() {
            Value::Bytes(value) => Ok(value),
            _ => Err(self.corrupt("no bytes")),
        }
    }
}
