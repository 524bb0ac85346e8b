//! Labels.

use serde::Deserialize;

use crate::names::GithubId;

/// A label on a pull request or issue, and who put it there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Label {
    /// What it says.
    pub name: String,
    /// Who added it, when known.
    #[serde(default)]
    pub actor_github_id: Option<GithubId>,
    /// What they are to the repository: `OWNER`, `MEMBER`, `COLLABORATOR`, `CONTRIBUTOR`, …
    #[serde(default)]
    pub actor_association: Option<String>,
}
