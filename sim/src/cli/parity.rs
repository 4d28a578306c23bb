use lastorders_model::exit;

use super::print;
use crate::parity::{checked_in, table};

/// Prints what the networks do on this machine, and whether it is what was checked in.
pub(super) fn parity() -> Result<u8, u8> {
    let now = table();
    print::stdout(&format!("{now}\n"))?;
    let was: Vec<&str> = checked_in().lines().collect();
    let is: Vec<&str> = now.lines().collect();
    if was == is {
        print::stdout("\nas it is checked in\n")?;
        return Ok(exit::PASSED);
    }
    let mut text = "\nnot as it is checked in:\n".to_owned();
    for at in 0..was.len().max(is.len()) {
        let line = |lines: &[&str]| lines.get(at).map_or("nothing", |line| line.trim()).to_owned();
        if was.get(at) != is.get(at) {
            text.push_str(&format!("  was {}\n  is  {}\n", line(&was), line(&is)));
        }
    }
    print::stdout(&text)?;
    Ok(exit::FAILED)
}
