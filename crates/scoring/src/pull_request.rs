//! What scoring reads of a pull request.

use crate::timestamp::Timestamp;

/// A pull request as its source describes it, before any scoring.
///
/// Repository names are lower case. GitHub ids are the decimal text of the number.
#[derive(Clone, Debug)]
pub struct PullRequest {
    /// `owner/name`, lower case.
    pub repository: String,
    /// Its number in the repository.
    pub number: u64,
    /// Where it stands.
    pub state: PullRequestState,
    /// GitHub id of the author.
    pub author_id: String,
    /// Login of the author; empty when unknown.
    pub author_login: String,
    /// What the author is to the repository.
    pub author_association: Association,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
    /// Whether title or text were edited after the merge.
    pub edited_after_merge: bool,
    /// Login of whoever merged it.
    pub merged_by_login: Option<String>,
    /// Branch it was merged into.
    pub base_ref: Option<String>,
    /// Branch it comes from.
    pub head_ref: Option<String>,
    /// Repository that branch is in, lower case.
    pub head_repository: Option<String>,
    /// The repository's default branch.
    pub default_branch: Option<String>,
    /// Its reviews.
    pub reviews: ReviewSummary,
    /// Its labels.
    pub labels: Vec<Label>,
    /// Issues it says it solves, in the source's order.
    pub linked_issues: Vec<LinkedIssue>,
}

/// Where a pull request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum PullRequestState {
    /// Waiting for review.
    Open,
    /// Closed without a merge.
    Closed,
    /// Merged.
    Merged,
}

/// What a person is to a repository, as far as scoring distinguishes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Association {
    /// Owns it.
    Owner,
    /// Is a member of the owning organisation.
    Member,
    /// Was invited to collaborate.
    Collaborator,
    /// Anything else: a contributor, nobody, an app, unknown.
    #[default]
    Other,
}

impl Association {
    /// Whether this person maintains the repository.
    pub const fn is_maintainer(self) -> bool {
        !matches!(self, Self::Other)
    }
}

impl From<&str> for Association {
    /// Reads GitHub's word, which is upper case; any other word is [`Association::Other`].
    fn from(word: &str) -> Self {
        match word {
            "OWNER" => Self::Owner,
            "MEMBER" => Self::Member,
            "COLLABORATOR" => Self::Collaborator,
            _ => Self::Other,
        }
    }
}

/// How many reviews of each kind that scoring reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReviewSummary {
    /// Reviews by maintainers that requested changes.
    pub maintainer_changes_requested: u32,
    /// Approvals by anyone; GitHub forbids approving one's own.
    pub approved: u32,
}

/// A label on a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its text.
    pub name: String,
    /// What whoever set it is to the repository.
    pub actor_association: Association,
}

/// An issue that a pull request is linked to.
#[derive(Clone, Debug)]
pub struct LinkedIssue {
    /// Its number.
    pub number: u64,
    /// Whether it is closed.
    pub is_closed: bool,
    /// Whether its state reason is `COMPLETED`.
    pub is_completed: bool,
    /// GitHub id of its author.
    pub author_id: Option<String>,
    /// What its author is to the repository.
    pub author_association: Association,
    /// When it was opened.
    pub created_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Whether it came from another repository.
    pub is_transferred: bool,
    /// Number of the pull request that solved it, where the source knows.
    pub solved_by: Option<u64>,
}
