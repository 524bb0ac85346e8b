use super::Dialect;
use super::dialect::Column;
use crate::StoreError;
use crate::value::Value;
use crate::work::Work;

/// How many rows go into one statement: a round trip for each would be most of the time.
pub(super) const AT_ONCE: usize = 64;

/// A statement that inserts rows of these columns.
pub(super) struct Insertion<'a> {
    pub(super) dialect: Dialect,
    /// `INSERT INTO table (column, …) VALUES`.
    pub(super) into: &'a str,
    pub(super) columns: &'a [Column],
    /// What comes after the values: `ON CONFLICT …`.
    pub(super) rest: &'a str,
}

impl Insertion<'_> {
    /// The statement for so many rows.
    pub(super) fn sql(&self, rows: usize) -> String {
        let places = self.dialect.places(self.columns, rows);
        format!("{} {places} {}", self.into, self.rest)
    }

    /// Inserts all rows.
    pub(super) async fn run(&self, work: &mut Work, rows: &[Vec<Value>]) -> Result<(), StoreError> {
        for rows in rows.chunks(AT_ONCE) {
            work.execute(&self.sql(rows.len()), &rows.concat()).await?;
        }
        Ok(())
    }
}
