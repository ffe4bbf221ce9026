//! Decides which rooms of the house come in which part of the wasm, and so what a shopper waits for before they can pay.
//!
//! It does not cut: [`super::split`] does, by what calls what. A room that an earlier part only reaches by a call of one of
//! its functions comes with its own part; whatever is used in both is in the earlier.

/// A part of the wasm.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// The name of its file, before the hash.
    pub(super) name: &'static str,
    /// The modules and functions that come with it, by their paths.
    pub(super) rooms: &'static [&'static str],
}

/// In the order in which they are fetched.
pub(super) const PARTS: [Part; 3] = [
    Part { name: "moongate", rooms: &[] },
    Part {
        name: "pay",
        rooms: &[
            "moongate::checkout::machine::waiting",
            "moongate::checkout::machine::telling",
            "moongate::checkout::machine::closing",
            "moongate::checkout::machine::choosing::found",
            "moongate::checkout::machine::choosing::created",
            "moongate::browser::app",
            "moongate::browser::till::desk::Desk::become_whole",
            "moongate::browser::till::desk::report::<impl moongate::browser::till::desk::Desk>::report_within",
            "moongate::browser::till::desk::Desk::carry_out",
            "moongate::browser::till::desk::Desk::copied",
            "moongate::browser::keep::forget_attempt",
            "moongate::browser::keep::taken_up",
            "moongate::browser::clipboard",
            "moongate::browser::keep::was_told",
            "moongate::browser::lookout",
            "moongate::browser::hearing",
            "moongate::browser::rehearsal",
            "moongate::browser::reply",
            "moongate::browser::setup::shared",
            "<moongate::browser::stream::Source as core::ops::drop::Drop>::drop",
        ],
    },
    Part { name: "read", rooms: &["moongate::action::terms", "moongate::action::provider"] },
];
