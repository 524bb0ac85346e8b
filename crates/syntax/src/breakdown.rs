//! What a tree comparison counted, in four parts.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// How many nodes of one part, and what they are worth together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Tally {
    /// Nodes, weight or no weight.
    pub count: u64,
    /// Sum of their weights.
    pub score: f64,
}

impl Tally {
    /// Counts `nodes` more nodes of `weight` each.
    pub(crate) fn record(&mut self, weight: f64, nodes: u32) {
        self.count += u64::from(nodes);
        self.score += weight * f64::from(nodes);
    }

    fn scaled(self, weight: f64) -> Self {
        Self {
            count: self.count,
            score: self.score * weight,
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.count += other.count;
        self.score += other.score;
    }
}

/// The difference of two syntax trees: structural nodes and leaves, added and deleted.
///
/// Upstream's `ScoreBreakdown` (`gittensor/classes.py`), with its order of addition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Breakdown {
    /// Structural nodes (functions, classes, branches, …) the head has more of.
    pub structural_added: Tally,
    /// Structural nodes the base had more of.
    pub structural_deleted: Tally,
    /// Leaves (identifiers, literals, …) the head has more of.
    pub leaf_added: Tally,
    /// Leaves the base had more of.
    pub leaf_deleted: Tally,
}

impl Breakdown {
    /// Everything together: `((sa + sd) + la) + ld`.
    pub fn total_score(&self) -> f64 {
        self.structural_added.score
            + self.structural_deleted.score
            + self.leaf_added.score
            + self.leaf_deleted.score
    }

    /// Structural nodes, added and deleted.
    pub fn structural(&self) -> Tally {
        let mut both = self.structural_added;
        both += self.structural_deleted;
        both
    }

    /// Leaves, added and deleted.
    pub fn leaf(&self) -> Tally {
        let mut both = self.leaf_added;
        both += self.leaf_deleted;
        both
    }

    /// Nodes the head has more of.
    pub fn added_count(&self) -> u64 {
        self.structural_added.count + self.leaf_added.count
    }

    /// Nodes the base had more of.
    pub fn deleted_count(&self) -> u64 {
        self.structural_deleted.count + self.leaf_deleted.count
    }

    /// The same counts with each of the four scores multiplied by `weight`.
    #[must_use]
    pub fn scaled(self, weight: f64) -> Self {
        Self {
            structural_added: self.structural_added.scaled(weight),
            structural_deleted: self.structural_deleted.scaled(weight),
            leaf_added: self.leaf_added.scaled(weight),
            leaf_deleted: self.leaf_deleted.scaled(weight),
        }
    }
}

impl AddAssign for Breakdown {
    fn add_assign(&mut self, other: Self) {
        self.structural_added += other.structural_added;
        self.structural_deleted += other.structural_deleted;
        self.leaf_added += other.leaf_added;
        self.leaf_deleted += other.leaf_deleted;
    }
}
