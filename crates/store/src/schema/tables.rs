use crate::value::{Kind, Table};

use Kind::{Bytes, Integer, Real, Text};

pub(crate) static SETTINGS: Table = Table {
    name: "settings",
    columns: &[("key", Text), ("value", Text)],
    key: 1,
};

pub(crate) static AVERAGES: Table = Table {
    name: "averages",
    columns: &[
        ("netuid", Integer),
        ("hotkey", Text),
        ("average", Real),
        ("round", Integer),
    ],
    key: 2,
};

pub(crate) static ROUNDS: Table = Table {
    name: "rounds",
    columns: &[
        ("netuid", Integer),
        ("round", Integer),
        ("opening", Text),
        ("summary", Text),
    ],
    key: 2,
};

pub(crate) static JOURNAL: Table = Table {
    name: "journal",
    columns: &[
        ("id", Integer),
        ("hotkey", Text),
        ("netuid", Integer),
        ("mechanism", Integer),
        ("round", Integer),
        ("epoch", Integer),
        ("weights", Text),
        ("extrinsic", Text),
        ("nonce", Integer),
        ("birth", Integer),
        ("birth_hash", Text),
        ("valid_until", Integer),
        ("uid", Integer),
        ("last_update", Integer),
        ("carrier", Text),
        ("salt", Text),
        ("state", Text),
        ("outcome", Text),
    ],
    key: 1,
};

pub(crate) static INPUTS: Table = Table {
    name: "inputs",
    columns: &[
        ("netuid", Integer),
        ("round", Integer),
        ("name", Text),
        ("digest", Text),
    ],
    key: 3,
};

pub(crate) static TRACES: Table = Table {
    name: "traces",
    columns: &[
        ("netuid", Integer),
        ("round", Integer),
        ("hotkey", Text),
        ("trace", Bytes),
    ],
    key: 3,
};

pub(crate) static CACHE: Table = Table {
    name: "cache",
    columns: &[
        ("space", Text),
        ("key", Text),
        ("value", Bytes),
        ("round", Integer),
    ],
    key: 2,
};

/// All of them, in the order they are written out.
pub(crate) static TABLES: [&Table; 7] = [
    &SETTINGS, &AVERAGES, &ROUNDS, &JOURNAL, &INPUTS, &TRACES, &CACHE,
];
