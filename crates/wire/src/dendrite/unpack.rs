//! Unpacks bodies that are packed, and no bombs.

use std::io::Read;

use bytes::Bytes;
use flate2::read::GzDecoder;
use hyper::HeaderMap;
use hyper::header::CONTENT_ENCODING;

use super::{AnswerLimits, CallError};

/// Bytes that any answer may unpack to, however small it is packed.
const ALWAYS: usize = 64 << 10;

/// Whether a body is packed.
pub(super) fn is_packed(head: &HeaderMap) -> bool {
    let encoding = head.get(CONTENT_ENCODING);
    encoding.is_some_and(|encoding| encoding.as_bytes() != b"identity")
}

/// Unpacks a body, if it is packed.
pub(super) fn unpack(
    head: &HeaderMap,
    body: Bytes,
    limits: &AnswerLimits,
) -> Result<Bytes, CallError> {
    let packed = match head.get(CONTENT_ENCODING).map(|it| it.as_bytes()) {
        None | Some(b"identity") => false,
        Some(b"gzip" | b"x-gzip") => true,
        Some(_) => return Err(CallError::Encoding),
    };
    match packed {
        true => gunzip(&body, limits),
        false if body.len() > limits.unpacked => Err(CallError::TooLarge {
            limit: limits.unpacked,
        }),
        false => Ok(body),
    }
}

fn gunzip(packed: &[u8], limits: &AnswerLimits) -> Result<Bytes, CallError> {
    let times = usize::try_from(limits.ratio).unwrap_or(usize::MAX);
    let by_ratio = packed.len().saturating_mul(times).max(ALWAYS);
    let most = limits.unpacked.min(by_ratio);
    let mut plain = Vec::new();
    // One byte more than is allowed tells a bomb from what fits exactly.
    let mut reader = GzDecoder::new(packed).take((most as u64).saturating_add(1));
    reader
        .read_to_end(&mut plain)
        .map_err(|_| CallError::Encoding)?;
    match plain.len() > most {
        true => Err(CallError::TooLarge { limit: most }),
        false => Ok(plain.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use hyper::header::HeaderValue;

    use super::*;

    fn gzipped(bytes: &[u8]) -> Bytes {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory").into()
    }

    #[test]
    fn what_is_packed_a_hundred_times_smaller_is_a_bomb_unless_it_is_small() {
        let (limits, mut head) = (AnswerLimits::default(), HeaderMap::new());
        head.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        let unpacked = |bytes: &[u8]| unpack(&head, gzipped(bytes), &limits);
        let zeros = vec![b'0'; 1 << 20];
        assert!(matches!(
            unpacked(&zeros),
            Err(CallError::TooLarge { limit }) if limit < zeros.len() / 4
        ));
        assert_eq!(unpacked(&zeros[..ALWAYS]).expect("small"), &zeros[..ALWAYS]);
        let digits: Vec<_> = (0..200_000_u32)
            .flat_map(|it| it.to_string().into_bytes())
            .collect();
        assert_eq!(unpacked(&digits).expect("an honest answer"), &digits);
    }
}
