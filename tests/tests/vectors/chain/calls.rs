//! Calls by meaning, from their arguments by name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axonry_chain::{BatchMode, Call, CommitmentField, Existence, PriceLimit, RateLimit};
use axonry_core::{AccountId, Alpha, ExchangeRate, MechId, NetUid, Price, Rao, Uid, Weights};
use serde_json::{Value, json};

use super::bytes;

/// The call, if there is one of our own for it and its arguments.
pub(super) fn call(name: &str, args: &Value) -> Option<Call> {
    let args = Arguments(args);
    Some(match name {
        "set_weights" | "set_mechanism_weights" => Call::SetWeights {
            netuid: args.netuid("netuid")?,
            mechanism: args.mechanism()?,
            weights: args.weights("dests", "weights")?,
            version_key: args.number("version_key")?,
        },
        "commit_weights" => Call::CommitWeights {
            netuid: args.netuid("netuid")?,
            mechanism: args.mechanism()?,
            hash: args.bytes("commit_hash")?.try_into().ok()?,
        },
        "reveal_weights" => Call::RevealWeights {
            netuid: args.netuid("netuid")?,
            mechanism: args.mechanism()?,
            weights: args.weights("uids", "values")?,
            salt: args.list("salt")?,
            version_key: args.number("version_key")?,
        },
        "commit_timelocked_weights" | "commit_timelocked_mechanism_weights" => {
            Call::CommitTimelockedWeights {
                netuid: args.netuid("netuid")?,
                mechanism: args.mechanism()?,
                sealed: args.bytes("commit")?,
                reveal_round: args.number("reveal_round")?,
                version: args.number("commit_reveal_version")?.try_into().ok()?,
            }
        }
        "serve_axon" => Call::ServeAxon {
            netuid: args.netuid("netuid")?,
            address: args.address()?,
            version: args.number("version")?.try_into().ok()?,
            protocol: args.number("protocol")?.try_into().ok()?,
        },
        "set_commitment" => {
            let fields = args.0["fields"].as_array()?.iter();
            Call::SetCommitment {
                netuid: args.netuid("netuid")?,
                fields: fields.map(field).collect::<Option<_>>()?,
            }
        }
        "burned_register" => Call::BurnedRegister {
            netuid: args.netuid("netuid")?,
            hotkey: args.account("hotkey")?.into(),
        },
        "transfer_keep_alive" => transfer(&args, Existence::KeepAlive)?,
        "transfer_allow_death" => transfer(&args, Existence::AllowDeath)?,
        // What is in a batch is written in words.
        "batch" => batch(&args, BatchMode::UntilFailure)?,
        "batch_all" => batch(&args, BatchMode::AllOrNothing)?,
        "force_batch" => batch(&args, BatchMode::Force)?,
        name => return staking(name, &args),
    })
}

fn staking(name: &str, args: &Arguments<'_>) -> Option<Call> {
    let hotkey = || Some(args.account("hotkey")?.into());
    let price = |name| Some(Price::per_alpha(Rao::from_rao(args.number(name)?)));
    let limit = || {
        Some(PriceLimit {
            price: price("limit_price")?,
            allow_partial: args.0["allow_partial"].as_bool()?,
        })
    };
    let rate = || {
        Some(RateLimit {
            rate: ExchangeRate::from_billionths(args.number("limit_price")?),
            allow_partial: args.0["allow_partial"].as_bool()?,
        })
    };
    let moved = || {
        let (netuid, amount) = (args.netuid("origin_netuid")?, args.number("alpha_amount")?);
        Some(Alpha::from_base_units(netuid, amount))
    };
    Some(match name {
        "add_stake" | "add_stake_limit" => Call::AddStake {
            hotkey: hotkey()?,
            netuid: args.netuid("netuid")?,
            amount: Rao::from_rao(args.number("amount_staked")?),
            limit: limit(),
        },
        "remove_stake" | "remove_stake_limit" => Call::RemoveStake {
            hotkey: hotkey()?,
            amount: Alpha::from_base_units(args.netuid("netuid")?, args.number("amount_unstaked")?),
            limit: limit(),
        },
        "remove_stake_full_limit" => Call::RemoveStakeFull {
            hotkey: hotkey()?,
            netuid: args.netuid("netuid")?,
            limit: price("limit_price"),
        },
        "unstake_all" => Call::UnstakeAll { hotkey: hotkey()? },
        "unstake_all_alpha" => Call::UnstakeAllAlpha { hotkey: hotkey()? },
        "swap_stake" | "swap_stake_limit" => Call::SwapStake {
            hotkey: hotkey()?,
            amount: moved()?,
            to: args.netuid("destination_netuid")?,
            limit: rate(),
        },
        "move_stake" => Call::MoveStake {
            origin: args.account("origin_hotkey")?.into(),
            destination: args.account("destination_hotkey")?.into(),
            amount: moved()?,
            to: args.netuid("destination_netuid")?,
        },
        "transfer_stake" => Call::TransferStake {
            destination: args.account("destination_coldkey")?.into(),
            hotkey: hotkey()?,
            amount: moved()?,
            to: args.netuid("destination_netuid")?,
        },
        _ => return None,
    })
}

