//! Decides whether a bundle is still as the sources are: one hash over everything it is made of.
//!
//! It does not look at times, which a checkout of another branch changes and a clock can get wrong.

use super::compile;
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// What a bundle is made of, beside the library and the toolchain.
const FILES: [&str; 16] = [
    "Cargo.toml",
    "Cargo.lock",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "rust-toolchain.toml",
    "src/bin/moongate/bundle.rs",
    "www/files.js",
    "www/form.js",
    "www/moongate.js",
    "www/moongate.css",
    "www/moongate.d.ts",
    "www/package.json",
    "www/package.md",
    "www/types/react.d.ts",
    "www/types/vue.d.ts",
    "www/tongues.js",
];

/// 16 hexadecimal digits, the same as long as nothing that goes into the bundle has changed.
pub(super) fn of(workspace: &Workspace) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(compile::rustc(workspace, &["-vV"])?);
    for path in paths(&workspace.sources)? {
        let bytes =
            fs::read(workspace.sources.join(&path)).with_context(|| format!("could not read {}", path.display()))?;
        hash.update(path.as_os_str().as_encoded_bytes());
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    Ok(super::folder::hex(&hash.finalize(), 16))
}

/// What is made while the sources stay as they were at this stamp. If they change meanwhile, it is a mixture, which this program, itself of
/// before, can't make again.
///
/// # Errors
/// What the making says, or that the sources have changed.
pub(super) fn held<T>(
    before: &str,
    now: impl FnOnce() -> Result<String>,
    make: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let made = make()?;
    ensure!(now()? == before, "the sources have changed while the bundle was made of them: start this command again");
    Ok(made)
}

/// Every file of it, sorted. Of the native program only what makes the bundle.
fn paths(sources: &Path) -> Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = FILES.iter().map(PathBuf::from).collect();
    collect(sources, Path::new("src"), &mut paths)?;
    collect(sources, Path::new("src/bin/moongate/bundle"), &mut paths)?;
    collect(sources, Path::new("www/shell"), &mut paths)?;
    paths.sort();
    Ok(paths)
}

/// The files in and below a folder, the folder of programs left out.
fn collect(sources: &Path, folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(sources.join(folder)).with_context(|| format!("could not read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true if path.ends_with("src/bin") => {}
            true => collect(sources, &path, paths)?,
            false => paths.push(path),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn what_was_made_while_the_sources_changed_is_not_used() {
        let sources = Cell::new(1);
        let made = |more| held("1", || Ok(sources.get().to_string()), || Ok(sources.replace(sources.get() + more)));
        assert_eq!(made(0).unwrap(), 1);
        assert!(made(1).unwrap_err().to_string().contains("start this command again"));
    }
}
