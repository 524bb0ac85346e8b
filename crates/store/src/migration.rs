//! From an older version's tables to the newest ones.

use crate::StoreError;
#[cfg(feature = "postgres")]
use crate::schema::in_postgres;
use crate::schema::{AVERAGES, JOURNAL, NEWEST, ROUNDS, SETTINGS, STEPS};
use crate::value::{Record, Value};
use crate::work::Work;

/// `AXRY`: what tells our files from other people's databases (`PRAGMA application_id`).
pub(crate) const APPLICATION_ID: i64 = 0x4158_5259;

impl Work {
    /// Takes the steps that the tables have not seen yet, and says whether there were any.
    pub(crate) async fn migrate(&mut self) -> Result<bool, StoreError> {
        let found = self.version().await?;
        if found >= NEWEST {
            return Ok(false);
        }
        let taken = usize::try_from(found).unwrap_or(0);
        for step in STEPS.iter().skip(taken) {
            match self.is_postgres() {
                false => self.script(step).await?,
                #[cfg(feature = "postgres")]
                true => self.script(&in_postgres(step)).await?,
                #[cfg(not(feature = "postgres"))]
                true => {}
            }
        }
        if (1..2).contains(&found) {
            self.seal().await?;
        }
        self.mark().await?;
        Ok(true)
    }

    /// The version of the tables; 0 where there are none.
    async fn version(&mut self) -> Result<i64, StoreError> {
        if self.is_postgres() {
            let marked = "CREATE TABLE IF NOT EXISTS axonry_state (version BIGINT NOT NULL)";
            self.script(marked).await?;
            let version = "SELECT COALESCE(MAX(version), 0) FROM axonry_state";
            return self.number(version, &[]).await;
        }
        self.number("PRAGMA user_version", &[]).await
    }

    async fn mark(&mut self) -> Result<(), StoreError> {
        let mark = match self.is_postgres() {
            true => format!("DELETE FROM axonry_state; INSERT INTO axonry_state VALUES ({NEWEST})"),
            false => {
                format!("PRAGMA user_version = {NEWEST}; PRAGMA application_id = {APPLICATION_ID}")
            }
        };
        self.script(&mark).await
    }

    /// Gives the rows of version 1 their checksums, and the journal's carriers their columns.
    async fn seal(&mut self) -> Result<(), StoreError> {
        for table in [&SETTINGS, &AVERAGES, &ROUNDS, &JOURNAL] {
            for mut row in self.unsealed(table).await? {
                if table.name == JOURNAL.name {
                    split(&mut row);
                }
                self.update(table, row).await?;
            }
        }
        Ok(())
    }
}

/// Version 1 wrote `HASH hash:SALT:VERSION_KEY:EPOCH` or `HASH timelocked:…` as the extrinsic.
fn split(row: &mut Record) {
    let place = |name| {
        JOURNAL
            .columns
            .iter()
            .position(|(column, _)| *column == name)
    };
    let (Some(extrinsic), Some(carrier), Some(salt)) =
        (place("extrinsic"), place("carrier"), place("salt"))
    else {
        return;
    };
    let Value::Text(Some(both)) = &row[extrinsic] else {
        return;
    };
    let Some((hash, carried)) = both
        .split_once(' ')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
    else {
        return;
    };
    row[extrinsic] = hash.into();
    match carried
        .strip_prefix("hash:")
        .and_then(|rest| rest.split_once(':'))
    {
        Some((digits, rest)) => {
            row[carrier] = format!("hash:{rest}").into();
            row[salt] = digits.into();
        }
        None => row[carrier] = carried.into(),
    }
}
