//! A git repository on this machine as a source of pull requests.

mod changes;
mod git;
mod history;

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};
use async_trait::async_trait;
use axonry_github::{
    Files, GithubError, GithubId, Issue, Maintainer, Page, PullRequest, PullRequestSource,
    RepositoryName, Revision, StoredFiles, Windows,
};
use axonry_oss::Registry;
use axonry_scoring::registry::RepositoryConfig;
use jiff::{SignedDuration, Timestamp};

use self::git::Git;
use self::history::History;
use super::arguments::ScoreArguments;

/// What git knows of one author's work, in the form of the mirror's answers.
#[derive(Debug)]
pub(crate) struct Local {
    git: Git,
    repository: RepositoryName,
    config: RepositoryConfig,
    is_registered: bool,
    history: History,
}

impl Local {
    /// Reads the history of the current branch and the tips of the others.
    pub(crate) async fn read(
        path: &Path,
        asked: &ScoreArguments,
        registry: &Registry,
    ) -> Result<Self> {
        let git = Git::open(path).await?;
        let repository = match &asked.repository {
            Some(name) => name.clone(),
            None => origin(&git).await?,
        };
        let author = match &asked.author {
            Some(email) => email.clone(),
            None => {
                let email = git.line(&["config", "user.email"]).await;
                email.context("whose commits count? give `--author`, or set git's `user.email`")?
            }
        };
        let known = registry.get(repository.as_str());
        let config = known
            .cloned()
            .unwrap_or_else(|| RepositoryConfig::with_share(1.0));
        let now = asked.at.unwrap_or_else(Timestamp::now);
        let days = i64::try_from(config.scoring.pr_lookback_days).unwrap_or(i64::MAX);
        let since = now - SignedDuration::from_hours(days.saturating_mul(24));
        Ok(Self {
            history: History::read(&git, author, since..=now).await?,
            is_registered: known.is_some(),
            git,
            repository,
            config,
        })
    }

    /// The one account of such a source.
    pub(crate) fn account(&self) -> GithubId {
        GithubId::from(1)
    }

    /// The rules of this repository alone.
    pub(crate) fn registry(&self) -> Registry {
        [(self.repository.as_str(), self.config.clone())]
            .into_iter()
            .collect()
    }

    /// What git does not say, and what is taken in its place.
    pub(crate) fn assumptions(&self) -> Vec<String> {
        let History { author, branch, .. } = &self.history;
        let rules = if self.is_registered {
            format!("the rules are those of {}", self.repository)
        } else {
            format!(
                "{} is not registered: the default rules hold",
                self.repository
            )
        };
        vec![
            rules,
            format!("the author is {author}, and no maintainer of the repository"),
            format!(
                "every commit of theirs on the first-parent line of `{branch}` is a merged pull \
                 request, merged when it was committed; of a merge commit its other side is"
            ),
            "every other local branch of theirs is an open pull request".to_owned(),
            "nothing was closed, labelled, linked to an issue, or asked to be changed".to_owned(),
        ]
    }
}

/// The name of the repository at `origin`, from the URL's last two parts.
async fn origin(git: &Git) -> Result<RepositoryName> {
    let url = git.line(&["config", "remote.origin.url"]).await;
    let named = url.ok().and_then(|url| name_in(&url));
    named.context("which repository is it? give `--repository`, or set the remote `origin`")
}

fn name_in(url: &str) -> Option<RepositoryName> {
    let path = url.trim_end_matches('/').trim_end_matches(".git");
    let mut parts = path.rsplit(['/', ':']);
    let (name, owner) = (parts.next()?, parts.next()?);
    format!("{owner}/{name}").parse().ok()
}

/// Rows have no lookback of their own: it was applied when the history was read.
#[async_trait]
impl PullRequestSource for Local {
    async fn pulls(&self, _: &GithubId, _: &Windows) -> Result<Page<PullRequest>, GithubError> {
        let mut page = Page::default();
        for change in &self.history.changes {
            let row = change.row(&self.repository, &self.account(), &self.history.branch);
            page.rows.push(serde_json::from_value(row).map_err(|error| {
                self.failed(format!("{}#{}", self.repository, change.number), &error)
            })?);
        }
        Ok(page)
    }

    async fn issues(&self, _: &GithubId, _: &Windows) -> Result<Page<Issue>, GithubError> {
        Ok(Page::default())
    }

    async fn open_issues(&self, _: &GithubId) -> Result<Page<Issue>, GithubError> {
        Ok(Page::default())
    }

    async fn files(&self, of: &Revision) -> Result<Files, GithubError> {
        let what = format!("{}#{}", of.repository, of.number);
        let (Some(base), Some(head)) = (&of.base_sha, &of.head_sha) else {
            return Err(self.failed(what, &"its commits are not known"));
        };
        let files = changes::files(&self.git, base, head).await;
        let files = files.map_err(|error| self.failed(what, &format!("{error:#}")))?;
        Ok(Files::Stored(StoredFiles::new(of, files)))
    }

    async fn maintainers(&self, _: &RepositoryName) -> Result<Page<Maintainer>, GithubError> {
        Ok(Page::default())
    }
}

impl Local {
    fn failed(&self, what: String, why: &dyn fmt::Display) -> GithubError {
        GithubError::Malformed {
            what,
            why: format!("cannot be had from git: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_tells_the_repositorys_name() {
        for (url, name) in [
            ("https://github.com/Acme/Widgets.git", Some("acme/widgets")),
            ("git@github.com:acme/widgets.git", Some("acme/widgets")),
            ("ssh://git@host:22/acme/widgets/", Some("acme/widgets")),
            ("widgets", None),
            ("/srv/my widgets/it", None),
        ] {
            let found = name_in(url);
            assert_eq!(found.as_ref().map(RepositoryName::as_str), name, "{url}");
        }
    }
}
