//! Values whose types are not known beforehand.
//!
//! [`Value`] takes and gives whatever the metadata describes, and goes wherever a type of your own
//! would: as a part of a key, as the fields of a call, as what is read.
//!
//! ```
//! use axonry_substrate::dynamic::{Composite, Value};
//!
//! let remark = Composite::named([("remark", Value::from_bytes(b"hello"))]);
//! assert_eq!(remark.values().count(), 1);
//! ```

pub use subxt::ext::scale_value::{
    At, BitSequence, Composite, Primitive, Value, ValueDef, Variant,
};
