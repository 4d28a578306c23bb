use lastorders_model::exit;

use super::print;
use crate::parity::{checked_in, table};

/// Prints the networks' behaviour on this machine, and its differences from the checked-in table.
pub(super) fn parity() -> Result<u8, u8> {
    let now = table();
    print::stdout(&format!("{now}\n"))?;
    let was: Vec<&str> = checked_in().lines().collect();
    let is: Vec<&str> = now.lines().collect();
    if was == is {
        print::stdout("\nequal to the checked-in table\n")?;
        return Ok(exit::PASSED);
    }
    let mut text = "\ndifferent from the checked-in table:\n".to_owned();
    for at in 0..was.len().max(is.len()) {
        let line = |lines: &[&str]| lines.get(at).map_or("nothing", |line| line.trim()).to_owned();
        if was.get(at) != is.get(at) {
            text.push_str(&format!("  was {}\n  is  {}\n", line(&was), line(&is)));
        }
    }
    print::stdout(&text)?;
    Ok(exit::FAILED)
}
