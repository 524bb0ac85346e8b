//! Faults as text.

use std::num::NonZeroU64;
use std::time::Duration;

use super::DoorFault;

/// Reads one fault; the reason when it is none.
pub(super) fn fault(text: &str) -> Result<DoorFault, String> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    let given = || value.ok_or_else(|| format!("it takes a value, as in `{name}=…`"));
    let number = || count(given()?);
    // A frame that comes every zero frames is none.
    let every = || number().map(|every| every.max(1));
    Ok(match name {
        "refuse" => DoorFault::Refuse,
        "other-chain" => DoorFault::OtherChain,
        "status" => DoorFault::Status(status(given()?)?),
        "reset-every" => DoorFault::Reset { after: number()? },
        "black-hole" => DoorFault::BlackHole { after: number()? },
        "delay" => {
            let (by, jitter) = match given()?.split_once('+') {
                Some((by, jitter)) => (duration(by)?, duration(jitter)?),
                None => (duration(given()?)?, Duration::ZERO),
            };
            DoorFault::Delay { by, jitter }
        }
        "bandwidth" => DoorFault::Bandwidth {
            bytes_per_second: given()?
                .parse::<NonZeroU64>()
                .map_err(|error| error.to_string())?
                .get(),
        },
        "reorder" => DoorFault::Reorder {
            window: usize::try_from(number()?).map_err(|error| error.to_string())?,
        },
        "duplicate" => DoorFault::Duplicate { every: every()? },
        "wrong-id" => DoorFault::WrongId { every: every()? },
        "wrong-subscription" => DoorFault::WrongSubscription { every: every()? },
        "corrupt" => DoorFault::Corrupt { every: every()? },
        "oversized" => {
            let (after, bytes) = given()?
                .split_once(':')
                .ok_or("it takes frames and bytes, as in `oversized=3:1073741824`")?;
            DoorFault::Oversized {
                after: count(after)?,
                bytes: count(bytes)?,
            }
        }
        "behind" => DoorFault::Behind { blocks: number()? },
        "pruned" => DoorFault::Pruned { blocks: number()? },
        "unserved" => DoorFault::Unserved(given()?.to_owned()),
        "unlisted" => DoorFault::Unlisted(given()?.to_owned()),
        _ => return Err("no fault goes by that name".to_owned()),
    })
}

fn count(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("a number is expected, not `{text}`"))
}

fn status(text: &str) -> Result<u16, String> {
    let status = text
        .parse()
        .ok()
        .filter(|status| (400..600).contains(status));
    status.ok_or_else(|| format!("an HTTP status from 400 to 599 is expected, not `{text}`"))
}

/// Seconds or milliseconds: `2s`, `1.5s`, `500ms`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("a duration such as `2s` or `500ms` is expected, not `{text}`");
    let (digits, unit) = match text.strip_suffix("ms") {
        Some(digits) => (digits, 0.001),
        None => (text.strip_suffix('s').ok_or_else(wrong)?, 1.0),
    };
    let number: f64 = digits.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(number * unit).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_read_back_from_its_text() {
        let all = "refuse, status=429, reset-every=50, black-hole=3, delay=2s, delay=2s+500ms, \
                   bandwidth=16384, reorder=8, duplicate=5, wrong-id=5, wrong-subscription=2, \
                   corrupt=7, oversized=3:1073741824, behind=1000, other-chain, pruned=16, \
                   unserved=state_call, unlisted=state_call";
        let faults = DoorFault::list(all).expect("all of them are known");
        assert_eq!(faults.len(), 18);
        for fault in &faults {
            assert_eq!(fault.to_string().parse().as_ref(), Ok(fault));
        }
        assert_eq!(
            faults[5],
            DoorFault::Delay {
                by: Duration::from_secs(2),
                jitter: Duration::from_millis(500)
            }
        );
    }

    #[test]
    fn what_is_no_fault_is_named() {
        for (text, part) in [
            ("delay", "it takes a value"),
            ("delay=2", "a duration"),
            ("behind=far", "`far`"),
            ("status=200", "`200`"),
            ("bandwidth=0", "zero"),
            ("explode", "no fault goes by that name"),
        ] {
            let error = DoorFault::list(text).expect_err(text).to_string();
            assert!(error.contains(part) && error.contains(text), "{error}");
        }
        assert_eq!(DoorFault::list(""), Ok(Vec::new()));
    }
}
