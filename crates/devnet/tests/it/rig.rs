//! A dev chain that makes blocks by command, and a plain JSON-RPC client of it.

use axonry_chain::{Call, Chain, Mortality, SignedExtrinsic};
use axonry_core::{MechId, NetUid, Uid, Weights};
use axonry_devnet::{Devnet, DevnetConfig, Sealing};
use axonry_wallet::Keypair;
use jsonrpsee::core::ClientError;
use jsonrpsee::core::client::{ClientT, Subscription, SubscriptionClientT};
use jsonrpsee::core::params::ArrayParams;
use jsonrpsee::rpc_params;
use jsonrpsee::ws_client::{WsClient, WsClientBuilder};
use parity_scale_codec::{Compact, Encode};
use serde_json::Value;

pub(crate) const NETUID: NetUid = NetUid(7);

pub(crate) struct Rig {
    pub(crate) devnet: Devnet,
    pub(crate) client: WsClient,
}

/// Subnet 7: `//Alice` with a permit and uid 0, three miners with uids 1 to 3.
pub(crate) fn config() -> DevnetConfig {
    DevnetConfig {
        netuid: NETUID,
        sealing: Sealing::Manual,
        ..DevnetConfig::default_subnet(3)
    }
}

pub(crate) async fn rig(config: DevnetConfig) -> Rig {
    let devnet = Devnet::spawn(config).await.expect("a sound configuration");
    let client = WsClientBuilder::default()
        .build(&devnet.ws_url)
        .await
        .expect("it listens");
    Rig { devnet, client }
}

/// Weights of `//Alice` on uids 1 and up, in the order given.
pub(crate) fn weights(values: &[u16]) -> Call {
    let pairs = (1..).map(Uid).zip(values.iter().copied());
    Call::SetWeights {
        netuid: NETUID,
        mechanism: MechId(0),
        weights: Weights::new(pairs.collect()).expect("ascending, no zeros"),
        version_key: 0,
    }
}

impl Rig {
    pub(crate) async fn ask(&self, method: &str, params: ArrayParams) -> Value {
        let answer = self.client.request(method, params).await;
        answer.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// The code, message and data a method refuses with.
    pub(crate) async fn refusal(&self, method: &str, params: ArrayParams) -> (i32, String, String) {
        let answer: Result<Value, _> = self.client.request(method, params).await;
        refusal(answer)
    }

    pub(crate) async fn subscribe(&self, name: &str, params: ArrayParams) -> Subscription<Value> {
        let unsubscribe = if name.starts_with("author") {
            "author_unwatchExtrinsic".to_owned()
        } else {
            name.replace("_subscribe", "_unsubscribe")
        };
        let subscription = self.client.subscribe(name, params, &unsubscribe).await;
        subscription.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A call signed by a development key, valid from the best block on.
    pub(crate) async fn sign(&self, call: &Call, uri: &str, nonce: u64) -> SignedExtrinsic {
        let chain = self.devnet.chain();
        let signer = Keypair::from_uri(uri).expect("a development key");
        let mortality = Mortality {
            birth: chain.best(),
            period: 16,
        };
        chain
            .sign(call, &signer, nonce, mortality)
            .await
            .expect("the runtime has this call")
    }
}

/// Signs the bytes of any call by hand: immortal, without tip, as the extensions of finney ask.
pub(crate) async fn sign_raw(rig: &Rig, call: &[u8], uri: &str, nonce: u32) -> Vec<u8> {
    let version = rig.ask("state_getRuntimeVersion", rpc_params![]).await;
    let number = |name: &str| u32::try_from(version[name].as_u64().expect("a number"));
    let (spec, transaction) = (number("specVersion"), number("transactionVersion"));
    let genesis = rig.devnet.chain().genesis().0;
    let extra = [vec![0], Compact(nonce).encode(), vec![0, 0]].concat();
    let known = (
        spec.expect("32 bits"),
        transaction.expect("32 bits"),
        genesis,
        genesis,
        0_u8,
    );
    let payload = [call, &extra, &known.encode()].concat();
    assert!(payload.len() <= 256, "longer ones are signed by their hash");
    let pair = Keypair::from_uri(uri).expect("a development key");
    let signature = pair.signature(&payload).0;
    let account = pair.account().to_bytes();
    [&[0x84, 0][..], &account, &[1], &signature, &extra, call]
        .concat()
        .encode()
}

pub(crate) fn refusal<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> (i32, String, String) {
    match answer {
        Err(ClientError::Call(error)) => {
            let data = error.data().map_or_else(String::new, |raw| {
                serde_json::from_str(raw.get()).expect("data is a text")
            });
            (error.code(), error.message().to_owned(), data)
        }
        other => panic!("a refusal is expected, not {other:?}"),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("a text");
    hex::decode(text.strip_prefix("0x").expect("0x")).expect("hexadecimal")
}
