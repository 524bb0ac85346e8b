use std::collections::BTreeMap;

use axonry_core::{Block, Hotkey, NetUid};
use serde::{Deserialize, Serialize};

use crate::fields::Fields;
use crate::schema::{AVERAGES, SETTINGS};
use crate::work::Work;
use crate::{Store, StoreError};

/// Where averages came from that no round of ours made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seed {
    /// The block whose state had our last vector.
    pub block: Block,
    /// How many hotkeys had a share in it.
    pub hotkeys: usize,
}

impl Store {
    /// What each miner of a subnet has earned so far, by hotkey; empty when nothing was kept.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a row no release wrote: an average is never made up.
    pub async fn averages(&self, netuid: NetUid) -> Result<BTreeMap<Hotkey, f32>, StoreError> {
        let mut work = self.begin("read the averages").await?;
        let rows = work
            .select(&AVERAGES, "WHERE netuid = $1", &[netuid.0.into()])
            .await?;
        rows.into_iter()
            .map(|row| {
                let mut fields = Fields::of(&AVERAGES, row);
                let _netuid = fields.number()?;
                let hotkey = fields.parsed()?;
                let average = fields.real()?;
                #[expect(clippy::cast_possible_truncation, reason = "written from an f32")]
                let single = average as f32;
                if !(single.is_finite() && single >= 0.0) {
                    return Err(fields.corrupt(format_args!("`{average}` is no average")));
                }
                Ok((hotkey, single))
            })
            .collect()
    }

    /// The round that the averages of a subnet are the result of; `None` where there are none, 0 for
    /// those a state was begun with.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn averaged_round(&self, netuid: NetUid) -> Result<Option<u64>, StoreError> {
        let mut work = self.begin("read the averages' round").await?;
        let newest = "SELECT round FROM averages WHERE netuid = $1 ORDER BY round DESC LIMIT 1";
        let rounds = work.numbers(newest, &[netuid.0.into()]).await?;
        Ok(rounds.first().and_then(|round| u64::try_from(*round).ok()))
    }

    /// Replaces the averages of a subnet by those of a round, all or none.
    ///
    /// # Errors
    /// [`StoreError::Statement`] when the disk does not take them; the old ones stay then.
    pub async fn save_averages(
        &self,
        netuid: NetUid,
        round: u64,
        averages: &BTreeMap<Hotkey, f32>,
    ) -> Result<(), StoreError> {
        let written = self.essential("save the averages", |mut work| async move {
            replace(&mut work, netuid, round, averages).await?;
            Ok((work, ()))
        });
        written.await
    }

    /// Begins the averages of a subnet with those of a vector that the chain still has, and keeps in
    /// mind that they were not earned in rounds seen here. For a state that is made for it,
    /// [`Store::create_seeded`] does both at once.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] when the subnet has averages or rounds: what was earned is never
    /// replaced by what is left of it on chain.
    pub async fn seed(
        &self,
        netuid: NetUid,
        averages: &BTreeMap<Hotkey, f32>,
        block: Block,
    ) -> Result<(), StoreError> {
        let written = self.essential("seed the averages", |mut work| async move {
            for table in ["averages", "rounds"] {
                let rows = format!("SELECT COUNT(*) FROM {table} WHERE netuid = $1");
                if work.number(&rows, &[netuid.0.into()]).await? > 0 {
                    let location = self.location().clone();
                    return Err(StoreError::NotEmpty { location });
                }
            }
            seed(&mut work, netuid, averages, block).await?;
            Ok((work, ()))
        });
        written.await
    }

    /// What the averages of a subnet were begun with, if not with nothing.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn seeded(&self, netuid: NetUid) -> Result<Option<Seed>, StoreError> {
        let Some(seed) = self.setting(&seed_of(netuid)).await? else {
            return Ok(None);
        };
        let seed = serde_json::from_str(&seed).map_err(|error| StoreError::Corrupt {
            table: SETTINGS.name,
            reason: error.to_string(),
        })?;
        Ok(Some(seed))
    }
}

pub(crate) async fn seed(
    work: &mut Work,
    netuid: NetUid,
    averages: &BTreeMap<Hotkey, f32>,
    block: Block,
) -> Result<(), StoreError> {
    let hotkeys = averages.len();
    let seed = serde_json::to_string(&Seed { block, hotkeys });
    let seed = seed.expect("numbers and a hash are JSON");
    replace(work, netuid, 0, averages).await?;
    let row = vec![seed_of(netuid).into(), seed.into()];
    work.upsert(&SETTINGS, row).await
}

fn seed_of(netuid: NetUid) -> String {
    format!("seed of subnet {netuid}")
}

async fn replace(
    work: &mut Work,
    netuid: NetUid,
    round: u64,
    averages: &BTreeMap<Hotkey, f32>,
) -> Result<(), StoreError> {
    let old = "DELETE FROM averages WHERE netuid = $1";
    work.execute(old, &[netuid.0.into()]).await?;
    for (hotkey, average) in averages {
        let row = vec![
            netuid.0.into(),
            hotkey.to_string().into(),
            f64::from(*average).into(),
            round.into(),
        ];
        work.insert(&AVERAGES, row).await?;
    }
    Ok(())
}
