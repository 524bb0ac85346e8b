use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use axonry_http::{Asked, Told};
use axonry_neuron::RecordedRound;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::About;

/// One line of a tape.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) asked: Asked,
    pub(super) told: Told,
}

/// The folder of one run.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes the folder of a run that begins, for the owner's eyes only.
    pub(super) fn begin(within: &Path, name: &str, about: &About) -> Result<Self> {
        let path = within.join(name);
        let named = || format!("recording in `{}`", path.display());
        fs::create_dir_all(&path).with_context(named)?;
        let folder = Self(path.clone());
        folder.write("about.json", about).with_context(named)?;
        Ok(folder)
    }

    /// The runs in a folder, oldest first; a run's own folder is one run.
    pub(super) fn runs(within: &Path) -> Result<Vec<Self>> {
        let is_run = |path: &Path| path.join("about.json").is_file();
        if is_run(within) {
            return Ok(vec![Self(within.to_owned())]);
        }
        let named = || format!("recording `{}`", within.display());
        let mut runs = Vec::new();
        for entry in fs::read_dir(within).with_context(named)? {
            let path = entry.with_context(named)?.path();
            if is_run(&path) {
                runs.push(Self(path));
            }
        }
        runs.sort_by(|a, b| a.0.cmp(&b.0));
        anyhow::ensure!(
            !runs.is_empty(),
            "{}: there is no run in it: `validator run --record` writes one",
            named()
        );
        Ok(runs)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn about(&self) -> Result<About> {
        let path = self.0.join("about.json");
        let named = || format!("`{}`", path.display());
        let text = fs::read_to_string(&path).with_context(named)?;
        About::parse(&text).with_context(named)
    }

    /// The rounds that were finished, in their order.
    pub(super) fn rounds(&self) -> Result<Vec<u64>> {
        let mut rounds = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let name = entry?.file_name();
            let number = name
                .to_str()
                .and_then(|name| name.strip_suffix(".round.json"));
            rounds.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        rounds.sort_unstable();
        Ok(rounds)
    }

    pub(super) fn round(&self, number: u64) -> Result<RecordedRound> {
        self.read(&format!("{number:06}.round.json"))
    }

    pub(super) fn tokens(&self, number: u64) -> Result<serde_json::Value> {
        self.read(&format!("{number:06}.tokens.json"))
    }

    /// The calls of a round, in the order in which they ended.
    pub(super) fn tape(&self, number: u64) -> Result<Vec<Line>> {
        let path = self.tape_path(number);
        let named = || format!("`{}`", path.display());
        let file = File::open(&path).with_context(named)?;
        let lines = BufReader::new(zstd::Decoder::new(file).with_context(named)?).lines();
        let parsed = lines.map(|line| Ok(serde_json::from_str(&line?)?));
        parsed.collect::<Result<_>>().with_context(named)
    }

    pub(super) fn tape_path(&self, number: u64) -> PathBuf {
        self.0.join(format!("{number:06}.tape.zst"))
    }

    /// Writes a file as a whole, or not at all.
    pub(super) fn write(&self, name: &str, content: &impl Serialize) -> Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
        serde_json::to_writer(&mut file, content)?;
        file.flush()?;
        file.persist(self.0.join(name))?;
        Ok(())
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let path = self.0.join(name);
        let named = || format!("`{}`", path.display());
        let text = fs::read_to_string(&path).with_context(named)?;
        serde_json::from_str(&text).with_context(named)
    }
}
