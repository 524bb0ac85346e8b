//! What changes rarely and is needed by every list: kept for an hour, as upstream's mirror does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::error::GithubError;
use crate::maintainer::Maintainer;
use crate::names::RepositoryName;
use crate::page::Page;

const HOUR: Duration = Duration::from_secs(3600);

/// Entries kept at once; a registry has some hundred repositories.
const MOST: usize = 1024;

/// Names that GitHub uses for repositories that are asked for by another one.
pub(super) type Names = BTreeMap<RepositoryName, RepositoryName>;

/// Answers of the last hour.
#[derive(Debug, Default)]
pub(super) struct Hourly {
    pub(super) maintainers: Kept<RepositoryName, Page<Maintainer>>,
    pub(super) names: Kept<Vec<RepositoryName>, Names>,
}

type Cell<V> = Arc<OnceCell<Arc<V>>>;

/// Answers to one kind of question. Whoever asks while another does waits for that answer.
#[derive(Debug)]
pub(super) struct Kept<K, V>(Mutex<BTreeMap<K, (Instant, Cell<V>)>>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Ord + Clone, V> Kept<K, V> {
    /// What is kept, or what `fetch` brings.
    pub(super) async fn of(
        &self,
        key: &K,
        fetch: impl Future<Output = Result<V, GithubError>>,
    ) -> Result<Arc<V>, GithubError> {
        let cell = self.cell(key);
        let fetched = cell.get_or_try_init(|| async { fetch.await.map(Arc::new) });
        fetched.await.cloned()
    }

    fn cell(&self, key: &K) -> Cell<V> {
        let mut kept = self.lock();
        if kept.len() >= MOST {
            kept.retain(|_, (since, _)| since.elapsed() < HOUR);
        }
        if let Some((since, cell)) = kept.get(key)
            && since.elapsed() < HOUR
        {
            return Arc::clone(cell);
        }
        let cell = Cell::default();
        kept.insert(key.clone(), (Instant::now(), Arc::clone(&cell)));
        cell
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<K, (Instant, Cell<V>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
