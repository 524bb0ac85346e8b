use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use axonry_store::predictions::Prediction;
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
    /// Nothing: the prompt is not scored, unless its answers are archived.
    None,
}

/// What is kept of one correct answer. Dropping it lets the next answer be read.
pub struct Kept {
    prediction: Prediction,
    paths: Option<Paths>,
    place: OwnedSemaphorePermit,
}

impl Kept {
    /// As the store takes it.
    pub const fn prediction(&self) -> &Prediction {
        &self.prediction
    }

    /// How many bytes it takes.
    pub const fn bytes(&self) -> usize {
        let prediction = match &self.prediction {
            Prediction::Nothing => 0,
            Prediction::Json(text) => text.len(),
            Prediction::F32(floats) => floats.len(),
        };
        match &self.paths {
            Some(paths) => prediction + size_of_val(paths.prices()),
            None => prediction,
        }
    }

    /// The prediction, the paths to archive, and what holds their place until they are saved.
    pub(crate) fn into_parts(self) -> (Prediction, Option<Paths>, OwnedSemaphorePermit) {
        (self.prediction, self.paths, self.place)
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

    /// What is kept of an answer, whose paths are taken out of it where they are to be archived.
    pub(super) fn of(
        self,
        answer: &mut Answer,
        archived: bool,
        body: &Bytes,
        prompt: &Prompt,
        place: OwnedSemaphorePermit,
    ) -> Option<Kept> {
        let prediction = match self {
            Self::None if archived => Prediction::Nothing,
            Self::None => return None,
            Self::F32 => Prediction::F32(answer.paths.as_ref()?.to_f32_bytes()),
            Self::Json => Prediction::Json(answer.text(body, prompt)?.into_owned()),
        };
        let paths = match archived {
            true => Some(answer.paths.take()?),
            false => None,
        };
        Some(Kept {
            prediction,
            paths,
            place,
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
        write!(f, "Kept({} bytes)", self.bytes())
    }
}

/// How long this thread has been on a processor.
pub(super) fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
