use axonry_core::{BlockNumber, Hotkey, MechId, NetUid, Weights};
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
    /// The version key it is sent with.
    pub version_key: u64,
}

/// The extrinsic that carries an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its hash, `0x` and 64 digits.
    pub extrinsic: String,
    /// The nonce it uses up.
    pub nonce: u64,
    /// The block it counts from.
    pub birth: BlockNumber,
    /// The last block it can be included in.
    pub valid_until: BlockNumber,
}

/// How an intent ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// Chain state shows the vector at this block.
    Verified(BlockNumber),
    /// The chain said no, for good.
    Rejected(String),
    /// It was given up without having had an effect.
    Abandoned(String),
}

/// A line's number in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(i64);

/// Where an entry stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// Written down, not known to be sent.
    Planned,
    /// About to be sent, or sent: only chain state can tell.
    Sent(Sent),
    /// Over.
    Concluded(Conclusion),
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: EntryId,
    /// What was to be submitted.
    pub intent: Intent,
    /// Where it stands.
    pub state: EntryState,
}

impl Store {
    /// Writes an intent down. The same intent again gives the same line.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the round has another vector that may be on its way or has
    /// landed.
    pub async fn record_intent(&self, intent: &Intent) -> Result<EntryId, StoreError> {
        let failed = |source| StoreError::Statement {
            what: "write to the journal",
            source,
        };
        let mut transaction = self
            .pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(failed)?;
        let there = sqlx::query(
            "SELECT * FROM journal WHERE hotkey = ? AND netuid = ? AND mechanism = ? AND round = ?
             AND state IN ('planned', 'sent', 'verified')",
        )
        .bind(intent.hotkey.to_string())
        .bind(intent.netuid.0)
        .bind(intent.mechanism.0)
        .bind(signed(intent.round))
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed)?;
        if let Some(row) = there {
            let entry = entry(&row)?;
            let same = entry.intent.weights == intent.weights
                && entry.intent.version_key == intent.version_key;
            return if same {
                Ok(entry.id)
            } else {
                Err(StoreError::Conflict {
                    netuid: intent.netuid.0,
                    round: intent.round,
                })
            };
        }
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO journal
                (hotkey, netuid, mechanism, round, epoch, weights, version_key, state)
             VALUES (?, ?, ?, ?, ?, ?, ?, 'planned') RETURNING id",
        )
        .bind(intent.hotkey.to_string())
        .bind(intent.netuid.0)
        .bind(intent.mechanism.0)
        .bind(signed(intent.round))
        .bind(intent.epoch.map(signed))
        .bind(serde_json::to_string(&intent.weights).expect("pairs of numbers are JSON"))
        .bind(intent.version_key.to_string())
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(EntryId(id))
    }

    /// Writes down what is about to be handed to a node. A later attempt replaces an earlier one.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn record_sent(&self, id: EntryId, sent: &Sent) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE journal SET state = 'sent', extrinsic = ?, nonce = ?, birth = ?,
             valid_until = ? WHERE id = ? AND state IN ('planned', 'sent')",
        )
        .bind(&sent.extrinsic)
        .bind(signed(sent.nonce))
        .bind(signed(sent.birth.0))
        .bind(signed(sent.valid_until.0))
        .bind(id.0)
        .execute(&self.pool)
        .await
        .map_err(|source| StoreError::Statement {
            what: "write to the journal",
            source,
        })?;
        Ok(())
    }

    /// Writes down how an intent ended.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn conclude(&self, id: EntryId, conclusion: &Conclusion) -> Result<(), StoreError> {
        let (state, block, reason) = match conclusion {
            Conclusion::Verified(block) => ("verified", Some(signed(block.0)), None),
            Conclusion::Rejected(reason) => ("rejected", None, Some(reason)),
            Conclusion::Abandoned(reason) => ("abandoned", None, Some(reason)),
        };
        sqlx::query("UPDATE journal SET state = ?, block = ?, reason = ? WHERE id = ?")
            .bind(state)
            .bind(block)
            .bind(reason)
            .bind(id.0)
            .execute(&self.pool)
            .await
            .map_err(|source| StoreError::Statement {
                what: "write to the journal",
                source,
            })?;
        Ok(())
    }

    /// What a hotkey began on a subnet and did not see the end of, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn unfinished(
        &self,
        hotkey: Hotkey,
        netuid: NetUid,
    ) -> Result<Vec<Entry>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM journal WHERE hotkey = ? AND netuid = ?
             AND state IN ('planned', 'sent') ORDER BY id",
        )
        .bind(hotkey.to_string())
        .bind(netuid.0)
        .fetch_all(&self.pool)
        .await
        .map_err(|source| StoreError::Statement {
            what: "read the journal",
            source,
        })?;
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
            .map_err(|source| StoreError::Statement {
                what: "read the journal",
                source,
            })?;
        rows.iter().map(entry).collect()
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
        let number: Option<i64> = row.get(column);
        number
            .and_then(|number| u64::try_from(number).ok())
            .ok_or_else(|| corrupt(column))
    };
    let text = |column: &str| -> Result<String, StoreError> {
        row.get::<Option<String>, _>(column)
            .ok_or_else(|| corrupt(column))
    };
    let state = match text("state")?.as_str() {
        "planned" => EntryState::Planned,
        "sent" => EntryState::Sent(Sent {
            extrinsic: text("extrinsic")?,
            nonce: number("nonce")?,
            birth: BlockNumber(number("birth")?),
            valid_until: BlockNumber(number("valid_until")?),
        }),
        "verified" => EntryState::Concluded(Conclusion::Verified(BlockNumber(number("block")?))),
        "rejected" => EntryState::Concluded(Conclusion::Rejected(text("reason")?)),
        "abandoned" => EntryState::Concluded(Conclusion::Abandoned(text("reason")?)),
        _ => return Err(corrupt("state")),
    };
    let epoch: Option<i64> = row.get("epoch");
    Ok(Entry {
        id: EntryId(row.get("id")),
        intent: Intent {
            hotkey: text("hotkey")?.parse().map_err(|_| corrupt("hotkey"))?,
            netuid: NetUid(row.get("netuid")),
            mechanism: MechId(row.get("mechanism")),
            round: number("round")?,
            epoch: epoch.and_then(|epoch| u64::try_from(epoch).ok()),
            weights: serde_json::from_str(&text("weights")?).map_err(|_| corrupt("weights"))?,
            version_key: text("version_key")?
                .parse()
                .map_err(|_| corrupt("version_key"))?,
        },
        state,
    })
}
