//! What people are told meanwhile.

use std::fmt;
use std::io::{self, Write};

/// Says what is being done, to people; the figures go elsewhere.
pub fn say(what: fmt::Arguments<'_>) {
    // Nobody may be there to read it.
    let _ = writeln!(io::stderr(), "  {what}");
}
