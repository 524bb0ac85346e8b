//! The tables of upstream's validator (`mode-network/synth-subnet`, all of its migrations), with
//! its names and columns, and what ours has more, marked.

use super::dialect::Dialect;

/// The version after all steps.
pub(crate) const NEWEST: i64 = 1;

/// What is written into `prediction` where the paths are in `paths`.
pub(super) const STORED_AS_F32: &str = r#"{"stored":"f32"}"#;

/// What upstream keeps of an answer that is not valid.
pub(super) const NOTHING: &str = "[]";

/// The names of the tables.
#[cfg(feature = "postgres")]
pub(crate) const TABLES: [&str; 7] = [
    "validator_requests",
    "miners",
    "miner_predictions",
    "miner_scores",
    "miner_rewards",
    "metagraph_history",
    "weights_update_history",
];

/// In PostgreSQL's words. What is long stands last in its table, because SQLite reads a row from its
/// beginning.
const TABLES_AND_INDEXES: &str = "
    CREATE TABLE validator_requests (
        id              BIGSERIAL PRIMARY KEY,
        start_time      TIMESTAMPTZ NOT NULL,
        asset           VARCHAR,
        time_increment  INTEGER,
        time_length     INTEGER,
        num_simulations INTEGER,
        request_time    TIMESTAMPTZ,
        created_at      TIMESTAMP NOT NULL DEFAULT now(),
        -- Ours: when all answers were in; empty when the asking was cut off.
        finished_at     TIMESTAMPTZ,
        checksum        BIGINT,
        real_prices     JSON
    );
    CREATE INDEX validator_requests_start ON validator_requests (start_time);
    CREATE INDEX validator_requests_kind
        ON validator_requests (asset, time_increment, time_length);
    CREATE INDEX validator_requests_length ON validator_requests (time_length, start_time);

    CREATE TABLE miners (
        id              BIGSERIAL PRIMARY KEY,
        miner_uid       INTEGER NOT NULL,
        coldkey         VARCHAR,
        hotkey          VARCHAR,
        created_at      TIMESTAMP NOT NULL DEFAULT now(),
        updated_at      TIMESTAMP NOT NULL DEFAULT now(),
        CONSTRAINT uq_miners_miner_uid_coldkey_hotkey UNIQUE (miner_uid, coldkey, hotkey)
    );
    CREATE INDEX miners_uid ON miners (miner_uid);

    CREATE TABLE miner_predictions (
        id                    BIGSERIAL PRIMARY KEY,
        validator_requests_id BIGINT NOT NULL REFERENCES validator_requests (id),
        miner_uid             INTEGER,
        miner_id              BIGINT REFERENCES miners (id),
        format_validation     VARCHAR,
        process_time          DOUBLE PRECISION,
        created_at            TIMESTAMP NOT NULL DEFAULT now(),
        deleted_at            TIMESTAMP,
        bigtable_key          VARCHAR,
        checksum              BIGINT,
        -- Upstream's is JSON, which the server parses on its way in: a third of the time. Ours is the
        -- same text; `prediction::json` looks into it.
        prediction            VARCHAR NOT NULL,
        -- Ours: paths as 32-bit floats.
        paths                 BYTEA
    );
    -- Upstream's is not unique; ours is, so that a batch which is written twice is there once.
    CREATE UNIQUE INDEX miner_predictions_once
        ON miner_predictions (validator_requests_id, miner_id);
    CREATE INDEX miner_predictions_miner ON miner_predictions (miner_id, validator_requests_id);
    CREATE INDEX miner_predictions_alive
        ON miner_predictions (validator_requests_id) WHERE deleted_at IS NULL;

    CREATE TABLE miner_scores (
        id                    BIGSERIAL PRIMARY KEY,
        miner_uid             INTEGER NOT NULL,
        miner_predictions_id  BIGINT REFERENCES miner_predictions (id) ON DELETE CASCADE,
        prompt_score          DOUBLE PRECISION,
        scored_time           TIMESTAMPTZ,
        prompt_score_v2       DOUBLE PRECISION,
        prompt_score_v3       DOUBLE PRECISION,
        created_at            TIMESTAMP NOT NULL DEFAULT now(),
        updated_at            TIMESTAMP NOT NULL DEFAULT now(),
        -- Ours: what a window of scores is read by, without the details and the predictions.
        validator_requests_id BIGINT NOT NULL REFERENCES validator_requests (id),
        miner_id              BIGINT NOT NULL REFERENCES miners (id),
        percentile90          DOUBLE PRECISION,
        lowest_score          DOUBLE PRECISION,
        checksum              BIGINT,
        score_details         JSONB,
        real_prices           JSON,
        score_details_v2      JSONB,
        score_details_v3      JSONB,
        CONSTRAINT uq_miner_scores_miner_predictions_id UNIQUE (miner_predictions_id)
    );
    CREATE INDEX miner_scores_request ON miner_scores (validator_requests_id);
    CREATE INDEX miner_scores_window ON miner_scores (scored_time, id, validator_requests_id,
        miner_id, prompt_score_v3, percentile90, lowest_score, checksum);

    CREATE TABLE miner_rewards (
        id              BIGSERIAL PRIMARY KEY,
        miner_uid       INTEGER,
        smoothed_score  DOUBLE PRECISION NOT NULL,
        reward_weight   DOUBLE PRECISION NOT NULL,
        updated_at      TIMESTAMPTZ NOT NULL,
        miner_id        BIGINT REFERENCES miners (id),
        created_at      TIMESTAMP NOT NULL DEFAULT now(),
        prompt_name     VARCHAR DEFAULT 'low'
    );
    CREATE INDEX miner_rewards_miner ON miner_rewards (miner_id);
    CREATE INDEX miner_rewards_newest
        ON miner_rewards (prompt_name, updated_at, miner_id, reward_weight);

    CREATE TABLE metagraph_history (
        id              BIGSERIAL PRIMARY KEY,
        neuron_uid      INTEGER NOT NULL,
        incentive       DOUBLE PRECISION,
        rank            DOUBLE PRECISION,
        stake           DOUBLE PRECISION,
        trust           DOUBLE PRECISION,
        emission        DOUBLE PRECISION,
        pruning_score   DOUBLE PRECISION,
        coldkey         VARCHAR,
        hotkey          VARCHAR,
        updated_at      TIMESTAMPTZ NOT NULL,
        ip_address      VARCHAR,
        created_at      TIMESTAMP NOT NULL DEFAULT now()
    );
    CREATE INDEX metagraph_history_newest ON metagraph_history (updated_at);

    CREATE TABLE weights_update_history (
        id                 BIGSERIAL PRIMARY KEY,
        miner_uids         JSON NOT NULL,
        miner_weights      JSON NOT NULL,
        norm_miner_uids    JSON,
        norm_miner_weights JSON,
        update_result      VARCHAR NOT NULL,
        updated_at         TIMESTAMPTZ NOT NULL,
        created_at         TIMESTAMP NOT NULL DEFAULT now()
    );
