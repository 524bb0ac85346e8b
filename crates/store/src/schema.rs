//! The tables, as a list of steps: a database is brought from its version to the newest, step by
//! step.

mod tables;

pub(crate) use tables::{AVERAGES, CACHE, INPUTS, JOURNAL, ROUNDS, SETTINGS, TABLES, TRACES};

/// The version after all steps.
pub(crate) const NEWEST: i64 = 2;

/// One step per release that changed the tables, in SQLite's words; the version counts the steps
/// taken.
pub(crate) const STEPS: [&str; 2] = [
    "
    CREATE TABLE rounds (
        netuid      INTEGER NOT NULL,
        round       INTEGER NOT NULL,
        opening     TEXT    NOT NULL,
        summary     TEXT,
        PRIMARY KEY (netuid, round)
    ) STRICT;

    CREATE TABLE averages (
        netuid      INTEGER NOT NULL,
        hotkey      TEXT    NOT NULL,
        average     REAL    NOT NULL,
        round       INTEGER NOT NULL,
        PRIMARY KEY (netuid, hotkey)
    ) STRICT;

    CREATE TABLE journal (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        hotkey      TEXT    NOT NULL,
        netuid      INTEGER NOT NULL,
        mechanism   INTEGER NOT NULL,
        round       INTEGER NOT NULL,
        epoch       INTEGER,
        weights     TEXT    NOT NULL,
        extrinsic   TEXT    NOT NULL,
        nonce       INTEGER NOT NULL,
        birth       INTEGER NOT NULL,
        birth_hash  TEXT    NOT NULL,
        valid_until INTEGER NOT NULL,
        uid         INTEGER NOT NULL,
        last_update INTEGER NOT NULL,
        state       TEXT    NOT NULL,
        outcome     TEXT
    ) STRICT;

    -- What may be on its way or has landed exists once per round.
    CREATE UNIQUE INDEX journal_once ON journal (hotkey, netuid, mechanism, round)
        WHERE state IN ('open', 'landed');

    CREATE TABLE settings (
        key         TEXT    PRIMARY KEY,
        value       TEXT    NOT NULL
    ) STRICT;
",
    "
    ALTER TABLE rounds ADD COLUMN checksum INTEGER;
    ALTER TABLE averages ADD COLUMN checksum INTEGER;
    ALTER TABLE settings ADD COLUMN checksum INTEGER;
    ALTER TABLE journal ADD COLUMN checksum INTEGER;

    -- How an extrinsic carries its vector, apart from its hash; and apart from both what nobody but
    -- us may know before the reveal.
    ALTER TABLE journal ADD COLUMN carrier TEXT NOT NULL DEFAULT 'plain';
    ALTER TABLE journal ADD COLUMN salt TEXT;

    CREATE TABLE inputs (
        netuid      INTEGER NOT NULL,
        round       INTEGER NOT NULL,
        name        TEXT    NOT NULL,
        digest      TEXT    NOT NULL,
        checksum    INTEGER,
        PRIMARY KEY (netuid, round, name)
    ) STRICT;

    CREATE TABLE traces (
        netuid      INTEGER NOT NULL,
        round       INTEGER NOT NULL,
        hotkey      TEXT    NOT NULL,
        trace       BLOB    NOT NULL,
        checksum    INTEGER,
        PRIMARY KEY (netuid, round, hotkey)
    ) STRICT;

    CREATE TABLE cache (
        space       TEXT    NOT NULL,
        key         TEXT    NOT NULL,
        value       BLOB    NOT NULL,
        round       INTEGER NOT NULL,
        checksum    INTEGER,
        PRIMARY KEY (space, key)
    ) STRICT;

    CREATE INDEX cache_age ON cache (space, round);
",
];

/// A step in PostgreSQL's words.
#[cfg(feature = "postgres")]
pub(crate) fn in_postgres(step: &str) -> String {
    [
        ("INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT PRIMARY KEY"),
        ("INTEGER", "BIGINT"),
        ("REAL", "DOUBLE PRECISION"),
        ("BLOB", "BYTEA"),
        (") STRICT", ")"),
    ]
    .iter()
    .fold(step.to_owned(), |step, (ours, theirs)| {
        step.replace(ours, theirs)
    })
}
