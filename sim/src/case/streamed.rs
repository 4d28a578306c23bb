/// A success that is streamed: what the service answers to a request, and behind it so many parts
/// of white space, each after a pause. A client asks for it in the query of its path. The real
/// reference service looks at no query, and answers at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streamed {
    /// How many parts come behind what is answered.
    pub parts: u32,
    /// From one part to the next, in microseconds.
    pub every_us: u64,
}

impl Streamed {
    /// The path by which a client asks for it.
    #[must_use]
    pub fn path(self, of: &str) -> String {
        format!("{of}?parts={}&every_us={}", self.parts, self.every_us)
    }

    /// What is asked for by this path, if it is that.
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
    fn only_such_a_path_asks_for_it() {
        let streamed = Streamed { parts: 3, every_us: 1_500 };
        assert_eq!(streamed.path("/work"), "/work?parts=3&every_us=1500");
        assert_eq!(Streamed::of(&streamed.path("/work")), Some(streamed));
        for path in ["/work", "/work?parts=3", "/work?parts=3&every_us=x", "/work?a=1&b=2"] {
            assert_eq!(Streamed::of(path), None, "{path}");
        }
    }
}
