/// A scenario of the harness's catalogue that this world cannot carry out as the real one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// `group/name`.
    pub scenario: &'static str,
    /// What is missing.
    pub why: &'static str,
}

/// Left out on every engine.
pub const LEFT_OUT: &[LeftOut] = &[LeftOut {
    scenario: "load/mid-load",
    why: "60 workers share a pool of connections, which is the HTTP client's of the real world; \
          sweeps have many clients, each with its own connection",
}];
