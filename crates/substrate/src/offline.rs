//! What needs metadata only: keys, calls and values of a runtime, without a node.
//!
//! Use it to check bytes against a runtime, to sign on a machine without a network, or to read what
//! has been recorded.

pub use crate::runtime::{
    Event, Feature, Item, ItemKind, ItemStatus, KeyParts, Parts, Runtime, RuntimeVersion,
    StorageItem, Values,
};
