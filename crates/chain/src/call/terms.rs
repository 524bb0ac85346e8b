use axonry_core::{ExchangeRate, Price};

/// Whether an account may be closed by what is taken from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existence {
    /// What would leave less than the existential deposit fails.
    KeepAlive,
    /// The account is closed if less than the existential deposit is left, and the rest is lost.
    AllowDeath,
}

/// How far the price may move while stake is bought or sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceLimit {
    /// The last price that is accepted.
    pub price: Price,
    /// Whether to trade what the limit lets through; otherwise it is all or nothing.
    pub allow_partial: bool,
}

/// How far the rate between two subnets may move while stake is swapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The last rate that is accepted.
    pub rate: ExchangeRate,
    /// Whether to swap what the limit lets through; otherwise it is all or nothing.
    pub allow_partial: bool,
}

/// What becomes of a batch when a call in it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchMode {
    /// Those before it stand, those after it are not made; the batch succeeds.
    UntilFailure,
    /// Nothing stands, and the batch fails.
    AllOrNothing,
    /// All others are made; the batch succeeds.
    Force,
}

impl BatchMode {
    /// The call of `Utility`.
    pub(super) const fn call(self) -> &'static str {
        match self {
            Self::UntilFailure => "batch",
            Self::AllOrNothing => "batch_all",
            Self::Force => "force_batch",
        }
    }
}
