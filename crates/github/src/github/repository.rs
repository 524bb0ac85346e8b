//! Repositories: what they are, what they are called now, who maintains them.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::GitHub;
use super::graphql::GraphError;
use super::hourly::Names;
use crate::error::GithubError;
use crate::maintainer::Maintainer;
use crate::names::{GithubId, RepositoryName};
use crate::page::{Gathering, Page};

/// Names asked for in one query.
const NAMES_AT_ONCE: usize = 50;

/// People on one page, which is GitHub's most.
const PEOPLE: usize = 100;

/// A repository on GitHub.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Repository {
    /// Its number, which no renaming changes.
    pub id: u64,
    /// What it is called now.
    #[serde(rename = "full_name")]
    pub name: RepositoryName,
    /// Whose it is.
    pub owner: Owner,
    /// Its default branch.
    pub default_branch: String,
    /// Whether it is a fork.
    #[serde(default)]
    pub fork: bool,
    /// Whether it is closed to changes.
    #[serde(default)]
    pub archived: bool,
    /// Whether only some may see it.
    #[serde(default)]
    pub private: bool,
}

/// Whose a repository is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Owner {
    /// The account's number.
    pub id: GithubId,
    /// Its name.
    pub login: String,
    /// `User` or `Organization`.
    #[serde(rename = "type")]
    pub kind: String,
}

#[derive(Deserialize)]
struct Person {
    id: GithubId,
    #[serde(default)]
    login: String,
}

impl GitHub {
    /// Reads what a repository is. One that was renamed is found by its old name as well, and says
    /// what it is called now.
    ///
    /// # Errors
    ///
    /// When there is no answer; a repository that is not there, or not for these tokens, is an
    /// [`HttpError::Status`](axonry_http::HttpError::Status) with code 404.
    pub async fn repository(&self, name: &RepositoryName) -> Result<Repository, GithubError> {
        let url = self.inner.base.join(["repos", name.owner(), name.name()]);
        self.read(&format!("repository {name}"), &url, false).await
    }

    /// Who maintains a repository: those to whom its issues can be assigned, which GitHub tells
    /// everybody, while it tells collaborators only to themselves.
    ///
    /// # Errors
    ///
    /// When there is no complete answer.
    pub async fn maintainers(
        &self,
        repository: &RepositoryName,
    ) -> Result<Page<Maintainer>, GithubError> {
        let fetch = self.assignees(repository);
        let kept = self.inner.hourly.maintainers.of(repository, fetch);
        kept.await.map(|page| (*page).clone())
    }

    async fn assignees(&self, name: &RepositoryName) -> Result<Page<Maintainer>, GithubError> {
        let what = format!("the maintainers of {name}");
        let owner = self.repository(name).await?.owner;
        let association = |id: &GithubId| match owner.kind.as_str() {
            _ if *id == owner.id => "OWNER",
            "Organization" => "MEMBER",
            _ => "COLLABORATOR",
        };
        let mut gathering = Gathering::<Maintainer>::new();
        for page in 1..=self.inner.max_pages {
            let mut url = self
                .inner
                .base
                .join(["repos", name.owner(), name.name(), "assignees"]);
            url.query_pairs_mut()
                .append_pair("per_page", &PEOPLE.to_string())
                .append_pair("page", &page.to_string());
            let people: Vec<Person> = self.read(&what, &url, false).await?;
            let last = people.len() < PEOPLE;
            for person in people {
                gathering.add(Maintainer {
                    association: association(&person.id).to_owned(),
                    github_id: person.id,
                    login: person.login,
                });
            }
            if last {
                return Ok(gathering.done());
            }
        }
        Err(GithubError::TooManyPages {
            what,
            pages: self.inner.max_pages,
        })
    }

    /// What the repositories of a list are called now, leading back to the names in the list.
    ///
    /// One of which GitHub says that it is not there is left out: nothing can be seen in it. Of one
    /// that it says nothing about, nothing is known, which is an error.
    pub(super) async fn names_now(
        &self,
        names: &[RepositoryName],
    ) -> Result<std::sync::Arc<Names>, GithubError> {
        let key = names.to_vec();
        let fetch = self.resolve(names);
        self.inner.hourly.names.of(&key, fetch).await
    }

    async fn resolve(&self, names: &[RepositoryName]) -> Result<Names, GithubError> {
        let mut now = Names::new();
        for names in names.chunks(NAMES_AT_ONCE) {
            let (mut arguments, mut fields) = (String::new(), String::new());
            let mut variables = Map::new();
            for (at, name) in names.iter().enumerate() {
                arguments += &format!("$o{at}: String!, $n{at}: String!, ");
                fields +=
                    &format!(" r{at}: repository(owner: $o{at}, name: $n{at}) {{ nameWithOwner }}");
                variables.insert(format!("o{at}"), json!(name.owner()));
                variables.insert(format!("n{at}"), json!(name.name()));
            }
            let query = format!("query({}) {{{fields} }}", arguments.trim_end_matches(", "));
            let what = "what repositories are called";
            let graph = self.graph(what, &query, variables.into(), false).await?;
            for (at, name) in names.iter().enumerate() {
                match graph.data[format!("r{at}")]["nameWithOwner"].as_str() {
                    Some(called) => {
                        now.insert(called.parse()?, name.clone());
                    }
                    None => {
                        let step = [Value::from(format!("r{at}"))];
                        let error = graph.errors.iter().find(|error| error.is_at(&step));
                        if !error.is_some_and(GraphError::is_not_found) {
                            let why = error.map(GraphError::message);
                            return Err(GithubError::Refused {
                                what: format!("repository {name}"),
                                why: why.unwrap_or_else(|| "it does not say why".to_owned()),
                            });
                        }
                        tracing::warn!(repository = %name, "GitHub has no such repository");
                    }
                }
            }
        }
        Ok(now)
    }
}
