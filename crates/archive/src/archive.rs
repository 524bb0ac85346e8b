use std::fmt;
use std::path::Path as FolderPath;
use std::sync::Arc;

use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::error::store;
use crate::key::partition;
use crate::{ArchiveError, Precision, PromptKey, PromptReader, PromptWriter};

/// Files of predictions in a folder or on S3.
///
/// Clones are cheap and share the connections.
#[derive(Clone)]
pub struct Archive {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) below: Path,
    place: String,
    precision: Precision,
}

impl Archive {
    /// An archive in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// [`ArchiveError::Place`].
    pub fn folder(folder: &FolderPath) -> Result<Self, ArchiveError> {
        let place = folder.display().to_string();
        let wrong = |reason: String| ArchiveError::Place {
            place: place.clone(),
            reason,
        };
        std::fs::create_dir_all(folder).map_err(|error| wrong(error.to_string()))?;
        let store = LocalFileSystem::new_with_prefix(folder);
        let store = store.map_err(|error| wrong(error.to_string()))?;
        // What is published is on the disk, and folders of days that are gone are gone.
        let store = store.with_fsync(true).with_automatic_cleanup(true);
        Ok(Self::of(Arc::new(store), Path::default(), place))
    }

    pub(crate) fn of(store: Arc<dyn ObjectStore>, below: Path, place: String) -> Self {
        Self {
            store,
            below,
            place,
            precision: Precision::Double,
        }
    }

    /// Writes prices like this from now on; files of both kinds are read alike.
    #[must_use]
    pub const fn with_precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// Begins the file of a prompt. Nobody sees it before [`PromptWriter::publish`], which replaces
    /// one that is there.
    ///
    /// # Errors
    /// [`ArchiveError::Store`].
    pub async fn write(&self, prompt: &PromptKey) -> Result<PromptWriter, ArchiveError> {
        let upload = self.store.put_multipart(&prompt.path(&self.below)).await;
        let upload = upload.map_err(store("begin a file of the archive"))?;
        PromptWriter::new(prompt, self.precision, upload)
    }

    /// Opens the file of a prompt, or says that there is none.
    ///
    /// # Errors
    /// [`ArchiveError::Foreign`] when it is not one of ours; [`ArchiveError::Store`],
    /// [`ArchiveError::Form`].
    pub async fn read(&self, prompt: &PromptKey) -> Result<Option<PromptReader>, ArchiveError> {
        match self.store.head(&prompt.path(&self.below)).await {
            Ok(found) => {
                let reader = PromptReader::open(Arc::clone(&self.store), found, prompt).await;
                reader.map(Some)
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(source) => Err(store("look for a file of the archive")(source)),
        }
    }

    /// The prompts of a day (`2026-02-03`), of one asset or of all, in order.
    ///
    /// # Errors
    /// [`ArchiveError::Store`].
    pub async fn prompts(
        &self,
        day: &str,
        asset: Option<&str>,
    ) -> Result<Vec<PromptKey>, ArchiveError> {
        let within = partition(&self.below, day, asset);
        let found: Vec<_> = self
            .store
            .list(Some(&within))
            .try_collect()
            .await
            .map_err(store("list the files of the archive"))?;
        let mut keys: Vec<_> = found
            .iter()
            .filter_map(|file| PromptKey::from_path(&file.location))
            .collect();
        keys.sort();
        Ok(keys)
    }

    /// Removes the file of a prompt, if there is one.
    ///
    /// # Errors
    /// [`ArchiveError::Store`].
    pub async fn remove(&self, prompt: &PromptKey) -> Result<(), ArchiveError> {
        match self.store.delete(&prompt.path(&self.below)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(store("remove a file of the archive")(source)),
        }
    }

    /// Where it is.
    pub fn place(&self) -> &str {
        &self.place
    }
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Archive({})", self.place)
    }
}
