//! The difference of two syntax trees, as multisets of node signatures.
//!
//! Reproduces `score_tree_diff` and `collect_node_signatures` of `entrius/gittensor`
//! `gittensor/validator/utils/tree_sitter_scoring.py`. A structural node's signature is its type;
//! a leaf's is its type and its text. Sums run in the order in which signatures first occur.

use std::collections::HashMap;

use tree_sitter::{Tree, TreeCursor};

use crate::breakdown::{Breakdown, Tally};
use crate::grammar::WeighedGrammar;
use crate::parse::{Meter, OutOfTime};

/// Compares two texts; an absent or empty side has no nodes.
pub(crate) fn diff(
    grammar: &WeighedGrammar,
    base: Option<&str>,
    head: Option<&str>,
    meter: &Meter,
) -> Result<Breakdown, OutOfTime> {
    let mut parser = grammar.parser();
    let mut signatures = Signatures::default();
    for (side, text) in [(Side::Base, base), (Side::Head, head)] {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            let tree = meter.parse(&mut parser, text)?;
            signatures.count(&tree, text.as_bytes(), grammar, side);
        }
    }
    Ok(signatures.breakdown())
}

#[derive(Clone, Copy)]
enum Side {
    Base,
    Head,
}

/// How often each signature occurs on either side.
#[derive(Default)]
struct Signatures<'text> {
    /// Where a structural node type stands in `counted`, by the id of its name.
    structural: HashMap<u16, usize>,
    /// Where a leaf stands in `counted`. Texts are slices of the sources: no copy per leaf.
    leaves: HashMap<(u16, &'text [u8]), usize>,
    /// In the order of first occurrence, base first.
    counted: Vec<Counted>,
    /// Positions in `counted` in the order of first occurrence in the head.
    head_order: Vec<usize>,
}

struct Counted {
    is_structural: bool,
    weight: f64,
    base: u32,
    head: u32,
}

impl Counted {
    fn new(is_structural: bool, weight: f64) -> Self {
        Self {
            is_structural,
            weight,
            base: 0,
            head: 0,
        }
    }
}

impl<'text> Signatures<'text> {
    /// Walks a tree in pre-order, without recursion, named and anonymous nodes alike.
    fn count(&mut self, tree: &Tree, text: &'text [u8], grammar: &WeighedGrammar, side: Side) {
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            let kind = grammar.kind(node.kind_id());
            if !kind.is_comment {
                if kind.structural > 0.0 {
                    let counted = &mut self.counted;
                    let at = *self.structural.entry(kind.name).or_insert_with(|| {
                        counted.push(Counted::new(true, kind.structural));
                        counted.len() - 1
                    });
                    self.increment(at, side);
                }
                if cursor.goto_first_child() {
                    continue;
                }
                // Out of children means a leaf: the cursor sees the same nodes as `child_count`.
                let text = text.get(node.byte_range()).unwrap_or_default();
                let counted = &mut self.counted;
                let at = *self.leaves.entry((kind.name, text)).or_insert_with(|| {
                    counted.push(Counted::new(false, kind.leaf));
                    counted.len() - 1
                });
                self.increment(at, side);
            }
            if !advance(&mut cursor) {
                return;
            }
        }
    }

    fn increment(&mut self, at: usize, side: Side) {
        let counted = &mut self.counted[at];
        match side {
            Side::Base => counted.base += 1,
            Side::Head => {
                if counted.head == 0 {
                    self.head_order.push(at);
                }
                counted.head += 1;
            }
        }
    }

    fn breakdown(&self) -> Breakdown {
        let mut breakdown = Breakdown::default();
        let added = self.head_order.iter().map(|&at| &self.counted[at]);
        for signature in added.filter(|counted| counted.head > counted.base) {
            let (structural, leaf) = (&mut breakdown.structural_added, &mut breakdown.leaf_added);
            record(structural, leaf, signature, signature.head - signature.base);
        }
        for signature in self
            .counted
            .iter()
            .filter(|counted| counted.base > counted.head)
        {
            let (structural, leaf) = (
                &mut breakdown.structural_deleted,
                &mut breakdown.leaf_deleted,
            );
            record(structural, leaf, signature, signature.base - signature.head);
        }
        breakdown
    }
}

fn record(structural: &mut Tally, leaf: &mut Tally, signature: &Counted, nodes: u32) {
    let tally = if signature.is_structural {
        structural
    } else {
        leaf
    };
    tally.record(signature.weight, nodes);
}

/// Goes to the next node that is not below the current one; `false` at the end.
fn advance(cursor: &mut TreeCursor<'_>) -> bool {
    while !cursor.goto_next_sibling() {
        if !cursor.goto_parent() {
            return false;
        }
    }
    true
}
