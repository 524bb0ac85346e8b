//! Constants, runtime calls and extrinsics of any pallet, by name.

use axonry_chain::ChainError;
use scale_decode::DecodeAsType;
use scale_encode::EncodeAsFields;
use subxt::ext::frame_decode::extrinsics::encode_call_data;
use subxt::ext::frame_decode::runtime_apis::encode_runtime_api_inputs;

use super::item::Parts;
use super::{Runtime, missing};

impl Runtime {
    /// A constant of a pallet.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when this runtime has no such constant, [`ChainError::Decode`]
    /// when it is of another type.
    pub fn constant<T: DecodeAsType>(&self, pallet: &str, name: &str) -> Result<T, ChainError> {
        let item = format!("{pallet}.{name}");
        let constant = self
            .metadata()
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.constant_by_name(name))
            .ok_or_else(|| missing(&item, "the constant is not in the metadata"))?;
        self.decode_value(&item, constant.ty(), constant.value())
    }

    /// The function and the bytes with which `state_call` reaches a runtime API's method.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when this runtime has no such method, or it takes others
    /// arguments.
    pub fn encode_runtime_call(
        &self,
        api: &str,
        method: &str,
        arguments: impl Parts,
    ) -> Result<(String, Vec<u8>), ChainError> {
        let item = format!("{api}.{method}");
        let metadata = self.metadata();
        let expected = self.method(api, method, &item)?.inputs().len();
        let given = arguments.num_encodable_values();
        if given != expected {
            let reason = format!("it takes {expected} arguments, not {given}");
            return Err(missing(item, &reason));
        }
        let bytes = encode_runtime_api_inputs(api, method, arguments, metadata, metadata.types())
            .map_err(|error| missing(&item, &error.to_string()))?;
        Ok((format!("{api}_{method}"), bytes))
    }

    /// Reads the answer to [`Self::encode_runtime_call`].
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when this runtime has no such method, [`ChainError::Decode`]
    /// when the bytes are of another type, or not all of them are.
    pub fn decode_runtime_call<T: DecodeAsType>(
        &self,
        api: &str,
        method: &str,
        answer: &[u8],
    ) -> Result<T, ChainError> {
        let item = format!("{api}.{method}");
        let output = self.method(api, method, &item)?.output_ty();
        self.decode_value(&item, output, answer)
    }

    pub(super) fn method(
        &self,
        api: &str,
        method: &str,
        item: &str,
    ) -> Result<subxt::metadata::RuntimeApiMethodMetadata<'_>, ChainError> {
        self.metadata()
            .runtime_api_trait_by_name(api)
            .ok_or_else(|| missing(item, "the runtime API is not in the metadata"))?
            .method_by_name(method)
            .ok_or_else(|| missing(item, "the runtime API has no such method"))
    }

    /// A call of any pallet as bytes: pallet and call index, then the arguments.
    ///
    /// Named arguments, of a struct that is `EncodeAsType` or of a dynamic composite, are found by
    /// name, so that one which a runtime adds is an error and no shift; those of a tuple go by
    /// position.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when the runtime has no such call or wants other arguments.
    pub fn encode_call(
        &self,
        pallet: &str,
        call: &str,
        arguments: &impl EncodeAsFields,
    ) -> Result<Vec<u8>, ChainError> {
        let metadata = self.metadata();
        encode_call_data(pallet, call, arguments, metadata, metadata.types())
            .map_err(|error| missing(format!("{pallet}.{call}"), &error.to_string()))
    }
}
