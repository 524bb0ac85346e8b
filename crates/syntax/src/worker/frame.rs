//! Frames on a pipe: a length in four bytes, least first, then so many bytes.

use std::io::{self, Read, Write};

/// Bytes of the longest frame; a longer one is refused before a byte of it is stored.
pub const MAX_FRAME_BYTES: usize = 256 * 1024 * 1024;

/// Writes one frame and flushes.
pub(super) fn write(mut output: impl Write, frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len())
        .ok()
        .filter(|_| frame.len() <= MAX_FRAME_BYTES)
        .ok_or_else(|| too_long(frame.len()))?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(frame)?;
    output.flush()
}

/// Reads one frame; `None` when the other end has closed the pipe between two frames.
pub(super) fn read(mut input: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    let first = loop {
        match input.read(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => break read?,
        }
    };
    if first == 0 {
        return Ok(None);
    }
    input.read_exact(&mut length[first..])?;
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > MAX_FRAME_BYTES {
        return Err(too_long(length));
    }
    // Grows with what arrives, not with what was promised.
    let mut frame = Vec::new();
    input.take(length as u64).read_to_end(&mut frame)?;
    if frame.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(frame))
}

fn too_long(bytes: usize) -> io::Error {
    let message = format!("a frame of {bytes} bytes, of {MAX_FRAME_BYTES} at most");
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_and_half_a_frame_is_an_error() {
        let mut pipe = Vec::new();
        write(&mut pipe, b"one").expect("memory takes it");
        write(&mut pipe, b"").expect("memory takes it");
        let mut input = pipe.as_slice();
        assert_eq!(read(&mut input).expect("whole"), Some(b"one".to_vec()));
        assert_eq!(read(&mut input).expect("whole"), Some(Vec::new()));
        assert_eq!(read(&mut input).expect("the end"), None);
        for cut in 1..7 {
            assert!(read(&pipe[..cut]).is_err(), "cut after {cut} bytes");
        }
    }

    #[test]
    fn a_promise_of_too_much_is_refused() {
        let error = read([0xff; 8].as_slice()).expect_err("four gigabytes");
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
