use std::any::Any;
use std::fmt;
use std::panic::RefUnwindSafe;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

/// An event of a kind that a world defines for itself, such as the inside of a simulated server.
///
/// The model stores such an event and draws its words. Only the world that defines the type reads
/// the content, with [`Extension::get`]. The bound `RefUnwindSafe` lets a test catch the panic of
/// an assertion about a history.
pub trait WorldEvent: Any + fmt::Debug + Send + Sync + RefUnwindSafe {
    /// The content as JSON, for a stored history and for comparisons.
    fn to_json(&self) -> Value;

    /// The row of the timeline; `None` if the event has no row.
    fn words(&self) -> Option<Words>;
}

/// A [`WorldEvent`] in a history. Clones share the event.
///
/// JSON: `data` is [`WorldEvent::to_json`], and `words` is [`WorldEvent::words`], absent if there
/// are none:
///
/// ```json
/// {"data": {"event": "unready"}, "words": {"sign": "│", "tone": "plain", "text": "is not ready"}}
/// ```
///
/// An extension that is read from JSON is opaque: [`get`](Self::get) returns `None` for every type
/// of a world, and the JSON and the words stay as they were stored.
#[derive(Clone)]
pub struct Extension(Arc<dyn WorldEvent>);

/// One row of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The sign in the actor's lane, one column wide.
    pub sign: char,
    /// The colour.
    pub tone: Tone,
    /// What happened, without the actor's name: `is not ready`.
    pub text: String,
}

/// How good or bad an event is. The tone decides the colour of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Neither good nor bad.
    Plain,
    /// The event is part of a good end, such as a whole answer.
    Good,
    /// Something was lost or refused.
    Bad,
    /// The world did something to the server, such as sending a signal.
    Stimulus,
}

impl Extension {
    /// Wraps a world's event, with one allocation.
    #[must_use]
    pub fn new(event: impl WorldEvent) -> Self {
        Self(Arc::new(event))
    }

    /// The event, if it is a `T`.
    #[must_use]
    pub fn get<T: WorldEvent>(&self) -> Option<&T> {
        let event: &dyn Any = &*self.0;
        event.downcast_ref()
    }

    /// The row of the timeline; `None` if the event has no row. The text may be hostile: a stored
    /// history can hold any text.
    #[must_use]
    pub fn words(&self) -> Option<Words> {
        self.0.words()
    }
}

impl Words {
    /// A row with this sign, tone and text.
    #[must_use]
    pub fn new(sign: char, tone: Tone, text: impl Into<String>) -> Self {
        Self { sign, tone, text: text.into() }
    }
}

/// What a file holds of an extension.
#[derive(Serialize, Deserialize)]
struct Stored {
    data: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    words: Option<Words>,
}

/// The most bytes of a stored extension's JSON. A parsed value needs far more memory than its text,
/// and a history may hold many.
const LONGEST_DATA: usize = 64 << 10;

/// An extension that was read from a file, with its JSON as text.
#[derive(Debug)]
struct Opaque {
    data: String,
    words: Option<Words>,
}

impl WorldEvent for Opaque {
    fn to_json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or(Value::Null)
    }

    fn words(&self) -> Option<Words> {
        self.words.clone()
    }
}

impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Compares the JSON and the words, so that a stored event equals the event that was stored.
impl PartialEq for Extension {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_json() == other.0.to_json() && self.0.words() == other.0.words()
    }
}

impl Serialize for Extension {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stored { data: self.0.to_json(), words: self.0.words() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Extension {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored { data, words } = Stored::deserialize(deserializer)?;
        let data = data.to_string();
        if data.len() > LONGEST_DATA {
            let why = format!("an extension of {} bytes; {LONGEST_DATA} are allowed", data.len());
            return Err(serde::de::Error::custom(why));
        }
        Ok(Self::new(Opaque { data, words }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::history::{Event, EventKind};

    #[derive(Debug)]
    struct Lamps(u32);

    impl WorldEvent for Lamps {
        fn to_json(&self) -> Value {
            json!({ "lamps": self.0 })
        }

        fn words(&self) -> Option<Words> {
            (self.0 > 0).then(|| Words::new('▲', Tone::Bad, format!("lights {} lamps", self.0)))
        }
    }

    fn event(lamps: u32) -> Event {
        let what = EventKind::Extension(Extension::new(Lamps(lamps)));
        Event { at_us: 7, actor: "server".to_owned(), what }
    }

    fn extension(event: &Event) -> &Extension {
        match &event.what {
            EventKind::Extension(extension) => extension,
            what => panic!("{what:?} is not an extension"),
        }
    }

    #[test]
    fn extension_is_stored_as_data_and_words_beside_the_time_and_the_actor() {
        let expected = json!({
            "at_us": 7, "actor": "server", "event": "extension", "data": { "lamps": 2 },
            "words": { "sign": "▲", "tone": "bad", "text": "lights 2 lamps" },
        });
        assert_eq!(serde_json::to_value(event(2)).unwrap(), expected);
        let silent = json!({
            "at_us": 7, "actor": "server", "event": "extension", "data": { "lamps": 0 },
        });
        assert_eq!(serde_json::to_value(event(0)).unwrap(), silent);
    }

    #[test]
    fn stored_extension_is_opaque_and_equals_the_event_that_was_stored() {
        for lamps in [0, 2] {
            let live = event(lamps);
            let text = serde_json::to_string(&live).unwrap();
            let stored: Event = serde_json::from_str(&text).unwrap();
            assert_eq!(stored, live);
            assert_ne!(stored, event(lamps + 1));
            assert_eq!(extension(&stored).words(), Lamps(lamps).words());
            assert!(extension(&stored).get::<Lamps>().is_none());
            assert_eq!(serde_json::to_string(&stored).unwrap(), text);
            assert_eq!(extension(&live).get::<Lamps>().map(|it| it.0), Some(lamps));
        }
    }

    #[test]
    fn extension_without_data_or_with_words_of_another_form_is_refused_with_the_reason() {
        let deep = format!("{{\"data\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        let rows = [
            ("{}", "missing field `data`"),
            (r#"{"data":1,"words":{"sign":"|","tone":"loud","text":""}}"#, "variant `loud`"),
            (r#"{"data":1,"words":{"sign":"||","tone":"bad","text":""}}"#, "a character"),
            (r#"{"data":1,"words":{"sign":"|","tone":"bad"}}"#, "missing field `text`"),
            (&deep, "recursion limit"),
        ];
        for (text, expected) in rows {
            let error = serde_json::from_str::<Extension>(text).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn extension_that_is_longer_than_its_bound_is_refused() {
        let read = |len: usize| {
            let data = json!("x".repeat(len - 2));
            serde_json::from_value::<Extension>(json!({ "data": data }))
        };
        assert!(read(LONGEST_DATA).is_ok());
        let error = read(LONGEST_DATA + 1).expect_err("it is too long").to_string();
        assert!(error.contains("an extension of 65537 bytes"), "{error}");
    }
}
