//! Sources of every language.

#![no_main]

use std::sync::LazyLock;

use axonry_syntax::{GrammarSet, Scorer, Tables};
use axonry_syntax_fuzz::input::check_change;
use libfuzzer_sys::fuzz_target;

static SCORER: LazyLock<Scorer> =
    LazyLock::new(|| Scorer::new(Tables::upstream(), GrammarSet::Full).expect("the grammars fit"));

fuzz_target!(|bytes: &[u8]| check_change(&SCORER, bytes).unwrap());
