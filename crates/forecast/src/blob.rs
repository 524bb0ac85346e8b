//! Paths as four bytes a price: upstream's `synth/validator/bigtable_prediction_storage.py`.

use crate::{Asset, Paths};

impl AsRef<Self> for Paths {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Paths {
    /// Path after path as 32-bit floats, little-endian, with nothing before or between them.
    ///
    /// Prices keep seven digits, so that scores of what is read back differ in the seventh.
    pub fn to_f32_bytes(&self) -> Vec<u8> {
        #[expect(clippy::cast_possible_truncation, reason = "that is the format")]
        let bytes = |price: &f64| (*price as f32).to_le_bytes();
        self.prices().iter().flat_map(bytes).collect()
    }

    /// Reads what [`to_f32_bytes`](Self::to_f32_bytes) wrote; `None` unless it is whole paths.
    ///
    /// ```
    /// use axonry_forecast::Paths;
    /// let paths = Paths::new([97_123.46, 97_000.0], 2).ok_or("one path")?;
    /// let bytes = paths.to_f32_bytes();
    /// let read = Paths::from_f32_bytes(&bytes, 2).ok_or("one path")?;
    /// assert_eq!(read.path(0), [97_123.460_937_5, 97_000.0]);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn from_f32_bytes(bytes: &[u8], points: usize) -> Option<Self> {
        let (prices, rest) = bytes.as_chunks();
        let prices = prices.iter().map(|&price| f32::from_le_bytes(price).into());
        rest.is_empty()
            .then(|| Self::new(prices.collect::<Box<[f64]>>(), points))?
    }
}

/// The key of a miner's answer in upstream's tables: `BTC#1770114300#000042`.
pub fn row_key(asset: &Asset, start_unix: i64, miner: i64) -> String {
    format!("{asset}#{start_unix}#{miner:06}")
}
