//! What accounts hold, what subnets are, what neurons say of themselves.
//!
//! Each read has two halves that need no node: what to ask for, and how to understand the answer.

mod accounts;
mod columns;
mod commitments;
mod payment;
mod registration;
mod stakes;
mod subnets;
mod trades;

use axonry_chain::ChainError;

use super::item::Parts;
use super::shape::is_laid_out_as;
use super::{Runtime, missing};

pub(crate) use commitments::Registered;
pub(super) use commitments::written;
pub(crate) use payment::Unsigned;

impl Runtime {
    /// The request for an answer that has a type.
    ///
    /// Old runtimes hand out bytes whose layout nobody tells (spec 218).
    fn typed_call(
        &self,
        api: &str,
        method: &str,
        arguments: impl Parts,
    ) -> Result<(String, Vec<u8>), ChainError> {
        let item = format!("{api}.{method}");
        let output = self.method(api, method, &item)?.output_ty();
        if is_laid_out_as::<Vec<u8>>(self.metadata().types(), output) {
            let reason = "this runtime answers in bytes without a type";
            return Err(missing(item, reason));
        }
        self.encode_runtime_call(api, method, arguments)
    }
}
