//! Running a call: which pallet it goes to, what it may write, what it deposits.

use axonry_core::AccountId;
use scale_decode::DecodeAsFields;

use crate::presented::{CallData, PresentedError, Value};
use crate::refusal::Refusal;
use crate::storage::Storage;
use crate::subtensor::weights::{self, WeightsCall};
use crate::subtensor::{PALLET, registration, serving, staking};
use crate::{balances, commitments, utility};

/// An event with the pallet it is of.
pub(crate) type Event = (&'static str, Value);

/// Whether a call keeps to a rule that a dev chain relaxes unless told otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Strictness {
    /// Whether an axon may not be announced on the loopback address.
    pub(crate) axons: bool,
}

/// A call on its way: who signed it, the block it is in, and what it has deposited so far.
#[derive(Debug)]
pub(crate) struct Execution<'a, 'state> {
    pub(crate) storage: &'a mut Storage<'state>,
    pub(crate) origin: AccountId,
    pub(crate) number: u64,
    pub(crate) strictness: Strictness,
    pub(crate) events: Vec<Event>,
}

impl Execution<'_, '_> {
    /// Deposits an event with its fields by place; a runtime whose event has fewer of them gets
    /// those.
    pub(crate) fn deposit(&mut self, pallet: &'static str, name: &str, mut fields: Vec<Value>) {
        let presented = self.storage.presented();
        fields.truncate(presented.event_fields(pallet, name).unwrap_or(0));
        let event = Value::variant(name, Value::List(fields));
        self.events.push((pallet, event));
    }

    /// Runs a call; one that fails leaves neither writes nor events behind.
    ///
    /// The inner error is the dispatch error, ready to be encoded.
    pub(crate) fn run(&mut self, call: &CallData<'_>) -> Result<Result<(), Value>, PresentedError> {
        let (before, deposited) = (self.storage.moment(), self.events.len());
        match self.call(call) {
            Ok(()) => Ok(Ok(())),
            Err(refusal) => {
                self.storage.restore(before);
                self.events.truncate(deposited);
                refusal.dispatch_error(self.storage.presented()).map(Err)
            }
        }
    }

    /// The arguments of a call, by name; what is in another shape than this chain knows it in, it
    /// cannot run.
    pub(crate) fn arguments<T: DecodeAsFields>(&self, call: &CallData<'_>) -> Result<T, Refusal> {
        let presented = self.storage.presented();
        call.arguments(presented).map_err(|error| {
            tracing::debug!(%error, "a call of another shape is refused");
            unknown()
        })
    }

    fn call(&mut self, call: &CallData<'_>) -> Result<(), Refusal> {
        let presented = self.storage.presented();
        match call.pallet {
            "Balances" => balances::call(self, call),
            "Utility" => utility::call(self, call),
            "Commitments" => commitments::call(self, call),
            PALLET => {
                if let Some(call) = WeightsCall::read(call, presented)? {
                    let event = weights::run(self.storage, self.origin, &call, self.number)?;
                    self.events.push((PALLET, event));
                    return Ok(());
                }
                match call.name {
                    "serve_axon" => serving::call(self, call),
                    "burned_register" => registration::call(self, call),
                    _ => staking::call(self, call),
                }
            }
            _ => Err(unknown()),
        }
    }
}

/// A call this chain cannot run is refused as one that the runtime filters out.
pub(crate) const fn unknown() -> Refusal {
    Refusal::Of("System", "CallFiltered")
}
