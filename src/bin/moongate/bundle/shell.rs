//! Decides what `moongate.js` must know before the wasm arrives: tables generated from the core.
//!
//! It does not decide how they are packed.

use serde_json::{Value, json};

/// The tables, an object; the bundle adds `css`, `wasm` and `words` to it.
pub(crate) fn tables() -> Value {
    json!({})
}
