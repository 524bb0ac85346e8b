//! One websocket: address, TCP, TLS where the URL asks for it, handshake.

mod heard;

use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::io::{BufReader, BufWriter};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use soketto::handshake::client::Header;
use soketto::handshake::{Client, ServerResponse};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};
use url::{Host, Url};

use super::Patience;
use crate::endpoint::Endpoint;
use heard::{Duplex, HeardStream};

pub(super) use heard::Heard;

/// Frames are put together in here before they are written, so that many cost one system call.
const BUFFER: usize = 64 * 1024;

type Stream = BufReader<BufWriter<Compat<HeardStream>>>;

/// An open websocket.
pub(super) struct Socket {
    pub(super) sender: soketto::Sender<Stream>,
    pub(super) receiver: soketto::Receiver<Stream>,
    pub(super) heard: Arc<Heard>,
}

/// What the platform trusts, read when the first `wss://` URL asks for it.
#[derive(Default)]
pub(super) struct Trust(OnceLock<TlsConnector>);

impl Trust {
    fn connector(&self) -> Result<&TlsConnector, rustls::Error> {
        if let Some(connector) = self.0.get() {
            return Ok(connector);
        }
        // The provider is named, so that nobody has to install one for the whole process.
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_platform_verifier()?
            .with_no_client_auth();
        // A failure is not kept: certificates may be installed while the program runs.
        Ok(self.0.get_or_init(|| TlsConnector::from(Arc::new(config))))
    }
}

impl std::fmt::Debug for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Trust")
    }
}

/// Opens one websocket, within the time for it. Names are looked up anew each time.
pub(super) async fn dial(
    endpoint: &Endpoint,
    patience: &Patience,
    trust: &Trust,
) -> Result<Socket, Arc<str>> {
    let opening = async {
        let url = endpoint.as_url();
        let stream = reach(url, trust).await?;
        shake_hands(url, stream, patience.largest_message).await
    };
    match timeout(patience.connect, opening).await {
        Ok(outcome) => outcome,
        Err(_) => Err(format!("no connection within {:?}", patience.connect).into()),
    }
}

async fn reach(url: &Url, trust: &Trust) -> Result<Box<dyn Duplex>, Arc<str>> {
    let reason = |what: &str, error: &dyn std::fmt::Display| -> Arc<str> {
        format!("{what}: {error}").into()
    };
    let name = url.host().ok_or("the URL names no host")?;
    let port = url.port_or_known_default().ok_or("the URL names no port")?;
    let plain = match name {
        Host::Domain(name) => {
            let found = lookup_host((name, port)).await;
            let found = found.map_err(|error| reason("the name is not known", &error))?;
            first_to_answer(found).await
        }
        Host::Ipv4(address) => TcpStream::connect((address, port)).await,
        Host::Ipv6(address) => TcpStream::connect((address, port)).await,
    };
    let plain = plain.map_err(|error| reason("no connection", &error))?;
    // Questions are small and waited for: none must wait to be sent in company.
    plain
        .set_nodelay(true)
        .map_err(|error| reason("no connection", &error))?;
    if url.scheme() == "ws" {
        return Ok(Box::new(plain));
    }
    let name = match name {
        Host::Domain(name) => ServerName::try_from(name.to_owned())
            .map_err(|error| reason("the host's name is not usable", &error))?,
        Host::Ipv4(address) => ServerName::from(std::net::IpAddr::from(address)),
        Host::Ipv6(address) => ServerName::from(std::net::IpAddr::from(address)),
    };
    let connector = trust
        .connector()
        .map_err(|error| reason("nothing is trusted here", &error))?;
    let encrypted = connector.connect(name, plain).await;
    let encrypted = encrypted.map_err(|error| reason("no encrypted connection", &error))?;
    Ok(Box::new(encrypted))
}

async fn first_to_answer(
    addresses: impl Iterator<Item = std::net::SocketAddr>,
) -> std::io::Result<TcpStream> {
    let mut last = std::io::Error::other("the name has no address");
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn shake_hands(
    url: &Url,
    stream: Box<dyn Duplex>,
    largest_message: usize,
) -> Result<Socket, Arc<str>> {
    let heard = Arc::new(Heard::default());
    let stream = HeardStream::new(stream, Arc::clone(&heard)).compat();
    let stream = BufReader::with_capacity(BUFFER, BufWriter::with_capacity(BUFFER, stream));
    let host = host_header(url);
    let resource = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let credentials = url
        .password()
        .map(|password| format!("{}:{password}", url.username()))
        .map(|pair| format!("Basic {}", STANDARD.encode(pair)));
    let headers = credentials.as_ref().map(|value| Header {
        name: "Authorization",
        value: value.as_bytes(),
    });
    let headers = headers.as_slice();
    let mut client = Client::new(stream, &host, resource);
    client.set_headers(headers);
    match client.handshake().await {
        Ok(ServerResponse::Accepted { .. }) => {}
        Ok(ServerResponse::Rejected { status_code }) => {
            return Err(refusal(status_code).into());
        }
        // Where to could hold credentials, and ours are not for whoever is named there.
        Ok(ServerResponse::Redirect { status_code, .. }) => {
            let words = "it points to another address: name that one as the endpoint";
            return Err(format!("{words} (HTTP status {status_code})").into());
        }
        Err(error) => return Err(format!("no websocket: {error}").into()),
    }
    heard.greeted();
    let mut connection = client.into_builder();
    connection.set_max_message_size(largest_message);
    // Without it a frame too large would be read to its end before it is refused.
    connection.set_max_frame_size(largest_message);
    let (sender, receiver) = connection.finish();
    Ok(Socket {
        sender,
        receiver,
        heard,
    })
}

fn host_header(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn refusal(status: u16) -> String {
    let meaning = match status {
        401 | 403 => ": its URL needs other credentials",
        404 => ": the URL's path is not where it serves websockets",
        429 => ": too many connections or questions from here",
        503 => ": it is overloaded or being restarted",
        _ => "",
    };
    format!("it refuses websockets (HTTP status {status}){meaning}")
}
