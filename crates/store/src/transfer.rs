//! The whole state as one file, to move to another machine or another database.
//!
//! Lines of JSON: a header, a line per row, and a last line with the number of rows and the digest
//! of everything before it. The same state gives the same bytes, whichever database holds it.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use axonry_core::BlockHash;
use serde::{Deserialize, Serialize};

use crate::file::{sync_folder, write_private};
use crate::location::Location;
use crate::schema::{NEWEST, TABLES};
use crate::store::{Content, GENESIS, create};
use crate::value::{Record, Table};
use crate::work::Work;
use crate::{Store, StoreError};

mod line;

use line::{columns, values};

/// The form of the file.
const FORM: u32 = 1;

/// What stands in an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// How many rows.
    pub rows: u64,
    /// The digest (BLAKE2b-256, hexadecimal) of everything before the last line.
    pub digest: String,
    /// The chain the state belongs to, once it was bound to one.
    pub genesis: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    axonry_state: u32,
    tables: i64,
    genesis: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Trailer {
    rows: u64,
    digest: String,
}

/// An export that was read to its end and is what it says.
pub(crate) struct Exported {
    path: PathBuf,
    export: Export,
}

impl Store {
    /// Writes the whole state into a new file that only its owner can read: it holds the secrets of
    /// commits that are not revealed yet. The file is complete or not there.
    ///
    /// # Errors
    /// [`StoreError::Transfer`] when the file cannot be written.
    pub async fn export(&self, path: &Path) -> Result<Export, StoreError> {
        let failed = |source| StoreError::Transfer {
            path: path.to_owned(),
            source,
        };
        let mut draft = path.as_os_str().to_owned();
        draft.push(".new");
        let draft = PathBuf::from(draft);
        let mut file = BufWriter::new(write_private(&draft).map_err(failed)?);
        let dumped = self
            .dump(&mut |line| file.write_all(line).map_err(failed))
            .await;
        let finished = dumped.and_then(|export| {
            let file = file
                .into_inner()
                .map_err(|error| failed(error.into_error()))?;
            file.sync_all().map_err(failed)?;
            std::fs::rename(&draft, path).map_err(failed)?;
            sync_folder(path).map_err(failed)?;
            Ok(export)
        });
        if finished.is_err() {
            let _ = std::fs::remove_file(&draft);
        }
        finished
    }

