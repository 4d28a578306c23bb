use std::ffi::{OsStr, OsString};

use super::PrepareError;
use crate::command::SET_BY_JUDGE;

/// A variable that the user gives the server, beyond those of its [`Environment`].
///
/// [`Environment`]: crate::command::Environment
#[derive(Debug, Clone)]
pub(super) struct Variable {
    name: OsString,
    /// `None` means the value that the variable has in the judge's environment.
    value: Option<OsString>,
}

impl Variable {
    pub(super) fn new(name: OsString, value: Option<OsString>) -> Self {
        Self { name, value }
    }

    /// The name and the value. `ours` looks up a variable in the judge's environment.
    pub(super) fn resolve(
        &self,
        ours: impl FnOnce(&OsStr) -> Option<OsString>,
    ) -> Result<(OsString, OsString), PrepareError> {
        let name = self.name.to_string_lossy().into_owned();
        let refused = |why: String| Err(PrepareError::Variable { name: name.clone(), why });
        if let Some(why) = refuse(&self.name) {
            return refused(why.to_owned());
        }
        let Some(value) = self.value.clone().or_else(|| ours(&self.name)) else {
            return refused(format!(
                "it is not set in the environment of lastorders; export it there, or give its \
                 value: {name}=VALUE"
            ));
        };
        if value.as_encoded_bytes().contains(&0) {
            return refused("its value contains a NUL character".to_owned());
        }
        Ok((self.name.clone(), value))
    }

    /// The words of `lastorders run` that give the server the variable. They leave out a value from
    /// the judge's environment, which may be a secret.
    pub(super) fn arguments(&self) -> [String; 2] {
        let name = self.name.to_string_lossy();
        let text = match &self.value {
            Some(value) => format!("{name}={}", value.to_string_lossy()),
            None => name.into_owned(),
        };
        ["--env".to_owned(), text]
    }
}

/// Why no server can get a variable of this name; `None` if it can.
pub(super) fn refuse(name: &OsStr) -> Option<&'static str> {
    let bytes = name.as_encoded_bytes();
    if bytes.is_empty() || bytes.contains(&b'=') || bytes.contains(&0) {
        Some("no variable can have this name")
    } else if SET_BY_JUDGE.iter().any(|ours| name == *ours) {
        // The judge connects to its own port and database.
        Some("lastorders gives the server its own")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(name: &str, value: Option<&str>) -> Result<OsString, String> {
        let ours = |name: &OsStr| (name == "TOKEN").then(|| "s3cret".into());
        let variable = Variable::new(name.into(), value.map(Into::into));
        variable.resolve(ours).map(|(_, value)| value).map_err(|error| error.to_string())
    }

    #[test]
    fn variable_has_the_given_value_or_the_judges() {
        assert_eq!(resolved("A", Some("b=c")), Ok("b=c".into()));
        assert_eq!(resolved("TOKEN", Some("")), Ok("".into()));
        assert_eq!(resolved("TOKEN", None), Ok("s3cret".into()));
    }

    #[test]
    fn impossible_variable_is_refused_with_the_reason() {
        for (name, value, says) in [
            ("MISSING", None, "`MISSING` cannot be set for the server: it is not set in the"),
            ("PORT", Some("1"), "lastorders gives the server its own"),
            ("DATABASE_URL", None, "lastorders gives the server its own"),
            ("", Some("x"), "no variable can have this name"),
            ("A=B", Some("x"), "no variable can have this name"),
            ("A", Some("x\0"), "NUL"),
        ] {
            let why = resolved(name, value).expect_err(name);
            assert!(why.contains(says), "{name}: {why}");
        }
    }

    #[test]
    fn rerun_arguments_repeat_only_a_value_that_was_given() {
        let words =
            |value: Option<&str>| Variable::new("TOKEN".into(), value.map(Into::into)).arguments();
        assert_eq!(words(Some("x y")), ["--env", "TOKEN=x y"]);
        assert_eq!(words(None), ["--env", "TOKEN"]);
    }
}
