//! Arguments as values by name: those of every call that is not made each epoch.

use std::net::{IpAddr, SocketAddr};

use axonry_chain::{Call, Existence};
use axonry_core::AccountId;
use subxt::ext::scale_value::{Composite, Value};

/// The arguments of a call; `None` for one that this client does not know.
pub(super) fn of(call: &Call) -> Option<Composite<()>> {
    let arguments = match call {
        Call::ServeAxon {
            netuid,
            address,
            version,
            protocol,
        } => serve_axon(netuid.0, *address, *version, *protocol),
        Call::BurnedRegister { netuid, hotkey } => vec![
            ("netuid", number(netuid.0)),
            ("hotkey", account(hotkey.account())),
        ],
        Call::Transfer { to, amount, .. } => {
            vec![("dest", address(*to)), ("value", number(amount.rao()))]
        }
        Call::TransferAll { to, existence } => vec![
            ("dest", address(*to)),
            (
                "keep_alive",
                Value::bool(*existence == Existence::KeepAlive),
            ),
        ],
        call => return staking(call),
    };
    Some(Composite::named(arguments))
}

fn staking(call: &Call) -> Option<Composite<()>> {
    let mut arguments;
    match call {
        Call::AddStake {
            hotkey,
            netuid,
            amount,
            limit,
        } => {
            arguments = vec![
                ("hotkey", account(hotkey.account())),
                ("netuid", number(netuid.0)),
                ("amount_staked", number(amount.rao())),
            ];
            if let Some(limit) = limit {
                let price = limit.price.of_one_alpha().rao();
                arguments.extend(limited(price, limit.allow_partial));
            }
        }
        Call::RemoveStake {
            hotkey,
            amount,
            limit,
        } => {
            arguments = vec![
                ("hotkey", account(hotkey.account())),
                ("netuid", number(amount.netuid().0)),
                ("amount_unstaked", number(amount.base_units())),
            ];
            if let Some(limit) = limit {
                let price = limit.price.of_one_alpha().rao();
                arguments.extend(limited(price, limit.allow_partial));
            }
        }
        Call::RemoveStakeFull {
            hotkey,
            netuid,
            limit,
        } => {
            let limit = match limit {
                Some(price) => Value::unnamed_variant("Some", [number(price.of_one_alpha().rao())]),
                None => Value::unnamed_variant("None", []),
            };
            arguments = vec![
                ("hotkey", account(hotkey.account())),
                ("netuid", number(netuid.0)),
                ("limit_price", limit),
            ];
        }
        Call::UnstakeAll { hotkey } | Call::UnstakeAllAlpha { hotkey } => {
            arguments = vec![("hotkey", account(hotkey.account()))];
        }
        Call::MoveStake {
            origin,
            destination,
            amount,
            to,
        } => {
            arguments = vec![
                ("origin_hotkey", account(origin.account())),
                ("destination_hotkey", account(destination.account())),
            ];
            arguments.extend(moved(*amount, *to));
        }
        Call::SwapStake {
            hotkey,
            amount,
            to,
            limit,
        } => {
            arguments = vec![("hotkey", account(hotkey.account()))];
            arguments.extend(moved(*amount, *to));
            if let Some(limit) = limit {
                let rate = limit.rate.billionths();
                arguments.extend(limited(rate, limit.allow_partial));
            }
        }
        Call::TransferStake {
            destination,
            hotkey,
            amount,
            to,
        } => {
            arguments = vec![
                ("destination_coldkey", account(destination.account())),
                ("hotkey", account(hotkey.account())),
            ];
            arguments.extend(moved(*amount, *to));
        }
        _ => return None,
    }
    Some(Composite::named(arguments))
}

type Argument = (&'static str, Value);

fn serve_axon(netuid: u16, address: SocketAddr, version: u32, protocol: u8) -> Vec<Argument> {
    let (ip, kind) = match address.ip() {
        IpAddr::V4(ip) => (u128::from(u32::from(ip)), 4_u8),
        IpAddr::V6(ip) => (u128::from(ip), 6),
    };
    vec![
        ("netuid", number(netuid)),
        ("version", number(version)),
        ("ip", number(ip)),
        ("port", number(address.port())),
        ("ip_type", number(kind)),
        ("protocol", number(protocol)),
        ("placeholder1", number(0_u8)),
        ("placeholder2", number(0_u8)),
    ]
}

fn limited(limit: u64, allow_partial: bool) -> [Argument; 2] {
    [
        ("limit_price", number(limit)),
        ("allow_partial", Value::bool(allow_partial)),
    ]
}

fn moved(amount: axonry_core::Alpha, to: axonry_core::NetUid) -> [Argument; 3] {
    [
        ("origin_netuid", number(amount.netuid().0)),
        ("destination_netuid", number(to.0)),
        ("alpha_amount", number(amount.base_units())),
    ]
}

fn number(number: impl Into<u128>) -> Value {
    Value::u128(number.into())
}

fn account(account: AccountId) -> Value {
    Value::from_bytes(account.as_bytes())
}

/// An account as `MultiAddress` has it.
fn address(to: AccountId) -> Value {
    Value::unnamed_variant("Id", [account(to)])
}