    /// Makes a state out of an export, complete or not at all, and opens it.
    ///
    /// Where the very same state is there already, nothing is done. With `genesis` the export must be
    /// of that chain.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] when there is another state; [`StoreError::OtherChain`];
    /// [`StoreError::NotAnExport`] when the file is not whole.
    pub async fn import(
        location: impl Into<Location>,
        path: &Path,
        genesis: Option<BlockHash>,
    ) -> Result<(Self, Export), StoreError> {
        let location = location.into();
        let exported = Exported::read(path)?;
        let export = exported.export.clone();
        if let (Some(given), Some(stored)) = (genesis, &export.genesis)
            && *stored != given.to_string()
        {
            return Err(StoreError::OtherChain {
                location: path.into(),
                stored: stored.clone(),
                given,
            });
        }
        match create(&location, &Content::Exported(&exported)).await {
            Ok(()) => Ok((Self::open(location).await?, export)),
            Err(StoreError::Exists { .. }) => {
                let store = Self::open(&location).await?;
                let there = store.dump(&mut |_| Ok(())).await;
                match there {
                    Ok(there) if there == export => Ok((store, export)),
                    there => {
                        store.close().await;
                        there?;
                        Err(StoreError::NotEmpty { location })
                    }
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Gives the export line by line, each with its end.
    async fn dump(
        &self,
        write: &mut (dyn FnMut(&[u8]) -> Result<(), StoreError> + Send),
    ) -> Result<Export, StoreError> {
        let mut work = self.begin("read the whole state").await?;
        let genesis = work.setting(GENESIS).await?;
        let mut digest = blake2b_simd::Params::new().hash_length(32).to_state();
        let mut put = |line: String| {
            let line = line + "\n";
            digest.update(line.as_bytes());
            write(line.as_bytes())
        };
        let header = Header {
            axonry_state: FORM,
            tables: NEWEST,
            genesis: genesis.clone(),
        };
        put(json(&header))?;
        let mut rows = 0;
        for table in TABLES {
            for page in 0.. {
                let records = work.page(table, page).await?;
                if records.is_empty() {
                    break;
                }
                for record in records {
                    rows += 1;
                    put(json(&(table.name, columns(&record))))?;
                }
            }
        }
        let digest = digest.finalize().to_hex().to_string();
        let trailer = Trailer {
            rows,
            digest: digest.clone(),
        };
        write((json(&trailer) + "\n").as_bytes())?;
        Ok(Export {
            rows,
            digest,
            genesis,
        })
    }
}

impl Exported {
    /// Reads a file to its end and compares it with its last line.
    fn read(path: &Path) -> Result<Self, StoreError> {
        let mut digest = blake2b_simd::Params::new().hash_length(32).to_state();
        let (mut header, mut last): (Option<Header>, Option<String>) = (None, None);
        let mut lines = 0_u64;
        let invalid = |reason: &str| not_an_export(path, reason);
        for line in lines_of(path)? {
            let line = line.map_err(|source| unreadable(path, source))?;
            if let Some(line) = last.replace(line) {
                digest.update(line.as_bytes()).update(b"\n");
                if header.is_none() {
                    let read = serde_json::from_str(&line);
                    header = Some(read.map_err(|_| invalid("its first line is no header"))?);
                }
                lines += 1;
            }
        }
        let header = header.ok_or_else(|| invalid("it is empty"))?;
        if header.axonry_state != FORM || header.tables != NEWEST {
            return Err(StoreError::Newer {
                location: path.into(),
                found: header.tables,
                known: NEWEST,
            });
        }
        let trailer = last.and_then(|line| serde_json::from_str::<Trailer>(&line).ok());
        let trailer = trailer.ok_or_else(|| invalid("its end is missing"))?;
        let found = digest.finalize().to_hex().to_string();
        if trailer.digest != found || trailer.rows + 1 != lines {
            return Err(invalid("its digest is not that of its lines"));
        }
        Ok(Self {
            path: path.to_owned(),
            export: Export {
                rows: trailer.rows,
                digest: found,
                genesis: header.genesis,
            },
        })
    }

    /// Puts the rows into tables that were just made.
    pub(crate) async fn insert_into(&self, work: &mut Work) -> Result<(), StoreError> {
        let rows = usize::try_from(self.export.rows).unwrap_or(usize::MAX);
        for line in lines_of(&self.path)?.skip(1).take(rows) {
            let line = line.map_err(|source| unreadable(&self.path, source))?;
            let (table, record) = self.row(&line)?;
            work.insert(table, record).await?;
        }
        Ok(())
    }

    fn row(&self, line: &str) -> Result<(&'static Table, Record), StoreError> {
        let read = || {
            let (name, columns): (String, Vec<serde_json::Value>) =
                serde_json::from_str(line).ok()?;
            let table = TABLES.into_iter().find(|table| table.name == name)?;
            Some((table, values(table, columns)?))
        };
        read().ok_or_else(|| not_an_export(&self.path, "a line is no row of a known table"))
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("names, numbers and texts are JSON")
}

fn lines_of(path: &Path) -> Result<impl Iterator<Item = std::io::Result<String>>, StoreError> {
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    Ok(BufReader::new(file).lines())
}

fn unreadable(path: &Path, source: std::io::Error) -> StoreError {
    // What is no text is no export; everything else is the disk's affair.
    if source.kind() == std::io::ErrorKind::InvalidData {
        return not_an_export(path, "it is no text");
    }
    StoreError::Transfer {
        path: path.to_owned(),
        source,
    }
}

fn not_an_export(path: &Path, reason: &str) -> StoreError {
    StoreError::NotAnExport {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}
