//! The tables, as a list of steps: a file is brought from its version to the newest, step by step.

/// One step per release that changed the tables; `user_version` counts the steps taken.
pub(crate) const STEPS: &[&str] = &["
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
"];
