//! A bound on a child's memory, set from outside.

use std::io;
use std::process::Child;

/// Lets a child take so many bytes more than it has now, and no more.
///
/// What counts is its private writable memory (`RLIMIT_DATA`): threads' stacks and shared libraries
/// are there already. Beyond the bound its allocations fail, which ends it.
#[cfg(target_os = "linux")]
pub(super) fn memory(child: &Child, more: u64) -> io::Result<()> {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};

    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
    let has = data_bytes(&status).ok_or(io::ErrorKind::InvalidData)?;
    let most = Some(has.saturating_add(more));
    let limit = Rlimit {
        current: most,
        maximum: most,
    };
    prlimit(Some(Pid::from_child(child)), Resource::Data, limit)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn memory(_: &Child, _: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The line `VmData:  1234 kB` of a process's status.
#[cfg(target_os = "linux")]
fn data_bytes(status: &str) -> Option<u64> {
    let data = status
        .lines()
        .find_map(|line| line.strip_prefix("VmData:"))?;
    let kilobytes: u64 = data.trim().strip_suffix(" kB")?.parse().ok()?;
    kilobytes.checked_mul(1024)
}
