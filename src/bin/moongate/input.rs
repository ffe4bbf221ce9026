//! Decides where a command reads what it is given: from a file, or from standard input, which is called `-`.
//!
//! It does not decide what the text must say: each command does.

use moongate::checkout::json::Json;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;

/// What a command is told to read, as its argument names it.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    File(PathBuf),
    Standard,
}

impl Input {
    /// The text, whatever it is. Bytes that are not UTF-8 (和包 writes GBK) are replaced, as a browser's `Response.text()` does.
    ///
    /// # Errors
    /// A sentence that names what can't be read.
    pub(crate) fn read(&self) -> Result<String, String> {
        Ok(unmarked(&String::from_utf8_lossy(&self.bytes()?)))
    }

    /// The JSON, which is called `what`.
    ///
    /// # Errors
    /// A sentence that names what can't be read, or is no JSON in UTF-8.
    pub(crate) fn json(&self, what: &str) -> Result<Json, String> {
        let text = String::from_utf8(self.bytes()?).map_err(|_| format!("{self} must hold {what} in UTF-8."))?;
        Json::read(&unmarked(&text)).map_err(|fault| format!("{self} must hold {what}: {fault}."))
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        let bytes = match self {
            Self::File(file) => fs::read(file),
            Self::Standard => {
                let mut bytes = Vec::new();
                io::stdin().read_to_end(&mut bytes).map(|_| bytes)
            }
        };
        bytes.map_err(|fault| format!("Can't read {self}: {fault}."))
    }
}

/// Without a byte order mark.
fn unmarked(text: &str) -> String {
    text.trim_start_matches('\u{feff}').to_owned()
}

/// As an argument says it.
impl From<OsString> for Input {
    fn from(argument: OsString) -> Self {
        if argument == "-" { Self::Standard } else { Self::File(argument.into()) }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::Standard => f.write_str("standard input"),
        }
    }
}
