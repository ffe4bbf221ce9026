//! Decides where the sources lie and where what is made of them goes.
//!
//! It does not read or make anything there.

use anyhow::{Context, Result};
use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// The folders that the program works in.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    /// The folder of `Cargo.toml`.
    pub(crate) sources: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// As cargo says; as it was at compile time for a program that is started without cargo.
    pub(crate) fn here() -> Self {
        let sources =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| sources.join("target"), |folder| sources.join(folder));
        Self { sources, target }
    }

    /// The program's own folder below the target folder, made if it is not there.
    pub(crate) fn own(&self) -> Result<PathBuf> {
        let folder = self.target.join("moongate");
        fs::create_dir_all(&folder).with_context(|| format!("could not make the folder {}", folder.display()))?;
        Ok(folder)
    }

    /// Waits until no other process makes a bundle here; it is this one's turn until the file is dropped.
    pub(crate) fn turn(&self) -> Result<File> {
        let path = self.own()?.join("turn");
        let file = File::create(&path).with_context(|| format!("could not write {}", path.display()))?;
        file.lock().with_context(|| format!("could not lock {}", path.display()))?;
        Ok(file)
    }

    /// The text of a source file, by its path below the sources.
    pub(crate) fn text(&self, path: impl AsRef<Path>) -> Result<String> {
        let path = self.sources.join(path);
        fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))
    }
}
