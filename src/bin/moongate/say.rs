//! Decides how a command speaks on standard output: whoever no longer reads, as `| head -1`, stops nothing.
//!
//! It does not decide what is said. What goes wrong is said on standard error.

use std::fmt::Display;
use std::io::{self, Write};

/// Says a line.
pub(crate) fn line(line: impl Display) {
    let _nobody_reads = writeln!(io::stdout(), "{line}");
}

/// Says a text that has its lines.
pub(crate) fn page(text: &str) {
    let _nobody_reads = write!(io::stdout(), "{text}");
}
