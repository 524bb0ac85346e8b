/// How a statement says what the two databases say differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// A moment that is given in milliseconds; one after the year 9999 is that.
    pub(super) fn moment(self, place: usize) -> String {
        match self {
            Self::Sqlite => format!("${place}"),
            Self::Postgres => {
                format!("to_timestamp(LEAST(${place}::float8 / 1000, 253402300799))")
            }
        }
    }

    /// A moment in milliseconds.
    pub(super) fn millis(self, column: &str) -> String {
        match self {
            Self::Sqlite => column.to_owned(),
            Self::Postgres => format!("(EXTRACT(EPOCH FROM {column}) * 1000)::bigint"),
        }
    }

    /// A text that is a JSON value.
    pub(super) fn json(self, place: usize) -> String {
        match self {
            Self::Sqlite => format!("${place}"),
            Self::Postgres => format!("CAST(${place} AS json)"),
        }
    }

    /// The same for a column that is kept parsed.
    pub(super) fn jsonb(self, place: usize) -> String {
        match self {
            Self::Sqlite => format!("${place}"),
            Self::Postgres => format!("CAST(${place} AS jsonb)"),
        }
    }

    /// The database's clock, as its columns of creation have it.
    pub(super) const fn now(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            Self::Postgres => "now()",
        }
    }
}
