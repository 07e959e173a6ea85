//! Frames on the pipe between the host and the compile server: a kind, a length, and that many
//! bytes. Both ends believe nothing: a length beyond the limit ends the conversation.

use std::io::{self, Read, Write};

/// What a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// Server to host: ready for jobs; the payload is the version of LLVM.
    Ready = 1,
    /// Host to server: a job.
    Job = 2,
    /// Server to host: what a job made.
    Done = 3,
    /// Server to host: why the last job, or the server itself, failed.
    Failed = 4,
    /// Server to host: why the bitcode of the last job cannot be read.
    Unreadable = 5,
}

/// One frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    pub(crate) payload: Vec<u8>,
}

/// The most bytes of one payload: images and templates are far smaller.
pub(crate) const LARGEST: usize = 64 << 20;

/// Bytes before the payload: three that tell a frame from garbage, the kind, and the length.
pub(crate) const HEADER: usize = 8;

const MARK: [u8; 3] = *b"spz";

/// The frame as it stands on the pipe.
pub(crate) fn encode(kind: Kind, payload: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(payload.len()).ok().filter(|_| payload.len() <= LARGEST);
    let length = length.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a frame larger than the limit"))?;
    let mut frame = Vec::with_capacity(HEADER + payload.len());
    frame.extend_from_slice(&MARK);
    frame.push(kind as u8);
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(payload);
    Ok(frame)
}

/// The kind and length that a header announces.
pub(crate) fn decode_header(header: [u8; HEADER]) -> io::Result<(Kind, usize)> {
    let [mark @ .., kind, a, b, c, d] = header;
    let kind = [Kind::Ready, Kind::Job, Kind::Done, Kind::Failed, Kind::Unreadable].into_iter().find(|known| *known as u8 == kind);
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    match kind {
        Some(kind) if mark == MARK && length <= LARGEST => Ok((kind, length)),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "what came through the pipe is not a frame")),
    }
}

/// Writes a whole frame.
pub(crate) fn write(output: &mut impl Write, kind: Kind, payload: &[u8]) -> io::Result<()> {
    output.write_all(&encode(kind, payload)?)?;
    output.flush()
}

/// Reads a whole frame; `None` where the pipe ends between two.
pub(crate) fn read(input: &mut impl Read) -> io::Result<Option<Frame>> {
    let mut header = [0; HEADER];
    match input.read(&mut header)? {
        0 => return Ok(None),
        read => input.read_exact(&mut header[read..])?,
    }
    let (kind, length) = decode_header(header)?;
    let mut payload = Vec::new();
    input.take(length as u64).read_to_end(&mut payload)?;
    if payload.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(Frame { kind, payload }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_as_they_went_in() {
        let mut pipe = Vec::new();
        write(&mut pipe, Kind::Job, b"one").expect("room");
        write(&mut pipe, Kind::Failed, b"").expect("room");
        let mut input = pipe.as_slice();
        assert_eq!(read(&mut input).expect("whole"), Some(Frame { kind: Kind::Job, payload: b"one".to_vec() }));
        assert_eq!(read(&mut input).expect("whole"), Some(Frame { kind: Kind::Failed, payload: Vec::new() }));
        assert_eq!(read(&mut input).expect("whole"), None);
    }

    #[test]
    fn garbage_is_refused() {
        let frame = encode(Kind::Done, b"payload").expect("small");
        for cut in 1..frame.len() {
            assert!(read(&mut &frame[..cut]).is_err(), "cut at {cut}");
        }
        assert!(read(&mut b"GET / HTTP/1.1\r\n".as_slice()).is_err());
        let mut large = frame;
        large[HEADER - 1] = 0xff;
        assert!(read(&mut large.as_slice()).is_err());
    }
}
