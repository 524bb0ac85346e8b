//! What files contained before and after, many in one question.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::GitHub;
use super::graphql::Graph;
use super::page_size::can_shrink;
use crate::error::GithubError;
use crate::file::PullRequestFile;
use crate::page::Quarantined;
use crate::revision::Revision;

/// A file at a commit, as GraphQL shows it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Blob {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    byte_size: Option<u64>,
    #[serde(default)]
    is_binary: Option<bool>,
    #[serde(default)]
    is_truncated: Option<bool>,
}

impl Blob {
    /// All of the text or nothing: a part would pass for a smaller file.
    fn whole(self) -> Option<String> {
        self.text.filter(|_| self.is_truncated != Some(true))
    }
}

/// The two sides of a change.
#[derive(Clone, Copy)]
enum Side {
    Base,
    Head,
}

impl Side {
    const BOTH: [Self; 2] = [Self::Base, Self::Head];

    /// Which path a file has on this side, if it is there.
    fn path(self, file: &PullRequestFile) -> Option<&str> {
        match (self, file.status.as_str()) {
            (Self::Base, "added") | (Self::Head, "removed") => None,
            (Self::Base, _) => file.previous_filename.as_deref().or(Some(&file.filename)),
            (Self::Head, _) => Some(&file.filename),
        }
    }

    const fn letter(self) -> char {
        match self {
            Self::Base => 'b',
            Self::Head => 'h',
        }
    }
}

impl GitHub {
    /// Puts contents into `files`, at these two commits; those that cannot be read are taken out
    /// and named.
    pub(super) async fn fill(
        &self,
        of: &Revision,
        what: &str,
        commits: [&str; 2],
        files: &mut Vec<PullRequestFile>,
    ) -> Result<Vec<Quarantined>, GithubError> {
        let mut bad = Vec::new();
        let mut filled = Vec::with_capacity(files.len());
        while !files.is_empty() {
            let sizes = &self.inner.blobs;
            let size = sizes.now();
            let some = &files[..files.len().min(size)];
            let asked = self.blobs(of, what, commits, some, can_shrink(size));
            let graph = match asked.await {
                Ok(graph) => graph,
                Err(error) => {
                    sizes.or_smaller(size, error)?;
                    continue;
                }
            };
            sizes.worked(size);
            let some = files.drain(..files.len().min(size));
            place(graph, of, what, commits[1], some, &mut filled, &mut bad)?;
        }
        *files = filled;
        Ok(bad)
    }

    async fn blobs(
        &self,
        of: &Revision,
        what: &str,
        commits: [&str; 2],
        files: &[PullRequestFile],
        smaller: bool,
    ) -> Result<Graph, GithubError> {
        let (mut arguments, mut fields) = (String::new(), String::new());
        let mut variables = Map::new();
        for (at, file) in files.iter().enumerate() {
            for (side, commit) in Side::BOTH.into_iter().zip(commits) {
                let Some(path) = side.path(file) else {
                    continue;
                };
                let name = format!("{}{at}", side.letter());
                // Paths go as variables: they may hold anything, quotation marks included.
                arguments += &format!(", ${name}: String!");
                fields += &format!(
                    " {name}: object(expression: ${name}) \
                     {{ ... on Blob {{ text byteSize isBinary isTruncated }} }}"
                );
                variables.insert(name, json!(format!("{commit}:{path}")));
            }
        }
        let query = format!(
            "query($owner: String!, $name: String!, $number: Int!{arguments}) {{ \
             repository(owner: $owner, name: $name) {{ \
             pullRequest(number: $number) {{ headRefOid }}{fields} }} }}"
        );
        variables.insert("owner".to_owned(), json!(of.repository.owner()));
        variables.insert("name".to_owned(), json!(of.repository.name()));
        variables.insert("number".to_owned(), json!(of.number));
        self.graph(what, &query, Value::Object(variables), smaller)
            .await
    }
}

/// Puts an answer's contents into the files they were asked for.
fn place(
    mut graph: Graph,
    of: &Revision,
    what: &str,
    head: &str,
    files: impl Iterator<Item = PullRequestFile>,
    filled: &mut Vec<PullRequestFile>,
    bad: &mut Vec<Quarantined>,
) -> Result<(), GithubError> {
    let repository = &mut graph.data["repository"];
    let head_now = repository["pullRequest"]["headRefOid"].as_str();
    if head_now.is_some_and(|now| now != head) {
        // The list of files is of the later commit.
        return Err(GithubError::Changing {
            what: what.to_owned(),
        });
    }
    for (at, mut file) in files.enumerate() {
        let mut read = |side: Side| -> Result<Option<Blob>, String> {
            if side.path(&file).is_none() {
                return Ok(None);
            }
            let name = format!("{}{at}", side.letter());
            let value = repository[name.as_str()].take();
            if value.is_null() {
                let steps = ["repository".into(), name.into()];
                let said = graph.errors.iter().find(|error| error.is_at(&steps));
                let said = said.map(super::graphql::GraphError::message);
                return Err(said.unwrap_or_else(|| "GitHub has no such content".to_owned()));
            }
            serde_json::from_value(value)
                .map(Some)
                .map_err(|error| error.to_string())
        };
        match read(Side::Base).and_then(|base| Ok((base, read(Side::Head)?))) {
            Ok((base, head)) => {
                let binary = |blob: &Option<Blob>| {
                    blob.as_ref()
                        .is_some_and(|blob| blob.is_binary == Some(true))
                };
                file.is_binary = binary(&base) || binary(&head);
                file.byte_size = head.as_ref().and_then(|blob| blob.byte_size);
                file.base_content = base.and_then(Blob::whole);
                file.head_content = head.and_then(Blob::whole);
                filled.push(file);
            }
            Err(why) => bad.push(Quarantined {
                what: format!("file {} of {}#{}", file.filename, of.repository, of.number),
                why,
            }),
        }
    }
    Ok(())
}
