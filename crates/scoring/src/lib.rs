#![doc = include_str!("../README.md")]
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
