use std::fmt;
use std::io::{self, Read, Write};

use super::{Chain, Draw, LOCK_HASH, Record, Stream, Trace};

/// The first bytes of a stored trace.
const MAGIC: [u8; 8] = *b"lotrace\n";

/// The version of the format. Raise it also when the meaning of a kind changes.
const VERSION: u32 = 1;

/// The most records that a reader accepts: half a gigabyte.
pub const MOST_RECORDS: u64 = 1 << 24;

/// The most draws that a reader accepts.
pub const MOST_DRAWS: u64 = 1 << 24;

/// The longest name of an engine, in bytes.
const LONGEST_ENGINE: usize = 32;

/// The program that made a trace. Only traces of equal programs are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The engine's name, at most 32 bytes.
    pub engine: String,
    /// The program's [`LOCK_HASH`].
    pub lock: String,
}

impl Header {
    /// The header of this program with this engine.
    #[must_use]
    pub fn ours(engine: &str) -> Self {
        Self { engine: engine.to_owned(), lock: LOCK_HASH.to_owned() }
    }
}

impl fmt::Display for Header {
    /// The form of reproduction lines: `event-0123abcd`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.engine, self.lock)
    }
}

/// Why a stored trace cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The trace cannot be read, or ends too early.
    #[error("failed to read the trace: {0}")]
    Io(#[from] io::Error),
    /// The bytes are no trace, or a trace of another version.
    #[error("{0}")]
    Format(String),
}

/// Writes a trace: magic, version, engine, lock hash, the number of records and of draws, the
/// records, the draws, and the hash. All numbers are little endian.
///
/// # Errors
///
/// If writing fails, or a name in the header is too long.
pub fn write(mut to: impl Write, header: &Header, trace: &Trace) -> io::Result<()> {
    let Header { engine, lock } = header;
    let length = u8::try_from(engine.len()).ok().filter(|_| engine.len() <= LONGEST_ENGINE);
    let (Some(length), 8) = (length, lock.len()) else {
        let why = format!("{header} is not an engine's name and 8 digits");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    };
    to.write_all(&MAGIC)?;
    to.write_all(&VERSION.to_le_bytes())?;
    to.write_all(&[length])?;
    to.write_all(engine.as_bytes())?;
    to.write_all(lock.as_bytes())?;
    to.write_all(&(trace.records.len() as u64).to_le_bytes())?;
    to.write_all(&(trace.draws.len() as u64).to_le_bytes())?;
    for record in &trace.records {
        to.write_all(&record.to_bytes())?;
    }
    for draw in &trace.draws {
        to.write_all(&draw.before.to_le_bytes())?;
        to.write_all(&draw.times.to_le_bytes())?;
        to.write_all(&[draw.stream as u8])?;
    }
    to.write_all(&trace.hash.to_le_bytes())?;
    to.flush()
}

/// Reads a trace that [`write()`] has written. [`MOST_RECORDS`] and [`MOST_DRAWS`] bound the input.
/// The hash is computed again.
///
/// # Errors
///
/// If reading fails, or the bytes are not a complete trace of this version.
pub fn read(from: impl Read) -> Result<(Header, Trace), ReadError> {
    let mut from = io::BufReader::new(from);
    if bytes::<8>(&mut from)? != MAGIC {
        return Err(bad("not a trace: the first bytes differ"));
    }
    let version = u32::from_le_bytes(bytes(&mut from)?);
    if version != VERSION {
        return Err(bad(format!("the trace has version {version} of the format, not {VERSION}")));
    }
    let mut engine = vec![0; usize::from(bytes::<1>(&mut from)?[0])];
    if engine.len() > LONGEST_ENGINE {
        return Err(bad("the engine's name is too long"));
    }
    from.read_exact(&mut engine)?;
    let engine = String::from_utf8(engine).map_err(|_| bad("the engine's name is not text"))?;
    let lock = String::from_utf8(bytes::<8>(&mut from)?.to_vec());
    let lock = lock.map_err(|_| bad("the lock hash is not text"))?;
    let record_count = count(&mut from, "records", MOST_RECORDS)?;
    let draw_count = count(&mut from, "draws", MOST_DRAWS)?;
    let mut trace = Trace { records: Vec::new(), draws: Vec::new(), hash: 0 };
    let mut chain = Chain::new();
    for at in 0..record_count {
        let record = record(&bytes(&mut from)?, at)?;
        chain.record(&record);
        trace.records.push(record);
    }
    for at in 0..draw_count {
        trace.draws.push(draw(&bytes(&mut from)?, at)?);
    }
    trace.hash = u64::from_le_bytes(bytes(&mut from)?);
    if trace.hash != chain.value() {
        return Err(bad("the hash does not fit the records"));
    }
    if from.read(&mut [0])? != 0 {
        return Err(bad("bytes follow the end of the trace"));
    }
    Ok((Header { engine, lock }, trace))
}

