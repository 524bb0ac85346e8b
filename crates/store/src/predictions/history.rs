use axonry_core::{Uid, UnixMillis};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Predictions;
use super::again::again;
use super::dialect::Column::{self, Json, Moment, Plain};
use super::inserting::Insertion;
use super::rows::{MinerId, NeuronRecord, Reward, WeightsUpdate};
use crate::StoreError;
use crate::fields::Fields;
use crate::value::Kind::{Integer, Real, Text};
use crate::value::{Table, Value};

static REWARD: Table = Table {
    name: "miner_rewards",
    columns: &[
        ("miner_id", Integer),
        ("miner_uid", Integer),
        ("smoothed_score", Real),
        ("reward_weight", Real),
    ],
    key: 0,
};

static UPDATE: Table = Table {
    name: "weights_update_history",
    columns: &[
        ("miner_uids", Text),
        ("miner_weights", Text),
        ("norm_miner_uids", Text),
        ("norm_miner_weights", Text),
        ("update_result", Text),
        ("updated_at", Integer),
    ],
    key: 0,
};

impl Predictions {
    /// Writes down what miners are to get for one kind of prompt.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn save_rewards(
        &self,
        prompt_name: &str,
        updated_at: UnixMillis,
        rewards: &[Reward],
    ) -> Result<(), StoreError> {
        let into = "INSERT INTO miner_rewards
            (updated_at, prompt_name, miner_id, miner_uid, smoothed_score, reward_weight) VALUES";
        let columns = [Moment, Plain, Plain, Plain, Plain, Plain];
        let rows = rewards.iter().map(|reward| {
            vec![
                updated_at.0.into(),
                prompt_name.into(),
                reward.miner.0.into(),
                reward.uid.0.into(),
                reward.smoothed_score.into(),
                reward.reward_weight.into(),
            ]
        });
        self.insert_all("save rewards", into, &columns, rows.collect())
            .await
    }

    /// What miners were to get for one kind of prompt when that was written down last, by uid.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn newest_rewards(&self, prompt_name: &str) -> Result<Vec<Reward>, StoreError> {
        let mut work = self.read("read the rewards").await?;
        let sql = "SELECT miner_id, CAST(miner_uid AS BIGINT), smoothed_score, reward_weight
            FROM miner_rewards WHERE prompt_name = $1 AND updated_at =
                (SELECT MAX(updated_at) FROM miner_rewards WHERE prompt_name = $1)
            ORDER BY miner_uid, id";
        let rows = work.read(&REWARD, sql, &[prompt_name.into()]).await?;
        rows.into_iter()
            .map(|mut fields| {
                Ok(Reward {
                    miner: MinerId(fields.number()?),
                    uid: Uid(fields.narrow()?),
                    smoothed_score: fields.real()?,
                    reward_weight: fields.real()?,
                })
            })
            .collect()
    }

    /// Writes down a vector and what became of it.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn save_weights_update(&self, update: &WeightsUpdate) -> Result<(), StoreError> {
        let into = "INSERT INTO weights_update_history (miner_uids, miner_weights,
            norm_miner_uids, norm_miner_weights, update_result, updated_at) VALUES";
        let columns = [Json, Json, Json, Json, Plain, Moment];
        let row = vec![
            json(&update.miner_uids),
            json(&update.miner_weights),
            json(&update.norm_miner_uids),
            json(&update.norm_miner_weights),
            update.update_result.as_str().into(),
            update.updated_at.0.into(),
        ];
        self.insert_all("save a vector", into, &columns, vec![row])
            .await
    }

    /// The newest vectors, newest first.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn recent_weights_updates(
        &self,
        at_most: u32,
    ) -> Result<Vec<WeightsUpdate>, StoreError> {
        let sql = format!(
            "SELECT CAST(miner_uids AS TEXT), CAST(miner_weights AS TEXT),
                 CAST(norm_miner_uids AS TEXT), CAST(norm_miner_weights AS TEXT),
                 update_result, {}
             FROM weights_update_history ORDER BY id DESC LIMIT $1",
            self.dialect().millis("updated_at")
        );
        let mut work = self.read("read the vectors").await?;
        let rows = work
            .read(&UPDATE, &sql, &[u64::from(at_most).into()])
            .await?;
        rows.into_iter()
            .map(|mut fields| {
                Ok(WeightsUpdate {
                    miner_uids: list(&mut fields)?,
                    miner_weights: list(&mut fields)?,
                    norm_miner_uids: list(&mut fields)?,
                    norm_miner_weights: list(&mut fields)?,
                    update_result: fields.text()?,
                    updated_at: UnixMillis(fields.number()?),
                })
            })
            .collect()
    }

    /// Writes down what the metagraph was.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn save_metagraph(
        &self,
        updated_at: UnixMillis,
        neurons: &[NeuronRecord],
    ) -> Result<(), StoreError> {
        let into = "INSERT INTO metagraph_history (updated_at, neuron_uid, incentive, rank, stake,
            trust, emission, pruning_score, coldkey, hotkey, ip_address) VALUES";
        let mut columns = [Plain; 11];
        columns[0] = Moment;
        let rows = neurons.iter().map(|neuron| {
            vec![
                updated_at.0.into(),
                neuron.miner.uid.0.into(),
                neuron.incentive.into(),
                neuron.rank.into(),
                neuron.stake.into(),
                neuron.trust.into(),
                neuron.emission.into(),
                neuron.pruning_score.into(),
                neuron.miner.coldkey.to_string().into(),
                neuron.miner.hotkey.to_string().into(),
                neuron.ip_address.as_str().into(),
            ]
        });
        self.insert_all("save the metagraph", into, &columns, rows.collect())
            .await
    }

    async fn insert_all(
        &self,
        what: &'static str,
        into: &str,
        columns: &[Column],
        rows: Vec<Vec<Value>>,
    ) -> Result<(), StoreError> {
        let insertion = Insertion {
            dialect: self.dialect(),
            into,
            columns,
            rest: "",
        };
        again(what, || async {
            let mut work = self.write(what).await?;
            insertion.run(&mut work, &rows).await?;
            work.commit().await
        })
        .await
    }
}

fn json(list: &impl Serialize) -> Value {
    let text = serde_json::to_string(list);
    text.expect("lists of numbers are JSON").into()
}

fn list<T: DeserializeOwned>(fields: &mut Fields) -> Result<Vec<T>, StoreError> {
    let text = fields.text()?;
    serde_json::from_str(&text).map_err(|error| fields.corrupt(error))
}
