use axonry_chain::{Chain, ChainError, Dispatch, SignedExtrinsic};
use axonry_core::{Block, BlockNumber};

/// What has become of an extrinsic, as far as finalized blocks tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in a finalized block.
    Included {
        /// The block.
        block: Block,
        /// How it fared there.
        dispatch: Dispatch,
    },
    /// It is in no finalized block yet, and may still come.
    Pending,
    /// It is in no block and cannot come any more: its era has passed.
    Never,
}

pub(super) async fn of(
    chain: &dyn Chain,
    extrinsic: &SignedExtrinsic,
    period: u64,
) -> Result<Outcome, ChainError> {
    let head = chain.head().await?;
    let last = extrinsic.valid_until.min(head.number);
    // An era is no shorter than was asked for, and may be longer.
    let period = period.clamp(4, 65_536).next_power_of_two();
    let first = extrinsic.valid_until.0.saturating_sub(period);
    for number in first..=last.0 {
        let number = BlockNumber(number);
        let hash = match number == head.number {
            true => head.hash,
            false => chain.block_hash(number).await?,
        };
        match chain.dispatch(extrinsic.hash, hash).await? {
            Dispatch::NotInBlock => {}
            dispatch => {
                let block = Block { number, hash };
                return Ok(Outcome::Included { block, dispatch });
            }
        }
    }
    match head.number < extrinsic.valid_until {
        true => Ok(Outcome::Pending),
        false => Ok(Outcome::Never),
    }
}
