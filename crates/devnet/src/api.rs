//! Runtime APIs: what `state_call` answers.
//!
//! Those every Substrate node has are answered in their fixed encoding; subtensor's own are found in
//! the presented metadata and encoded by its types.

mod delegates;
mod dynamic;
mod hyperparameters;
mod metagraph;
mod neurons;
mod stake;
mod subnet;
mod substrate;

use axonry_core::{BlockHash, NetUid};

pub(crate) use stake::positions;

use crate::node::{Node, ReadError};
use crate::presented::{Decoded, Method, Presented, PresentedError, Value, decode};
use crate::storage::Storage;
use crate::subtensor::hyperparameters::{exists, subnets};

/// Why a runtime API gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("Execution failed: Exported method {0} is not found")]
    NotFound(String),
    #[error("Execution failed: `{0}` is not supported by this dev chain yet")]
    NotSupported(String),
    #[error("Execution failed: {0}")]
    Failed(String),
}

impl From<PresentedError> for ApiError {
    fn from(error: PresentedError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Calls `Trait_method` with its encoded arguments, in the state after a block.
pub(crate) fn call(
    node: &Node,
    name: &str,
    input: &[u8],
    at: Option<BlockHash>,
) -> Result<Vec<u8>, ApiError> {
    if let Some(answer) = substrate::call(node, name, input, at) {
        return answer;
    }
    let presented = &*node.runtime(at)?;
    let (api, method) = name.split_once('_').unwrap_or((name, ""));
    let found = presented.method(api, method);
    let found = found.ok_or_else(|| ApiError::NotFound(name.to_owned()))?;
    let arguments = Arguments::new(presented, &found, name, input);
    node.read(at, |storage, number| {
        let value = match api {
            "DelegateInfoRuntimeApi" => delegates::call(method),
            "NeuronInfoRuntimeApi" => neurons::call(storage, method, arguments)?,
            "StakeInfoRuntimeApi" => stake::call(storage, method, arguments)?,
            "SwapRuntimeApi" => dynamic::price(storage, method, arguments)?,
            "SubnetInfoRuntimeApi" => subnet::call(storage, number, method, arguments, &found)?,
            _ => None,
        };
        let value = value.ok_or_else(|| ApiError::NotSupported(name.to_owned()))?;
        Ok(presented.encode(name, &value, found.output)?)
    })?
}

/// The arguments of a call, taken in order.
struct Arguments<'a> {
    presented: &'a Presented,
    types: std::vec::IntoIter<u32>,
    name: &'a str,
    bytes: &'a [u8],
}

impl<'a> Arguments<'a> {
    fn new(presented: &'a Presented, method: &Method, name: &'a str, bytes: &'a [u8]) -> Self {
        Self {
            presented,
            types: method.inputs.clone().into_iter(),
            name,
            bytes,
        }
    }

    fn next<T: Decoded>(&mut self) -> Result<T, ApiError> {
        let malformed = |reason: String| {
            ApiError::Failed(format!(
                "Bad input data provided to {}: {reason}",
                self.name
            ))
        };
        let ty = self.types.next();
        let ty = ty.ok_or_else(|| malformed("it takes fewer arguments".to_owned()))?;
        let length = self.presented.extent(self.bytes, ty).map_err(malformed)?;
        let (argument, rest) = self.bytes.split_at(length);
        let value = decode(argument, ty, self.presented.types()).map_err(malformed)?;
        self.bytes = rest;
        Ok(value)
    }

    fn netuid(&mut self) -> Result<NetUid, ApiError> {
        self.next().map(NetUid)
    }
}

/// A value of a subnet that exists, `None` for one that does not.
fn if_exists(
    storage: &Storage<'_>,
    netuid: NetUid,
    value: impl FnOnce() -> Result<Value, ApiError>,
) -> Result<Value, ApiError> {
    if exists(storage, netuid)? {
        Ok(Value::some(value()?))
    } else {
        Ok(Value::none())
    }
}

/// A value of each subnet.
fn of_each(
    storage: &Storage<'_>,
    value: impl Fn(NetUid) -> Result<Value, PresentedError>,
) -> Result<Value, PresentedError> {
    let values = subnets(storage)?.into_iter().map(value);
    Ok(Value::List(values.collect::<Result<_, _>>()?))
}
