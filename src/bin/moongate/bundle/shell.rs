//! Decides what `moongate.js` must know before the wasm arrives: tables generated from the core.
//!
//! It does not decide how they are packed.

use serde_json::{Value, json};

/// The tables, an object; the bundle adds `css`, `wasm` and `words` to it.
pub(crate) fn tables() -> Value {
    json!({})
}

/// Each language's tag and its words as JSON text, the first language first.
pub(crate) fn words() -> Vec<(&'static str, String)> {
    ["zh-CN", "en"].into_iter().map(|language| (language, "{}".to_owned())).collect()
}
