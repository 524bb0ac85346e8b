//! What subxt must be told of a subtensor chain.

use parity_scale_codec::{Compact, Encode};
use scale_info::PortableRegistry;
use subxt::config::substrate::{BlakeTwo256, SubstrateHeader};
use subxt::config::transaction_extensions::{
    ChargeTransactionPayment, CheckGenesis, CheckMetadataHash, CheckMortality, CheckNonce,
    CheckSpecVersion, CheckTxVersion,
};
use subxt::config::{ClientState, Config, HashFor, TransactionExtension};
use subxt::error::TransactionExtensionError;
use subxt::ext::frame_decode::extrinsics as wire;
use subxt::ext::scale_value::Value;
use subxt::metadata::ArcMetadata;
use subxt::utils::{AccountId32, H256, MultiAddress, MultiSignature};

use super::RuntimeVersion;

/// One runtime of one chain. There is one per [`Runtime`](super::Runtime), so that nothing is
/// looked up by block number.
#[derive(Clone, Debug)]
pub(super) struct Subtensor {
    pub(super) genesis: H256,
    pub(super) version: RuntimeVersion,
    pub(super) metadata: ArcMetadata,
}

impl Config for Subtensor {
    type AccountId = AccountId32;
    type Address = MultiAddress<AccountId32, ()>;
    type Signature = MultiSignature;
    type Header = SubstrateHeader<H256>;
    type TransactionExtensions = Extensions<Self>;
    type AssetId = u32;
    type Hasher = BlakeTwo256;

    fn genesis_hash(&self) -> Option<HashFor<Self>> {
        Some(self.genesis)
    }

    fn spec_and_transaction_version_for_block_number(&self, _: u64) -> Option<(u32, u32)> {
        Some((self.version.spec, self.version.transaction))
    }

    fn metadata_for_spec_version(&self, spec: u32) -> Option<ArcMetadata> {
        (spec == self.version.spec).then(|| self.metadata.clone())
    }
}

/// The extensions that put bytes into an extrinsic or under its signature. The order is the
/// metadata's, not this one; an extension without bytes needs no entry, and one with bytes that is
/// missing here makes signing fail with its name.
type Extensions<T> = (
    CheckSpecVersion,
    CheckTxVersion,
    CheckGenesis<T>,
    CheckMortality<T>,
    CheckNonce,
    ChargeTransactionPayment,
    ChargeTransactionPaymentWrapper,
    CheckMetadataHash,
);

/// Subtensor's own name for the payment extension.
///
/// The runtime's `ChargeTransactionPaymentWrapper` shows itself in metadata as the extension it
/// wraps (`opentensor/subtensor`, `runtime/src/transaction_payment_wrapper.rs`); should it stop
/// doing so, signing goes on.
#[derive(Debug)]
pub(super) struct ChargeTransactionPaymentWrapper {
    tip: Compact<u64>,
}

impl<T: Config> TransactionExtension<T> for ChargeTransactionPaymentWrapper {
    type Decoded = Value;
    type Params = ();

    fn new(_: &ClientState<T>, (): Self::Params) -> Result<Self, TransactionExtensionError> {
        Ok(Self { tip: Compact(0) })
    }
}

impl wire::TransactionExtension<PortableRegistry> for ChargeTransactionPaymentWrapper {
    const NAME: &'static str = "ChargeTransactionPaymentWrapper";

    fn encode_value_to(
        &self,
        _: u32,
        _: &PortableRegistry,
        out: &mut Vec<u8>,
    ) -> Result<(), wire::TransactionExtensionError> {
        self.tip.encode_to(out);
        Ok(())
    }

    fn encode_implicit_to(
        &self,
        _: u32,
        _: &PortableRegistry,
        _: &mut Vec<u8>,
    ) -> Result<(), wire::TransactionExtensionError> {
        Ok(())
    }
}
