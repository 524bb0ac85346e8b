//! Websocket frames, as far as they must be told apart (RFC 6455, section 5.2).

use tokio::io::{AsyncRead, AsyncReadExt};

/// No frame of a client or of the server behind is longer.
const LONGEST: u64 = 64 << 20;

/// No handshake is longer.
const LONGEST_HEAD: usize = 64 << 10;

const TEXT: u8 = 1;

/// One frame, its payload unmasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    first: u8,
    mask: Option<[u8; 4]>,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    /// A whole text.
    pub(super) const fn text(payload: Vec<u8>) -> Self {
        Self {
            first: 0x80 | TEXT,
            mask: None,
            payload,
        }
    }

    /// Whether it carries content, rather than pinging, ponging or closing.
    pub(super) const fn is_data(&self) -> bool {
        self.first & 0x08 == 0
    }

    /// Reads the next one; `None` at the end.
    pub(super) async fn read(from: &mut (impl AsyncRead + Unpin)) -> Option<Self> {
        let first = from.read_u8().await.ok()?;
        let second = from.read_u8().await.ok()?;
        let length = match second & 0x7f {
            126 => from.read_u16().await.ok()?.into(),
            127 => from.read_u64().await.ok()?,
            length => length.into(),
        };
        let mut mask = None;
        if second & 0x80 != 0 {
            let mut key = [0; 4];
            from.read_exact(&mut key).await.ok()?;
            mask = Some(key);
        }
        if length > LONGEST {
            return None;
        }
        let mut payload = vec![0; usize::try_from(length).ok()?];
        from.read_exact(&mut payload).await.ok()?;
        apply(mask, &mut payload);
        Some(Self {
            first,
            mask,
            payload,
        })
    }

    /// The bytes on the wire.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = header(self.first, self.payload.len() as u64, self.mask.is_some());
        bytes.extend(self.mask.iter().flatten());
        let start = bytes.len();
        bytes.extend(&self.payload);
        apply(self.mask, &mut bytes[start..]);
        bytes
    }
}

/// The start of a text of so many bytes, which need not follow.
pub(super) fn announcement(bytes: u64) -> Vec<u8> {
    header(0x80 | TEXT, bytes, false)
}

fn header(first: u8, length: u64, masked: bool) -> Vec<u8> {
    let bit = if masked { 0x80 } else { 0 };
    let mut bytes = vec![first];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if short < 126 => bytes.push(bit | short),
        (_, Ok(short)) => {
            bytes.push(bit | 126);
            bytes.extend(short.to_be_bytes());
        }
        _ => {
            bytes.push(bit | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes
}

fn apply(mask: Option<[u8; 4]>, payload: &mut [u8]) {
    let Some(mask) = mask else { return };
    for (byte, key) in payload.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

/// Reads the head of an HTTP message, its empty line included.
pub(super) async fn head(from: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == LONGEST_HEAD {
            return None;
        }
        head.push(from.read_u8().await.ok()?);
    }
    Some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_frame_is_read_back_from_its_bytes() {
        for length in [0, 1, 125, 126, 65_535, 65_536] {
            for mask in [None, Some([1, 2, 3, 4])] {
                let frame = Frame {
                    mask,
                    ..Frame::text(vec![b'x'; length])
                };
                let bytes = frame.encode();
                let read = Frame::read(&mut bytes.as_slice()).await;
                assert_eq!(read, Some(frame), "{length} {mask:?}");
                let short = Frame::read(&mut &bytes[..bytes.len() - 1]).await;
                assert_eq!(short, None, "{length} {mask:?}");
            }
        }
        // The example of section 5.7: "Hello", masked.
        let masked = [
            0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
        ];
        let frame = Frame::read(&mut &masked[..]).await.expect("a frame");
        assert_eq!(frame.payload, b"Hello");
        assert_eq!(frame.encode(), masked);
    }
}
