use crate::fields::Fields;
use crate::schema::CACHE;
use crate::{Store, StoreError};

/// How many values a space of the cache holds; the ones not used for longest go first.
pub const CACHED_VALUES: u64 = 100_000;
/// How long one cached value may be.
pub const LONGEST_VALUE: usize = 1 << 20;

impl Store {
    /// Keeps values that are dear to compute, by a key that says all they depend on.
    ///
    /// `round` is when they were used last: of each `space` the [`CACHED_VALUES`] used last stay.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] for a value above [`LONGEST_VALUE`]; [`StoreError::HistoryPaused`]
    /// while the disk has room for the journal only.
    pub async fn cache(
        &self,
        space: &str,
        round: u64,
        values: &[(String, Vec<u8>)],
    ) -> Result<(), StoreError> {
        if let Some((key, value)) = values.iter().find(|(_, value)| value.len() > LONGEST_VALUE) {
            return Err(StoreError::TooLarge {
                what: format!("the cached value of `{key}`"),
                bytes: value.len(),
                limit: LONGEST_VALUE,
            });
        }
        let written = self.history("keep values in the cache", |mut work| async move {
            for (key, value) in values {
                let (key, value) = (key.as_str().into(), value.clone().into());
                let row = vec![space.into(), key, value, round.into()];
                work.upsert(&CACHE, row).await?;
            }
            let excess = "DELETE FROM cache WHERE space = $1 AND key NOT IN (
                SELECT key FROM cache WHERE space = $1 ORDER BY round DESC, key LIMIT $2)";
            let count = "SELECT COUNT(*) FROM cache WHERE space = $1";
            let kept = work.number(count, &[space.into()]).await?;
            if u64::try_from(kept).is_ok_and(|kept| kept > CACHED_VALUES) {
                work.execute(excess, &[space.into(), CACHED_VALUES.into()])
                    .await?;
            }
            Ok((work, ()))
        });
        written.await
    }

    /// A value kept earlier, and the round it was last used in.
    ///
    /// # Errors
    /// [`StoreError::Statement`], [`StoreError::Corrupt`]: a damaged value is never given out.
    pub async fn cached(
        &self,
        space: &str,
        key: &str,
    ) -> Result<Option<(Vec<u8>, u64)>, StoreError> {
        let mut work = self.begin("read the cache").await?;
        let this = "WHERE space = $1 AND key = $2";
        let rows = work
            .select(&CACHE, this, &[space.into(), key.into()])
            .await?;
        rows.into_iter()
            .next()
            .map(|row| {
                let mut fields = Fields::of(&CACHE, row);
                let (_space, _key) = (fields.text()?, fields.text()?);
                Ok((fields.bytes()?, fields.number()?))
            })
            .transpose()
    }
}
