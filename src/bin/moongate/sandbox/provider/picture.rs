//! Decides how a code looks as a picture, for the providers whose responses carry one.
//!
//! It does not choose the text. Greyscale PNG, four pixels to a module, the quiet zone included.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use qrcodegen::{QrCode, QrCodeEcc};
use std::io::Write;

const SCALE: i32 = 4;
const QUIET: i32 = 4;

/// The PNG of this text's code; `None` if the text is too long for one.
pub(crate) fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let side = (code.size() + 2 * QUIET) * SCALE;
    let mut rows = Vec::new();
    for y in 0..side {
        rows.push(0); // this row is not filtered
        rows.extend((0..side).map(|x| if code.get_module(x / SCALE - QUIET, y / SCALE - QUIET) { 0 } else { 255 }));
    }
    let side = u32::try_from(side).ok()?.to_be_bytes();
    let header = [&side[..], &side[..], &[8, 0, 0, 0, 0]].concat(); // 8 bits, grey
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&rows).ok()?;
    let parts = [chunk(*b"IHDR", &header), chunk(*b"IDAT", &packed.finish().ok()?), chunk(*b"IEND", &[])];
    Some([b"\x89PNG\r\n\x1a\n".to_vec(), parts.concat()].concat())
}

fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap_or_default().to_be_bytes();
    let mut sum = Crc::new();
    sum.update(&name);
    sum.update(data);
    [&length[..], &name, data, &sum.sum().to_be_bytes()].concat()
}

/// The PNG in base64, without the head of a data address.
pub(super) fn base64(text: &str) -> String {
    png(text).map(|png| STANDARD.encode(png)).unwrap_or_default()
}

/// The PNG as a `data:` address.
pub(super) fn data_url(text: &str) -> String {
    format!("data:image/png;base64,{}", base64(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_is_not_ours_reads_the_picture() {
        let text = "weixin://wxpay/bizpayurl?pr=Zt4kQ8bXy";
        let picture = image::load_from_memory(&png(text).unwrap()).unwrap().to_luma8();
        let (width, height) = picture.dimensions();
        let read = rxing::helpers::detect_in_luma(picture.into_raw(), width, height, None).unwrap();
        assert_eq!(read.getText(), text);
    }

    #[test]
    fn a_text_too_long_for_a_code_has_no_picture() {
        assert_eq!(png(&"x".repeat(4_000)), None);
    }
}
