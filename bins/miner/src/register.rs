//! `miner register`: a slot in a subnet, for TAO that is burned.

use std::fmt::{self, Display, Formatter};
use std::io::{BufRead, IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use axonry_chain::{Call, Chain, Dispatch, Ledger};
use axonry_core::{Block, Coldkey, Rao, Uid};
use axonry_substrate::{Account, Outcome};
use axonry_wallet::Keypair;
use clap::Args;
use serde::Serialize;
use tokio::time::{sleep, timeout};

use crate::key::{unlock_coldkey, well_known};
use crate::report::{Answer, Failure, say_on_stderr};
use crate::subnet::{Subnet, SubnetArguments};

/// How long a registration may take from its submission to a finalized block.
const PATIENCE: Duration = Duration::from_secs(240);
/// How long is waited before finalized blocks are looked through again.
const PAUSE: Duration = Duration::from_millis(500);

/// Which hotkey, and who pays.
#[derive(Clone, Debug, Args)]
pub(crate) struct RegisterArguments {
    #[command(flatten)]
    pub(crate) subnet: SubnetArguments,
    /// A well-known key such as `//Alice` that pays, in place of the wallet's coldkey; for test
    /// chains only [default: with `--hotkey-uri`, the hotkey itself].
    #[arg(
        long,
        env = "AXONRY_COLDKEY_URI",
        value_name = "URI",
        hide_env_values = true
    )]
    coldkey_uri: Option<String>,
    /// The most that may be burned, in TAO. What is burned is the price of the block that includes
    /// the registration, which others' registrations raise.
    #[arg(long, value_name = "TAO", value_parser = |text: &str| text.parse::<Rao>())]
    at_most: Option<Rao>,
    /// Register without asking.
    #[arg(long)]
    yes: bool,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(crate) struct Registered {
    netuid: u16,
    hotkey: String,
    coldkey: String,
    uid: u16,
    /// Whether the hotkey had its slot before, so that nothing was paid.
    already: bool,
    /// What the coldkey has less than before, in rao.
    paid_rao: u64,
    block: u64,
}

/// Who pays: known by its account, until it has to sign.
enum Payer {
    Unlocked(Keypair),
    Wallet(axonry_wallet::Wallet, Coldkey),
}

impl Payer {
    fn of(asked: &RegisterArguments) -> Result<Self> {
        let key = &asked.subnet.key;
        match &asked.coldkey_uri {
            Some(uri) => {
                let pair = well_known("--coldkey-uri", uri, &asked.subnet.network)?;
                Ok(Self::Unlocked(pair))
            }
            None if key.is_well_known() => Ok(Self::Unlocked(key.hotkey(&asked.subnet.network)?)),
            None => {
                let wallet = key.wallet()?;
                let coldkey = wallet.coldkey()?;
                Ok(Self::Wallet(wallet, coldkey))
            }
        }
    }

    fn coldkey(&self) -> Coldkey {
        match self {
            Self::Unlocked(pair) => pair.account().into(),
            Self::Wallet(_, coldkey) => *coldkey,
        }
    }

    /// The secret, which nothing before this has looked at.
    fn unlock(self) -> Result<Keypair> {
        match self {
            Self::Unlocked(pair) => Ok(pair),
            Self::Wallet(wallet, coldkey) => {
                let pair = unlock_coldkey(&wallet)?;
                ensure!(
                    Coldkey::from(pair.account()) == coldkey,
                    "`coldkeypub.txt` is not of the coldkey beside it"
                );
                Ok(pair)
            }
        }
    }
}

pub(crate) async fn register(asked: &RegisterArguments) -> Result<Registered> {
    let payer = Payer::of(asked)?;
    let subnet = asked.subnet.connect().await?;
    let registered = registered(asked, &subnet, payer).await;
    subnet.chain.close().await;
    registered
}

