use crate::StoreError;
use crate::fields::Fields;
use crate::pool::Transaction;
use crate::schema::SETTINGS;
use crate::value::{Kind, Record, Table, Value};

/// How many rows are in memory at once when all are read.
const PAGE: u64 = 500;

/// What is done to the tables in one piece, and what it is called when it fails.
pub(crate) struct Work {
    transaction: Transaction,
    what: &'static str,
}

impl Work {
    pub(crate) const fn new(transaction: Transaction, what: &'static str) -> Self {
        Self { transaction, what }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.transaction.is_postgres()
    }

    /// For statements that move more than values fit into.
    pub(crate) const fn transaction(&mut self) -> &mut Transaction {
        &mut self.transaction
    }

    /// What a failed statement is to the caller.
    pub(crate) const fn because(&self, source: sqlx::Error) -> StoreError {
        StoreError::Statement {
            what: self.what,
            source,
        }
    }

    /// Reads the rows that `rest` (`WHERE`, `ORDER BY`, `LIMIT`) selects, and checks each.
    pub(crate) async fn select(
        &mut self,
        table: &'static Table,
        rest: &str,
        values: &[Value],
    ) -> Result<Vec<Record>, StoreError> {
        let rows = self.rows(table, rest, values).await?;
        rows.into_iter().map(|row| checked(table, row)).collect()
    }

    /// Rows with their checksums.
    async fn rows(
        &mut self,
        table: &'static Table,
        rest: &str,
        values: &[Value],
    ) -> Result<Vec<Record>, StoreError> {
        let sql = format!("{} {rest}", table.select());
        let mut kinds: Vec<Kind> = table.columns.iter().map(|(_, kind)| *kind).collect();
        kinds.push(Kind::Integer);
        let rows = self.transaction.rows(&sql, values, &kinds).await;
        rows.map_err(|source| self.failed(source, table))
    }

    /// Reads rows of a statement that names the columns of `table` in their order.
    pub(crate) async fn read(
        &mut self,
        table: &'static Table,
        sql: &str,
        values: &[Value],
    ) -> Result<Vec<Fields>, StoreError> {
        let kinds: Vec<Kind> = table.columns.iter().map(|(_, kind)| *kind).collect();
        let rows = self.transaction.rows(sql, values, &kinds).await;
        let rows = rows.map_err(|source| self.failed(source, table))?;
        Ok(rows.into_iter().map(|row| Fields::of(table, row)).collect())
    }

    /// The first column of each row, as a number.
    pub(crate) async fn numbers(
        &mut self,
        sql: &str,
        values: &[Value],
    ) -> Result<Vec<i64>, StoreError> {
        let what = self.what;
        let rows = self.transaction.rows(sql, values, &[Kind::Integer]).await;
        let rows = rows.map_err(|source| StoreError::Statement { what, source })?;
        let number = |row: Record| match row.first() {
            Some(Value::Integer(number)) => *number,
            _ => None,
        };
        Ok(rows.into_iter().filter_map(number).collect())
    }

    /// One number, such as a count or the next free one; 0 where there is none.
    pub(crate) async fn number(&mut self, sql: &str, values: &[Value]) -> Result<i64, StoreError> {
        let numbers = self.numbers(sql, values).await?;
        Ok(numbers.first().copied().unwrap_or(0))
    }

    pub(crate) async fn setting(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        let rows = self
            .select(&SETTINGS, "WHERE key = $1", &[key.into()])
            .await?;
        rows.into_iter()
            .next()
            .map(|row| {
                let mut fields = Fields::of(&SETTINGS, row);
                let _key = fields.text()?;
                fields.text()
            })
            .transpose()
    }

    /// Some rows of a table, in the order of its key; none after the last page.
    pub(crate) async fn page(
        &mut self,
        table: &'static Table,
        number: u64,
    ) -> Result<Vec<Record>, StoreError> {
        let order = table.order(self.is_postgres());
        let rest = format!("{order} LIMIT $1 OFFSET $2");
        self.select(table, &rest, &[PAGE.into(), (number * PAGE).into()])
            .await
    }

    /// All rows of a table as they are, without a look at their checksums.
    pub(crate) async fn unsealed(
        &mut self,
        table: &'static Table,
    ) -> Result<Vec<Record>, StoreError> {
        let mut rows = self.rows(table, "", &[]).await?;
        for row in &mut rows {
            row.pop();
        }
        Ok(rows)
    }

    pub(crate) async fn insert(
        &mut self,
        table: &'static Table,
        record: Record,
    ) -> Result<(), StoreError> {
        self.put(table, &table.insert(), record).await.map(|_| ())
    }

    /// Replaces the row with the same key, and says whether there was one.
    pub(crate) async fn update(
        &mut self,
        table: &'static Table,
        record: Record,
    ) -> Result<bool, StoreError> {
        let touched = self.put(table, &table.update(), record).await?;
        Ok(touched == 1)
    }

    /// Writes the row whether or not there is one with the same key.
    pub(crate) async fn upsert(
        &mut self,
        table: &'static Table,
        record: Record,
    ) -> Result<(), StoreError> {
        if self.update(table, record.clone()).await? {
            return Ok(());
        }
        self.insert(table, record).await
    }

    pub(crate) async fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        let what = self.what;
        let done = self.transaction.execute(sql, values).await;
        done.map_err(|source| StoreError::Statement { what, source })
    }

    pub(crate) async fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        let what = self.what;
        let done = self.transaction.script(sql).await;
        done.map_err(|source| StoreError::Statement { what, source })
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let what = self.what;
        let done = self.transaction.commit().await;
        done.map_err(|source| StoreError::Statement { what, source })
    }

    async fn put(
        &mut self,
        table: &'static Table,
        sql: &str,
        mut record: Record,
    ) -> Result<u64, StoreError> {
        debug_assert_eq!(record.len(), table.columns.len(), "{}", table.name);
        record.push(table.checksum(&record).into());
        self.execute(sql, &record).await
    }

    /// A value of another type than the column's is damage, not a failed statement.
    fn failed(&self, source: sqlx::Error, table: &'static Table) -> StoreError {
        match source {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => StoreError::Corrupt {
                table: table.name,
                reason: source.to_string(),
            },
            source => StoreError::Statement {
                what: self.what,
                source,
            },
        }
    }
}

/// The row without its checksum, which must be that of the rest.
fn checked(table: &'static Table, mut row: Record) -> Result<Record, StoreError> {
    let found = row.pop();
    if matches!(found, Some(Value::Integer(Some(sum))) if sum == table.checksum(&row)) {
        return Ok(row);
    }
    Err(StoreError::Corrupt {
        table: table.name,
        reason: "a row's checksum is not that of its values".to_owned(),
    })
}
