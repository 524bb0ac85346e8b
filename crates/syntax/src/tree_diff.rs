//! The difference of two syntax trees, as multisets of node signatures.
//!
//! Reproduces `score_tree_diff` and `collect_node_signatures` of `entrius/gittensor`
//! `gittensor/validator/utils/tree_sitter_scoring.py`. A structural node's signature is its type;
//! a leaf's is its type and its text. Sums run in the order in which signatures first occur.

use std::collections::HashMap;

use tree_sitter::{Tree, TreeCursor};

use crate::breakdown::{Breakdown, Tally};
use crate::grammar::WeighedGrammar;
use crate::parse::{Meter, Unparsed};

/// Compares two texts; an absent or empty side has no nodes.
pub(crate) fn diff(
    grammar: &WeighedGrammar,
    base: Option<&str>,
    head: Option<&str>,
    meter: &Meter<'_>,
) -> Result<Breakdown, Unparsed> {
    let mut parser = grammar.parser();
    let bytes = [base, head].into_iter().flatten().map(str::len).sum();
    let mut signatures = Signatures::new(grammar, bytes);
    for (side, text) in [(Side::Base, base), (Side::Head, head)] {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            if grammar.is_hazard(text) {
                return Err(Unparsed::Hazard);
            }
            meter.parse(&mut parser, text, |tree| {
                signatures.count(tree, text.as_bytes(), grammar, side);
            })?;
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
struct Signatures<'text> {
    /// Where a structural node type stands in `counted`, by its name.
    structural: Vec<Position>,
    /// Where a leaf stands whose text is the name of its type, by that name: most tokens are such
    /// (punctuation, keywords), and need no look at a hash table.
    literal: Vec<Position>,
    /// Where any other leaf stands. Texts are slices of the sources: no copy per leaf. The hash is
    /// seeded per process, so that nobody can write a file whose leaves collide.
    leaves: HashMap<(u16, &'text [u8]), Position, foldhash::fast::RandomState>,
    /// In the order of first occurrence, base first.
    counted: Vec<Counted>,
    /// Positions in `counted` in the order of first occurrence in the head.
    head_order: Vec<Position>,
}

/// An index into [`Signatures::counted`]: a file has at most [`crate::MAX_FILE_SIZE_BYTES`] bytes
/// and so fewer signatures than that, twice over.
type Position = u32;
/// No position.
const NOWHERE: Position = Position::MAX;

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
    /// Nothing yet, with room for what sources of so many bytes usually contain.
    fn new(grammar: &WeighedGrammar, bytes: usize) -> Self {
        Self {
            structural: vec![NOWHERE; grammar.names()],
            literal: vec![NOWHERE; grammar.names()],
            leaves: HashMap::with_capacity_and_hasher(bytes / 64, Default::default()),
            counted: Vec::with_capacity(bytes / 64),
            head_order: Vec::with_capacity(bytes / 64),
        }
    }

    /// Walks a tree in pre-order, without recursion, named and anonymous nodes alike.
    fn count(&mut self, tree: &Tree, text: &'text [u8], grammar: &WeighedGrammar, side: Side) {
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            let kind = grammar.kind(node.kind_id());
            if !kind.is_comment {
                if kind.structural > 0.0 {
                    let place = &mut self.structural[usize::from(kind.name)];
                    let signature = Counted::new(true, kind.structural);
                    let at = stand(place, &mut self.counted, signature);
                    self.increment(at, side);
                }
                if cursor.goto_first_child() {
                    continue;
                }
                // Out of children means a leaf: the cursor sees the same nodes as `child_count`.
                let text = text.get(node.byte_range()).unwrap_or_default();
                let place = if text == kind.text.as_bytes() {
                    &mut self.literal[usize::from(kind.name)]
                } else {
                    self.leaves.entry((kind.name, text)).or_insert(NOWHERE)
                };
                let at = stand(place, &mut self.counted, Counted::new(false, kind.leaf));
                self.increment(at, side);
            }
            if !advance(&mut cursor) {
                return;
            }
        }
    }

    fn increment(&mut self, at: Position, side: Side) {
        let counted = &mut self.counted[at as usize];
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
        let added = self.head_order.iter().map(|&at| &self.counted[at as usize]);
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

/// Where a signature stands, which it gets at its first occurrence.
fn stand(place: &mut Position, counted: &mut Vec<Counted>, signature: Counted) -> Position {
    if *place == NOWHERE {
        *place = Position::try_from(counted.len()).expect("signatures are fewer than bytes");
        counted.push(signature);
    }
    *place
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
