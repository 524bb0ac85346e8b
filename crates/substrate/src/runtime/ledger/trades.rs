//! What trades with a subnet's pool would come to.

use axonry_chain::{ChainError, Purchase, Sale};
use axonry_core::{Alpha, NetUid, Rao};
use scale_decode::DecodeAsType;

use crate::runtime::Runtime;

const API: &str = "SwapRuntimeApi";
const BUY: &str = "sim_swap_tao_for_alpha";
const SELL: &str = "sim_swap_alpha_for_tao";

/// What the runtime answers: all zero for a trade that would fail.
///
/// Whether the side that is paid in counts the fee has changed between runtimes: what is asked for
/// is known without it.
#[derive(DecodeAsType)]
struct SimSwapResult {
    tao_amount: u64,
    alpha_amount: u64,
    tao_fee: u64,
    alpha_fee: u64,
}

impl Runtime {
    /// What to ask for what so much TAO would buy.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when this runtime simulates nothing.
    pub fn purchase_call(
        &self,
        netuid: NetUid,
        paid: Rao,
    ) -> Result<(String, Vec<u8>), ChainError> {
        self.typed_call(API, BUY, (netuid.0, paid.rao()))
    }

    /// Reads the answer to [`Self::purchase_call`].
    ///
    /// # Errors
    /// As [`Self::decode_runtime_call`].
    pub fn purchase(
        &self,
        netuid: NetUid,
        paid: Rao,
        answer: &[u8],
    ) -> Result<Option<Purchase>, ChainError> {
        let result: SimSwapResult = self.decode_runtime_call(API, BUY, answer)?;
        Ok((result.alpha_amount > 0).then_some(Purchase {
            paid,
            fee: Rao::from_rao(result.tao_fee),
            received: Alpha::from_base_units(netuid, result.alpha_amount),
        }))
    }

    /// What to ask for what so much alpha would bring.
    ///
    /// # Errors
    /// As [`Self::purchase_call`].
    pub fn sale_call(&self, given: Alpha) -> Result<(String, Vec<u8>), ChainError> {
        self.typed_call(API, SELL, (given.netuid().0, given.base_units()))
    }

    /// Reads the answer to [`Self::sale_call`].
    ///
    /// # Errors
    /// As [`Self::decode_runtime_call`].
    pub fn sale(&self, given: Alpha, answer: &[u8]) -> Result<Option<Sale>, ChainError> {
        let result: SimSwapResult = self.decode_runtime_call(API, SELL, answer)?;
        Ok((result.tao_amount > 0).then_some(Sale {
            given,
            fee: Alpha::from_base_units(given.netuid(), result.alpha_fee),
            received: Rao::from_rao(result.tao_amount),
        }))
    }
}
