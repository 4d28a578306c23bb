use serde_json::json;

use super::args::ListArgs;
use super::{choose, exit, print};
use crate::report::{Colour, catalogue_table, explain as explain_scenario};

/// Prints the catalogue.
pub(super) fn list(args: &ListArgs) -> Result<u8, u8> {
    let catalogue = choose::catalogue(&args.selection, &[])?;
    let text = if args.json {
        let all = catalogue.scenarios().iter().map(|scenario| {
            json!({
                "id": scenario.id,
                "title": scenario.title,
                "level": scenario.level,
                "visibility": scenario.visibility,
                "requirement": scenario.requirement,
                "source": scenario.source,
            })
        });
        format!("{:#}\n", serde_json::Value::Array(all.collect()))
    } else {
        catalogue_table(catalogue.scenarios(), Colour::Always)
    };
    print::stdout(&text)?;
    Ok(exit::PASSED)
}

/// Prints why a scenario matters.
pub(super) fn explain(id: &str) -> Result<u8, u8> {
    let scenario = choose::one(id)?;
    print::stdout(&explain_scenario(scenario, Colour::Always))?;
    Ok(exit::PASSED)
}
