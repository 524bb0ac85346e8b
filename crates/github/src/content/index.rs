//! Which entries there are, and in what order they were used.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::Path;

/// When room is made, so much more is made of it, as a share: 1 in 10.
const SPARE: u64 = 10;

/// The entries of a folder, the least recently used first.
#[derive(Debug, Default)]
pub(super) struct Index {
    entries: HashMap<String, Entry>,
    /// Names by when they were used.
    order: BTreeMap<u64, String>,
    size: u64,
    /// Counts uses; it is the order that matters, not the time.
    clock: u64,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    size: u64,
    used: u64,
}

impl Index {
    /// Reads a folder. Of entries from an earlier life the newest count as used last.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let mut found = Vec::new();
        for part in fs::read_dir(folder)? {
            let part = part?;
            if part.file_name().len() != 2 || !part.file_type()?.is_dir() {
                continue;
            }
            for entry in fs::read_dir(part.path())? {
                let entry = entry?;
                let (Ok(name), metadata) = (entry.file_name().into_string(), entry.metadata()?)
                else {
                    continue;
                };
                if is_name(&name) {
                    found.push((metadata.modified()?, name, metadata.len()));
                }
            }
        }
        found.sort();
        let mut index = Self::default();
        for (_, name, size) in found {
            index.insert(&name, size);
        }
        Ok(index)
    }

    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    pub(super) fn insert(&mut self, name: &str, size: u64) {
        self.remove(name);
        self.clock += 1;
        let used = self.clock;
        self.entries.insert(name.to_owned(), Entry { size, used });
        self.order.insert(used, name.to_owned());
        self.size += size;
    }

    pub(super) fn touch(&mut self, name: &str) {
        if let Some(Entry { size, .. }) = self.entries.get(name).copied() {
            self.insert(name, size);
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        if let Some(Entry { size, used }) = self.entries.remove(name) {
            self.order.remove(&used);
            self.size -= size;
        }
    }

    /// What must go so that the rest keeps to the bound with room to spare; nothing while it does.
    pub(super) fn surplus(&self, bound: u64) -> Vec<String> {
        if self.size <= bound {
            return Vec::new();
        }
        let mut over = self.size - (bound - bound / SPARE);
        let oldest = self.order.values().take_while(|name| {
            let goes = over > 0;
            over = over.saturating_sub(self.entries.get(*name).map_or(0, |entry| entry.size));
            goes
        });
        oldest.cloned().collect()
    }
}

/// Other files in the folder are nobody's business.
fn is_name(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}
