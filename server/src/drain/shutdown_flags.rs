/// The orders of the shutdown to every connection, as bits. A flag that is set stays set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ShutdownFlags(u8);

impl ShutdownFlags {
    /// The shutdown has begun.
    pub(crate) const UNREADY: Self = Self(1);
    /// Announce the close in every response.
    pub(crate) const ANNOUNCE_CLOSE: Self = Self(2);
    /// Refuse requests that arrive from now on.
    pub(crate) const REFUSE_WORK: Self = Self(4);
    /// Close connections that have not sent a byte.
    pub(crate) const CLOSE_SILENT: Self = Self(8);
    /// Close connections between two requests.
    pub(crate) const CLOSE_IDLE: Self = Self(16);
    /// Cut everything.
    pub(crate) const ABORT: Self = Self(32);

    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    /// The union of both sets.
    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// Whether one of `flags` is set.
    pub(crate) const fn has(self, flags: Self) -> bool {
        self.0 & flags.0 != 0
    }
}