async fn registered(
    asked: &RegisterArguments,
    subnet: &Subnet,
    payer: Payer,
) -> Result<Registered> {
    let (chain, netuid, hotkey) = (&subnet.chain, subnet.netuid, subnet.hotkey());
    let (coldkey, head) = (payer.coldkey(), chain.head().await?);
    let there = |uid: Uid, paid: Rao, block: Block| Registered {
        netuid: netuid.0,
        hotkey: hotkey.to_string(),
        coldkey: coldkey.to_string(),
        uid: uid.0,
        already: paid == Rao::ZERO,
        paid_rao: paid.rao(),
        block: block.number.0,
    };
    if let Some(uid) = chain.uid_of(netuid, hotkey, head.hash).await? {
        return Ok(there(uid, Rao::ZERO, head));
    }
    let call = Call::BurnedRegister { netuid, hotkey };
    let (terms, balance, deposit, fee) = tokio::try_join!(
        chain.registration(netuid, head.hash),
        chain.balance(coldkey.account(), head.hash),
        chain.existential_deposit(head.hash),
        chain.fee(&call, coldkey.account(), head),
    )?;
    ensure!(
        terms.allowed,
        "subnet {netuid} lets no registrations in now: its owner decides when"
    );
    let (burn, free) = (terms.burn, balance.free);
    if let Some(most) = asked.at_most.filter(|most| burn > *most) {
        bail!("a registration burns {burn} now, more than the {most} of --at-most");
    }
    let needed = [burn, fee, deposit].iter().map(|part| part.rao()).sum();
    let needed = Rao::from_rao(needed);
    ensure!(
        free >= needed,
        "coldkey {coldkey} has {free}, and {needed} are needed: {burn} to burn, {fee} of fee, and \
         {deposit} that must stay"
    );
    let replaces = match terms.replaces() {
        true => "; the subnet is full, so that it takes the place of another neuron",
        false => "",
    };
    let price = format!(
        "registering hotkey {hotkey} in subnet {netuid} burns {burn} of coldkey {coldkey} (it has \
         {free}), and costs {fee} of fee{replaces}"
    );
    agreed(asked, &price)?;

    let payer = tokio::task::spawn_blocking(|| payer.unlock()).await??;
    let account = Account::new(Arc::new(chain.clone()), Arc::new(payer));
    let sent = account.submit(&call).await?;
    let following = async {
        loop {
            match account.outcome(&sent.extrinsic).await? {
                Outcome::Pending => sleep(PAUSE).await,
                outcome => return anyhow::Ok(outcome),
            }
        }
    };
    let hash = sent.extrinsic.hash;
    let outcome = timeout(PATIENCE, following).await.with_context(|| {
        format!("extrinsic {hash} was sent, and no finalized block has it after {PATIENCE:?}")
    })??;
    let block = match outcome {
        Outcome::Included {
            block,
            dispatch: Dispatch::Succeeded,
        } => block,
        Outcome::Included {
            dispatch: Dispatch::Failed(failure),
            ..
        } => bail!("the chain refused the registration: {failure}"),
        other => bail!("the registration did not come about: {other:?}"),
    };
    // The event is a word; the slot is state.
    let uid = chain.uid_of(netuid, hotkey, block.hash).await?;
    let uid = uid.context("the chain said yes, and its state has no slot of this hotkey")?;
    let left = chain.balance(coldkey.account(), block.hash).await?.free;
    let paid = Rao::from_rao(free.rao().saturating_sub(left.rao()));
    Ok(there(uid, paid, block))
}

/// Shows the price, and asks unless that was answered on the command line.
fn agreed(asked: &RegisterArguments, price: &str) -> Result<()> {
    say_on_stderr(price);
    if asked.yes {
        return Ok(());
    }
    let input = std::io::stdin();
    if asked.subnet.json || !input.is_terminal() {
        let message = format!("{price}: say `--yes` if that is meant");
        return Err(Failure::new("not_confirmed", message).into());
    }
    let mut screen = std::io::stderr();
    write!(screen, "Register? [y/N] ")?;
    screen.flush()?;
    let mut line = String::new();
    input.lock().read_line(&mut line)?;
    match line.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::new("not_confirmed", "not registered: the answer was not yes").into()),
    }
}

impl Answer for Registered {}

impl Display for Registered {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (hotkey, uid, netuid) = (&self.hotkey, self.uid, self.netuid);
        match self.already {
            true => write!(
                f,
                "hotkey {hotkey} has uid {uid} in subnet {netuid} already"
            ),
            false => {
                let (paid, block) = (Rao::from_rao(self.paid_rao), self.block);
                write!(
                    f,
                    "hotkey {hotkey} has uid {uid} in subnet {netuid} since block {block}; {paid} paid"
                )
            }
        }
    }
}
