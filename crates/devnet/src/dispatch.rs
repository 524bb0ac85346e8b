//! Running a call, and the events that tell how it went.

use crate::extrinsic::Parts;
use crate::presented::{Presented, PresentedError, Value};
use crate::storage::Storage;
use crate::subtensor::PALLET;
use crate::subtensor::weights::{self, Refusal, WeightsCall};

/// An event with the pallet it is of.
pub(crate) type Event = (&'static str, Value);

/// Runs a call in block `number`; on failure nothing is written.
///
/// The inner error is the dispatch error, ready to be encoded.
pub(crate) fn dispatch(
    storage: &mut Storage<'_>,
    parts: &Parts<'_>,
    number: u64,
) -> Result<Result<Vec<Event>, Value>, PresentedError> {
    let presented = storage.presented();
    let Some(call) = WeightsCall::read(&parts.call, presented)? else {
        // A call this chain cannot run is refused as one that the runtime filters out.
        return Ok(Err(module(presented, "System", &["CallFiltered"])));
    };
    let before = storage.snapshot();
    match weights::run(storage, parts.account, &call, number) {
        Ok(event) => Ok(Ok(vec![(PALLET, event)])),
        Err(Refusal::Broken(error)) => Err(error),
        Err(Refusal::Pallet(name, older)) => {
            storage.restore(before);
            Ok(Err(module(presented, PALLET, &[name, older])))
        }
    }
}

/// A pallet's error by the first of its names the runtime knows; `Other` when it knows none.
fn module(presented: &Presented, pallet: &str, names: &[&str]) -> Value {
    names
        .iter()
        .find_map(|name| presented.module_error(pallet, name))
        .unwrap_or_else(|| Value::unit("Other"))
}

/// The event records of one extrinsic, in the order the runtime deposits them.
pub(crate) fn records(
    presented: &Presented,
    index: u32,
    outcome: Result<Vec<Event>, Value>,
    class: &'static str,
) -> Vec<Value> {
    let info = Value::Record(vec![
        ("class", Value::unit(class)),
        ("pays_fee", Value::unit("No")),
    ]);
    let (mut events, last) = match outcome {
        Ok(events) => (
            events,
            Value::variant(
                "ExtrinsicSuccess",
                Value::Record(vec![("dispatch_info", info)]),
            ),
        ),
        Err(error) => (
            Vec::new(),
            Value::variant(
                "ExtrinsicFailed",
                Value::Record(vec![("dispatch_error", error), ("dispatch_info", info)]),
            ),
        ),
    };
    events.push(("System", last));
    let known = |(pallet, event): &Event| match event {
        Value::Variant(name, _) => presented.has_event(pallet, name),
        _ => false,
    };
    let record = |(pallet, event): Event| {
        let phase = Value::variant("ApplyExtrinsic", Value::List(vec![index.into()]));
        let event = Value::variant(pallet, Value::List(vec![event]));
        Value::Record(vec![("phase", phase), ("event", event)])
    };
    events.into_iter().filter(known).map(record).collect()
}
