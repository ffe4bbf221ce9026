//! The inputs that are kept of each entry, `corpus/ENTRY.txt`: one a line, with what is not printable ASCII escaped.
//!
//! A fuzzer wants a folder with a file for each: `seeds.rs` makes the one of the other.

use std::fs;
use std::path::Path;

/// The inputs kept in this file.
pub fn inputs(file: &Path) -> Vec<Vec<u8>> {
    let text = fs::read_to_string(file).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()));
    text.lines().map(|line| unescaped(line).unwrap_or_else(|| panic!("{}: {line}", file.display()))).collect()
}

/// What [`slice::escape_ascii`] escaped.
pub fn unescaped(line: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut rest) = (Vec::new(), line.bytes());
    while let Some(byte) = rest.next() {
        bytes.push(match (byte, if byte == b'\\' { rest.next() } else { None }) {
            (b'\\', Some(b'n')) => b'\n',
            (b'\\', Some(b'r')) => b'\r',
            (b'\\', Some(b't')) => b'\t',
            (b'\\', Some(b'x')) => {
                let mut digit = || char::from(rest.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                digit()? << 4 | digit()?
            }
            (b'\\', Some(mark @ (b'\\' | b'\'' | b'"'))) => mark,
            (b'\\', _) => return None,
            (plain, _) => plain,
        });
    }
    Some(bytes)
}
