//! The chain's state: raw keys and bytes, with their history.

use std::collections::BTreeMap;
use std::ops::Bound;

/// Writes of one block, waiting to become state; `None` removes.
pub(crate) type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// One value since one block.
#[derive(Debug)]
struct Version {
    since: u64,
    value: Option<Vec<u8>>,
}

/// Every value there was, by key and block, back to the oldest block that is kept.
#[derive(Debug, Default)]
pub(crate) struct State {
    values: BTreeMap<Vec<u8>, Vec<Version>>,
    oldest: u64,
}

impl State {
    /// The value of a key in the state after block `at`.
    pub(crate) fn value(&self, key: &[u8], at: u64) -> Option<&[u8]> {
        in_force(self.values.get(key)?, at)
    }

    /// The keys that start with `prefix` and come after `after`, in order.
    pub(crate) fn keys<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&'a [u8]>,
        at: u64,
    ) -> impl Iterator<Item = &'a [u8]> {
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        self.values
            .range::<[u8], _>((start, Bound::Unbounded))
            .take_while(move |(key, _)| key.starts_with(prefix))
            .filter(move |(_, versions)| in_force(versions, at).is_some())
            .map(|(key, _)| key.as_slice())
    }

    /// Makes the writes of block `number` part of the state; blocks come in order.
    pub(crate) fn apply(&mut self, number: u64, changes: Changes) {
        for (key, value) in changes {
            let versions = self.values.entry(key).or_default();
            if versions.last().and_then(|last| last.value.as_deref()) == value.as_deref() {
                continue;
            }
            versions.push(Version {
                since: number,
                value,
            });
        }
    }

    /// Takes back the writes of every block after `number`.
    pub(crate) fn roll_back(&mut self, number: u64) {
        self.values.retain(|_, versions| {
            versions.truncate(versions.partition_point(|version| version.since <= number));
            !versions.is_empty()
        });
    }

    /// The oldest block whose state is still here.
    pub(crate) const fn oldest(&self) -> u64 {
        self.oldest
    }

    /// Drops what only states before block `oldest` need.
    pub(crate) fn forget_before(&mut self, oldest: u64) {
        self.oldest = self.oldest.max(oldest);
        self.values.retain(|_, versions| {
            let current = versions.partition_point(|version| version.since <= oldest);
            versions.drain(..current.saturating_sub(1));
            !matches!(versions.as_slice(), [only] if only.value.is_none())
        });
    }
}

fn in_force(versions: &[Version], at: u64) -> Option<&[u8]> {
    let after = versions.partition_point(|version| version.since <= at);
    versions.get(after.checked_sub(1)?)?.value.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(state: &mut State, number: u64, pairs: &[(&str, Option<&str>)]) {
        let changes = pairs.iter().map(|(key, value)| {
            let value = value.map(|value| value.as_bytes().to_vec());
            (key.as_bytes().to_vec(), value)
        });
        state.apply(number, changes.collect());
    }

    fn text(state: &State, key: &str, at: u64) -> Option<String> {
        let value = state.value(key.as_bytes(), at)?;
        Some(String::from_utf8(value.to_vec()).expect("a text"))
    }

    #[test]
    fn a_read_sees_the_block_it_is_pinned_to() {
        let mut state = State::default();
        write(&mut state, 0, &[("a", Some("zero")), ("ab", Some("x"))]);
        write(&mut state, 3, &[("a", Some("three"))]);
        write(&mut state, 5, &[("a", None)]);
        let seen: Vec<_> = (0..7).map(|at| text(&state, "a", at)).collect();
        let expected = ["zero", "zero", "zero", "three", "three"].map(|text| Some(text.to_owned()));
        assert_eq!(seen[..5], expected);
        assert_eq!(seen[5..], [None, None]);
        let keys = |at| state.keys(b"a", None, at).collect::<Vec<_>>();
        assert_eq!(keys(4), [b"a".as_slice(), b"ab"]);
        assert_eq!(keys(5), [b"ab"]);
        assert_eq!(state.keys(b"a", Some(b"a"), 4).collect::<Vec<_>>(), [b"ab"]);
    }

    #[test]
    fn rolling_back_leaves_the_state_as_it_was() {
        let mut state = State::default();
        write(&mut state, 0, &[("a", Some("zero"))]);
        write(&mut state, 2, &[("a", None), ("new", Some("two"))]);
        write(&mut state, 3, &[("a", Some("three"))]);
        state.roll_back(1);
        assert_eq!(text(&state, "a", 9).as_deref(), Some("zero"));
        assert_eq!(text(&state, "new", 9), None);
        write(&mut state, 2, &[("a", Some("other"))]);
        assert_eq!(text(&state, "a", 2).as_deref(), Some("other"));
    }

    #[test]
    fn forgetting_keeps_what_newer_blocks_read() {
        let mut state = State::default();
        write(&mut state, 0, &[("a", Some("zero")), ("gone", Some("x"))]);
        write(&mut state, 2, &[("a", Some("two")), ("gone", None)]);
        write(&mut state, 9, &[("a", Some("nine"))]);
        state.forget_before(5);
        assert_eq!(state.oldest(), 5);
        assert_eq!(text(&state, "a", 5).as_deref(), Some("two"));
        assert_eq!(text(&state, "a", 9).as_deref(), Some("nine"));
        assert!(!state.values.contains_key(b"gone".as_slice()));
    }
}
