use serde::{Deserialize, Serialize};

/// One end of a call, as bodies and headers describe it. Nothing here is to be believed without
/// the signature, and only nonce, uuid and hotkey are under it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terminal {
    /// The HTTP status, or what the SDK makes of a failure.
    pub status_code: Option<i64>,
    /// In words.
    pub status_message: Option<String>,
    /// Seconds.
    pub process_time: Option<f64>,
    /// The address.
    pub ip: Option<String>,
    /// The port.
    pub port: Option<i64>,
    /// The SDK's version: [`version`](super::version).
    pub version: Option<i64>,
    /// Nanoseconds since 1970 when the call was prepared.
    pub nonce: Option<i128>,
    /// What the process calls itself.
    pub uuid: Option<String>,
    /// The hotkey.
    pub hotkey: Option<String>,
    /// The signature, `0x` and 128 digits.
    pub signature: Option<String>,
}
