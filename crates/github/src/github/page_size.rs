//! How much to ask for at once of a server that does not say how much it bears.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing::debug;

use crate::error::GithubError;

/// GitHub fails rarely enough below this that asking for less only costs requests.
const LEAST: usize = 10;

/// After so many good pages in a row, the next ones are larger.
const GROW_AFTER: u32 = 8;

/// After so many good pages, a size that failed long ago is worth another try.
const FORGET_AFTER: u32 = 200;

/// The size of pages: halved when one is too much for the server, and growing back slowly.
///
/// GitHub answers 502 when a query takes it more than ten seconds or so, which depends on what it
/// finds. A size that failed is not tried again for a while, so that growing costs next to nothing.
#[derive(Debug)]
pub(super) struct PageSize(Mutex<State>);

#[derive(Clone, Copy, Debug)]
struct State {
    now: usize,
    most: usize,
    /// The largest size that worked.
    good: usize,
    /// The smallest that failed.
    bad: Option<usize>,
    /// Good pages since the size changed.
    row: u32,
    /// Good pages since one failed.
    calm: u32,
}

impl PageSize {
    /// Begins with the most.
    pub(super) fn new(most: usize) -> Self {
        Self(Mutex::new(State {
            now: most,
            most,
            good: 0,
            bad: None,
            row: 0,
            calm: 0,
        }))
    }

    pub(super) fn now(&self) -> usize {
        self.state().now
    }

    /// Notes a page of this size that came.
    pub(super) fn worked(&self, size: usize) {
        let mut state = self.state();
        state.calm += 1;
        if state.calm >= FORGET_AFTER {
            state.bad = None;
        }
        if size != state.now {
            return;
        }
        state.good = size;
        state.row += 1;
        if state.row >= GROW_AFTER {
            let limit = state.bad.map_or(state.most, |bad| bad - 1).min(state.most);
            state.now = (size + (size / 4).max(1)).min(limit).max(size);
            state.row = 0;
        }
    }

    /// Notes a page of this size that was too much. `false` when smaller ones are not worth trying.
    fn failed(&self, size: usize) -> bool {
        let mut state = self.state();
        state.calm = 0;
        if size <= LEAST {
            return false;
        }
        state.bad = Some(state.bad.map_or(size, |bad| bad.min(size)));
        // Requests side by side fail together; only the first of them changes the size.
        if size <= state.now {
            let half = (size / 2).max(LEAST);
            state.now = if (half..size).contains(&state.good) {
                state.good
            } else {
                half
            };
            state.good = state.good.min(state.now);
            state.row = 0;
        }
        true
    }

    /// Decides on a page of this size that failed: nothing when it was too much and a smaller one
    /// is to be asked for, else the error.
    pub(super) fn or_smaller(&self, size: usize, error: GithubError) -> Result<(), GithubError> {
        if error.is_too_much() && self.failed(size) {
            debug!(size, %error, "asking for less at once");
            return Ok(());
        }
        Err(error)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a page of that size can be made smaller.
pub(super) const fn can_shrink(size: usize) -> bool {
    size > LEAST
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads so many items of a server that bears pages of `hidden`; tells in how many requests.
    fn read(items: usize, hidden: usize) -> usize {
        let size = PageSize::new(50);
        let (mut left, mut requests) = (items, 0);
        while left > 0 {
            let now = size.now();
            requests += 1;
            if now <= hidden {
                size.worked(now);
                left = left.saturating_sub(now);
            } else {
                assert!(size.failed(now));
            }
        }
        requests
    }

    #[test]
    fn a_hidden_limit_costs_at_most_twice_the_requests() {
        for hidden in 10..=50 {
            for items in [100, 400, 2000] {
                let (made, best) = (read(items, hidden), items.div_ceil(hidden));
                assert!(
                    made <= 2 * best + 2,
                    "{items} by {hidden}: {made}, at best {best}"
                );
            }
        }
    }

    #[test]
    fn what_was_too_much_once_is_tried_again_after_a_long_while() {
        let size = PageSize::new(50);
        assert!(size.failed(50));
        assert_eq!(size.now(), 25);
        for _ in 0..100 {
            size.worked(size.now());
        }
        assert_eq!(size.now(), 49, "not what failed");
        for _ in 0..300 {
            size.worked(size.now());
        }
        assert_eq!(size.now(), 50);
    }

    #[test]
    fn requests_that_fail_side_by_side_halve_it_once() {
        let size = PageSize::new(50);
        assert!(size.failed(50) && size.failed(50) && size.failed(50));
        assert_eq!(size.now(), 25);
        assert!(!size.failed(10), "and never below the least");
    }
}
