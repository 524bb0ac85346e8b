use async_trait::async_trait;
use axonry_core::{BlockHash, BlockNumber, Hotkey, MechId, NetUid};
use axonry_store::{EntryId, EntryState, Store, StoreError};
use axonry_weights::{Attempt, Carrier, Intent, IntentId, Journal, JournalError, Landing, Salt};

/// The setter's journal, kept in the validator's store.
#[derive(Clone, Debug)]
pub(crate) struct StoredJournal(pub(crate) Store);

#[async_trait]
impl Journal for StoredJournal {
    async fn record(&self, intent: &Intent) -> Result<IntentId, JournalError> {
        let kept = axonry_store::Intent {
            hotkey: intent.hotkey,
            netuid: intent.netuid,
            mechanism: intent.mechanism,
            round: intent.round,
            epoch: intent.epoch,
            weights: intent.weights.clone(),
        };
        match self.0.record(&kept, &to_store(&intent.attempt)).await {
            Ok(id) => Ok(IntentId(id.0)),
            Err(StoreError::Conflict { .. }) => {
                let Intent { netuid, round, .. } = *intent;
                Err(JournalError::Conflict { netuid, round })
            }
            Err(error) => Err(failed(error)),
        }
    }

    async fn attempt(&self, id: IntentId, attempt: &Attempt) -> Result<(), JournalError> {
        self.0
            .record_attempt(EntryId(id.0), &to_store(attempt))
            .await
            .map_err(failed)
    }

    async fn conclude(&self, id: IntentId, landing: &Landing) -> Result<(), JournalError> {
        let state = match (landing.is_verified(), landing.is_settled()) {
            (true, _) => EntryState::Landed,
            (false, true) => EntryState::Failed,
            (false, false) => EntryState::Open,
        };
        self.0
            .conclude(EntryId(id.0), state, &landing.to_string())
            .await
            .map_err(failed)
    }

    async fn taken(
        &self,
        hotkey: Hotkey,
        (netuid, mechanism): (NetUid, MechId),
        since: BlockNumber,
        round: u64,
    ) -> Result<bool, JournalError> {
        // An epoch is a matter of the last few entries: there is one per round.
        let recent = self.0.recent_entries(64).await.map_err(failed)?;
        let beginning = self.0.beginning().await.map_err(failed)?;
        Ok(recent.iter().any(|entry| {
            let intent = &entry.intent;
            let same =
                (intent.hotkey, intent.netuid, intent.mechanism) == (hotkey, netuid, mechanism);
            let in_it = entry.attempt.valid_until >= since && intent.round != round;
            // Lines of a chain that has begun anew since say nothing about this one's epochs.
            let of_this_chain = beginning.is_none_or(|beginning| entry.id > beginning.after);
            same && in_it && of_this_chain && entry.state != EntryState::Failed
        }))
    }

    async fn unfinished(&self, hotkey: Hotkey) -> Result<Vec<(IntentId, Intent)>, JournalError> {
        let entries = self.0.unfinished(hotkey).await.map_err(failed)?;
        entries
            .into_iter()
            .map(|entry| {
                let hash: BlockHash = entry.attempt.extrinsic.parse().map_err(failed)?;
                let salt = entry.attempt.salt.map(|salt| Salt::new(salt.expose()));
                let carrier = Carrier::from_parts(&entry.attempt.carrier, salt).map_err(failed)?;
                let intent = Intent {
                    hotkey: entry.intent.hotkey,
                    netuid: entry.intent.netuid,
                    mechanism: entry.intent.mechanism,
                    round: entry.intent.round,
                    epoch: entry.intent.epoch,
                    weights: entry.intent.weights,
                    attempt: Attempt {
                        extrinsic: axonry_chain::ExtrinsicHash(hash.0),
                        nonce: entry.attempt.nonce,
                        birth: entry.attempt.birth,
                        valid_until: entry.attempt.valid_until,
                        uid: entry.attempt.uid,
                        last_update: entry.attempt.last_update,
                        carrier,
                    },
                };
                Ok((IntentId(entry.id.0), intent))
            })
            .collect()
    }
}

fn to_store(attempt: &Attempt) -> axonry_store::Attempt {
    axonry_store::Attempt {
        extrinsic: attempt.extrinsic.to_string(),
        nonce: attempt.nonce,
        birth: attempt.birth,
        valid_until: attempt.valid_until,
        uid: attempt.uid,
        last_update: attempt.last_update,
        carrier: attempt.carrier.to_string(),
        salt: attempt
            .carrier
            .salt()
            .map(|salt| axonry_store::Salt::new(salt.expose())),
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> JournalError {
    JournalError::Failed(Box::new(error))
}
