use super::Kind;

/// The connection of a record that concerns no connection.
pub const NO_CONNECTION: u16 = 0;

/// One event, in 32 bytes, in memory and in files. Files are little endian, in the order of the
/// fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Record {
    /// Virtual nanoseconds since the run began.
    pub at_ns: u64,
    /// Index of this record in its run, from 0.
    pub sequence: u32,
    /// The host, by the world's number.
    pub host: u8,
    /// The kind of event.
    pub kind: Kind,
    /// The connection, by the world's number from 1, or [`NO_CONNECTION`].
    pub connection: u16,
    /// Defined by the [`Kind`].
    pub a: u64,
    /// Defined by the [`Kind`].
    pub b: u64,
}

const _: () = assert!(size_of::<Record>() == Record::BYTES);

impl Record {
    /// The size of a record, in bytes.
    pub const BYTES: usize = 32;

    /// The record as four little-endian words, the input of the hash.
    pub(super) fn words(&self) -> [u64; 4] {
        let small = u64::from(self.sequence)
            | u64::from(self.host) << 32
            | (self.kind as u64) << 40
            | u64::from(self.connection) << 48;
        [self.at_ns, small, self.a, self.b]
    }

    /// The bytes of the record.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        for (to, word) in bytes.chunks_exact_mut(8).zip(self.words()) {
            to.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// The record with these bytes; `None` if its kind is unknown.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Option<Self> {
        let (&[at_ns, small, a, b], []) = bytes.as_chunks::<8>() else { return None };
        let [s0, s1, s2, s3, host, kind, low, high] = small;
        Some(Self {
            at_ns: u64::from_le_bytes(at_ns),
            sequence: u32::from_le_bytes([s0, s1, s2, s3]),
            host,
            kind: Kind::from_number(kind)?,
            connection: u16::from_le_bytes([low, high]),
            a: u64::from_le_bytes(a),
            b: u64::from_le_bytes(b),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_its_bytes_at_every_position() {
        let record = Record {
            at_ns: 0x0807_0605_0403_0201,
            sequence: 0x0c0b_0a09,
            host: 0x0d,
            kind: Kind::Signal,
            connection: 0x100f,
            a: 0x1817_1615_1413_1211,
            b: 0x201f_1e1d_1c1b_1a19,
        };
        let mut expected: Vec<u8> = (1..=32).collect();
        expected[13] = 0x40;
        assert_eq!(record.to_bytes().as_slice(), expected);
        assert_eq!(Record::from_bytes(&record.to_bytes()), Some(record));
        let mut unknown = record.to_bytes();
        unknown[13] = 0;
        assert_eq!(Record::from_bytes(&unknown), None);
    }
}
