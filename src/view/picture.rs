//! Draws what is not text: QR codes and the marks of outcomes, as SVG.
//!
//! It does not decide what a code says; the text was checked before it came here.

use qrcodegen::{QrCode, QrCodeEcc};
use yew::prelude::*;

/// Modules of white around a code, as its standard asks.
const QUIET: i32 = 4;

/// A QR code as one path.
///
/// # Source
/// `research/provider-payloads.md` 2.1: error level M, quiet zone 4, no logo; read 2026-11-22.
pub(super) struct Drawing {
    side: String,
    path: String,
}

impl Drawing {
    /// The code of this text; none if it is longer than a code can hold.
    #[inline(never)]
    pub(super) fn of(payload: &str) -> Option<Self> {
        let code = QrCode::encode_text(payload, QrCodeEcc::Medium).ok()?;
        let side = code.size() + 2 * QUIET;
        let mut path = String::new();
        (0..code.size()).for_each(|y| line(&code, y, &mut path));
        Some(Self { side: text(side), path })
    }

    /// The picture, named by what to do with it. `until` is what a saved one says of its time.
    pub(super) fn draw(&self, name: &str, until: Option<String>) -> Html {
        let side = self.side.as_str();
        html! {
            <svg class="qr" part="qr" role="img" aria-label={name.to_owned()} viewBox={["0 0 ", side, " ", side].concat()}
                shape-rendering="crispEdges" data-qr="" data-until={until}>
                <path class="paper" d={["M0 0h", side, "v", side, "H0z"].concat()} />
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
            let (from, down, run) = (text(start + QUIET), text(y + QUIET), text(x - start));
            path.extend(["M", &from, " ", &down, "h", &run, "v1h-", &run, "z"]);
        }
        x += 1;
    }
}

/// A number that is not negative, as text.
fn text(number: i32) -> String {
    u64::from(number.unsigned_abs()).to_string()
}

/// A mark above a heading.
#[derive(Clone, Copy, Debug)]
pub enum Mark {
    /// A tick: paid.
    Done,
    /// An arrow back: given back.
    Back,
    /// The same where one reads from right to left.
    BackInRtl,
    /// A cross: not paid, and over.
    Stop,
    /// A clock: nobody need do anything, or the time is over.
    Clock,
    /// A phone: the shopper does something there.
    Phone,
}

impl Mark {
    /// Its lines, as the data of an SVG path in a square of 24.
    ///
    /// ```
    /// use moongate::view::picture::Mark;
    /// assert_eq!(Mark::Stop.path(), "M7 7l10 10M17 7L7 17");
    /// ```
    pub fn path(self) -> &'static str {
        match self {
            Self::Done => "M5 12.5l4.5 4.5L19 7.5",
            Self::Back => "M10 7l-5 5 5 5M5 12h14",
            Self::BackInRtl => "M14 7l5 5-5 5M19 12H5",
            Self::Stop => "M7 7l10 10M17 7L7 17",
            Self::Clock => "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0M12 7.5V12l3 2",
            Self::Phone => {
                "M8.5 3h7a1.5 1.5 0 0 1 1.5 1.5v15a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 7 19.5v-15A1.5 1.5 0 0 1 8.5 3M11 18h2"
            }
        }
    }
}

/// The mark in its round; `data-tone` says how it is coloured.
pub(super) fn mark(mark: Mark) -> Html {
    let tone = if matches!(mark, Mark::Done) { "good" } else { "still" };
    html! {
        <svg class="mark" data-tone={tone} viewBox="0 0 24 24" aria-hidden="true"><path d={mark.path()} /></svg>
    }
}
