//! Saying on chain where a neuron serves.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axonry_chain::{
    AxonInfo, Call, ChainError, Dispatch, ExtrinsicStatus, InvalidReason, Ledger, Mortality,
    PoolRejection, SignedExtrinsic, SubmitError,
};
use axonry_core::{Block, BlockNumber, Hotkey, NetUid, Signer};
use futures_util::StreamExt;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{debug, info};

/// For how many blocks an announcement can be included.
const PERIOD: u64 = 16;

/// How long is waited before state is looked at again.
const PAUSE: Duration = Duration::from_millis(500);

/// What SDKs write into the protocol's field.
const PROTOCOL: u8 = 4;

/// Where a neuron serves, to be said on chain; or that it serves no more.
///
/// The hotkey signs it, free of charge. Make it while nothing else signs with that hotkey, before the
/// rounds of a validator begin: two extrinsics of one nonce keep each other out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// The subnet.
    pub netuid: NetUid,
    /// Address and port by which others reach the axon; `None` takes back what was said.
    pub address: Option<SocketAddr>,
    /// The version of the software behind it.
    pub version: u32,
    /// How long it may take until state shows it.
    pub patience: Duration,
}

/// What chain state says of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announced {
    /// The block whose state shows it.
    pub block: Block,
    /// Whether anything had to be sent.
    pub sent: bool,
}

/// Why state does not show an announcement.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnnouncementError {
    /// Nobody can be reached there.
    #[error("{address} is no address others can reach: {reason}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Only neurons announce axons.
    #[error("hotkey {hotkey} is not registered in subnet {netuid}: register it first")]
    NotRegistered {
        /// The hotkey.
        hotkey: Hotkey,
        /// The subnet.
        netuid: NetUid,
    },
    /// The chain takes an announcement of a hotkey only every so many blocks.
    #[error(
        "too soon after the last announcement{}: the chain takes one of a hotkey every so many \
         blocks, 50 unless the subnet's owner has set another `ServingRateLimit`",
        last.map_or_else(String::new, |last| format!(" (block {last})"))
    )]
    TooSoon {
        /// The block of the last one, where state still tells it.
        last: Option<BlockNumber>,
    },
    /// The chain said no.
    #[error("the chain refused the announcement: {0}")]
    Refused(String),
    /// It was sent, and state did not show it in time.
    #[error("the announcement was sent, and no state has shown it within {0:?}")]
    NotSeen(Duration),
    /// The chain could not be asked.
    #[error("could not ask the chain")]
    Chain(#[from] ChainError),
}

impl AnnouncementError {
    /// Whether the same announcement may succeed later.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::TooSoon { .. } | Self::NotSeen(_) => true,
            Self::Chain(error) => error.is_transient(),
            Self::Address { .. } | Self::NotRegistered { .. } | Self::Refused(_) => false,
        }
    }
}

impl Announcement {
    /// One of this software, which has two minutes; `None` takes back what was said.
    pub fn new(netuid: NetUid, address: Option<SocketAddr>) -> Self {
        Self {
            netuid,
            address,
            version: version(),
            patience: Duration::from_secs(120),
        }
    }

    /// Makes it, unless state shows it already, and waits until state does.
    ///
    /// # Errors
    /// [`AnnouncementError`]. A chain that is no dev chain refuses the loopback address.
    pub async fn make(
        &self,
        chain: &dyn Ledger,
        signer: &dyn Signer,
    ) -> Result<Announced, AnnouncementError> {
        self.check()?;
        let over = Instant::now() + self.patience;
        let making = self.making(chain, signer, over);
        let made = timeout_at(over, making).await;
        made.unwrap_or(Err(AnnouncementError::NotSeen(self.patience)))
    }

    fn check(&self) -> Result<(), AnnouncementError> {
        let Some(address) = self.address else {
            return Ok(());
        };
        let ip = address.ip();
        let reason = match () {
            () if address.port() == 0 => "port 0 stands for any port",
            () if ip.is_unspecified() => "it stands for every address of this machine",
            () if ip.is_multicast() => "it is an address of many",
            () => return Ok(()),
        };
        Err(AnnouncementError::Address { address, reason })
    }

