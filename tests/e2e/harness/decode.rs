//! Decides what a code on a screenshot says, as readers see it that are not ours: rxing, and zbarimg where it is there.
//!
//! It does not decide whether that is right.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What each reader reads in a picture of a code.
///
/// # Panics
/// When no reader reads it, or two read different texts.
pub fn read(png: &[u8]) -> String {
    let texts: Vec<String> = [by_rxing(png), by_zbar(png)].into_iter().flatten().collect();
    let first = texts.first().unwrap_or_else(|| panic!("no reader reads the code in {}", kept(png))).clone();
    assert!(texts.iter().all(|text| *text == first), "the readers disagree: {texts:?}");
    first
}

/// Keeps a picture for people to look at, and gives its place.
fn kept(png: &[u8]) -> String {
    let name = std::thread::current().name().unwrap_or("a test").replace("::", "-");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
    fs::write(&file, png).map_or_else(|fault| fault.to_string(), |()| file.display().to_string())
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
