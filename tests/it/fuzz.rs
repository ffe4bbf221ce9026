//! See each test's name.

use crate::entries::ENTRIES;
use std::path::{Path, PathBuf};

/// The inputs kept for this entry: those that between them reach all that a long run of the fuzzer reached, and those
/// that once broke a rule.
fn kept(entry: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(entry);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|fault| panic!("{}: {fault}", folder.display()));
    files.map(|file| file.unwrap().path()).collect()
}

#[test]
fn whatever_the_fuzzers_found_keeps_to_the_rules() {
    for (name, entry) in ENTRIES {
        let kept = kept(name);
        assert!(kept.len() >= 10, "{name} keeps {}", kept.len());
        for file in kept {
            let input = std::fs::read(&file).unwrap();
            let outcome = std::panic::catch_unwind(|| entry(&input));
            assert!(outcome.is_ok(), "{}: {}", file.display(), String::from_utf8_lossy(&input));
        }
    }
}
