use std::collections::BTreeMap;
use std::io::{Read, Write};

use axonry_core::{Hotkey, NetUid};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::fields::Fields;
use crate::schema::TRACES;
use crate::{Store, StoreError};

/// How many rounds keep their traces; those of the round before go when a new one comes.
pub const TRACED_ROUNDS: u64 = 32;
/// How long one trace may be, in bytes of text.
pub const LONGEST_TRACE: usize = 4 << 20;

impl Store {
    /// Keeps why a miner got its score in a round: a text, compressed. See [`Store::keep_traces`].
    ///
    /// # Errors
    /// As [`Store::keep_traces`].
    pub async fn keep_trace(
        &self,
        netuid: NetUid,
        round: u64,
        hotkey: Hotkey,
        trace: &str,
    ) -> Result<(), StoreError> {
        let traces = [(hotkey, trace.to_owned())].into();
        self.keep_traces(netuid, round, &traces).await
    }

    /// Keeps why miners got their scores in a round, all or none; a trace kept before is replaced.
    ///
    /// Only the newest [`TRACED_ROUNDS`] rounds keep theirs.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] for a text above [`LONGEST_TRACE`]; [`StoreError::HistoryPaused`]
    /// while the disk has room for the journal only.
    pub async fn keep_traces(
        &self,
        netuid: NetUid,
        round: u64,
        traces: &BTreeMap<Hotkey, String>,
    ) -> Result<(), StoreError> {
        let mut packed = Vec::with_capacity(traces.len());
        for (hotkey, trace) in traces {
            if trace.len() > LONGEST_TRACE {
                return Err(StoreError::TooLarge {
                    what: format!("the trace of {hotkey}"),
                    bytes: trace.len(),
                    limit: LONGEST_TRACE,
                });
            }
            packed.push((hotkey.to_string(), pack(trace)));
        }
        let packed = &packed;
        let written = self.history("keep a round's traces", |mut work| async move {
            let old = "DELETE FROM traces WHERE netuid = $1 AND round <= $2";
            let bound = round.saturating_sub(TRACED_ROUNDS);
            work.execute(old, &[netuid.0.into(), bound.into()]).await?;
            for (hotkey, trace) in packed {
                let hotkey = hotkey.as_str().into();
                let row = vec![netuid.0.into(), round.into(), hotkey, trace.clone().into()];
                work.upsert(&TRACES, row).await?;
            }
            Ok((work, ()))
        });
        written.await
    }

    /// Why a miner got its score in a round, if that was kept.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn trace(
        &self,
        netuid: NetUid,
        round: u64,
        hotkey: Hotkey,
    ) -> Result<Option<String>, StoreError> {
        let mut work = self.begin("read a trace").await?;
        let this = "WHERE netuid = $1 AND round = $2 AND hotkey = $3";
        let values = [netuid.0.into(), round.into(), hotkey.to_string().into()];
        let rows = work.select(&TRACES, this, &values).await?;
        rows.into_iter()
            .next()
            .map(|row| {
                let mut fields = Fields::of(&TRACES, row);
                let (_netuid, _round, _hotkey) =
                    (fields.number()?, fields.number()?, fields.text()?);
                let packed = fields.bytes()?;
                unpack(&packed).map_err(|error| fields.corrupt(error))
            })
            .transpose()
    }

    /// Why every miner got its score in a round, as far as that was kept.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`].
    pub async fn traces(
        &self,
        netuid: NetUid,
        round: u64,
    ) -> Result<BTreeMap<Hotkey, String>, StoreError> {
        let mut work = self.begin("read a round's traces").await?;
        let these = "WHERE netuid = $1 AND round = $2";
        let rows = work
            .select(&TRACES, these, &[netuid.0.into(), round.into()])
            .await?;
        rows.into_iter()
            .map(|row| {
                let mut fields = Fields::of(&TRACES, row);
                let (_netuid, _round) = (fields.number()?, fields.number()?);
                let hotkey: Hotkey = fields.parsed()?;
                let packed = fields.bytes()?;
                let text = unpack(&packed).map_err(|error| fields.corrupt(error))?;
                Ok((hotkey, text))
            })
            .collect()
    }

    /// The rounds of a subnet that have traces, newest first.
    ///
    /// # Errors
    /// [`StoreError::Statement`].
    pub async fn traced_rounds(&self, netuid: NetUid) -> Result<Vec<u64>, StoreError> {
        let mut work = self.begin("read which rounds have traces").await?;
        let sql = "SELECT DISTINCT round FROM traces WHERE netuid = $1 ORDER BY round DESC";
        let rounds = work.numbers(sql, &[netuid.0.into()]).await?;
        Ok(rounds
            .into_iter()
            .filter_map(|round| round.try_into().ok())
            .collect())
    }
}

fn pack(text: &str) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    let packed = packer
        .write_all(text.as_bytes())
        .and_then(|()| packer.finish());
    packed.expect("a vector takes whatever is written")
}

fn unpack(packed: &[u8]) -> std::io::Result<String> {
    let limit = u64::try_from(LONGEST_TRACE).expect("some megabytes");
    let mut text = String::new();
    ZlibDecoder::new(packed)
        .take(limit)
        .read_to_string(&mut text)?;
    Ok(text)
}