";

/// Paths do not become shorter by compression, and the server takes longer than the network over it.
const UNCOMPRESSED: &str = "
    ALTER TABLE miner_predictions ALTER COLUMN prediction SET STORAGE EXTERNAL;
    ALTER TABLE miner_predictions ALTER COLUMN paths SET STORAGE EXTERNAL;
";

/// The statements that make the tables, and the mark that says they are there.
pub(super) fn script(dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => in_sqlite(TABLES_AND_INDEXES),
        Dialect::Postgres => format!(
            "{TABLES_AND_INDEXES} {UNCOMPRESSED}
             CREATE TABLE axonry_predictions (version BIGINT NOT NULL);
             INSERT INTO axonry_predictions VALUES ({NEWEST});"
        ),
    }
}

/// Moments are milliseconds since 1970 there, because SQLite has no type for them.
fn in_sqlite(script: &str) -> String {
    const NOW: &str = "INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER))";
    [
        ("BIGSERIAL PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT"),
        ("TIMESTAMP NOT NULL DEFAULT now()", NOW),
        ("TIMESTAMPTZ", "INTEGER"),
        ("TIMESTAMP", "INTEGER"),
        ("DOUBLE PRECISION", "REAL"),
        ("BIGINT", "INTEGER"),
        ("VARCHAR", "TEXT"),
        ("JSONB", "TEXT"),
        ("JSON", "TEXT"),
        ("BYTEA", "BLOB"),
        ("\n    );", "\n    ) STRICT;"),
    ]
    .iter()
    .fold(script.to_owned(), |script, (theirs, ours)| {
        script.replace(theirs, ours)
    })
}
