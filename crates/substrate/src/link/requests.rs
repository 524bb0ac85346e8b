use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What has been asked of the node, by method.
#[derive(Debug, Default)]
pub(crate) struct Requests(Mutex<BTreeMap<&'static str, u64>>);

impl Requests {
    pub(crate) fn count(&self, method: &'static str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(method).or_default() += 1;
    }

    pub(crate) fn by_method(&self) -> BTreeMap<&'static str, u64> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.clone()
    }
}
