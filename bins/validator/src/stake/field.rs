//! What the words on the command line mean.

use anyhow::{Context, Result, bail};
use axonry_chain::stake::{Operation, Portion};
use axonry_core::{Alpha, MoneyError, NetUid};

use super::arguments::RouteArguments;
use super::key::Owner;

/// Whoever knows which hotkey a name is.
pub(super) struct Field<'a> {
    pub(super) owner: &'a Owner,
}

impl Field<'_> {
    pub(super) fn add(&self, route: &RouteArguments) -> Result<Operation> {
        Ok(Operation::Add {
            hotkey: self.owner.hotkey(&route.hotkey)?,
            netuid: route.netuid,
            amount: portion(&route.amount, str::parse)?,
        })
    }

    pub(super) fn remove(&self, route: &RouteArguments) -> Result<Operation> {
        Ok(Operation::Remove {
            hotkey: self.owner.hotkey(&route.hotkey)?,
            netuid: route.netuid,
            amount: alpha(route)?,
        })
    }

    pub(super) fn relocate(
        &self,
        route: &RouteArguments,
        destination: &str,
        to: Option<NetUid>,
    ) -> Result<Operation> {
        Ok(Operation::Move {
            origin: self.owner.hotkey(&route.hotkey)?,
            destination: self.owner.hotkey(destination)?,
            netuid: route.netuid,
            amount: alpha(route)?,
            to: to.unwrap_or(route.netuid),
        })
    }

    pub(super) fn swap(&self, route: &RouteArguments, to: NetUid) -> Result<Operation> {
        Ok(Operation::Swap {
            hotkey: self.owner.hotkey(&route.hotkey)?,
            netuid: route.netuid,
            amount: alpha(route)?,
            to,
        })
    }

    pub(super) fn transfer(
        &self,
        route: &RouteArguments,
        destination: &str,
        to: Option<NetUid>,
    ) -> Result<Operation> {
        let named = || format!("--destination `{destination}`");
        Ok(Operation::Transfer {
            // Whoever is given something is told by address and by nothing that could be mistaken.
            destination: destination.parse().with_context(named)?,
            hotkey: self.owner.hotkey(&route.hotkey)?,
            netuid: route.netuid,
            amount: alpha(route)?,
            to: to.unwrap_or(route.netuid),
        })
    }
}

fn alpha(route: &RouteArguments) -> Result<Portion<Alpha>> {
    portion(&route.amount, |text| Alpha::parse(route.netuid, text))
}

fn portion<T>(text: &str, parse: impl FnOnce(&str) -> Result<T, MoneyError>) -> Result<Portion<T>> {
    match text {
        "all" => Ok(Portion::All),
        "" => bail!("how much? give an amount, or `all`"),
        amount => Ok(Portion::Exactly(parse(amount)?)),
    }
}

#[cfg(test)]
mod tests {
    use axonry_core::Rao;

    use super::*;

    #[test]
    fn an_amount_is_of_the_unit_that_is_taken_away() {
        let tao = |text| portion::<Rao>(text, str::parse).ok();
        let seconds = Rao::from_rao(21_536_900_000);
        assert_eq!(tao("21.5369"), Some(Portion::Exactly(seconds)));
        assert_eq!(tao("21.5369 τ"), Some(Portion::Exactly(seconds)));
        assert_eq!(tao("all"), Some(Portion::All));
        assert_eq!(tao("21.5369 α45"), None, "it would be bought with alpha");
        assert_eq!(tao("21536900000000000000"), None, "base units are no TAO");
    }
}
