//! The standings of a subnet as a page, as JSON and as events.
