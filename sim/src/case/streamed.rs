/// A successful answer in parts: the service's body, followed by parts of white space, each after a
/// pause. A client asks for it in the query of its path. The real reference service ignores the
/// query and answers at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streamed {
    /// Number of parts after the body.
    pub parts: u32,
    /// Time between parts, in microseconds.
    pub every_us: u64,
}

impl Streamed {
    /// The path that asks for this answer.
    #[must_use]
    pub fn path(self, of: &str) -> String {
        format!("{of}?parts={}&every_us={}", self.parts, self.every_us)
    }

    /// Reads the request for parts from a path, if there is one.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let (_, query) = path.split_once('?')?;
        let (parts, every_us) = query.split_once('&')?;
        let parts = parts.strip_prefix("parts=")?.parse().ok()?;
        let every_us = every_us.strip_prefix("every_us=")?.parse().ok()?;
        Some(Self { parts, every_us })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_with_both_parameters_asks_for_parts() {
        let streamed = Streamed { parts: 3, every_us: 1_500 };
        assert_eq!(streamed.path("/work"), "/work?parts=3&every_us=1500");
        assert_eq!(Streamed::of(&streamed.path("/work")), Some(streamed));
        for path in ["/work", "/work?parts=3", "/work?parts=3&every_us=x", "/work?a=1&b=2"] {
            assert_eq!(Streamed::of(path), None, "{path}");
        }
    }
}
