use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The fields of one HTTP request. [`Request::bytes`] makes the bytes of HTTP/1.1.
///
/// Inside [`super::Step::Repeat`] each round sends a request with a new name: the client appends
/// `-` and the request's number (the actor's n-th, from 1) to `name`. The body repeats the name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The purpose of the request. Checks choose requests by this field.
    pub intent: Intent,
    /// The method, as it stands in the request line.
    pub method: String,
    /// The path, as it stands in the request line.
    pub path: String,
    /// `HTTP/1.1` or `HTTP/1.0`.
    #[serde(default = "version")]
    pub version: String,
    /// Header lines beyond `Host`, `Content-Type` and `Content-Length`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The unguessable name of this request's row, if the request makes a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The body. Without this field a request with a name has the body `{"name": name}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// The purpose of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// `POST /work` with a good body: one row, one `201`.
    Work,
    /// `GET /health`.
    Health,
    /// A request that the server must refuse with a 4xx and without a row.
    Bad,
    /// A `GET` with `Connection: Upgrade`. After a 101 the connection carries no HTTP, and the
    /// server owes no more answers on it.
    Upgrade,
}

/// The part of a request that one [`super::ClientStep::Send`] sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The whole request.
    #[default]
    Whole,
    /// From the first byte up to the cut.
    UpTo(Cut),
    /// From the cut to the last byte.
    From(Cut),
}

/// A place inside a request where it can be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// In the middle of the request line.
    RequestLine,
    /// In the middle of a header line.
    Header,
    /// Before the empty line that ends the head.
    LastCrlf,
    /// Between the head and the body.
    AfterHead,
    /// In the middle of the body.
    HalfBody,
}

fn version() -> String {
    "HTTP/1.1".to_owned()
}

impl Request {
    /// `POST /work` with this name.
    #[must_use]
    pub fn work(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::bare(Intent::Work, "POST", "/work") }
    }

    /// `GET /health`.
    #[must_use]
    pub fn health() -> Self {
        Self::bare(Intent::Health, "GET", "/health")
    }

    /// A request that the server must refuse.
    #[must_use]
    pub fn bad(method: &str, path: &str, body: Option<String>) -> Self {
        Self { body, ..Self::bare(Intent::Bad, method, path) }
    }

    /// A `GET` that asks to switch the connection to another protocol.
    #[must_use]
    pub fn upgrade(path: &str, protocol: &str) -> Self {
        let header = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let headers = vec![header("Connection", "Upgrade"), header("Upgrade", protocol)];
        Self { headers, ..Self::bare(Intent::Upgrade, "GET", path) }
    }

    fn bare(intent: Intent, method: &str, path: &str) -> Self {
        Self {
            intent,
            method: method.to_owned(),
            path: path.to_owned(),
            version: version(),
            headers: Vec::new(),
            name: None,
            body: None,
        }
    }

    /// This request as the actor's `n`-th: `-n` is appended to its name.
    #[must_use]
    pub fn numbered(&self, n: u64) -> Self {
        let name = self.name.as_ref().map(|name| format!("{name}-{n}"));
        Self { name, ..self.clone() }
    }

    /// The body's bytes.
    #[must_use]
    pub fn body_bytes(&self) -> Vec<u8> {
        match (&self.body, &self.name) {
            (Some(body), _) => body.clone().into_bytes(),
            (None, Some(name)) => serde_json::json!({ "name": name }).to_string().into_bytes(),
            (None, None) => Vec::new(),
        }
    }

    /// The head's bytes, with the empty line that ends it.
    #[must_use]
    pub fn head_bytes(&self) -> Vec<u8> {
        use std::fmt::Write as _;
        let body = self.body_bytes();
        let Self { method, path, version, .. } = self;
        let mut head = format!("{method} {path} {version}\r\nHost: localhost\r\n");
        if !body.is_empty() || method == "POST" {
            let length = body.len();
            // Writing to a `String` cannot fail.
            let _ = write!(head, "Content-Type: application/json\r\nContent-Length: {length}\r\n");
        }
        for (key, value) in &self.headers {
            let _ = write!(head, "{key}: {value}\r\n");
        }
        head.push_str("\r\n");
        head.into_bytes()
    }

    /// The bytes of one part of this request.
    #[must_use]
    pub fn bytes(&self, part: Part) -> Vec<u8> {
        let head = self.head_bytes();
        let head_len = head.len();
        let mut all = head;
        all.extend(self.body_bytes());
        let place = |cut| match cut {
            Cut::RequestLine => self.method.len() + 1 + self.path.len() / 2,
            // Inside `Host: localhost`, the first header line of every request.
            Cut::Header => self.method.len() + self.path.len() + self.version.len() + 4 + 9,
            Cut::LastCrlf => head_len - 2,
            Cut::AfterHead => head_len,
            Cut::HalfBody => head_len + (all.len() - head_len) / 2,
        };
        match part {
            Part::Whole => all,
            Part::UpTo(cut) => all[..place(cut)].to_vec(),
            Part::From(cut) => all[place(cut)..].to_vec(),
        }
    }
}

impl Part {
    /// Whether the request's last byte is in this part.
    #[must_use]
    pub fn is_last(self) -> bool {
        matches!(self, Self::Whole | Self::From(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_splits_a_request_into_two_that_join() {
        let request = Request::work("job-1");
        let whole = request.bytes(Part::Whole);
        for cut in [Cut::RequestLine, Cut::Header, Cut::LastCrlf, Cut::AfterHead, Cut::HalfBody] {
            let first = request.bytes(Part::UpTo(cut));
            let rest = request.bytes(Part::From(cut));
            assert!(!first.is_empty() && !rest.is_empty(), "{cut:?} is at an end");
            assert_eq!([first, rest].concat(), whole, "{cut:?}");
        }
        let text = String::from_utf8(request.bytes(Part::UpTo(Cut::Header))).unwrap();
        assert_eq!(text, "POST /work HTTP/1.1\r\nHost: loc");
    }

    #[test]
    fn an_upgrade_names_its_protocol() {
        let bytes = Request::upgrade("/echo", "echo").bytes(Part::Whole);
        let expected =
            "GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn a_numbered_request_has_its_number_in_its_name_and_body() {
        let request = Request::work("job-1").numbered(3);
        assert_eq!(request.name.as_deref(), Some("job-1-3"));
        assert!(String::from_utf8(request.body_bytes()).unwrap().contains("job-1-3"));
    }
}
