use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// One kind of question that neurons ask one another.
///
/// In the Python SDK question and answer are one class; here they are two types, whose fields stand
/// side by side in the JSON of a synapse.
///
/// ```
/// use axonry_wire::Synapse;
/// use serde::{Deserialize, Serialize};
///
/// struct Echo;
///
/// #[derive(Serialize, Deserialize)]
/// struct Question {
///     text: String,
/// }
///
/// #[derive(Serialize, Deserialize)]
/// struct Answer {
///     echo: String,
/// }
///
/// impl Synapse for Echo {
///     const NAME: &'static str = "Echo";
///     const REQUIRED: &'static [&'static str] = &["text"];
///     type Request = Question;
///     type Response = Answer;
/// }
/// ```
pub trait Synapse: Send + Sync + 'static {
    /// The class name in Python, and the path.
    const NAME: &'static str;

    /// The fields of a request that have no default in the Python class.
    const REQUIRED: &'static [&'static str];

    /// The fields under the signature of a [`bt`](crate::bt) request, in order: the Python class's
    /// `required_hash_fields`. Both ends must have the same. Synapses of the Python world mostly
    /// have none, and then anybody on the way can change what is asked.
    const HASHED: &'static [&'static str] = Self::REQUIRED;

    /// What is asked. Fields it does not know must not be an error.
    type Request: Serialize + DeserializeOwned + Send + 'static;

    /// What is answered.
    type Response: Serialize + DeserializeOwned + Send + 'static;
}

/// Asks nothing: whether anybody is there and takes our signature.
///
/// Every axon answers it, as the SDK's does at `/Synapse`.
#[derive(Clone, Copy, Debug)]
pub struct Ping;

/// Nothing; in JSON an object without fields of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nothing {}

impl Synapse for Ping {
    const NAME: &'static str = "Synapse";
    const REQUIRED: &'static [&'static str] = &[];
    type Request = Nothing;
    type Response = Nothing;
}
