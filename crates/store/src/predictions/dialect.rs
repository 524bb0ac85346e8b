/// How a statement says what the two databases say differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// What a value becomes in its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// What it is.
    Plain,
    /// A moment, given in milliseconds.
    Moment,
    /// A text that is a JSON value.
    Json,
    /// The same, kept parsed.
    Jsonb,
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

    /// A value on its way into a column of this kind.
    fn place(self, column: Column, place: usize) -> String {
        match (self, column) {
            (_, Column::Moment) => self.moment(place),
            (Self::Postgres, Column::Json) => format!("CAST(${place} AS json)"),
            (Self::Postgres, Column::Jsonb) => format!("CAST(${place} AS jsonb)"),
            _ => format!("${place}"),
        }
    }

    /// The places of so many rows of these columns: `($1, $2), ($3, $4)`.
    pub(super) fn places(self, columns: &[Column], rows: usize) -> String {
        let row = |row: usize| {
            let first = row * columns.len() + 1;
            let places = columns.iter().zip(first..);
            let places: Vec<_> = places.map(|(column, at)| self.place(*column, at)).collect();
            format!("({})", places.join(", "))
        };
        (0..rows).map(row).collect::<Vec<_>>().join(", ")
    }

    /// The database's clock, as its columns of creation have it.
    pub(super) const fn now(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            Self::Postgres => "now()",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_through() {
        let columns = [Column::Plain, Column::Jsonb];
        for (dialect, places) in [
            (Dialect::Sqlite, "($1, $2), ($3, $4)"),
            (
                Dialect::Postgres,
                "($1, CAST($2 AS jsonb)), ($3, CAST($4 AS jsonb))",
            ),
        ] {
            assert_eq!(dialect.places(&columns, 2), places);
        }
    }
}
