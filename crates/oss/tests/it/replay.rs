//! What the dev mirror answers, answered again from memory: late, in any order, or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axonry_github::{
    Files, GithubError, GithubId, Issue, Maintainer, Page, PullRequest, PullRequestSource,
    RepositoryName, Revision, Windows,
};

/// A source that passes questions on to another one and remembers the answers.
#[derive(Debug)]
pub(crate) struct Recorder<S> {
    source: S,
    answers: Arc<Mutex<Answers>>,
}

/// Answers by question, as `pulls 17`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    pulls: BTreeMap<String, Page<PullRequest>>,
    issues: BTreeMap<String, Page<Issue>>,
    files: BTreeMap<String, Files>,
    maintainers: BTreeMap<String, Page<Maintainer>>,
}

impl Answers {
    /// Everything that was asked.
    pub(crate) fn questions(&self) -> Vec<String> {
        let lists = self.pulls.keys().chain(self.issues.keys());
        let rest = self.files.keys().chain(self.maintainers.keys());
        lists.chain(rest).cloned().collect()
    }

    /// Gives a repository maintainers.
    pub(crate) fn maintained_by(&mut self, repository: &str, page: Page<Maintainer>) {
        self.maintainers
            .insert(format!("maintainers {repository}"), page);
    }
}

impl<S> Recorder<S> {
    pub(crate) fn new(source: S) -> (Self, Arc<Mutex<Answers>>) {
        let answers = Arc::new(Mutex::default());
        let kept = Arc::clone(&answers);
        (Self { source, answers }, kept)
    }
}

fn about(what: &str, of: impl fmt::Display) -> String {
    format!("{what} {of}")
}

fn about_files(of: &Revision) -> String {
    format!("files {}#{}", of.repository, of.number)
}

#[async_trait]
impl<S: PullRequestSource> PullRequestSource for Recorder<S> {
    async fn pulls(
        &self,
        author: &GithubId,
        windows: &Windows,
    ) -> Result<Page<PullRequest>, GithubError> {
        let page = self.source.pulls(author, windows).await?;
        let mut answers = self.answers.lock().expect("nobody panics");
        answers.pulls.insert(about("pulls", author), page.clone());
        Ok(page)
    }

    async fn issues(
        &self,
        author: &GithubId,
        windows: &Windows,
    ) -> Result<Page<Issue>, GithubError> {
        let page = self.source.issues(author, windows).await?;
        let mut answers = self.answers.lock().expect("nobody panics");
        answers.issues.insert(about("issues", author), page.clone());
        Ok(page)
    }

    async fn open_issues(&self, author: &GithubId) -> Result<Page<Issue>, GithubError> {
        let page = self.source.open_issues(author).await?;
        let mut answers = self.answers.lock().expect("nobody panics");
        answers.issues.insert(about("open", author), page.clone());
        Ok(page)
    }

    async fn files(&self, of: &Revision) -> Result<Files, GithubError> {
        let files = self.source.files(of).await?;
        let mut answers = self.answers.lock().expect("nobody panics");
        answers.files.insert(about_files(of), files.clone());
        Ok(files)
    }

    async fn maintainers(
        &self,
        repository: &RepositoryName,
    ) -> Result<Page<Maintainer>, GithubError> {
        let page = self.source.maintainers(repository).await?;
        let mut answers = self.answers.lock().expect("nobody panics");
        answers.maintained_by(repository.as_str(), page.clone());
        Ok(page)
    }
}

/// A source that knows the answers by heart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replay {
    answers: Arc<Answers>,
    trouble: Arc<Mutex<Trouble>>,
}

/// What goes wrong, and may change while a mechanism is using the source.
#[derive(Debug, Default)]
struct Trouble {
    /// Questions that get an error.
    failing: BTreeSet<String>,
    /// Questions that make the client panic.
    panicking: BTreeSet<String>,
    /// From which every question gets a delay of its own; none without.
    seed: Option<u64>,
    asked: Vec<String>,
}

impl Replay {
    pub(crate) fn of(answers: Answers) -> Self {
        Self {
            answers: Arc::new(answers),
            trouble: Arc::default(),
        }
    }

    pub(crate) fn fail(&self, question: &str) {
        let mut trouble = self.trouble.lock().expect("nobody panics");
        trouble.failing = BTreeSet::from([question.to_owned()]);
    }

    pub(crate) fn panic_at(&self, question: &str) {
        let mut trouble = self.trouble.lock().expect("nobody panics");
        trouble.panicking = BTreeSet::from([question.to_owned()]);
    }

    /// Answers in an order of its own for each seed.
    pub(crate) fn shuffle(&self, seed: u64) {
        self.trouble.lock().expect("nobody panics").seed = Some(seed);
    }

    /// What was asked so far, in that order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.trouble.lock().expect("nobody panics").asked.clone()
    }

    async fn find<T: Clone>(
        &self,
        question: String,
        answers: &BTreeMap<String, T>,
    ) -> Result<T, GithubError> {
        let (delay, fails, panics) = {
            let mut trouble = self.trouble.lock().expect("nobody panics");
            trouble.asked.push(question.clone());
            (
                trouble.seed.map(|seed| delay(seed, &question)),
                trouble.failing.contains(&question),
                trouble.panicking.contains(&question),
            )
        };
        if let Some(delay) = delay {
            tokio::time::sleep(delay).await;
        }
        assert!(!panics, "the client stumbles over {question}");
        let answer = answers.get(&question).filter(|_| !fails);
        answer.cloned().ok_or(GithubError::Malformed {
            what: question,
            why: "is not to be had".to_owned(),
        })
    }
}

/// Up to a second, by chance but the same every time.
fn delay(seed: u64, question: &str) -> Duration {
    let mixed = question
        .bytes()
        .fold(seed ^ 0x9E37_79B9_7F4A_7C15, |mixed, byte| {
            (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
    Duration::from_millis((mixed >> 17) % 1000)
}

#[async_trait]
impl PullRequestSource for Replay {
    async fn pulls(
        &self,
        author: &GithubId,
        _: &Windows,
    ) -> Result<Page<PullRequest>, GithubError> {
        self.find(about("pulls", author), &self.answers.pulls).await
    }

    async fn issues(&self, author: &GithubId, _: &Windows) -> Result<Page<Issue>, GithubError> {
        self.find(about("issues", author), &self.answers.issues)
            .await
    }

    async fn open_issues(&self, author: &GithubId) -> Result<Page<Issue>, GithubError> {
        self.find(about("open", author), &self.answers.issues).await
    }

    async fn files(&self, of: &Revision) -> Result<Files, GithubError> {
        self.find(about_files(of), &self.answers.files).await
    }

    async fn maintainers(
        &self,
        repository: &RepositoryName,
    ) -> Result<Page<Maintainer>, GithubError> {
        let question = about("maintainers", repository);
        self.find(question, &self.answers.maintainers).await
    }
}
