//! Which repositories count, and by which rules.
//!
//! Reproduces `gittensor/validator/utils/load_weights.py` of `entrius/gittensor`: the file
//! `master_repositories.json`, its defaults and its checks. Two things differ: an infinite or NaN
//! number (written as text) is refused here, and so is a multiplier or a `fixed_base_score` beyond
//! [`GREATEST_FACTOR`], or one or a branch pattern of a wrong type, which upstream finds out later. Where upstream takes unreadable JSON for an empty
//! registry, here that is an error whose [`is_unreadable`](RegistryError::is_unreadable) holds.

mod fields;
mod rules;

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use fields::{Fields, Range};
pub use rules::{EligibilityRules, ScoringRules, TimeDecay};

/// The largest part of a repository's emission that its maintainers can take.
pub const MAX_MAINTAINER_CUT: f64 = 0.5;
/// The greatest multiplier or fixed base score, up or down: with it no score overflows.
pub const GREATEST_FACTOR: f64 = 1e12;
/// How far above 1 all shares together may lie, for want of exact sums.
pub const EMISSION_SHARE_TOLERANCE: f64 = 1e-9;

/// The repositories that count, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Registry {
    repositories: Vec<(String, RepositoryConfig)>,
    positions: BTreeMap<String, usize>,
}

/// The rules of one repository, with every default filled in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RepositoryConfig {
    /// Part of the scoring pool that goes to this repository: 0 to 1.
    pub emission_share: f64,
    /// Part of that for issue discovery: 0 to 1.
    pub issue_discovery_share: f64,
    /// Patterns of branches that count besides the default branch.
    pub additional_acceptable_branches: Vec<String>,
    /// Whether labels count whoever set them.
    pub trusted_label_pipeline: bool,
    /// Multipliers by label pattern.
    pub label_multipliers: BTreeMap<String, f64>,
    /// Multiplier when no label counts.
    pub default_label_multiplier: f64,
    /// Base score of every pull request, in place of the computed one.
    pub fixed_base_score: Option<f64>,
    /// When a miner's work counts.
    pub eligibility: EligibilityRules,
    /// How work is valued.
    pub scoring: ScoringRules,
    /// Part of the emission that the maintainers take first: 0 to [`MAX_MAINTAINER_CUT`].
    pub maintainer_cut: f64,
}

impl RepositoryConfig {
    /// All defaults, with this share of the pool.
    pub fn with_share(emission_share: f64) -> Self {
        Self {
            emission_share,
            issue_discovery_share: 0.5,
            additional_acceptable_branches: Vec::new(),
            trusted_label_pipeline: false,
            label_multipliers: BTreeMap::new(),
            default_label_multiplier: 1.0,
            fixed_base_score: None,
            eligibility: EligibilityRules::default(),
            scoring: ScoringRules::default(),
            maintainer_cut: 0.0,
        }
    }
}

/// Why a registry cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The text is not a JSON object.
    #[error("could not read the registry: expected a JSON object of repositories")]
    Json(#[source] serde_json::Error),
    /// A key has a value it must not have.
    #[error("registry: `{repository}`: `{key}` must be {expected}, is `{value}`")]
    Value {
        /// The repository, as the file spells it.
        repository: String,
        /// The key, with the objects it lies in.
        key: String,
        /// What was expected there.
        expected: String,
        /// What stands there.
        value: String,
    },
    /// A key that must be there is not.
    #[error("registry: `{repository}`: `{key}` is missing")]
    Missing {
        /// The repository, as the file spells it.
        repository: String,
        /// The key.
        key: String,
    },
    /// There is no such key.
    #[error("registry: `{repository}`: `{key}` is no known key")]
    UnknownKey {
        /// The repository, as the file spells it.
        repository: String,
        /// The key, with the objects it lies in.
        key: String,
    },
    /// All shares together exceed the pool.
    #[error("registry: `emission_share` adds up to {total}, must be at most 1")]
    SharesExceedPool {
        /// The sum, in file order.
        total: f64,
    },
}

impl RegistryError {
    /// Whether the text is not even JSON, in which case upstream goes on with no repository.
    pub const fn is_unreadable(&self) -> bool {
        matches!(self, Self::Json(_))
    }
}

