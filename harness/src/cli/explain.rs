use super::{choose, exit, print};
use crate::report::{Colour, explain as text};

/// Prints why a scenario matters.
pub(super) fn explain(id: &str) -> Result<u8, u8> {
    let scenario = choose::one(id)?;
    print::stdout(&text(scenario, Colour::Always))?;
    Ok(exit::PASSED)
}
