//! A limit as the calls take it.

use axonry_core::{Alpha, BlockHash, ExchangeRate, Price, Rounding};

use super::route::{Crossing, Position, Route};
use super::{Limit, StakeError, Trade, TradeKind};
use crate::Ledger;

/// The last price or rate that is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    None,
    Highest(Price),
    Lowest(Price),
    LowestRate(ExchangeRate),
}

impl Bound {
    /// What a limit comes to on a route, at the prices after a block.
    pub(super) async fn of(
        chain: &dyn Ledger,
        limit: Limit,
        route: Route,
        at: BlockHash,
    ) -> Result<Self, StakeError> {
        let price = async |position: Position| chain.price(position.netuid, at).await;
        Ok(match (route, limit) {
            (_, Limit::None) => Self::None,
            (Route::In { to }, Limit::Within(part)) => Self::Highest(part.above(price(to).await?)?),
            (Route::In { .. }, Limit::Price(price)) => Self::Highest(price),
            (Route::Out { from, .. }, Limit::Within(part)) => {
                Self::Lowest(part.below(price(from).await?)?)
            }
            (Route::Out { .. }, Limit::Price(price)) => Self::Lowest(price),
            (Route::In { .. } | Route::Out { .. }, Limit::Rate(_)) => {
                return Err(StakeError::NoSuchLimit {
                    kind: "as a rate",
                    operation: "for adding and removing stake",
                    advice: "give a price in TAO",
                });
            }
            // Nothing is traded, so nothing can move.
            (Route::Across { .. }, Limit::Within(_)) if !route.trades() => Self::None,
            (
                Route::Across {
                    how: Crossing::Swap,
                    from,
                    to,
                },
                limit,
            ) => match limit {
                Limit::Within(part) => {
                    let (from, to) = (price(from).await?, price(to).await?);
                    let rate = from.in_terms_of(to).map_err(|_| StakeError::NoPrice(to))?;
                    Self::LowestRate(part.below_rate(rate)?)
                }
                Limit::Rate(rate) => Self::LowestRate(rate),
                _ => {
                    return Err(StakeError::NoSuchLimit {
                        kind: "in TAO",
                        operation: "for swapping stake",
                        advice: "give a rate between the two subnets",
                    });
                }
            },
            (Route::Across { .. }, _) => {
                return Err(StakeError::NoSuchLimit {
                    kind: "of price",
                    operation: "for moving and transferring stake between subnets",
                    advice: "swap it with a limit first, or go without one",
                });
            }
        })
    }

    /// Checks the average price against it: the last one, which the chain looks at, is no better.
    pub(super) fn lets_through(self, trades: &[Trade]) -> Result<(), StakeError> {
        let met = |average: String, limit: String, met: bool| match met {
            true => Ok(()),
            false => Err(StakeError::LimitNotMet { average, limit }),
        };
        match (self, trades) {
            (Self::Highest(limit), [Trade { kind, .. }]) => match kind {
                TradeKind::Purchase(bought) => bought.price().map_or(Ok(()), |price| {
                    met(price.to_string(), limit.to_string(), price <= limit)
                }),
                TradeKind::Sale(_) => Ok(()),
            },
            (Self::Lowest(limit), [Trade { kind, .. }]) => match kind {
                TradeKind::Sale(sold) => sold.price().map_or(Ok(()), |price| {
                    met(price.to_string(), limit.to_string(), price >= limit)
                }),
                TradeKind::Purchase(_) => Ok(()),
            },
            (Self::LowestRate(limit), [first, second]) => match (first.kind, second.kind) {
                (TradeKind::Sale(sold), TradeKind::Purchase(bought)) => {
                    let rate = average(sold.exchanged()?, bought.received);
                    rate.map_or(Ok(()), |rate| {
                        met(rate.to_string(), limit.to_string(), rate >= limit)
                    })
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

/// Alpha out for each alpha in.
fn average(given: Alpha, received: Alpha) -> Option<ExchangeRate> {
    let given = std::num::NonZeroU64::new(given.base_units())?;
    let scaled = ExchangeRate::from_billionths(received.base_units());
    // Rounded up: what rounding costs is no reason to refuse.
    scaled.ratio(1_000_000_000, given, Rounding::Up).ok()
}
