//! Rows and bodies as the mirror writes them.
//!
//! Two spellings of a time occur side by side there, and here: columns are written by JavaScript,
//! what is nested in a row by PostgreSQL.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::data::{Content, File, Issue, Label, MirrorData, Pull, Repository, Reviews};

/// As JavaScript writes a time: milliseconds and `Z`.
pub(crate) fn column(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// As PostgreSQL writes it: no more digits than needed, and `+00:00`.
fn nested(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.f+00:00").to_string()
}

impl MirrorData {
    pub(crate) fn pull_row(&self, pull: &Pull) -> Value {
        let merged_at = pull.merged_at();
        let linked = pull
            .linked
            .iter()
            .map(|&at| self.linked_issue(&self.issues[at]));
        let (additions, deletions) = pull
            .files
            .iter()
            .map(File::changes)
            .fold((0, 0), |(added, deleted), (more, fewer)| {
                (added + more, deleted + fewer)
            });
        let mut row = json!({
            "repo_full_name": pull.repository,
            "pr_number": pull.number,
            "title": pull.title,
            "body": pull.body,
            "state": pull.state.word(),
            "author_github_id": pull.author,
            "author_login": pull.author_login,
            "author_association": "CONTRIBUTOR",
            "created_at": column(pull.created_at),
            "closed_at": pull.closed_at.map(column),
            "merged_at": merged_at.map(column),
            "last_edited_at": null,
            "edited_after_merge": false,
            "hours_since_merge": merged_at.map(|at| self.hours_since(at)),
            "merged_by_login": pull.merged_by,
            "additions": additions,
            "deletions": deletions,
            "commits_count": pull.commits,
            "scoring_data_stored": true,
            "review_summary": reviews(pull.reviews),
            "labels": self.labels(&pull.repository, &pull.labels),
            "linked_issues": linked.collect::<Value>(),
        });
        extend(&mut row, self.ends(pull));
        row
    }

    pub(crate) fn issue_row(&self, issue: &Issue) -> Value {
        let solving = issue.solved.map(|(_, pull)| &self.pulls[pull]);
        let mut row = json!({
            "repo_full_name": issue.repository,
            "issue_number": issue.number,
            "author_login": issue.author_login,
            "last_edited_at": null,
            "solving_pr": solving.map(|pull| self.solving(pull)),
        });
        extend(&mut row, self.issue(issue, column));
        row
    }

    /// An issue as a pull request shows it.
    fn linked_issue(&self, issue: &Issue) -> Value {
        let mut linked = self.issue(issue, nested);
        extend(&mut linked, json!({"number": issue.number}));
        linked
    }

    /// What both kinds of issue row have.
    fn issue(&self, issue: &Issue, time: fn(Timestamp) -> String) -> Value {
        let closed_at = issue.solved.map(|(at, _)| at);
        json!({
            "title": issue.title,
            "state": if closed_at.is_some() { "CLOSED" } else { "OPEN" },
            "state_reason": closed_at.map(|_| "COMPLETED"),
            "author_github_id": issue.author,
            "author_association": "NONE",
            "created_at": time(issue.created_at),
            "closed_at": closed_at.map(time),
            "updated_at": time(closed_at.unwrap_or(issue.created_at)),
            "is_transferred": false,
            "solved_by_pr": issue.solved.map(|(_, pull)| self.pulls[pull].number),
            "labels": [],
        })
    }

    fn solving(&self, pull: &Pull) -> Value {
        let merged_at = pull.merged_at();
        let mut solving = json!({
            "pr_number": pull.number,
            "author_github_id": pull.author,
            "state": pull.state.word(),
            "merged_at": merged_at.map(nested),
            "hours_since_merge": merged_at.map(|at| self.hours_since(at)),
            "edited_after_merge": false,
            "labels": self.labels(&pull.repository, &pull.labels),
            "review_summary": reviews(pull.reviews),
        });
        extend(&mut solving, self.ends(pull));
        solving
    }

    /// Where a pull request comes from and goes to.
    fn ends(&self, pull: &Pull) -> Value {
        let repository = self.repository(&pull.repository);
        json!({
            "base_ref": pull.base_ref,
            "head_ref": pull.head_ref,
            "head_repo_full_name": pull.head_repository,
            "default_branch": repository.map(|repository| repository.default_branch),
            "head_sha": pull.head_sha,
            "base_sha": pull.base_sha,
            "merge_base_sha": pull.base_sha,
        })
    }

    fn labels(&self, repository: &str, labels: &[Label]) -> Value {
        let maintainers = self
            .repository(repository)
            .map(|repository| &repository.maintainers);
        let association = |actor: &str| {
            maintainers?
                .iter()
                .find(|maintainer| maintainer.id == actor)
                .map(|maintainer| maintainer.association)
        };
        let labels = labels.iter().map(|label| {
            json!({
                "name": label.name,
                "actor_github_id": label.actor,
                "actor_association": association(&label.actor),
            })
        });
        labels.collect()
    }

    /// Hours since then by the mirror's clock, to two decimals.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a hundredth of an hour is far above an f64's grain"
    )]
    fn hours_since(&self, then: Timestamp) -> f64 {
        let seconds = self.now.duration_since(then).as_secs() as f64;
        (seconds / 36.0).round() / 100.0
    }
}

/// The body of the files route.
pub(crate) fn files_body(pull: &Pull) -> Value {
    json!({
        "repo_full_name": pull.repository,
        "pr_number": pull.number,
        "head_sha": pull.head_sha,
        "base_sha": pull.base_sha,
        "merge_base_sha": pull.base_sha,
        "scoring_data_stored": true,
        "files": pull.files.iter().map(file).collect::<Value>(),
    })
}

/// The body of the maintainers route.
pub(crate) fn maintainers_body(
    name: &str,
    repository: Option<&Repository>,
    now: Timestamp,
) -> Value {
    let maintainers = repository.map_or(&[][..], |repository| &repository.maintainers);
    let maintainers = maintainers.iter().map(|maintainer| {
        json!({
            "github_id": maintainer.id,
            "login": maintainer.login,
            "association": maintainer.association,
        })
    });
    json!({
        "repo_full_name": name.to_ascii_lowercase(),
        "generated_at": column(now),
        "maintainers": maintainers.collect::<Value>(),
    })
}

/// A file with its contents.
pub(crate) fn file(file: &File) -> Value {
    let (additions, deletions) = file.changes();
    json!({
        "filename": file.path,
        "previous_filename": file.previous,
        "status": file.status(),
        "additions": additions,
        "deletions": deletions,
        "changes": additions + deletions,
        "is_binary": file.base == Content::Opaque || file.head == Content::Opaque,
        "byte_size": file.head.text().map(str::len),
        "head_content": file.head.text(),
        "base_content": file.base.text(),
    })
}

fn reviews(reviews: Reviews) -> Value {
    json!({
        "maintainer_changes_requested_count": reviews.maintainer_changes_requested,
        "changes_requested_count": reviews.changes_requested,
        "approved_count": reviews.approved,
        "commented_count": reviews.commented,
    })
}

/// Adds the members of one object to another.
fn extend(row: &mut Value, more: Value) {
    if let (Value::Object(row), Value::Object(more)) = (row, more) {
        row.extend(more);
    }
}
