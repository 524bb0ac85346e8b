//! What does not change from one message to the next is computed once: multiples of the generator
//! and of the beacon's key, and what a pairing needs of the key.

use std::sync::{Arc, OnceLock};

use ark_bls12_381::{Fr, G2Affine, G2Projective};
use ark_ec::AffineRepr;
use ark_ec::scalar_mul::BatchMulPreprocessing;
use ark_serialize::CanonicalDeserialize;

use super::{G2Prepared, TimelockError};

/// Multiples of one point, from which any other is a few additions away.
pub(super) type Multiples = BatchMulPreprocessing<G2Projective>;

/// For how many products a table should pay: half a megabyte, and a fifth of the time.
const PRODUCTS: usize = 1_000;

/// A beacon's key, checked and made ready.
pub(super) struct Beacon {
    pub(super) multiples: Multiples,
    pub(super) prepared: G2Prepared,
}

impl Beacon {
    /// That a key is a point of its group takes long to check, as does the rest, and a process seals
    /// to one beacon: the first key that passed is remembered.
    pub(super) fn of(public_key: &[u8; 96]) -> Result<Arc<Self>, TimelockError> {
        static KNOWN: OnceLock<([u8; 96], Arc<Beacon>)> = OnceLock::new();
        if let Some((_, beacon)) = KNOWN.get().filter(|(key, _)| key == public_key) {
            return Ok(Arc::clone(beacon));
        }
        let point = G2Affine::deserialize_compressed(&public_key[..])
            .map_err(|_| TimelockError::PublicKey)?;
        let beacon = Arc::new(Self {
            multiples: multiples(point),
            prepared: point.into(),
        });
        let _ = KNOWN.get_or_init(|| (*public_key, Arc::clone(&beacon)));
        Ok(beacon)
    }
}

/// The multiples of the generator.
pub(super) fn generator() -> &'static Multiples {
    static GENERATOR: OnceLock<Multiples> = OnceLock::new();
    GENERATOR.get_or_init(|| multiples(G2Affine::generator()))
}

fn multiples(point: G2Affine) -> Multiples {
    Multiples::new(point.into_group(), PRODUCTS)
}

pub(super) fn times(point: &Multiples, scalar: Fr) -> G2Affine {
    let products = point.batch_mul(&[scalar]);
    products[0]
}

#[cfg(test)]
mod tests {
    use ark_ec::CurveGroup;

    use super::*;

    #[test]
    fn a_product_from_the_table_is_the_product() {
        let point = (G2Affine::generator() * Fr::from(7)).into_affine();
        let table = multiples(point);
        for scalar in [Fr::from(0), Fr::from(1), Fr::from(u64::MAX), -Fr::from(3)] {
            assert_eq!(times(&table, scalar), (point * scalar).into_affine());
        }
    }
}
