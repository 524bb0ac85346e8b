use crate::presented::{Presented, PresentedError, Value};
use crate::subtensor::PALLET;

/// Why a call does nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// An error of the pallet of the subnets, by name; the second name is what older runtimes call
    /// it.
    Pallet(&'static str, &'static str),
    /// An error of another pallet: its name and the error's.
    Of(&'static str, &'static str),
    /// An error about money as such (`TokenError`).
    Token(&'static str),
    /// The error of a call inside this one, as it is to be told.
    Inner(Value),
    /// This chain's own state does not fit the presented runtime.
    Broken(PresentedError),
}

impl From<PresentedError> for Refusal {
    fn from(error: PresentedError) -> Self {
        Self::Broken(error)
    }
}

/// Refuses with an error of the pallet of the subnets unless something holds.
pub(crate) fn ensure(holds: bool, error: &'static str) -> Result<(), Refusal> {
    if holds {
        Ok(())
    } else {
        Err(Refusal::Pallet(error, error))
    }
}

impl Refusal {
    /// The dispatch error, ready to be encoded; the outer error is about this chain itself.
    pub(crate) fn dispatch_error(self, presented: &Presented) -> Result<Value, PresentedError> {
        Ok(match self {
            Self::Pallet(name, older) => module(presented, PALLET, &[name, older]),
            Self::Of(pallet, name) => module(presented, pallet, &[name]),
            Self::Token(name) => Value::variant("Token", Value::List(vec![Value::unit(name)])),
            Self::Inner(error) => error,
            Self::Broken(error) => return Err(error),
        })
    }
}

/// A pallet's error by the first of its names the runtime knows; `Other` when it knows none.
fn module(presented: &Presented, pallet: &str, names: &[&str]) -> Value {
    names
        .iter()
        .find_map(|name| presented.module_error(pallet, name))
        .unwrap_or_else(|| Value::unit("Other"))
}
