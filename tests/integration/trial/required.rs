use crate::machine::Need;

/// The needs that a machine must have. A lack of one is a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Required(Vec<Need>);

impl Required {
    /// The environment variable that lists the required needs.
    pub(crate) const VARIABLE: &str = "LASTORDERS_REQUIRE";

    /// Reads the variable. Without the variable nothing is required.
    ///
    /// # Errors
    ///
    /// If the variable names an unknown need. A misspelt need would require nothing.
    pub(crate) fn from_environment() -> Result<Self, String> {
        match std::env::var(Self::VARIABLE) {
            Ok(text) => Self::parse(&text).map_err(|why| format!("{}: {why}", Self::VARIABLE)),
            Err(std::env::VarError::NotPresent) => Ok(Self(Vec::new())),
            Err(error) => Err(format!("{}: {error}", Self::VARIABLE)),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let mut needs = Vec::new();
        for name in names {
            match name {
                "all" => needs.extend(Need::ALL),
                name => needs.push(name.parse()?),
            }
        }
        Ok(Self(needs))
    }

    /// Whether a lack of this need is a failure.
    pub(crate) fn has(&self, need: Need) -> bool {
        self.0.contains(&need)
    }
}

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        required_needs_are_parsed_by_name;
        misspelt_required_need_is_an_error_with_the_known_names;
    ]
}

fn required_needs_are_parsed_by_name() {
    assert_eq!(Required::parse("docker, root"), Ok(Required(vec![Need::Docker, Need::Root])));
    assert_eq!(Required::parse(""), Ok(Required(Vec::new())));
    let all = Required::parse("all").expect("a word of ours");
    assert!(Need::ALL.into_iter().all(|need| all.has(need)));
}

fn misspelt_required_need_is_an_error_with_the_known_names() {
    let why = Required::parse("dokcer").expect_err("no such need");
    assert!(why.contains("\"dokcer\"") && why.contains("docker, local"), "{why}");
}
