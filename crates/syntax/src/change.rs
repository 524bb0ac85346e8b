//! One file of a pull request, as its source describes it.

/// One changed file: what the source says about it, and its text before and after.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// Path inside the repository, with `/` between its parts.
    pub filename: &'a str,
    /// What happened to the file.
    pub status: ChangeStatus,
    /// Deleted lines, as the source counts them.
    pub deletions: i64,
    /// Added plus deleted lines, as the source counts them; never recomputed.
    pub changes: i64,
    /// The file before the change; `None` when there was none or it is not text.
    pub base: Option<&'a str>,
    /// The file after the change; `None` when there is none or it is not text.
    pub head: Option<&'a str>,
}

/// What happened to a file, as far as scoring distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "worker", derive(serde::Deserialize, serde::Serialize))]
pub enum ChangeStatus {
    /// The file is new: a missing base is an empty one.
    Added,
    /// The file is gone, which scores nothing.
    Removed,
    /// Anything else (`modified`, `renamed`, `copied`, `changed`, …): both sides must be there.
    Modified,
}

impl From<&str> for ChangeStatus {
    /// Reads GitHub's word; every word but `added` and `removed` means [`Self::Modified`].
    fn from(word: &str) -> Self {
        match word {
            "added" => Self::Added,
            "removed" => Self::Removed,
            _ => Self::Modified,
        }
    }
}
