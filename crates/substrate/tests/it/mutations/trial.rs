//! What is read and encoded before and after a mutation, and what may differ.

use std::collections::BTreeMap;

use axonry_chain::{ChainError, DispatchFailure, HashCommit, Hyperparameters, Neuron};

use super::{Upgrade, ledger};

/// What a mutation must leave as it was.
#[derive(Clone, Copy, Debug)]
pub(super) enum Expected<'a> {
    /// Everything.
    Same,
    /// Everything but what fails with an error that says this.
    Named(&'a str),
}

/// Everything we use, read or encoded; a failure in its words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Uses {
    pub(super) neurons: Result<Vec<Neuron>, String>,
    pub(super) rules: Result<Hyperparameters, String>,
    pub(super) commits: Result<Vec<HashCommit>, String>,
    /// Arguments of calls, by name, behind the two indices.
    pub(super) calls: BTreeMap<&'static str, Result<Vec<u8>, String>>,
    pub(super) failure: Result<DispatchFailure, String>,
    /// What lies beyond the loop, in words.
    pub(super) ledger: ledger::Reads,
}

pub(super) fn in_words<T>(outcome: Result<T, ChainError>) -> Result<T, String> {
    outcome.map_err(|error| match error {
        ChainError::Incompatible { .. } | ChainError::Decode { .. } => error.to_string(),
        error => panic!("neither the runtime's fault nor the bytes': {error}"),
    })
}

/// Counts mutations and checks what they leave.
pub(super) struct Trial {
    pub(super) before: Uses,
    pub(super) finney: Upgrade,
    pub(super) tried: usize,
}

impl Trial {
    pub(super) fn mutation(
        &mut self,
        what: &str,
        expected: Expected<'_>,
        mutate: impl FnOnce(&mut Upgrade),
    ) {
        self.tried += 1;
        let mut upgrade = self.finney.again();
        mutate(&mut upgrade);
        let after = upgrade.uses();
        let Expected::Named(name) = expected else {
            assert_eq!(after.ledger, self.before.ledger, "{what}");
            assert_eq!(after.calls, self.before.calls, "{what}");
            assert_eq!(after, self.before, "{what}");
            return;
        };
        let mut named = 0;
        let mut same =
            |before: &dyn std::fmt::Debug, after: String, error: Option<&String>| match error {
                Some(words) => {
                    assert!(
                        words.contains(name),
                        "{what}: `{words}` does not name {name}"
                    );
                    named += 1;
                }
                None => assert_eq!(after, format!("{before:?}"), "{what}"),
            };
        let before = &self.before;
        same(
            &before.neurons,
            format!("{:?}", after.neurons),
            after.neurons.as_ref().err(),
        );
        same(
            &before.rules,
            format!("{:?}", after.rules),
            after.rules.as_ref().err(),
        );
        same(
            &before.commits,
            format!("{:?}", after.commits),
            after.commits.as_ref().err(),
        );
        same(
            &before.failure,
            format!("{:?}", after.failure),
            after.failure.as_ref().err(),
        );
        for (call, data) in &after.calls {
            same(
                &before.calls[call],
                format!("{data:?}"),
                data.as_ref().err(),
            );
        }
        for (read, told) in &after.ledger {
            same(
                &self.before.ledger[read],
                format!("{told:?}"),
                told.as_ref().err(),
            );
        }
        assert!(named > 0, "{what}: nobody noticed");
    }
}
