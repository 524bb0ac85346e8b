//! Plans and what became of them, for a program: no amount is a number of JSON's, whose readers would
//! round it, and each says its unit.

use axonry_chain::stake::{Amount, Change, Difference, Holding, Plan, Pricing, Settlement, Trade};
use axonry_core::{Alpha, Price, Rao};
use serde_json::{Value, json};

use super::show::Fortune;

/// One object on a line of its own.
pub(super) fn line(value: &Value) -> String {
    format!("{value}\n")
}

/// A plan, and what became of it.
pub(super) fn change(plan: &Plan, settled: Option<&Settlement>) -> Value {
    let (pallet, call) = plan.call.name();
    let changes = plan.changes.iter().map(|change| {
        let Change {
            holding,
            before,
            after,
        } = change;
        json!({
            "holding": held(holding),
            "before": amount(*before),
            "after": amount(*after),
        })
    });
    let warnings = plan.warnings.iter().map(ToString::to_string);
    json!({
        "block": plan.at.number.0,
        "block_hash": plan.at.hash.to_string(),
        "call": format!("{pallet}.{call}"),
        "given": amount(plan.given),
        "fee": tao(plan.fee),
        "trades": plan.trades.iter().map(trade).collect::<Value>(),
        "changes": changes.collect::<Value>(),
        "warnings": warnings.collect::<Value>(),
        "settlement": settled.map(settlement),
    })
}

fn settlement(settlement: &Settlement) -> Value {
    let holdings = settlement.holdings.iter().map(|settled| {
        json!({
            "holding": held(&settled.holding),
            "before": amount(settled.before),
            "expected": amount(settled.expected),
            "after": amount(settled.after),
            "unexplained": difference(settled.unexplained()),
        })
    });
    json!({
        "block": settlement.block.number.0,
        "block_hash": settlement.block.hash.to_string(),
        "fee": tao(settlement.fee),
        "refusal": settlement.refusal.as_ref().map(ToString::to_string),
        "exact": settlement.is_exact(),
        "holdings": holdings.collect::<Value>(),
    })
}

/// What a coldkey has.
pub(super) fn fortune(fortune: &Fortune) -> Value {
    let stakes = fortune.stakes.iter().map(|stake| {
        let subnet = fortune.subnets.get(&stake.amount.netuid());
        let worth = subnet.and_then(|subnet| subnet.price.value(stake.amount).ok());
        json!({
            "hotkey": stake.hotkey,
            "netuid": stake.amount.netuid().0,
            "is_registered": stake.is_registered,
            "amount": alpha(stake.amount),
            "symbol": subnet.map(|subnet| &subnet.symbol),
            "price": subnet.map(|subnet| price(subnet.price)),
            "worth": worth.map(tao),
        })
    });
    json!({
        "block": fortune.at.number.0,
        "block_hash": fortune.at.hash.to_string(),
        "coldkey": fortune.coldkey.account(),
        "free": tao(fortune.balance.free),
        "reserved": tao(fortune.balance.reserved),
        "frozen": tao(fortune.balance.frozen),
        "stakes": stakes.collect::<Value>(),
    })
}

fn trade(trade: &Trade) -> Value {
    json!({
        "netuid": trade.netuid.0,
        "price": price(trade.price),
        "given": amount(trade.given()),
        "received": amount(trade.received()),
        "fee": amount(trade.fee()),
        "slippage": amount(trade.lost),
        "simulated": trade.pricing == Pricing::Simulated,
    })
}

fn held(holding: &Holding) -> Value {
    match holding {
        Holding::Free(coldkey) => json!({"kind": "free", "coldkey": coldkey.account()}),
        Holding::Stake {
            hotkey,
            coldkey,
            netuid,
        } => json!({
            "kind": "stake",
            "coldkey": coldkey.account(),
            "hotkey": hotkey,
            "netuid": netuid.0,
        }),
    }
}

fn difference(difference: Difference) -> Value {
    let signed = |sign, of| {
        let mut value = amount(of);
        value["sign"] = json!(sign);
        value
    };
    match difference {
        Difference::None => Value::Null,
        Difference::More(more) => signed("+", more),
        Difference::Less(less) => signed("-", less),
    }
}

fn amount(amount: Amount) -> Value {
    match amount {
        Amount::Tao(rao) => tao(rao),
        Amount::Alpha(units) => alpha(units),
    }
}

fn tao(amount: Rao) -> Value {
    json!({"amount": amount.rao().to_string(), "unit": "rao"})
}

fn alpha(amount: Alpha) -> Value {
    json!({
        "amount": amount.base_units().to_string(),
        "unit": "alpha_base_units",
        "netuid": amount.netuid().0,
    })
}

fn price(price: Price) -> Value {
    json!({"amount": price.of_one_alpha().rao().to_string(), "unit": "rao_per_alpha"})
}
