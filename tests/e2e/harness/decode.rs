//! Decides what a code on a screenshot says, as readers see it that are not ours: rxing, and zbarimg where it is there.
//!
//! It does not decide whether that is right.

use super::wait::{LIMIT, until};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What the readers read in a picture of a code.
///
/// # Panics
/// When no reader reads it, or two read different texts.
pub fn read(png: &[u8]) -> String {
    try_read(png).unwrap_or_else(|fault| panic!("{fault}"))
}

/// The same; else what each of them read, and where the picture is kept.
pub fn try_read(png: &[u8]) -> Result<String, String> {
    let (rxing, zbar) = (by_rxing(png), by_zbar(png));
    match (&rxing, &zbar) {
        (Some(text), None) | (None, Some(text)) => Ok(text.clone()),
        (Some(text), Some(other)) if text == other => Ok(text.clone()),
        _ => Err(format!("rxing reads {rxing:?} and zbarimg {zbar:?} in {}", kept(png, "code"))),
    }
}

/// What is read in pictures of a code, which are taken until it is read, as by a camera; and the last of them. On a busy machine
/// WebKit shows what it has drawn a while after the page was told so.
pub async fn watched(take: impl AsyncFn() -> Vec<u8>) -> (Vec<u8>, Result<String, String>) {
    let read = until(LIMIT, async || {
        let picture = take().await;
        let text = try_read(&picture).ok()?;
        Some((picture, Ok(text)))
    });
    if let Some(read) = read.await {
        return read;
    }
    let picture = take().await;
    let read = try_read(&picture);
    (picture, read)
}

/// Keeps a picture of this test for people to look at, and gives its place.
pub fn kept(png: &[u8], of: &str) -> String {
    let name = std::thread::current().name().unwrap_or("a test").replace("::", "-");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{of}.png"));
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
