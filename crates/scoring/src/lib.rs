//! Pure numbers: what pull requests and issues earn, how well forecasts met what happened, and how a
//! round's emission is shared out.
//!
//! Use this crate to compute, check or explain the scores of the open-source-contribution subnet,
//! or to score forecasts of any subnet, with the numbers in hand: values go in, values come out.
//! There is no I/O, no clock (a moment is a parameter), no chance and no iteration in arbitrary
//! order, so that the same input gives the same bits, in whatever order they came. Rules and
//! constants are those of `entrius/gittensor` 5.0.0, of forecasts those of
//! `mode-network/synth-subnet`; every function names the file it reproduces. Results of
//! contributions that others go by are [`Score`](axonry_core::Score)s, which are finite and not
//! negative; every one of them is [explained](trace) by a tree that computes it again.
//!
//! ```
//! use axonry_scoring::base_score::{TokenTotals, base_score};
//! use axonry_scoring::registry::{Registry, RepositoryConfig};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = Registry::from_json(r#"{"Acme/Widgets": {"emission_share": 0.25}}"#)?;
//! let rules = registry.get("acme/widgets").ok_or("it was just read")?;
//! let tokens =
//!     TokenTotals { source_token_score: 58.0, total_score: 58.0, ..TokenTotals::default() };
//! let score = base_score(&tokens, rules.scoring.src_tok_saturation_scale);
//! assert_eq!(score.base_score, 15.99, "63 % of 25, and a bonus of 0.19");
//! # Ok(())
//! # }
//! ```
//!
//! # In the order of a round
//!
//! | step | module |
//! |---|---|
//! | which repositories count, by which rules | [`registry`] |
//! | what the source says of a pull request | [`pull_request`] |
//! | which merged ones count | [`merge_gate`] |
//! | what a change is worth | [`base_score`] |
//! | what it is multiplied by | [`label`], [`linked_issue`], [`decay`], [`review`] |
//! | one pull request, all of that together | [`earned`] |
//! | miners that share an account | [`duplicate`] |
//! | gates, spam, earnings and collateral per repository | [`eligibility`], [`standing`] |
//! | issues that others solve | [`issue_discovery`] |
//! | shares of the emission | [`emission`] |
//! | the average over rounds | [`moving_average`] |
//!
//! # For any subnet
//!
//! | what | module |
//! |---|---|
//! | how well many guesses, or paths of a price, met what happened | [`crps`] |
//! | numbers with the tree they are made of | [`trace`] |
//! | an average for each member, over changing membership | [`moving_average`] |
//! | an emission cut in parts, each shared out by scores | [`pool`] |
//! | shares that grow exponentially with the score | [`softmax`] |
//! | cutting off what is extreme | [`quantile`] |
//! | how worth is lost with time | [`decay`] |
//! | sums and rounding that every machine agrees on | [`number`] |
//!
//! # What this crate does not know
//!
//! Where pull requests come from, what syntax is (`axonry-syntax` does; its totals come in as
//! [`base_score::TokenTotals`]), the chain, and what makes a vector of weights legal.

pub mod base_score;
pub mod crps;
pub mod decay;
pub mod duplicate;
pub mod earned;
pub mod eligibility;
pub mod emission;
pub mod glob;
pub mod issue_discovery;
pub mod label;
pub mod linked_issue;
pub mod merge_gate;
pub mod moving_average;
pub mod number;
pub mod pool;
pub mod pull_request;
pub mod quantile;
pub mod registry;
pub mod review;
pub mod softmax;
pub mod standing;
mod timestamp;
pub mod trace;

pub use timestamp::Timestamp;
