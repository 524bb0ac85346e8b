//! The files of a pull request.

use serde::Deserialize;
use serde_json::Value;

use super::GitHub;
use super::page_size::can_shrink;
use crate::error::GithubError;
use crate::file::{Files, PullRequestFile, StoredFiles};
use crate::names::RepositoryName;
use crate::page::Gathering;
use crate::revision::Revision;

/// GitHub lists no more files of one pull request, and does not say when there are.
const MOST_FILES: usize = 3000;

/// The ends of a pull request.
#[derive(Deserialize)]
struct Ends {
    head: Tip,
    base: Tip,
}

#[derive(Deserialize)]
struct Tip {
    sha: String,
}

#[derive(Deserialize)]
struct Comparison {
    merge_base_commit: Tip,
}

impl GitHub {
    /// The files of a pull request, with their contents before and after.
    ///
    /// Contents are those at the revision's commits; when the pull request has gone on since it was
    /// listed, that is an error that passes with the next list.
    ///
    /// # Errors
    ///
    /// When there is no complete answer; a pull request that is not there is an
    /// [`HttpError::Status`](axonry_http::HttpError::Status) with code 404.
    pub async fn files(&self, of: &Revision) -> Result<Files, GithubError> {
        let what = format!("the files of {}#{}", of.repository, of.number);
        let (head, base) = self.ends(of, &what).await?;
        let listed = self.listed_files(of, &what).await?;
        let mut page = Gathering::<PullRequestFile>::new();
        page.take(&what, listed, None);
        let mut files = page.done();
        if !files.rows.is_empty() {
            let merge_base = match &of.merge_base_sha {
                Some(merge_base) => merge_base.clone(),
                None => self.merge_base(&of.repository, &base, &head, &what).await?,
            };
            let bad = self
                .fill(of, &what, [&merge_base, &head], &mut files.rows)
                .await?;
            files.quarantined.extend(bad);
        }
        Ok(Files::Stored(StoredFiles {
            repository: of.repository.clone(),
            number: of.number,
            head_sha: Some(head),
            base_sha: Some(base),
            // As listed, so that the same revision finds them again.
            merge_base_sha: of.merge_base_sha.clone(),
            files: files.rows,
            quarantined: files.quarantined,
        }))
    }

    async fn ends(&self, of: &Revision, what: &str) -> Result<(String, String), GithubError> {
        if let (Some(head), Some(base)) = (&of.head_sha, &of.base_sha) {
            return Ok((head.clone(), base.clone()));
        }
        let (owner, name) = (of.repository.owner(), of.repository.name());
        let digits = of.number.to_string();
        let url = self
            .inner
            .base
            .join(["repos", owner, name, "pulls", &digits]);
        let ends: Ends = self.read(what, &url, false).await?;
        Ok((ends.head.sha, ends.base.sha))
    }

    /// All files without contents.
    ///
    /// Pages of another size begin elsewhere, so whoever has to ask for smaller ones starts over.
    async fn listed_files(&self, of: &Revision, what: &str) -> Result<Vec<Value>, GithubError> {
        let sizes = &self.inner.listed_files;
        loop {
            let size = sizes.now();
            match self.files_in_pages(of, what, size).await {
                Ok(files) => {
                    sizes.worked(size);
                    return Ok(files);
                }
                Err(error) => sizes.or_smaller(size, error)?,
            }
        }
    }

    async fn files_in_pages(
        &self,
        of: &Revision,
        what: &str,
        size: usize,
    ) -> Result<Vec<Value>, GithubError> {
        let digits = of.number.to_string();
        let (owner, name) = (of.repository.owner(), of.repository.name());
        let route = ["repos", owner, name, "pulls", &digits, "files"];
        let pages = MOST_FILES.div_ceil(size);
        let mut files = Vec::new();
        for page in 1..=pages {
            let mut url = self.inner.base.join(route);
            url.query_pairs_mut()
                .append_pair("per_page", &size.to_string())
                .append_pair("page", &page.to_string());
            let more: Vec<Value> = self.read(what, &url, can_shrink(size)).await?;
            let last = more.len() < size;
            files.extend(more);
            if last {
                return Ok(files);
            }
        }
        Err(GithubError::TooManyPages {
            what: what.to_owned(),
            pages,
        })
    }

    /// The last commit that both ends have in common. Of ends that GitHub cannot compare any more,
    /// the base, as upstream has it.
    async fn merge_base(
        &self,
        repository: &RepositoryName,
        base: &str,
        head: &str,
        what: &str,
    ) -> Result<String, GithubError> {
        let ends = format!("{base}...{head}");
        let (owner, name) = (repository.owner(), repository.name());
        let mut url = self
            .inner
            .base
            .join(["repos", owner, name, "compare", &ends]);
        url.query_pairs_mut().append_pair("per_page", "1");
        match self.read::<Comparison>(what, &url, false).await {
            Ok(comparison) => Ok(comparison.merge_base_commit.sha),
            Err(error) => match error.as_http().and_then(|http| http.refusal()) {
                Some(refusal) if refusal.code() == 404 => Ok(base.to_owned()),
                _ => Err(error),
            },
        }
    }
}
