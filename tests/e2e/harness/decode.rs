//! Decides what a code on a screenshot says, as readers see it that are not ours: rxing, and zbarimg where it is there.
//!
//! It does not decide whether that is right.

use std::io::Write;
use std::process::{Command, Stdio};

/// What each reader reads in a picture of a code.
///
/// # Panics
/// When no reader reads it, or two read different texts.
pub fn read(png: &[u8]) -> String {
    let texts: Vec<String> = [by_rxing(png), by_zbar(png)].into_iter().flatten().collect();
    let first = texts.first().expect("a reader that is not ours reads the code").clone();
    assert!(texts.iter().all(|text| *text == first), "the readers disagree: {texts:?}");
    first
}

/// Whether any reader reads a code in it.
pub fn reads(png: &[u8]) -> bool {
    by_rxing(png).or_else(|| by_zbar(png)).is_some()
}

fn by_rxing(png: &[u8]) -> Option<String> {
    let picture = image::load_from_memory(png).expect("a PNG").to_luma8();
    let (width, height) = picture.dimensions();
    let kind = Some(rxing::BarcodeFormat::QR_CODE);
    rxing::helpers::detect_in_luma(picture.into_raw(), width, height, kind).ok().map(|read| read.getText().to_owned())
}

fn by_zbar(png: &[u8]) -> Option<String> {
    let options = ["-q", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", "-"];
    let command = Command::new("zbarimg").args(options).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut reader = command.ok()?;
    reader.stdin.take()?.write_all(png).ok()?;
    let output = reader.wait_with_output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}
