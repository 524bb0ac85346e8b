use axonry_core::{Block, BlockNumber, Hotkey, MechId, NetUid, Uid, Weights};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::{Store, StoreError};

/// A vector a validator is about to submit. Written down before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Who submits.
    pub hotkey: Hotkey,
    /// The subnet.
    pub netuid: NetUid,
    /// The mechanism.
    pub mechanism: MechId,
    /// The round it is the result of.
    pub round: u64,
    /// The chain's epoch it was planned in, where that is known.
    pub epoch: Option<u64>,
    /// The vector.
    pub weights: Weights,
}

/// The extrinsic that carries an intent, and what tells later whether it landed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its hash, `0x` and 64 digits.
    pub extrinsic: String,
    /// The nonce it uses up.
    pub nonce: u64,
    /// The block it counts from.
    pub birth: Block,
    /// The last block it can be included in.
    pub valid_until: BlockNumber,
    /// The hotkey's uid when it was signed.
    pub uid: Uid,
    /// When that uid had last set weights before.
    pub last_update: BlockNumber,
}

/// A line's number in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub i64);

/// Where an intent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// It may land yet: only chain state can tell.
    Open,
    /// Chain state showed it.
    Landed,
    /// It is certain that it did not and will not take effect.
    Failed,
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: EntryId,
    /// What was to be submitted.
    pub intent: Intent,
    /// The extrinsic, the latest if there were several.
    pub attempt: Attempt,
    /// Where it stands.
    pub state: EntryState,
    /// What was last said about it, in the writer's words.
    pub outcome: Option<String>,
}

impl Store {
    /// Writes an intent down, with the extrinsic that is about to be handed to a node.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the round has a vector that may still land or has landed.
    pub async fn record(&self, intent: &Intent, attempt: &Attempt) -> Result<EntryId, StoreError> {
        let id = sqlx::query_scalar(
            "INSERT INTO journal
                (hotkey, netuid, mechanism, round, epoch, weights, extrinsic, nonce, birth,
                 birth_hash, valid_until, uid, last_update, state)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open') RETURNING id",
        )
        .bind(intent.hotkey.to_string())
        .bind(intent.netuid.0)
        .bind(intent.mechanism.0)
        .bind(signed(intent.round))
        .bind(intent.epoch.map(signed))
        .bind(serde_json::to_string(&intent.weights).expect("pairs of numbers are JSON"))
        .bind(&attempt.extrinsic)
        .bind(signed(attempt.nonce))
        .bind(signed(attempt.birth.number.0))
        .bind(attempt.birth.hash.to_string())
        .bind(signed(attempt.valid_until.0))
        .bind(attempt.uid.0)
        .bind(signed(attempt.last_update.0))
        .fetch_one(&self.pool)
        .await;
        id.map(EntryId).map_err(|source| match &source {
            sqlx::Error::Database(error) if error.is_unique_violation() => StoreError::Conflict {
                netuid: intent.netuid.0,
                round: intent.round,
            },
            _ => writing(source),
        })
    }

    /// Writes down that the vector is about to be sent again, in another extrinsic.
    ///
    /// # Errors
    /// [`StoreError::Closed`] when the intent is over.
    pub async fn record_attempt(&self, id: EntryId, attempt: &Attempt) -> Result<(), StoreError> {
        let done = sqlx::query(
            "UPDATE journal SET extrinsic = ?, nonce = ?, birth = ?, birth_hash = ?,
             valid_until = ?, uid = ?, last_update = ? WHERE id = ? AND state = 'open'",
        )
        .bind(&attempt.extrinsic)
        .bind(signed(attempt.nonce))
        .bind(signed(attempt.birth.number.0))
        .bind(attempt.birth.hash.to_string())
        .bind(signed(attempt.valid_until.0))
        .bind(attempt.uid.0)
        .bind(signed(attempt.last_update.0))
        .bind(id.0)
        .execute(&self.pool)
        .await
        .map_err(writing)?;
        if done.rows_affected() == 1 {
            Ok(())
        } else {
            Err(StoreError::Closed { line: id.0 })
        }
    }

    /// Writes down where an intent stands now. What is over stays over.
    ///
    /// # Errors
    /// [`StoreError::Closed`] when the intent is over already.
    pub async fn conclude(
        &self,
        id: EntryId,
        state: EntryState,
        outcome: &str,
    ) -> Result<(), StoreError> {
        let done = sqlx::query(
            "UPDATE journal SET state = ?, outcome = ? WHERE id = ? AND state = 'open'",
        )
        .bind(state.word())
        .bind(outcome)
        .bind(id.0)
        .execute(&self.pool)
        .await
        .map_err(writing)?;
        if done.rows_affected() == 1 {
            Ok(())
        } else {
            Err(StoreError::Closed { line: id.0 })
        }
    }

    /// What a hotkey began and did not see the end of, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn unfinished(&self, hotkey: Hotkey) -> Result<Vec<Entry>, StoreError> {
        let rows =
            sqlx::query("SELECT * FROM journal WHERE hotkey = ? AND state = 'open' ORDER BY id")
                .bind(hotkey.to_string())
                .fetch_all(&self.pool)
                .await
                .map_err(reading)?;
        rows.iter().map(entry).collect()
    }

    /// The newest lines of the journal, newest first.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn recent_entries(&self, at_most: u32) -> Result<Vec<Entry>, StoreError> {
        let rows = sqlx::query("SELECT * FROM journal ORDER BY id DESC LIMIT ?")
            .bind(at_most)
            .fetch_all(&self.pool)
            .await
            .map_err(reading)?;
        rows.iter().map(entry).collect()
    }
}

impl EntryState {
    const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Landed => "landed",
            Self::Failed => "failed",
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Open, Self::Landed, Self::Failed]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

const fn writing(source: sqlx::Error) -> StoreError {
    StoreError::Statement {
        what: "write to the journal",
        source,
    }
}

const fn reading(source: sqlx::Error) -> StoreError {
    StoreError::Statement {
        what: "read the journal",
        source,
    }
}

/// Block heights and nonces stay far below 2⁶³; what does not is stored as that.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn entry(row: &SqliteRow) -> Result<Entry, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt {
        table: "journal",
        reason: format!("line {}: {what}", row.get::<i64, _>("id")),
    };
    let number = |column: &str| -> Result<u64, StoreError> {
        u64::try_from(row.get::<i64, _>(column)).map_err(|_| corrupt(column))
    };
    let text = |column: &str| row.get::<String, _>(column);
    let epoch: Option<i64> = row.get("epoch");
    Ok(Entry {
        id: EntryId(row.get("id")),
        intent: Intent {
            hotkey: text("hotkey").parse().map_err(|_| corrupt("hotkey"))?,
            netuid: NetUid(row.get("netuid")),
            mechanism: MechId(row.get("mechanism")),
            round: number("round")?,
            epoch: epoch.and_then(|epoch| u64::try_from(epoch).ok()),
            weights: serde_json::from_str(&text("weights")).map_err(|_| corrupt("weights"))?,
        },
        attempt: Attempt {
            extrinsic: text("extrinsic"),
            nonce: number("nonce")?,
            birth: Block {
                number: BlockNumber(number("birth")?),
                hash: text("birth_hash")
                    .parse()
                    .map_err(|_| corrupt("birth_hash"))?,
            },
            valid_until: BlockNumber(number("valid_until")?),
            uid: Uid(row.get("uid")),
            last_update: BlockNumber(number("last_update")?),
        },
        state: EntryState::of(&text("state")).ok_or_else(|| corrupt("state"))?,
        outcome: row.get("outcome"),
    })
}
