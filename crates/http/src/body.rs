//! Bodies, read with every limit checked before there is room for them.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use reqwest::header::CONTENT_ENCODING;
use tokio::time::{Instant, timeout_at};

use crate::error::SizeLimit;
use crate::pace::Pace;

/// Below this many decoded bytes no ratio is too high: small bodies of blanks are harmless.
const RATIO_MATTERS: u64 = 1 << 20;

/// The limits of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caps {
    pub(crate) wire: u64,
    pub(crate) decoded: u64,
    pub(crate) ratio: u32,
}

/// A body that kept to them.
pub(crate) struct Body {
    pub(crate) bytes: Bytes,
    pub(crate) wire: u64,
}

pub(crate) enum BodyError {
    Transport(reqwest::Error),
    Slow,
    TooLarge(SizeLimit),
    Corrupt(io::Error),
}

/// Reads a body chunk by chunk.
pub(crate) async fn read(
    mut response: reqwest::Response,
    caps: Caps,
    pace: Pace,
) -> Result<Body, BodyError> {
    // A length that is announced is believed only so far as to refuse it.
    if response
        .content_length()
        .is_some_and(|length| length > caps.wire)
    {
        return Err(BodyError::TooLarge(SizeLimit::Wire(caps.wire)));
    }
    let mut decoder = Decoder::of(&response, caps.decoded)?;
    let (start, mut wire) = (Instant::now(), 0_u64);
    loop {
        let next = match pace.due(start, wire) {
            Some(due) => timeout_at(due, response.chunk())
                .await
                .map_err(|_| BodyError::Slow)?,
            None => response.chunk().await,
        };
        let Some(chunk) = next.map_err(BodyError::Transport)? else {
            break;
        };
        wire += chunk.len() as u64;
        if wire > caps.wire {
            return Err(BodyError::TooLarge(SizeLimit::Wire(caps.wire)));
        }
        decoder.push(&chunk)?;
        let decoded = decoder.written().bytes.len() as u64;
        if decoded > RATIO_MATTERS && decoded / wire > u64::from(caps.ratio) {
            return Err(BodyError::TooLarge(SizeLimit::Ratio(caps.ratio)));
        }
    }
    let bytes = decoder.finish()?.into();
    Ok(Body { bytes, wire })
}

/// Reads the beginning of a body, at most `kept` bytes of it; what fails on the way ends it. Tells
/// as well whether that was all, so that its connection can be used again.
pub(crate) async fn beginning(mut response: reqwest::Response, kept: u64) -> (Vec<u8>, bool) {
    let Ok(mut decoder) = Decoder::of(&response, kept) else {
        return (Vec::new(), false);
    };
    let whole = loop {
        match response.chunk().await {
            Ok(Some(chunk)) if decoder.push(&chunk).is_ok() => {}
            Ok(Some(_)) | Err(_) => break false,
            Ok(None) => break true,
        }
    };
    (decoder.into_written(), whole)
}

enum Decoder {
    Plain(Capped),
    Gzip(Box<MultiGzDecoder<Capped>>),
}

impl Decoder {
    fn of(response: &reqwest::Response, cap: u64) -> Result<Self, BodyError> {
        let out = Capped {
            bytes: Vec::new(),
            cap,
            over: false,
        };
        let encoding = response.headers().get(CONTENT_ENCODING);
        match encoding.map(|value| value.as_bytes().to_ascii_lowercase()) {
            None => Ok(Self::Plain(out)),
            Some(name) if name == b"identity" => Ok(Self::Plain(out)),
            Some(name) if name == b"gzip" || name == b"x-gzip" => {
                Ok(Self::Gzip(Box::new(MultiGzDecoder::new(out))))
            }
            Some(name) => {
                let name = String::from_utf8_lossy(&name).into_owned();
                Err(BodyError::Corrupt(io::Error::other(format!(
                    "content encoding `{name}` was not asked for"
                ))))
            }
        }
    }

    fn push(&mut self, chunk: &[u8]) -> Result<(), BodyError> {
        let outcome = match self {
            Self::Plain(out) => out.write_all(chunk),
            Self::Gzip(decoder) => decoder.write_all(chunk),
        };
        outcome.map_err(|error| self.blame(error))
    }

    fn finish(mut self) -> Result<Vec<u8>, BodyError> {
        if let Self::Gzip(decoder) = &mut self {
            let outcome = decoder.try_finish();
            outcome.map_err(|error| self.blame(error))?;
        }
        Ok(self.into_written())
    }

    fn blame(&self, error: io::Error) -> BodyError {
        let out = self.written();
        if out.over {
            BodyError::TooLarge(SizeLimit::Decoded(out.cap))
        } else {
            BodyError::Corrupt(error)
        }
    }

    fn written(&self) -> &Capped {
        match self {
            Self::Plain(out) => out,
            Self::Gzip(decoder) => decoder.get_ref(),
        }
    }

    fn into_written(mut self) -> Vec<u8> {
        let out = match &mut self {
            Self::Plain(out) => out,
            Self::Gzip(decoder) => decoder.get_mut(),
        };
        std::mem::take(&mut out.bytes)
    }
}

/// A buffer that takes what fits and refuses the rest.
struct Capped {
    bytes: Vec<u8>,
    cap: u64,
    over: bool,
}

impl Write for Capped {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let room = self.cap - self.bytes.len() as u64;
        if data.len() as u64 > room {
            let fits = usize::try_from(room).unwrap_or(usize::MAX);
            self.bytes.extend_from_slice(&data[..fits]);
            self.over = true;
            return Err(io::Error::other("over the limit"));
        }
        self.bytes.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
