//! Answers as the mirror sends them, before their rows are read.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::fields;
use crate::names::{GithubId, RepositoryName};

/// An answer with a list in it; the list's field differs by route.
#[derive(Deserialize)]
pub(super) struct ListAnswer {
    /// Whose rows these are; its absence tells that this is no answer of the mirror's.
    pub(super) github_id: GithubId,
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub(super) generated_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) next_cursor: Option<String>,
    #[serde(alias = "pull_requests", alias = "issues")]
    pub(super) rows: Vec<Value>,
}

#[derive(Deserialize)]
pub(super) struct FilesAnswer {
    pub(super) repo_full_name: RepositoryName,
    #[serde(deserialize_with = "fields::number")]
    pub(super) pr_number: u64,
    #[serde(default)]
    pub(super) head_sha: Option<String>,
    #[serde(default)]
    pub(super) base_sha: Option<String>,
    #[serde(default)]
    pub(super) merge_base_sha: Option<String>,
    #[serde(default)]
    pub(super) scoring_data_stored: Option<bool>,
    #[serde(default, deserialize_with = "fields::list")]
    pub(super) files: Vec<Value>,
}

#[derive(Deserialize)]
pub(super) struct MaintainersAnswer {
    #[serde(default, deserialize_with = "fields::optional_time")]
    pub(super) generated_at: Option<Timestamp>,
    pub(super) maintainers: Vec<Value>,
}
