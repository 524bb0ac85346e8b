use serde::{Deserialize, Serialize};

use crate::Uid;

/// What a validator submits: pairs of uid and `u16`, the largest being 65 535.
///
/// Uids are ascending and occur once; no value is zero. The order is part of the promise, because
/// the chain stores the vector as it was sent and a landing is proved by comparing both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<(Uid, u16)>", into = "Vec<(Uid, u16)>")]
pub struct Weights(Vec<(Uid, u16)>);

/// Why pairs are no weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// A uid stands twice or out of order.
    #[error("uid {0} stands twice or out of order: weights are ascending by uid")]
    Order(Uid),
    /// A uid has weight zero.
    #[error("uid {0} has weight zero: leave it out")]
    Zero(Uid),
}

impl Weights {
    /// Takes pairs that are ascending by uid and without zeros.
    ///
    /// # Errors
    /// [`WeightsError`] naming the first uid that breaks the rule.
    pub fn new(pairs: Vec<(Uid, u16)>) -> Result<Self, WeightsError> {
        if let Some(&(uid, _)) = pairs.iter().find(|(_, value)| *value == 0) {
            return Err(WeightsError::Zero(uid));
        }
        if let Some(pair) = pairs.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
            return Err(WeightsError::Order(pair[1].0));
        }
        Ok(Self(pairs))
    }

    /// The pairs.
    pub fn as_slice(&self) -> &[(Uid, u16)] {
        &self.0
    }

    /// The uids, ascending.
    pub fn uids(&self) -> impl ExactSizeIterator<Item = Uid> + '_ {
        self.0.iter().map(|&(uid, _)| uid)
    }

    /// The values, in the order of the uids.
    pub fn values(&self) -> impl ExactSizeIterator<Item = u16> + '_ {
        self.0.iter().map(|&(_, value)| value)
    }

    /// How many uids have a weight.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody has a weight.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<(Uid, u16)>> for Weights {
    type Error = WeightsError;

    fn try_from(pairs: Vec<(Uid, u16)>) -> Result<Self, Self::Error> {
        Self::new(pairs)
    }
}

impl From<Weights> for Vec<(Uid, u16)> {
    fn from(weights: Weights) -> Self {
        weights.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_out_of_order_twice_or_zero_are_no_weights() {
        let pairs = |list: &[(u16, u16)]| {
            Weights::new(list.iter().map(|&(uid, value)| (Uid(uid), value)).collect())
        };
        assert!(pairs(&[]).is_ok());
        assert!(pairs(&[(0, 1), (3, 65_535)]).is_ok());
        assert_eq!(pairs(&[(3, 1), (0, 1)]), Err(WeightsError::Order(Uid(0))));
        assert_eq!(pairs(&[(3, 1), (3, 1)]), Err(WeightsError::Order(Uid(3))));
        assert_eq!(pairs(&[(3, 1), (4, 0)]), Err(WeightsError::Zero(Uid(4))));
    }
}
