use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use object_store::path::Path;

/// What one file of an archive is of: a prompt, and nothing but it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PromptKey {
    day: String,
    asset: String,
    start_unix: i64,
    time_length: u32,
    time_increment: u32,
}

/// These are no prompt's figures.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct PromptKeyError {
    reason: String,
}

impl PromptKey {
    /// A prompt by its asset, its start in seconds since 1970, its length and its step in seconds.
    ///
    /// # Errors
    /// When the asset's name cannot stand in a path (1 to 32 ASCII letters, digits, `_`, `-`, `.`,
    /// beginning with a letter or digit), the start is no moment, or the step is zero.
    pub fn new(
        asset: &str,
        start_unix: i64,
        time_length: u32,
        time_increment: u32,
    ) -> Result<Self, PromptKeyError> {
        let wrong = |reason: String| PromptKeyError { reason };
        let spelled = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let begins = asset.bytes().next();
        if !begins.is_some_and(|byte| byte.is_ascii_alphanumeric())
            || asset.len() > 32
            || !asset.bytes().all(spelled)
        {
            return Err(wrong(format!("`{asset}` names no asset")));
        }
        if time_increment == 0 {
            return Err(wrong("a step of no seconds".to_owned()));
        }
        let start = Timestamp::from_second(start_unix).map_err(|error| wrong(error.to_string()))?;
        Ok(Self {
            day: start.to_zoned(TimeZone::UTC).date().to_string(),
            asset: asset.to_owned(),
            start_unix,
            time_length,
            time_increment,
        })
    }

    /// The day it begins on, in UTC: `2026-02-03`.
    pub fn day(&self) -> &str {
        &self.day
    }

    /// Whose price.
    pub fn asset(&self) -> &str {
        &self.asset
    }

    /// When its paths begin, in seconds since 1970.
    pub const fn start_unix(&self) -> i64 {
        self.start_unix
    }

    /// Seconds from the first point to the end of the horizon.
    pub const fn time_length(&self) -> u32 {
        self.time_length
    }

    /// Seconds between two points.
    pub const fn time_increment(&self) -> u32 {
        self.time_increment
    }

    /// How many prices a path has.
    pub fn points(&self) -> usize {
        let steps = self.time_length / self.time_increment;
        usize::try_from(steps).unwrap_or(usize::MAX) + 1
    }

    /// Where its file is, below the archive's own place.
    pub(crate) fn path(&self, below: &Path) -> Path {
        let name = self.to_string();
        partition(below, &self.day, Some(&self.asset)).join(name)
    }

    /// The key a file's path tells, if it is one of ours.
    pub(crate) fn from_path(path: &Path) -> Option<Self> {
        let parts: Vec<_> = path.parts().collect();
        let [.., day, asset, name] = parts.as_slice() else {
            return None;
        };
        let asset = asset.as_ref().strip_prefix("asset=")?;
        let name = name.as_ref().strip_suffix(".parquet")?;
        let mut figures = name.split('-');
        let key = Self::new(
            asset,
            figures.next()?.parse().ok()?,
            figures.next()?.parse().ok()?,
            figures.next()?.parse().ok()?,
        )
        .ok()?;
        let same = day.as_ref().strip_prefix("day=") == Some(&key.day);
        (same && figures.next().is_none()).then_some(key)
    }
}

/// A folder of the layout: that of a day, or that of an asset on a day.
pub(crate) fn partition(below: &Path, day: &str, asset: Option<&str>) -> Path {
    let day = below.clone().join(format!("day={day}"));
    match asset {
        Some(asset) => day.join(format!("asset={asset}")),
        None => day,
    }
}

/// The name of its file.
impl fmt::Display for PromptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}-{}-{}.parquet",
            self.start_unix, self.time_length, self.time_increment
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_again_in_its_path_and_in_no_other() {
        let key = PromptKey::new("BTC", 1_770_114_060, 86_400, 300).expect("a key");
        assert_eq!(key.points(), 289);
        let path = key.path(&Path::from("deep/archive"));
        let text = "deep/archive/day=2026-02-03/asset=BTC/1770114060-86400-300.parquet";
        assert_eq!(path.as_ref(), text);
        assert_eq!(PromptKey::from_path(&path), Some(key));
        for other in [
            "day=2026-02-04/asset=BTC/1770114060-86400-300.parquet",
            "day=2026-02-03/asset=BTC/1770114060-86400.parquet",
            "day=2026-02-03/asset=BTC/1770114060-86400-0.parquet",
            "day=2026-02-03/asset=BTC/1770114060-86400-300.parquet.tmp",
            "asset=BTC/1770114060-86400-300.parquet",
        ] {
            assert_eq!(PromptKey::from_path(&Path::from(other)), None, "{other}");
        }
    }

    #[test]
    fn what_could_lead_out_of_the_archive_is_no_asset() {
        for asset in ["", "..", "a/b", "a=b", "é", "-a"] {
            assert!(PromptKey::new(asset, 0, 600, 300).is_err(), "{asset}");
        }
        assert!(PromptKey::new("BTC", 0, 600, 0).is_err());
        assert!(PromptKey::new("BTC", i64::MAX, 600, 300).is_err());
    }
}
