use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axonry_chain::stake::{
    Intent, Limit, Operation, Plan, Policy, Refusal, Settlement, StakeError,
};
use axonry_chain::{Call, Dispatch, Ledger, Mortality, SubmitError};
use axonry_core::{AccountId, Alpha, Block, Coldkey, Hotkey, NetUid, Rao};
use axonry_devnet::{Devnet, DevnetConfig, MarketConfig, Sealing, StakeConfig};
use axonry_substrate::Substrate;
use axonry_wallet::Keypair;

/// The subnet that has neurons, at 0.03466 TAO for an alpha.
pub(crate) const HOME: NetUid = NetUid(45);
/// Another one, at 0.1 TAO.
pub(crate) const OTHER: NetUid = NetUid(46);
/// One whose pool holds too little to trade with.
pub(crate) const EMPTY: NetUid = NetUid(47);
/// One that does not exist.
pub(crate) const NOWHERE: NetUid = NetUid(99);
pub(crate) const ROOT: NetUid = NetUid(0);

/// A dev chain whose blocks come when they are asked for, and a way to it.
pub(crate) struct Ground {
    devnet: Devnet,
    pub(crate) chain: Arc<dyn Ledger>,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Direct,
    Socket,
}

pub(crate) fn key(uri: &str) -> Keypair {
    Keypair::from_uri(uri).expect("a development key")
}

pub(crate) fn coldkey(uri: &str) -> Coldkey {
    key(uri).account().into()
}

pub(crate) fn hotkey(uri: &str) -> Hotkey {
    key(uri).hotkey()
}

pub(crate) fn tao(text: &str) -> Rao {
    text.parse().expect("an amount of TAO")
}

pub(crate) fn alpha(netuid: NetUid, text: &str) -> Alpha {
    Alpha::parse(netuid, text).expect("an amount of alpha")
}

/// What is signed within half a percent of the price.
pub(crate) fn intent(operation: Operation) -> Intent {
    Intent {
        coldkey: coldkey("//Alice"),
        operation,
        limit: Limit::default(),
        allow_partial: false,
    }
}

fn config() -> DevnetConfig {
    let market = |netuid, rao: &str, units: &str| MarketConfig {
        tao: tao(rao),
        alpha: alpha(netuid, units),
    };
    let stake = |netuid, units: &str| StakeConfig {
        hotkey: hotkey("//hot_25"),
        coldkey: coldkey("//Alice"),
        amount: alpha(netuid, units),
    };
    DevnetConfig {
        netuid: HOME,
        sealing: Sealing::Manual,
        markets: vec![
            market(HOME, "34660", "1000000"),
            market(OTHER, "5000", "50000"),
            market(EMPTY, "0.0005", "100"),
        ],
        stakes: vec![stake(HOME, "21.5369"), stake(ROOT, "100")],
        ..DevnetConfig::default_subnet(2)
    }
}

/// What an account has: its free balance and all its stakes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fortune {
    pub(crate) free: Rao,
    pub(crate) stakes: Vec<(Hotkey, Alpha)>,
}

/// What became of a call.
#[derive(Debug)]
pub(crate) enum Sent {
    Rejected(Refusal),
    Included(Block, Dispatch),
}

impl Ground {
    pub(crate) async fn new(way: Way) -> Result<Self> {
        let devnet = Devnet::spawn(config()).await?;
        devnet.chain().seal()?;
        let chain: Arc<dyn Ledger> = match way {
            Way::Direct => Arc::new(devnet.chain().clone()),
            Way::Socket => Arc::new(Substrate::connect(&devnet.ws_url).await?),
        };
        Ok(Self { devnet, chain })
    }

    /// The newest block, which is final.
    pub(crate) fn head(&self) -> Block {
        self.devnet.chain().best()
    }

    pub(crate) async fn plan(&self, intent: Intent, policy: &Policy) -> Result<Plan, StakeError> {
        Plan::make(&*self.chain, intent, policy, self.head()).await
    }

    pub(crate) async fn fortune(&self, account: AccountId, at: Block) -> Result<Fortune> {
        let stakes = self.chain.stakes_of_coldkey(account.into(), at.hash);
        let stakes = stakes.await?.into_iter();
        Ok(Fortune {
            free: self.chain.balance(account, at.hash).await?.free,
            stakes: stakes.map(|it| (it.hotkey, it.amount)).collect(),
        })
    }

    /// Puts calls into one block.
    pub(crate) async fn send(&self, signer: &Keypair, calls: &[Call]) -> Result<Vec<Sent>> {
        let birth = self.head();
        let mortality = Mortality { birth, period: 64 };
        let mut signed = Vec::new();
        for call in calls {
            let nonce = self.chain.next_nonce(signer.account()).await?;
            let extrinsic = self.chain.sign(call, signer, nonce, mortality).await?;
            signed.push(match self.chain.submit(&extrinsic).await {
                Ok(_) => Ok(extrinsic.hash),
                Err(SubmitError::Rejected(rejection)) => {
                    Err(Refusal::of_pool(&rejection).context("a refusal about stake")?)
                }
                Err(error) => return Err(error.into()),
            });
        }
        let block = self.devnet.chain().seal()?;
        let mut sent = Vec::new();
        for outcome in signed {
            sent.push(match outcome {
                Ok(hash) => Sent::Included(block, self.chain.dispatch(hash, block.hash).await?),
                Err(refusal) => Sent::Rejected(refusal),
            });
        }
        Ok(sent)
    }

    /// Signs a plan, and reads what came of it.
    pub(crate) async fn carry_out(&self, signer: &Keypair, plan: &Plan) -> Result<Settlement> {
        let sent = self.send(signer, std::slice::from_ref(&plan.call)).await?;
        let [Sent::Included(block, dispatch)] = &sent[..] else {
            bail!("{:?}: {sent:?}", plan.call.name());
        };
        Ok(plan.settle(&*self.chain, *block, dispatch).await?)
    }
}