fn transfer(args: &Arguments<'_>, existence: Existence) -> Option<Call> {
    Some(Call::Transfer {
        to: args.account("dest")?,
        amount: Rao::from_rao(args.number("value")?),
        existence,
    })
}

fn batch(args: &Arguments<'_>, mode: BatchMode) -> Option<Call> {
    let empty = args.0["calls"].as_array()?.is_empty();
    let calls = Vec::new();
    empty.then_some(Call::Batch { calls, mode })
}

/// A field in the words `Raw "text"` or `TimelockEncrypted 0x… round 7`.
fn field(words: &Value) -> Option<CommitmentField> {
    let words = words.as_str()?;
    if let Some(text) = words.strip_prefix("Raw ") {
        let text: String = serde_json::from_str(text).ok()?;
        return Some(CommitmentField::Raw(text.into_bytes()));
    }
    let sealed = words.strip_prefix("TimelockEncrypted ")?;
    let (sealed, round) = sealed.split_once(" round ")?;
    Some(CommitmentField::Timelocked {
        sealed: bytes(&json!(sealed)),
        reveal_round: round.parse().ok()?,
    })
}

struct Arguments<'a>(&'a Value);

impl Arguments<'_> {
    /// A number, written as one or, where it is large, in digits.
    fn number(&self, name: &str) -> Option<u64> {
        match &self.0[name] {
            Value::String(digits) => digits.parse().ok(),
            number => number.as_u64(),
        }
    }

    fn netuid(&self, name: &str) -> Option<NetUid> {
        self.number(name)?.try_into().ok().map(NetUid)
    }

    fn mechanism(&self) -> Option<MechId> {
        match &self.0["mecid"] {
            Value::Null => Some(MechId(0)),
            number => number.as_u64()?.try_into().ok().map(MechId),
        }
    }

    fn list(&self, name: &str) -> Option<Vec<u16>> {
        serde_json::from_value(self.0[name].clone()).ok()
    }

    fn weights(&self, uids: &str, values: &str) -> Option<Weights> {
        let uids = self.list(uids)?.into_iter().map(Uid);
        Weights::new(uids.zip(self.list(values)?).collect()).ok()
    }

    fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        self.0[name].is_string().then(|| bytes(&self.0[name]))
    }

    fn account(&self, name: &str) -> Option<AccountId> {
        let text = self.0[name].as_str()?;
        let digits = text.strip_prefix("Id ").unwrap_or(text);
        let account = bytes(&json!(digits)).try_into().ok()?;
        Some(AccountId::from_bytes(account))
    }

    /// Nobody fills the placeholders.
    fn address(&self) -> Option<SocketAddr> {
        let ip: u128 = match &self.0["ip"] {
            Value::String(digits) => digits.parse().ok()?,
            number => number.as_u64()?.into(),
        };
        let ip = match self.number("ip_type")? {
            4 => IpAddr::V4(Ipv4Addr::from(u32::try_from(ip).ok()?)),
            _ => IpAddr::V6(Ipv6Addr::from(ip)),
        };
        let nothing = self.number("placeholder1")? == 0 && self.number("placeholder2")? == 0;
        nothing.then_some(SocketAddr::new(ip, self.number("port")?.try_into().ok()?))
    }
}