    async fn making(
        &self,
        chain: &dyn Ledger,
        signer: &dyn Signer,
        over: Instant,
    ) -> Result<Announced, AnnouncementError> {
        let (netuid, hotkey) = (self.netuid, Hotkey::from(signer.account()));
        let head = chain.head().await?;
        let (uid, said) = futures_util::try_join!(
            chain.uid_of(netuid, hotkey, head.hash),
            chain.axon(netuid, hotkey, head.hash),
        )?;
        if uid.is_none() {
            return Err(AnnouncementError::NotRegistered { hotkey, netuid });
        }
        if self.is_shown_by(said.as_ref()) {
            return Ok(Announced {
                block: head,
                sent: false,
            });
        }
        let nonce = chain.next_nonce(signer.account()).await?;
        let mortality = Mortality {
            birth: head,
            period: PERIOD,
        };
        let signed = chain.sign(&self.call(), signer, nonce, mortality).await?;
        let last = said.map(|axon| axon.announced);
        info!(%netuid, announcement = %self, extrinsic = %signed.hash, "announcing");
        follow(chain, &signed, last).await?;
        // Whatever the node has said of it, it is state that counts.
        while Instant::now() < over {
            let head = chain.head().await?;
            let said = chain.axon(netuid, hotkey, head.hash).await?;
            if self.is_shown_by(said.as_ref()) {
                return Ok(Announced {
                    block: head,
                    sent: true,
                });
            }
            if head.number > signed.valid_until {
                break;
            }
            sleep(PAUSE).await;
        }
        Err(AnnouncementError::NotSeen(self.patience))
    }

    fn is_shown_by(&self, said: Option<&AxonInfo>) -> bool {
        // What was taken back stands there as nobody's address.
        let serving = said.filter(|said| !said.address.ip().is_unspecified());
        match (self.address, serving) {
            (None, None) => true,
            (Some(address), Some(said)) => (address, self.version) == (said.address, said.version),
            _ => false,
        }
    }

    fn call(&self) -> Call {
        // The chain takes nobody's address for a word that nobody serves; a port it must have.
        let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 1));
        Call::ServeAxon {
            netuid: self.netuid,
            address: self.address.unwrap_or(nowhere),
            version: self.version,
            protocol: PROTOCOL,
        }
    }
}

/// Ours in the form of SDKs' versions: 1.2.3 is 1 002 003.
fn version() -> u32 {
    let parts = [
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH"),
    ];
    let number = |part: &str| part.parse::<u32>().expect("cargo takes numbers only");
    parts.iter().fold(0, |all, part| all * 1_000 + number(part))
}

/// Hands it in, and listens until the node has no more to say or says that it is of no use.
async fn follow(
    chain: &dyn Ledger,
    signed: &SignedExtrinsic,
    last: Option<BlockNumber>,
) -> Result<(), AnnouncementError> {
    let mut statuses = match chain.submit(signed).await {
        Ok(statuses) => statuses,
        Err(SubmitError::Rejected(PoolRejection::AlreadyImported)) => return Ok(()),
        Err(SubmitError::Rejected(PoolRejection::Invalid(InvalidReason::Custom(12)))) => {
            return Err(AnnouncementError::TooSoon { last });
        }
        Err(SubmitError::Rejected(rejection)) => {
            return Err(AnnouncementError::Refused(rejection.to_string()));
        }
        Err(error) => {
            debug!(%error, "whether the announcement was taken is to be seen in state");
            return Ok(());
        }
    };
    while let Some(Ok(status)) = statuses.next().await {
        let (ExtrinsicStatus::InBlock(block) | ExtrinsicStatus::Finalized(block)) = status else {
            continue;
        };
        if let Dispatch::Failed(failure) = chain.dispatch(signed.hash, block).await? {
            return Err(match failure.name.as_str() {
                "ServingRateLimitExceeded" => AnnouncementError::TooSoon { last },
                _ => AnnouncementError::Refused(failure.to_string()),
            });
        }
        if status.is_final() {
            break;
        }
    }
    Ok(())
}

impl fmt::Display for Announcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            Some(address) => address.fmt(f),
            None => f.write_str("no axon"),
        }
    }
}