impl Registry {
    /// Reads the text of `master_repositories.json`: `{"owner/name": {key: value}}`.
    ///
    /// Names are lowercased; of entries with one name the last counts, in the place of the first.
    ///
    /// # Errors
    ///
    /// Any [`RegistryError`]: one wrong entry fails the whole registry.
    pub fn from_json(text: &str) -> Result<Self, RegistryError> {
        let entries: Entries = serde_json::from_str(text).map_err(RegistryError::Json)?;
        let mut registry = Self::default();
        for (name, entry) in entries.0 {
            registry.insert(&name, repository(&name, &entry)?);
        }
        let total = registry
            .iter()
            .fold(0.0, |total, (_, config)| total + config.emission_share);
        if total > 1.0 + EMISSION_SHARE_TOLERANCE {
            return Err(RegistryError::SharesExceedPool { total });
        }
        Ok(registry)
    }

    /// The rules of a repository, by its lower-case name.
    pub fn get(&self, repository: &str) -> Option<&RepositoryConfig> {
        self.positions
            .get(repository)
            .map(|&at| &self.repositories[at].1)
    }

    /// Where a repository stands in the file.
    pub(crate) fn position(&self, repository: &str) -> Option<usize> {
        self.positions.get(repository).copied()
    }

    /// Every repository with its rules, in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &RepositoryConfig)> {
        self.repositories
            .iter()
            .map(|(name, config)| (name.as_str(), config))
    }

    /// How many repositories there are.
    pub fn len(&self) -> usize {
        self.repositories.len()
    }

    /// Whether no repository counts.
    pub fn is_empty(&self) -> bool {
        self.repositories.is_empty()
    }

    fn insert(&mut self, name: &str, config: RepositoryConfig) {
        let name = name.to_lowercase();
        match self.positions.get(&name) {
            Some(&at) => self.repositories[at].1 = config,
            None => {
                self.positions.insert(name.clone(), self.repositories.len());
                self.repositories.push((name, config));
            }
        }
    }
}

impl<N: AsRef<str>> FromIterator<(N, RepositoryConfig)> for Registry {
    /// Collects rules that were made in code; their ranges are not checked.
    fn from_iter<I: IntoIterator<Item = (N, RepositoryConfig)>>(entries: I) -> Self {
        let mut registry = Self::default();
        for (name, config) in entries {
            registry.insert(name.as_ref(), config);
        }
        registry
    }
}

const FACTOR: Range = Range::Within(-GREATEST_FACTOR, GREATEST_FACTOR);

/// Reads one entry. Unknown keys at this level are ignored, as upstream does.
fn repository(name: &str, entry: &Value) -> Result<RepositoryConfig, RegistryError> {
    let fields = Fields::of(name, "", entry)?;
    let share = |key, default| fields.present_float(key, default, Range::Within(0.0, 1.0));

    let labels = fields.object("label_multipliers")?;
    let label_multipliers = labels
        .iter()
        .flat_map(Fields::keys)
        .map(|label| {
            let labels = labels.as_ref().expect("it has keys");
            Ok((label.clone(), labels.present_float(label, None, FACTOR)?))
        })
        .collect::<Result<_, _>>()?;

    // Only what lies above the ceiling is clamped; a negative cut is an error.
    let cut = fields.present_float("maintainer_cut", Some(0.0), Range::AtLeast(0.0))?;
    Ok(RepositoryConfig {
        emission_share: share("emission_share", None)?,
        issue_discovery_share: share("issue_discovery_share", Some(0.5))?,
        additional_acceptable_branches: fields.texts("additional_acceptable_branches")?,
        trusted_label_pipeline: fields.truth("trusted_label_pipeline"),
        label_multipliers,
        default_label_multiplier: fields.present_float(
            "default_label_multiplier",
            Some(1.0),
            FACTOR,
        )?,
        fixed_base_score: fields.number("fixed_base_score", FACTOR)?,
        eligibility: EligibilityRules::read(fields.object("eligibility")?)?,
        scoring: ScoringRules::read(fields.object("scoring")?)?,
        maintainer_cut: cut.min(MAX_MAINTAINER_CUT),
    })
}

/// The entries of a JSON object in the order of the text, doubled names included.
struct Entries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Entries;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of repositories")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}
