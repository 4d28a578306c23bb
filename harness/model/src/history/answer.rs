use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// A client keeps at most this many bytes of a body.
pub const KEPT_BODY: usize = 1 << 20;

/// A client reads at most this many bytes of a body, because a body may have no end. A longer body
/// ends as [`End::TooLong`](super::End::TooLong).
pub const LONGEST_BODY: u64 = 64 << 20;

/// A whole response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers in their order, with names in lower case: the first 2 KiB, or none if the
    /// history is large.
    pub headers: Vec<(String, String)>,
    /// The body as text. The history keeps [`KEPT_BODY`] bytes of a body that checks read, until
    /// the answers of the run hold 16 MiB. The history keeps 320 bytes of every other body.
    pub body: String,
    /// Whether the body was longer than the kept part. Such a body proves nothing, neither for the
    /// server nor against it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// Whether the response announces that the server closes the connection.
    pub says_close: bool,
}

/// Why a body cannot be read as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoJson {
    /// Only the beginning of the body was kept. The whole body may be JSON or not.
    #[error("only the beginning of the body was kept")]
    Truncated,
    /// The whole body was kept, and is not JSON.
    #[error("the body is not JSON")]
    Malformed,
}

impl Answer {
    /// The first header with this name (in lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Errors
    ///
    /// If the body is not JSON, or is truncated.
    pub fn json(&self) -> Result<Value, NoJson> {
        if self.truncated {
            return Err(NoJson::Truncated);
        }
        serde_json::from_str(&self.body).map_err(|_| NoJson::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str, truncated: bool) -> Answer {
        Answer {
            status: 200,
            headers: Vec::new(),
            body: body.to_owned(),
            truncated,
            says_close: false,
        }
    }

    #[test]
    fn truncated_body_is_not_read_as_json_even_if_the_kept_part_is_json() {
        assert_eq!(answer("{}", false).json(), Ok(serde_json::json!({})));
        assert_eq!(answer("{", false).json(), Err(NoJson::Malformed));
        assert_eq!(answer("{}", true).json(), Err(NoJson::Truncated));
        assert_eq!(answer("{", true).json(), Err(NoJson::Truncated));
    }

    #[test]
    fn truncated_flag_is_written_only_if_true_and_may_be_absent() {
        let old = r#"{"status":200,"headers":[],"body":"{}","says_close":false}"#;
        let whole: Answer = serde_json::from_str(old).unwrap();
        assert_eq!(whole, answer("{}", false));
        assert_eq!(serde_json::to_string(&whole).unwrap(), old);
        let cut = serde_json::to_string(&answer("{", true)).unwrap();
        assert!(cut.contains(r#""truncated":true"#), "{cut}");
        assert_eq!(serde_json::from_str::<Answer>(&cut).unwrap(), answer("{", true));
    }
}
