//! What the kernel says of this process. What it does not say is left out.

use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The process as the kernel sees it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Process {
    pub(crate) resident_bytes: Option<u64>,
    pub(crate) peak_resident_bytes: Option<u64>,
    pub(crate) descriptors: Option<u64>,
    pub(crate) threads: Option<u64>,
    pub(crate) cpu_seconds: Option<f64>,
}

impl Process {
    pub(crate) fn now() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        let descriptors = fs::read_dir("/proc/self/fd").ok();
        Self {
            resident_bytes: field("VmRSS:").map(|kib| kib * 1024),
            peak_resident_bytes: field("VmHWM:").map(|kib| kib * 1024),
            // Looking at them takes one.
            descriptors: descriptors.map(|all| all.count().saturating_sub(1) as u64),
            threads: field("Threads:"),
            cpu_seconds: cpu_seconds(),
        }
    }
}

/// Of all threads, also of those that have ended.
fn cpu_seconds() -> Option<f64> {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let time = Duration::try_from(time).ok()?;
    Some(time.as_secs_f64())
}
