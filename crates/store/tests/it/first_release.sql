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

PRAGMA user_version = 1;
PRAGMA application_id = 1096307289;
INSERT INTO settings VALUES ('genesis', '0x01');
INSERT INTO rounds VALUES (74, 3, 'opening', NULL);
INSERT INTO averages VALUES (74, 'HOTKEY', 0.5, 3);
INSERT INTO journal (hotkey, netuid, mechanism, round, epoch, weights, extrinsic, nonce, birth,
    birth_hash, valid_until, uid, last_update, state, outcome) VALUES
    ('HOTKEY', 74, 0, 1, 3, '[[1,9]]',
     '0x0101010101010101010101010101010101010101010101010101010101010101', 1, 100,
     '0x0303030303030303030303030303030303030303030303030303030303030303', 163, 5, 90, 'landed', 'block 120'),
    ('HOTKEY', 74, 0, 2, 3, '[[1,9]]',
     '0x0202020202020202020202020202020202020202020202020202020202020202 hash:0001000200030004000500060007ffff:7:12', 2, 100,
     '0x0303030303030303030303030303030303030303030303030303030303030303', 163, 5, 90, 'open', NULL),
    ('HOTKEY', 74, 0, 3, 3, '[[1,9]]',
     '0x0404040404040404040404040404040404040404040404040404040404040404 timelocked:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd:30:12', 3, 100,
     '0x0303030303030303030303030303030303030303030303030303030303030303', 163, 5, 90, 'open', NULL);
