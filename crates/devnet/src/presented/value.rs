use axonry_core::{AccountId, BlockHash, Coldkey, Hotkey};

/// A value on its way to the wire, not yet of any type: the type decides how it is encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Whatever the type takes for nothing: zero, empty, `None`.
    Default,
    Bool(bool),
    Number(u128),
    Bytes(Vec<u8>),
    Text(String),
    /// Bytes that are of the type already, whatever it is.
    Encoded(Vec<u8>),
    /// Items of a list, or fields by place.
    List(Vec<Self>),
    /// Fields by name; those the type has and the record has not are [`Value::Default`].
    Record(Vec<(&'static str, Self)>),
    /// A variant by name, with its fields.
    Variant(String, Box<Self>),
}

impl Value {
    /// A variant without fields, or with all of them at their default.
    pub(crate) fn unit(name: &str) -> Self {
        Self::variant(name, Self::Default)
    }

    /// A variant with its fields: a list by place, or a record by name.
    pub(crate) fn variant(name: &str, fields: Self) -> Self {
        Self::Variant(name.to_owned(), Box::new(fields))
    }

    pub(crate) fn some(value: impl Into<Self>) -> Self {
        Self::variant("Some", Self::List(vec![value.into()]))
    }

    pub(crate) fn none() -> Self {
        Self::variant("None", Self::List(Vec::new()))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

macro_rules! from_number {
    ($($number:ty)*) => {$(
        impl From<$number> for Value {
            fn from(value: $number) -> Self {
                Self::Number(value.into())
            }
        }
    )*};
}

from_number!(u8 u16 u32 u64 u128);

macro_rules! from_account {
    ($($account:ty)*) => {$(
        impl From<$account> for Value {
            fn from(value: $account) -> Self {
                Self::Bytes(value.as_bytes().to_vec())
            }
        }
    )*};
}

from_account!(AccountId Hotkey Coldkey);

impl From<BlockHash> for Value {
    fn from(hash: BlockHash) -> Self {
        Self::Bytes(hash.0.to_vec())
    }
}

impl<V: Into<Self>> From<Vec<V>> for Value {
    fn from(list: Vec<V>) -> Self {
        Self::List(list.into_iter().map(Into::into).collect())
    }
}

impl<V: Into<Self>> From<Option<V>> for Value {
    fn from(option: Option<V>) -> Self {
        option.map_or_else(Self::none, Self::some)
    }
}

impl<A: Into<Self>, B: Into<Self>> From<(A, B)> for Value {
    fn from((a, b): (A, B)) -> Self {
        Self::List(vec![a.into(), b.into()])
    }
}
