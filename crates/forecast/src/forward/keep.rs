use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;

use crate::{Answer, Paths, Prompt};

/// What is kept of a correct answer until it is scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// Its text as it came, some 3 MB: what upstream's table holds.
    #[default]
    Json,
    /// Its prices as little-endian 32-bit floats, 1.2 MB, which are off by up to 6e-8 of themselves.
    F32,
    /// Nothing: the prompt is not scored.
    None,
}

/// What is kept of one correct answer. Dropping it lets the next answer be read.
pub struct Kept {
    bytes: Bytes,
    _place: OwnedSemaphorePermit,
}

impl Kept {
    /// The text `[start, increment, [price, …], …]`, or the floats.
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl Keep {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Json, Self::F32, Self::None];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::F32 => "f32",
            Self::None => "none",
        }
    }

    pub(super) fn of(
        self,
        answer: &Answer,
        body: &Bytes,
        prompt: &Prompt,
        place: OwnedSemaphorePermit,
    ) -> Option<Kept> {
        let bytes = match self {
            Self::None => return None,
            Self::F32 => floats(answer.paths.as_ref()?).into(),
            Self::Json => match answer.text(body, prompt)? {
                // A part of what came: it is not copied.
                Cow::Borrowed(text) => body.slice_ref(text.as_bytes()),
                Cow::Owned(text) => text.into(),
            },
        };
        Some(Kept {
            bytes,
            _place: place,
        })
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Keep {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|keep| keep.name() == name);
        found.ok_or_else(|| format!("`{name}` is none of json, f32, none"))
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({} bytes)", self.bytes.len())
    }
}

/// How long this thread has been on a processor.
pub(super) fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Path after path, 32-bit floats in little-endian order and nothing else.
fn floats(paths: &Paths) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 * paths.prices().len());
    for price in paths.prices() {
        #[expect(clippy::cast_possible_truncation, reason = "this is the point of it")]
        bytes.extend_from_slice(&(*price as f32).to_le_bytes());
    }
    bytes
}