fn bytes<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn count(from: &mut impl Read, what: &str, most: u64) -> Result<u64, ReadError> {
    let count = u64::from_le_bytes(bytes(from)?);
    if count > most {
        return Err(bad(format!("the trace has {count} {what}, and {most} are the most")));
    }
    Ok(count)
}

fn record(bytes: &[u8; Record::BYTES], at: u64) -> Result<Record, ReadError> {
    let record =
        Record::from_bytes(bytes).ok_or_else(|| bad(format!("record {at} has an unknown kind")))?;
    if u64::from(record.sequence) != at {
        return Err(bad(format!("record {at} has the number {}", record.sequence)));
    }
    Ok(record)
}

fn draw(bytes: &[u8; 9], at: u64) -> Result<Draw, ReadError> {
    let [b0, b1, b2, b3, t0, t1, t2, t3, stream] = *bytes;
    let stream = Stream::ALL.get(usize::from(stream)).copied();
    Ok(Draw {
        before: u32::from_le_bytes([b0, b1, b2, b3]),
        times: u32::from_le_bytes([t0, t1, t2, t3]),
        stream: stream.ok_or_else(|| bad(format!("draw {at} has an unknown stream")))?,
    })
}

fn bad(why: impl Into<String>) -> ReadError {
    ReadError::Format(why.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::recorder::recorded;
    use crate::trace::{Kind, drew, record};

    /// Offset of the first record.
    const RECORDS: usize = 8 + 4 + 1 + 5 + 8 + 8 + 8;

    fn stored() -> (Trace, Vec<u8>) {
        let trace = recorded(|| {
            record(1, Kind::RequestSent, 2, 3, u64::MAX);
            drew(Stream::Yield, 4);
            record(0, Kind::Signal, 0, 15, 0);
        });
        let mut bytes = Vec::new();
        let header = Header { engine: "event".to_owned(), lock: "0123abcd".to_owned() };
        write(&mut bytes, &header, &trace).expect("a vector takes everything");
        (trace, bytes)
    }

    #[test]
    fn a_written_trace_is_read_back_equal() {
        let (trace, bytes) = stored();
        let (header, read) = read(bytes.as_slice()).expect("it is ours");
        assert_eq!(header.to_string(), "event-0123abcd");
        assert_eq!(read, trace);
    }

    #[test]
    fn a_truncated_trace_is_refused_at_every_length() {
        let (_, bytes) = stored();
        for end in 0..bytes.len() {
            assert!(matches!(read(&bytes[..end]), Err(ReadError::Io(_))), "cut at {end}");
        }
    }

    #[test]
    fn a_damaged_trace_is_refused_with_the_reason() {
        let (_, bytes) = stored();
        let last = bytes.len() - 1;
        for (at, byte, expected) in [
            (0, b'x', "not a trace"),
            (8, 9, "the trace has version 9 of the format, not 1"),
            (12, 33, "the engine's name is too long"),
            (13, 0xff, "the engine's name is not text"),
            (18, 0xff, "the lock hash is not text"),
            (33, 1, "records, and 16777216 are the most"),
            (41, 1, "draws, and 16777216 are the most"),
            (RECORDS, 77, "the hash does not fit the records"),
            (RECORDS + 8, 5, "record 0 has the number 5"),
            (RECORDS + 13, 0, "record 0 has an unknown kind"),
            (last - 8, 9, "draw 0 has an unknown stream"),
            (last, 0, "the hash does not fit the records"),
        ] {
            let mut changed = bytes.clone();
            assert_ne!(changed[at], byte, "the row changes nothing");
            changed[at] = byte;
            let error = read(changed.as_slice()).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
        let longer = [bytes.as_slice(), b"x"].concat();
        let error = read(longer.as_slice()).expect_err("it is longer").to_string();
        assert_eq!(error, "bytes follow the end of the trace");
    }

    #[test]
    fn a_header_with_a_name_of_the_wrong_length_is_not_written() {
        let (trace, _) = stored();
        for (engine, lock) in [("event", "123"), (&"x".repeat(33) as &str, "01234567")] {
            let header = Header { engine: engine.to_owned(), lock: lock.to_owned() };
            assert!(write(io::sink(), &header, &trace).is_err(), "{header}");
        }
    }
}
