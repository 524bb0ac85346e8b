use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What must hold before a program can do what it is for, by name. Clones share it.
///
/// It begins with what is expected and not yet so; a program without expectations is ready.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Mutex<BTreeMap<&'static str, Option<String>>>>);

impl Readiness {
    /// Expects these, none of which holds yet.
    pub fn expecting(names: &[&'static str]) -> Self {
        let waiting = names.iter().map(|name| (*name, Some("not yet".to_owned())));
        Self(Arc::new(Mutex::new(waiting.collect())))
    }

    /// It holds now.
    pub fn holds(&self, name: &'static str) {
        self.set(name, None);
    }

    /// It does not hold (any more), for this reason.
    pub fn fails(&self, name: &'static str, reason: impl Into<String>) {
        self.set(name, Some(reason.into()));
    }

    /// What does not hold, with the reasons; empty when all is ready.
    pub fn missing(&self) -> BTreeMap<&'static str, String> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = all.iter();
        missing
            .filter_map(|(name, reason)| Some((*name, reason.clone()?)))
            .collect()
    }

    fn set(&self, name: &'static str, reason: Option<String>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(name, reason);
    }
}
