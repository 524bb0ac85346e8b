//! The event records that tell how an extrinsic went.

use crate::execution::Event;
use crate::presented::{Presented, Value};

/// How an extrinsic counts towards its block, and whether its sender pays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Info {
    pub(crate) class: &'static str,
    pub(crate) pays: bool,
}

/// The event records of one extrinsic, in the order the runtime deposits them: those of its fee
/// stand around those of its call.
pub(crate) fn records(
    presented: &Presented,
    index: u32,
    charged: Vec<Event>,
    outcome: Result<Vec<Event>, Value>,
    paid: Vec<Event>,
    info: Info,
) -> Vec<Value> {
    let info = Value::Record(vec![
        ("class", Value::unit(info.class)),
        (
            "pays_fee",
            Value::unit(if info.pays { "Yes" } else { "No" }),
        ),
    ]);
    let (events, last) = match outcome {
        Ok(events) => {
            let fields = Value::Record(vec![("dispatch_info", info)]);
            (events, Value::variant("ExtrinsicSuccess", fields))
        }
        Err(error) => {
            let fields = Value::Record(vec![("dispatch_error", error), ("dispatch_info", info)]);
            (Vec::new(), Value::variant("ExtrinsicFailed", fields))
        }
    };
    let all = charged.into_iter().chain(events).chain(paid);
    let all = all.chain([("System", last)]);
    let known = |(pallet, event): &Event| match event {
        Value::Variant(name, _) => presented.event_fields(pallet, name).is_some(),
        _ => false,
    };
    let record = |(pallet, event): Event| {
        let phase = Value::variant("ApplyExtrinsic", Value::List(vec![index.into()]));
        let event = Value::variant(pallet, Value::List(vec![event]));
        Value::Record(vec![("phase", phase), ("event", event)])
    };
    all.filter(known).map(record).collect()
}
