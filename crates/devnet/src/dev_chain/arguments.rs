use std::net::{IpAddr, SocketAddr};

use axonry_chain::{Call, PriceLimit, RateLimit};
use axonry_core::{AccountId, Alpha, NetUid, Weights};

use crate::commitments;
use crate::presented::{Presented, PresentedError, Value};

/// The arguments of a call, by name.
type Arguments = Vec<(&'static str, Value)>;

/// The bytes of a call for a runtime.
///
/// Arguments that a call's form without mechanism lacks are left out when it is encoded.
pub(super) fn data(presented: &Presented, call: &Call) -> Result<Vec<u8>, PresentedError> {
    let (pallet, name) = call.name();
    let arguments = match call {
        Call::Batch { calls, .. } => {
            let calls = calls
                .iter()
                .map(|call| data(presented, call).map(Value::Encoded));
            let calls: Vec<Value> = calls.collect::<Result<_, _>>()?;
            vec![("calls", Value::List(calls))]
        }
        _ => of(call).ok_or_else(|| PresentedError::Missing {
            item: format!("{pallet}.{name}"),
        })?,
    };
    if !presented.has_call(pallet, name) {
        return Err(PresentedError::Missing {
            item: format!("{pallet}.{name}"),
        });
    }
    presented.call_data(pallet, name, arguments)
}

fn of(call: &Call) -> Option<Arguments> {
    about_weights(call)
        .or_else(|| about_oneself(call))
        .or_else(|| about_money(call))
        .or_else(|| about_stake_elsewhere(call))
}

fn about_weights(call: &Call) -> Option<Arguments> {
    Some(match call {
        Call::SetWeights {
            netuid,
            mechanism,
            weights,
            version_key,
        } => vec![
            ("netuid", netuid.0.into()),
            ("mecid", mechanism.0.into()),
            ("dests", uids(weights)),
            ("weights", values(weights)),
            ("version_key", (*version_key).into()),
        ],
        Call::CommitWeights {
            netuid,
            mechanism,
            hash,
        } => vec![
            ("netuid", netuid.0.into()),
            ("mecid", mechanism.0.into()),
            ("commit_hash", Value::Bytes(hash.to_vec())),
        ],
        Call::RevealWeights {
            netuid,
            mechanism,
            weights,
            salt,
            version_key,
        } => vec![
            ("netuid", netuid.0.into()),
            ("mecid", mechanism.0.into()),
            ("uids", uids(weights)),
            ("values", values(weights)),
            ("salt", salt.clone().into()),
            ("version_key", (*version_key).into()),
        ],
        Call::CommitTimelockedWeights {
            netuid,
            mechanism,
            sealed,
            reveal_round,
            version,
        } => vec![
            ("netuid", netuid.0.into()),
            ("mecid", mechanism.0.into()),
            ("commit", Value::Bytes(sealed.clone())),
            ("reveal_round", (*reveal_round).into()),
            ("commit_reveal_version", (*version).into()),
        ],
        _ => return None,
    })
}

fn about_oneself(call: &Call) -> Option<Arguments> {
    Some(match call {
        Call::ServeAxon {
            netuid,
            address,
            version,
            protocol,
        } => {
            let (ip, ip_type) = ip(address);
            vec![
                ("netuid", netuid.0.into()),
                ("version", (*version).into()),
                ("ip", ip.into()),
                ("port", address.port().into()),
                ("ip_type", ip_type.into()),
                ("protocol", (*protocol).into()),
            ]
        }
        Call::SetCommitment { netuid, fields } => vec![
            ("netuid", netuid.0.into()),
            ("info", commitments::info(fields)),
        ],
        Call::BurnedRegister { netuid, hotkey } => {
            vec![("netuid", netuid.0.into()), ("hotkey", (*hotkey).into())]
        }
        _ => return None,
    })
}

fn about_money(call: &Call) -> Option<Arguments> {
    Some(match call {
        Call::Transfer { to, amount, .. } => {
            vec![("dest", destination(*to)), ("value", amount.rao().into())]
        }
        Call::TransferAll { to, existence } => {
            let keep_alive = *existence == axonry_chain::Existence::KeepAlive;
            vec![
                ("dest", destination(*to)),
                ("keep_alive", keep_alive.into()),
            ]
        }
        Call::AddStake {
            hotkey,
            netuid,
            amount,
            limit,
        } => {
            let mut arguments = vec![
                ("hotkey", (*hotkey).into()),
                ("netuid", netuid.0.into()),
                ("amount_staked", amount.rao().into()),
            ];
            arguments.extend(limit.iter().flat_map(up_to));
            arguments
        }
        Call::RemoveStake {
            hotkey,
            amount,
            limit,
        } => {
            let mut arguments = vec![
                ("hotkey", (*hotkey).into()),
                ("netuid", amount.netuid().0.into()),
                ("amount_unstaked", amount.base_units().into()),
            ];
            arguments.extend(limit.iter().flat_map(up_to));
            arguments
        }
        Call::RemoveStakeFull {
            hotkey,
            netuid,
            limit,
        } => {
            let limit = limit.map(|limit| limit.of_one_alpha().rao());
            vec![
                ("hotkey", (*hotkey).into()),
                ("netuid", netuid.0.into()),
                ("limit_price", limit.into()),
            ]
        }
        Call::UnstakeAll { hotkey } | Call::UnstakeAllAlpha { hotkey } => {
            vec![("hotkey", (*hotkey).into())]
        }
        _ => return None,
    })
}

fn about_stake_elsewhere(call: &Call) -> Option<Arguments> {
    Some(match call {
        Call::MoveStake {
            origin,
            destination,
            amount,
            to,
        } => {
            let mut arguments = between(*amount, *to);
            arguments.push(("origin_hotkey", (*origin).into()));
            arguments.push(("destination_hotkey", (*destination).into()));
            arguments
        }
        Call::SwapStake {
            hotkey,
            amount,
            to,
            limit,
        } => {
            let mut arguments = between(*amount, *to);
            arguments.push(("hotkey", (*hotkey).into()));
            if let Some(RateLimit {
                rate,
                allow_partial,
            }) = limit
            {
                arguments.push(("limit_price", rate.billionths().into()));
                arguments.push(("allow_partial", (*allow_partial).into()));
            }
            arguments
        }
        Call::TransferStake {
            destination,
            hotkey,
            amount,
            to,
        } => {
            let mut arguments = between(*amount, *to);
            arguments.push(("destination_coldkey", (*destination).into()));
            arguments.push(("hotkey", (*hotkey).into()));
            arguments
        }
        _ => return None,
    })
}

fn uids(weights: &Weights) -> Value {
    let uids: Vec<u16> = weights.uids().map(|uid| uid.0).collect();
    uids.into()
}

fn values(weights: &Weights) -> Value {
    let values: Vec<u16> = weights.values().collect();
    values.into()
}

fn destination(account: AccountId) -> Value {
    Value::variant("Id", Value::List(vec![account.into()]))
}

fn up_to(limit: &PriceLimit) -> [(&'static str, Value); 2] {
    [
        ("limit_price", limit.price.of_one_alpha().rao().into()),
        ("allow_partial", limit.allow_partial.into()),
    ]
}

fn between(amount: Alpha, to: NetUid) -> Arguments {
    vec![
        ("origin_netuid", amount.netuid().0.into()),
        ("destination_netuid", to.0.into()),
        ("alpha_amount", amount.base_units().into()),
    ]
}

const fn ip(address: &SocketAddr) -> (u128, u8) {
    match address.ip() {
        IpAddr::V4(ip) => (ip.to_bits() as u128, 4),
        IpAddr::V6(ip) => (ip.to_bits(), 6),
    }
}
