"""Bittensor's Python SDK of generation 10 as a validator uses it, on a dev chain.

Its one argument is what the chain is known to hold, as JSON; see `known.py`.
"""

import tempfile

import bittensor as bt
from bittensor_wallet import Keypair, Wallet

from known import check, close, known


def wallet(uri: str) -> Wallet:
    wallet = Wallet(name="validator", hotkey="default", path=tempfile.mkdtemp())
    pair = Keypair.create_from_uri(uri)
    wallet.set_hotkey(pair, encrypt=False, overwrite=True)
    wallet.set_coldkey(pair, encrypt=False, overwrite=True)
    wallet.set_coldkeypub(pair, encrypt=False, overwrite=True)
    return wallet


def main() -> None:
    want = known()
    netuid, alice = want["netuid"], want["hotkeys"][0]
    chain = bt.Subtensor(network=want["ws"])
    check("subnet exists", chain.subnet_exists(netuid), True)

    metagraph = chain.metagraph(netuid)
    check("n", int(metagraph.n), len(want["hotkeys"]))
    check("hotkeys", list(metagraph.hotkeys), want["hotkeys"])
    check("permits", [bool(it) for it in metagraph.validator_permit], want["permits"])
    for uid, rao in enumerate(want["stake"]):
        close(f"stake of {uid}", float(metagraph.S[uid]), rao / 1e9)
    lite = chain.neurons_lite(netuid)
    check("neurons_lite", [neuron.hotkey for neuron in lite], want["hotkeys"])
    whole = chain.neurons(netuid)
    check("neurons", [neuron.hotkey for neuron in whole], want["hotkeys"])
    check("uid", chain.get_uid_for_hotkey_on_subnet(alice, netuid), 0)
    check("subnets", [it.netuid for it in chain.all_subnets()], [0, netuid])
    check("subnet", chain.subnet(netuid).tempo, want["tempo"])
    check("info", chain.get_subnet_info(netuid).subnetwork_n, len(want["hotkeys"]))
    stake = chain.get_stake_info_for_coldkey(alice)
    check("stake info", [(it.netuid, it.stake.rao) for it in stake], [(netuid, want["stake"][0])])

    check("balance", chain.get_balance(alice).rao, want["balance"])

    rules = chain.get_subnet_hyperparameters(netuid)
    check("tempo", rules.tempo, want["tempo"])
    for name, value in want["rules"].items():
        check(name, rules[name], value)

    before = chain.get_current_block()
    response = chain.set_weights(
        wallet=wallet("//Alice"),
        netuid=netuid,
        uids=[1, 2],
        weights=[0.25, 0.75],
        version_key=0,
        wait_for_inclusion=True,
        wait_for_finalization=True,
    )
    check(f"set_weights ({response.message})", response.success, True)
    check("weights", dict(chain.weights(netuid)), {0: [(1, 21_845), (2, 65_535)]})
    updated = int(chain.metagraph(netuid).last_update[0])
    check("last update is new", updated > before, True)

    # Money and stake, to the rao: a miner gives a TAO to a new account and stakes another on Alice.
    miner, fresh = Keypair.create_from_uri("//Miner//1"), Keypair.create_from_uri("//Fresh")
    before = chain.get_balance(miner.ss58_address).rao
    response = chain.transfer(
        wallet=wallet("//Miner//1"),
        destination_ss58=fresh.ss58_address,
        amount=bt.Balance.from_tao(1),
        wait_for_inclusion=True,
        wait_for_finalization=True,
    )
    check(f"transfer ({response.message})", response.success, True)
    check("what has arrived", chain.get_balance(fresh.ss58_address).rao, 10**9)
    after = chain.get_balance(miner.ss58_address).rao
    check("only a fee is lost", 0 < before - 10**9 - after < 10**6, True)
    response = chain.add_stake(
        wallet=wallet("//Miner//1"),
        netuid=netuid,
        hotkey_ss58=alice,
        amount=bt.Balance.from_tao(1),
        wait_for_inclusion=True,
        wait_for_finalization=True,
    )
    check(f"add_stake ({response.message})", response.success, True)
    stake = chain.get_stake(miner.ss58_address, alice, netuid).rao
    close("what a TAO buys", stake / 1e9, 0.9995, 1e-3)

    # A miner has no permit: the chain refuses, and the SDK can name the reason.
    response = chain.set_weights(
        wallet=wallet("//Miner//0"),
        netuid=netuid,
        uids=[1, 2],
        weights=[0.5, 0.5],
        version_key=0,
        max_attempts=1,
        wait_for_inclusion=True,
        wait_for_finalization=True,
    )
    check("a miner's set_weights", response.success, False)
    check(f"its reason ({response.message})", "NeuronNoValidatorPermit" in str(response), True)


main()
