"""Bittensor's Python SDK of generation 11 as a validator uses it, on a dev chain.

Its one argument is what the chain is known to hold, as JSON; see `known.py`.
"""

from types import SimpleNamespace

import bittensor as bt
from bittensor.wallets import Keypair

from known import check, close, known


def wallet(uri: str) -> SimpleNamespace:
    pair = Keypair.create_from_uri(uri)
    return SimpleNamespace(coldkey=pair, coldkeypub=pair, hotkey=pair)


def hyperparameters(chain, netuid: int) -> dict:
    """By the method of newer runtimes, the only one this SDK has a name for, or by the older one."""
    try:
        return chain.subnets.subnet_hyperparameters(netuid)
    except ValueError as error:
        if "get_subnet_hyperparams_v3" not in str(error):
            raise
    print("this runtime has no get_subnet_hyperparams_v3: asking for v2")
    return chain.runtime(bt.runtime_api.SubnetInfoRuntimeApi.get_subnet_hyperparams_v2, [netuid])


def set_weights(chain, uri: str, netuid: int, weights: dict):
    """By intent, or as a bare call where the SDK asks for storage that the runtime never had."""
    try:
        return chain.execute(bt.SetWeights(netuid=netuid, weights=weights), wallet(uri))
    except ValueError as error:
        if "SubnetEpochConsensus" not in str(error):
            raise
    print("this runtime has no SubnetEpochConsensus: submitting the call itself")
    top = max(weights.values())
    call = bt.calls.SubtensorModule.set_mechanism_weights(
        netuid=netuid,
        mecid=0,
        dests=list(weights),
        weights=[round(weight / top * 65_535) for weight in weights.values()],
        version_key=0,
    )
    return chain.submit_call(call, wallet(uri), signer="hotkey")


def money_and_stake(chain, netuid: int, alice: str) -> None:
    """A miner gives a TAO to a new account and stakes another on Alice."""
    miner, fresh = wallet("//Miner//2"), wallet("//Fresher").coldkey.ss58_address
    address = miner.coldkey.ss58_address
    before = chain.balances.get(address).rao
    result = chain.execute(bt.Transfer(dest_ss58=fresh, amount_tao=1), miner)
    check(f"transfer ({result.message})", result.success, True)
    check("what has arrived", chain.balances.get(fresh).rao, 10**9)
    after = chain.balances.get(address).rao
    check("only a fee is lost", 0 < before - 10**9 - after < 10**6, True)
    intent = bt.AddStake(hotkey_ss58=alice, netuid=netuid, amount_tao=1)
    result = chain.execute(intent, miner)
    check(f"add_stake ({result.message})", result.success, True)
    api = bt.runtime_api.StakeInfoRuntimeApi.get_stake_info_for_hotkey_coldkey_netuid
    info = chain.runtime(api, [alice, address, netuid])
    stake = info["stake"] if isinstance(info, dict) else info.stake
    close("what a TAO buys", int(stake) / 1e9, 0.9995, 1e-3)


def main() -> None:
    want = known()
    netuid, alice = want["netuid"], want["hotkeys"][0]
    chain = bt.Subtensor(want["ws"])

    metagraph = chain.subnets.metagraph(netuid)
    check("n", len(metagraph), len(want["hotkeys"]))
    check("hotkeys", metagraph.hotkeys, want["hotkeys"])
    check("permits", [it.validator_permit for it in metagraph.neurons], want["permits"])
    check("stake", [it.total_stake.rao for it in metagraph.neurons], want["stake"])
    check("metagraph's tempo", metagraph.tempo, want["tempo"])
    neurons = chain.neurons.all(netuid)
    check("neurons", [neuron.hotkey for neuron in neurons], want["hotkeys"])
    check("uid", chain.neurons.uid(alice, netuid), 0)
    subnet = chain.subnets.subnet(netuid)
    check("subnet", (subnet.tempo, subnet.neuron_count), (want["tempo"], len(want["hotkeys"])))

    check("balance", chain.balances.get(alice).rao, want["balance"])

    rules = hyperparameters(chain, netuid)
    check("tempo", rules["tempo"], want["tempo"])
    for name, value in want["rules"].items():
        check(name, rules[name], value)

    before = chain.block
    result = set_weights(chain, "//Alice", netuid, {1: 0.25, 2: 0.75})
    check(f"set_weights ({result.message})", result.success, True)
    raw = chain.query(bt.storage.SubtensorModule.Weights, [netuid, 0])
    check("weights", [tuple(it) for it in raw], [(1, 21_845), (2, 65_535)])
    updated = chain.subnets.metagraph(netuid).neurons[0].last_update
    check("last update is new", updated > before, True)

    money_and_stake(chain, netuid, alice)

    # A miner has no permit: the chain refuses, and the SDK can name the reason.
    result = set_weights(chain, "//Miner//0", netuid, {1: 0.5, 2: 0.5})
    check("a miner's set_weights", result.success, False)
    check(f"its reason ({result.message})", result.error.name, "NeuronNoValidatorPermit")
    chain.close()


main()
