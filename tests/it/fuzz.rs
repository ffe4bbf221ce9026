//! See each test's name.

use crate::entries::{ENTRIES, kept};
use std::path::Path;

#[test]
fn whatever_the_fuzzers_found_keeps_to_the_rules() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    for (name, entry) in ENTRIES {
        let inputs = kept::inputs(&folder.join(name).with_extension("txt"));
        assert!(inputs.len() >= 10, "{name} keeps {}", inputs.len());
        for input in inputs {
            let outcome = std::panic::catch_unwind(|| entry(&input));
            assert!(outcome.is_ok(), "{name}: {}", input.escape_ascii());
        }
    }
}

#[test]
fn what_is_kept_comes_back_as_it_was() {
    let bytes: Vec<u8> = (0..=255).collect();
    assert_eq!(kept::unescaped(&bytes.escape_ascii().to_string()), Some(bytes));
    assert_eq!(kept::unescaped("\\q"), None);
}
