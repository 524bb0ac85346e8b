//! What stands in a column, and what a table's columns are.

/// A value on its way to or from the database; absent where the column may be.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    Integer(Option<i64>),
    Real(Option<f64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// What kind of value a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Integer,
    Real,
    Text,
    Bytes,
}

/// A row, in the order of its table's columns.
pub(crate) type Record = Vec<Value>;

/// A table as every statement sees it. Each row carries a checksum of its values in a last column,
/// because SQLite notices a page out of order but not a number that changed.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [(&'static str, Kind)],
    /// How many columns, from the first, tell one row from all others.
    pub(crate) key: usize,
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<u16> for Value {
    fn from(value: u16) -> Self {
        Self::Integer(Some(value.into()))
    }
}

/// Block heights, rounds and nonces stay far below 2⁶³; what does not is stored as that.
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Integer(Some(signed(value)))
    }
}

impl From<Option<u64>> for Value {
    fn from(value: Option<u64>) -> Self {
        Self::Integer(value.map(signed))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(Some(value))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Table {
    /// The statement that reads rows, to be followed by `WHERE` and `ORDER BY`.
    pub(crate) fn select(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        format!("SELECT {}, checksum FROM {}", names.join(", "), self.name)
    }

    pub(crate) fn insert(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let places: Vec<String> = (1..=names.len() + 1).map(|n| format!("${n}")).collect();
        format!(
            "INSERT INTO {} ({}, checksum) VALUES ({})",
            self.name,
            names.join(", "),
            places.join(", ")
        )
    }

    /// The statement that replaces the row with the same key.
    pub(crate) fn update(&self) -> String {
        let assigned = |(place, name): (usize, &str)| format!("{name} = ${}", place + 1);
        let names = || self.columns.iter().map(|(name, _)| *name).enumerate();
        let all: Vec<String> = names().map(assigned).collect();
        let key: Vec<String> = names().take(self.key).map(assigned).collect();
        format!(
            "UPDATE {} SET {}, checksum = ${} WHERE {}",
            self.name,
            all.join(", "),
            self.columns.len() + 1,
            key.join(" AND ")
        )
    }

    /// The order that is the same in every database: by the key, texts byte by byte.
    pub(crate) fn order(&self, postgres: bool) -> String {
        let key = self.columns.iter().take(self.key);
        let order: Vec<String> = key
            .map(|(name, kind)| match (kind, postgres) {
                (Kind::Text, true) => format!("{name} COLLATE \"C\""),
                _ => (*name).to_owned(),
            })
            .collect();
        format!("ORDER BY {}", order.join(", "))
    }

    /// The checksum of a row of this table.
    pub(crate) fn checksum(&self, record: &[Value]) -> i64 {
        checksum(self.name, record)
    }
}

/// The checksum of a row: 64 bits of BLAKE2b over the table's name and each value with its kind.
pub(crate) fn checksum(table: &str, record: &[Value]) -> i64 {
    let mut state = blake2b_simd::Params::new().hash_length(8).to_state();
    state.update(table.as_bytes()).update(&[0]);
    for value in record {
        let (kind, bytes): (u8, Option<&[u8]>) = match value {
            Value::Integer(value) => (1, value.as_ref().map(|_| &[][..])),
            Value::Real(value) => (2, value.as_ref().map(|_| &[][..])),
            Value::Text(value) => (3, value.as_deref().map(str::as_bytes)),
            Value::Bytes(value) => (4, value.as_deref()),
        };
        let number = match value {
            Value::Integer(Some(value)) => value.to_le_bytes(),
            Value::Real(Some(value)) => value.to_bits().to_le_bytes(),
            _ => [0; 8],
        };
        state.update(&[kind, u8::from(bytes.is_some())]);
        state.update(&number);
        let bytes = bytes.unwrap_or_default();
        let length = u64::try_from(bytes.len()).expect("memory is smaller");
        state.update(&length.to_le_bytes()).update(bytes);
    }
    let hash = state.finalize();
    i64::from_le_bytes(
        hash.as_bytes()
            .try_into()
            .expect("eight bytes were asked for"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Table = Table {
        name: "table",
        columns: &[("a", Kind::Text), ("b", Kind::Text)],
        key: 1,
    };

    #[test]
    fn a_checksum_tells_apart_what_looks_alike() {
        let records: [Record; 6] = [
            vec!["ab".into(), "c".into()],
            vec!["a".into(), "bc".into()],
            vec!["ab".into(), Value::Text(None)],
            vec!["ab".into(), "".into()],
            vec![Value::Integer(Some(0)), Value::Integer(None)],
            vec![Value::Real(Some(0.0)), Value::Real(Some(-0.0))],
        ];
        let mut sums: Vec<i64> = records.iter().map(|one| TABLE.checksum(one)).collect();
        sums.sort_unstable();
        sums.dedup();
        assert_eq!(sums.len(), records.len());
    }

    #[test]
    fn statements_name_every_column() {
        assert_eq!(TABLE.select(), "SELECT a, b, checksum FROM table");
        assert_eq!(
            TABLE.insert(),
            "INSERT INTO table (a, b, checksum) VALUES ($1, $2, $3)"
        );
        assert_eq!(
            TABLE.update(),
            "UPDATE table SET a = $1, b = $2, checksum = $3 WHERE a = $1"
        );
    }
}
