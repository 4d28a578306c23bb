use lastorders_harness::exit;

use super::print;
use crate::parity::{checked_in, table};

/// Runs the probes on loopback and on every engine, and compares with what is checked in.
pub(super) fn parity() -> Result<u8, u8> {
    let now = table();
    print::stdout(&format!("{now}\n"))?;
    if now == checked_in() {
        print::stdout("\nas checked in\n")?;
        return Ok(exit::PASSED);
    }
    let differ = checked_in().lines().zip(now.lines()).filter(|(was, is)| was != is);
    let drift: String = differ.map(|(was, is)| format!("was: {was}\n is: {is}\n")).collect();
    print::stdout(&format!(
        "\nthis is not what is checked in (sim/src/parity/table.txt):\n{drift}"
    ))?;
    Ok(exit::FAILED)
}
