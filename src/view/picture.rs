//! Draws what is not text: QR codes and the marks of outcomes, as SVG.
//!
//! It does not decide what a code says; the text was checked before it came here.

use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;
use yew::prelude::*;

/// Modules of white around a code, as its standard asks.
const QUIET: i32 = 4;

/// A QR code as one path.
///
/// # Source
/// `research/provider-payloads.md` 2.1: error level M, quiet zone 4, no logo; read 2026-11-22.
pub(super) struct Drawing {
    view_box: String,
    path: String,
}

impl Drawing {
    /// The code of this text; none if it is longer than a code can hold.
    pub(super) fn of(payload: &str) -> Option<Self> {
        let code = QrCode::encode_text(payload, QrCodeEcc::Medium).ok()?;
        let side = code.size() + 2 * QUIET;
        let mut path = String::new();
        (0..code.size()).for_each(|y| line(&code, y, &mut path));
        Some(Self { view_box: ["0 0 ", &side.to_string(), " ", &side.to_string()].concat(), path })
    }

    /// The picture, named by what to do with it.
    pub(super) fn draw(&self, name: &str) -> Html {
        html! {
            <svg class="qr" part="qr" role="img" aria-label={name.to_owned()} viewBox={self.view_box.clone()}
                shape-rendering="crispEdges" data-qr="">
                <path class="paper" d="M0 0h999v999H0z" />
                <path class="ink" d={self.path.clone()} />
            </svg>
        }
    }
}

/// Writes the dark runs of one line of modules as bars of the path.
fn line(code: &QrCode, y: i32, path: &mut String) {
    let mut x = 0;
    while x < code.size() {
        let start = x;
        while code.get_module(x, y) {
            x += 1;
        }
        if x > start {
            let run = x - start;
            // Writing to a String cannot fail.
            let _ = write!(path, "M{} {}h{run}v1h-{run}z", start + QUIET, y + QUIET);
        }
        x += 1;
    }
}

/// A mark above a heading.
#[derive(Clone, Copy)]
pub(super) enum Mark {
    Done,
    Back,
    Stop,
    Clock,
    Phone,
}

/// The mark in its round; `word` is the tone it is coloured by.
pub(super) fn mark(mark: Mark) -> Html {
    let (tone, path) = match mark {
        Mark::Done => ("good", "M7 12.5l3.5 3.5L17 9"),
        Mark::Back => ("good", "M11 8l-4 4 4 4M7 12h10"),
        Mark::Stop => ("still", "M8.5 8.5l7 7m0-7l-7 7"),
        Mark::Clock => ("still", "M12 7v5l3 2"),
        Mark::Phone => ("still", "M9 6h6v12H9zM11.5 15.5h1"),
    };
    html! {
        <svg class="mark" data-tone={tone} viewBox="0 0 24 24" aria-hidden="true"><path d={path} /></svg>
    }
}
