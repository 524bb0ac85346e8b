//! The substrate client: the Chain trait over a live node.
