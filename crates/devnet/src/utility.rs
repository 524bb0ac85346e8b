//! Calls in calls: `substrate/frame/utility` in `paritytech/polkadot-sdk`.

use crate::execution::{Execution, unknown};
use crate::presented::{CallData, Value};
use crate::refusal::Refusal;

const PALLET: &str = "Utility";

/// How many calls one batch may have (`batched_calls_limit`).
const MOST_CALLS: usize = 10_922;

/// Runs one of the pallet's calls.
pub(crate) fn call(execution: &mut Execution<'_, '_>, call: &CallData<'_>) -> Result<(), Refusal> {
    if !matches!(call.name, "batch" | "batch_all" | "force_batch") {
        return Err(unknown());
    }
    let presented = execution.storage.presented();
    let calls = presented.calls_within(call).map_err(|_| unknown())?;
    if calls.len() > MOST_CALLS {
        return Err(Refusal::Of(PALLET, "TooManyCalls"));
    }
    let mut failed = false;
    for (place, inner) in calls.iter().enumerate() {
        match (execution.run(inner)?, call.name) {
            (Ok(()), _) => execution.deposit(PALLET, "ItemCompleted", Vec::new()),
            (Err(error), "batch_all") => return Err(Refusal::Inner(error)),
            (Err(error), "force_batch") => {
                failed = true;
                execution.deposit(PALLET, "ItemFailed", vec![error]);
            }
            (Err(error), _) => {
                let place = u32::try_from(place).expect("there are few calls");
                let fields: Vec<Value> = vec![place.into(), error];
                execution.deposit(PALLET, "BatchInterrupted", fields);
                return Ok(());
            }
        }
    }
    let end = match failed {
        true => "BatchCompletedWithErrors",
        false => "BatchCompleted",
    };
    execution.deposit(PALLET, end, Vec::new());
    Ok(())
}
