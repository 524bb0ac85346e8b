//! Plans and what became of them, for a person.

use std::fmt::Write as _;

use axonry_chain::Call;
use axonry_chain::stake::{Difference, Holding, Plan, Pricing, Settlement, Trade, TradeKind};
use axonry_core::{AccountId, Rao};

use super::show::Fortune;

/// What somebody is about to sign.
pub(super) fn plan(plan: &Plan) -> String {
    let (pallet, call) = plan.call.name();
    let mut text = format!(
        "{pallet}.{call} of {}, as of block {}\n",
        plan.given, plan.at.number
    );
    let rows = plan.changes.iter().map(|change| {
        [
            holding(&change.holding),
            change.before.to_string(),
            change.after.to_string(),
            change.difference().to_string(),
        ]
    });
    rows_of(&mut text, ["", "before", "after", "change"], rows.collect());
    for it in &plan.trades {
        trade(&mut text, it);
    }
    let _ = writeln!(text, "the call costs {}{}", plan.fee, limit(&plan.call));
    for warning in &plan.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    text
}

/// What has become of it.
pub(super) fn settlement(settlement: &Settlement) -> String {
    let mut text = String::new();
    match &settlement.refusal {
        None => _ = writeln!(text, "done in block {}", settlement.block.number),
        Some(refusal) => {
            _ = writeln!(
                text,
                "refused in block {}, and {} charged: {refusal}",
                settlement.block.number, settlement.fee
            );
        }
    }
    let rows = settlement.holdings.iter().map(|settled| {
        [
            holding(&settled.holding),
            settled.before.to_string(),
            settled.after.to_string(),
            settled.difference().to_string(),
        ]
    });
    rows_of(&mut text, ["", "before", "after", "change"], rows.collect());
    if settlement.is_exact() {
        text.push_str("exactly as planned at the state before the block\n");
    }
    for settled in &settlement.holdings {
        let unexplained = settled.unexplained();
        if unexplained != Difference::None {
            let _ = writeln!(
                text,
                "note: {unexplained} of the {} is not this call's doing",
                holding(&settled.holding)
            );
        }
    }
    text
}

/// What a coldkey has.
pub(super) fn fortune(fortune: &Fortune) -> String {
    let mut text = format!("{} at block {}\n", fortune.coldkey, fortune.at.number);
    let free = fortune.balance.free;
    let mut total = Ok(free);
    let mut rows = vec![[
        "free".to_owned(),
        free.to_string(),
        String::new(),
        free.to_string(),
    ]];
    for stake in &fortune.stakes {
        let subnet = fortune.subnets.get(&stake.amount.netuid());
        let value = subnet.map(|subnet| subnet.price.value(stake.amount));
        let known = value.and_then(Result::ok);
        total = total.and_then(|total| known.map_or(Ok(total), |value| total.checked_add(value)));
        let registered = if stake.is_registered {
            ""
        } else {
            ", not registered"
        };
        rows.push([
            format!(
                "on {} in subnet {}{registered}",
                short(stake.hotkey.account()),
                stake.amount.netuid()
            ),
            stake.amount.to_string(),
            subnet.map_or_else(String::new, |subnet| subnet.price.to_string()),
            known.map_or_else(|| "unknown".to_owned(), |value: Rao| value.to_string()),
        ]);
    }
    rows_of(&mut text, ["", "amount", "price", "worth"], rows);
    if let Ok(total) = total {
        let _ = writeln!(text, "worth {total} before fees and slippage");
    }
    text
}

fn trade(text: &mut String, trade: &Trade) {
    let verb = match trade.kind {
        TradeKind::Purchase(_) => "pays",
        TradeKind::Sale(_) => "sells",
    };
    let how = match trade.pricing {
        Pricing::Simulated => "simulated",
        Pricing::Reckoned => "reckoned",
    };
    let _ = writeln!(
        text,
        "{verb} {} at {} in subnet {} for {} ({how}; pool's fee {}, slippage {})",
        trade.given(),
        trade.price,
        trade.netuid,
        trade.received(),
        trade.fee(),
        trade.slippage(),
    );
}

/// The limit that is in a call.
fn limit(call: &Call) -> String {
    match call {
        Call::AddStake {
            limit: Some(limit), ..
        } => {
            format!("; it pays no more than {}", limit.price)
        }
        Call::RemoveStake {
            limit: Some(limit), ..
        } => {
            format!("; it takes no less than {}", limit.price)
        }
        Call::RemoveStakeFull {
            limit: Some(price), ..
        } => {
            format!("; it takes no less than {price}")
        }
        Call::SwapStake {
            limit: Some(limit), ..
        } => {
            format!("; it takes no less than {}", limit.rate)
        }
        _ => String::new(),
    }
}

fn holding(holding: &Holding) -> String {
    match holding {
        Holding::Free(coldkey) => format!("free balance of {}", short(coldkey.account())),
        Holding::Stake {
            hotkey,
            coldkey,
            netuid,
        } => format!(
            "stake of {} on {} in subnet {netuid}",
            short(coldkey.account()),
            short(hotkey.account())
        ),
    }
}

fn short(account: AccountId) -> String {
    let text = account.to_string();
    format!("{}…{}", &text[..8], &text[text.len() - 6..])
}

/// Columns as wide as what is in them; all but the first to the right.
fn rows_of(text: &mut String, head: [&str; 4], rows: Vec<[String; 4]>) {
    let head = head.map(str::to_owned);
    let all = std::iter::once(&head).chain(&rows);
    let mut widths = [0; 4];
    for row in all.clone() {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for [first, rest @ ..] in all {
        let _ = write!(text, "  {first:<width$}", width = widths[0]);
        for (cell, width) in rest.iter().zip(&widths[1..]) {
            let _ = write!(text, "  {cell:>width$}");
        }
        text.push('\n');
    }
}
