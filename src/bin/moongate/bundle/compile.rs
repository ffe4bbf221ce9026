//! Decides how the library becomes the widget's wasm: target, profile, and the flags that keep machines' paths out.
//!
//! It does not optimise or wrap it.

use crate::workspace::Workspace;
use anyhow::{Context, Result, bail, ensure};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";

/// Which standard library the widget is linked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Std {
    /// The one that comes with the toolchain.
    Shipped,
    /// One made anew from its sources: for size, and without the texts and the formatting of panics.
    Rebuilt,
}

/// Builds the library with cargo, whose progress goes to standard error, and gives the module's path.
///
/// # Errors
/// When the target or the sources of the standard library can't be added, or cargo can't be started or fails.
pub(super) fn module(workspace: &Workspace, std: Std) -> Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    command
        .current_dir(&workspace.sources)
        .args(["rustc", "--locked", "--lib", "--crate-type", "cdylib", "--profile", "widget"])
        .args(["--target", TARGET, "--no-default-features", "--features", "widget"]);
    let mut flags = flags(workspace)?;
    let target = match std {
        Std::Shipped => {
            add_target(workspace)?;
            workspace.target.clone()
        }
        Std::Rebuilt => {
            add_sources(workspace)?;
            // The older names say in which file a function is, which the cutting into parts goes by.
            let unstable = ["-Zunstable-options", "-Cpanic=immediate-abort", "-Csymbol-mangling-version=legacy"];
            flags.extend(unstable.map(OsString::from));
            command.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
            // Lets the very compiler of the other build take settings that only a nightly one takes by itself, so that
            // two builds differ by their standard library and by nothing else.
            command.env("RUSTC_BOOTSTRAP", "1");
            workspace.target.join("small")
        }
    };
    let status = command
        .arg("--target-dir")
        .arg(&target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}".as_ref()))
        .stdout(io::stderr())
        .status()
        .with_context(|| format!("could not start {}", cargo.display()))?;
    ensure!(status.success(), "the widget does not build: see what cargo says above");
    Ok(target.join(TARGET).join("widget/moongate.wasm"))
}

/// Adds the wasm target unless rustc has it; a distribution's Rust without rustup may well have it.
fn add_target(workspace: &Workspace) -> Result<()> {
    let library = rustc(workspace, &["--print", "target-libdir", "--target", TARGET])?;
    if Path::new(library.trim()).is_dir() {
        return Ok(());
    }
    add(workspace, "target", TARGET)
}

/// Adds the sources of the standard library unless the toolchain has them.
fn add_sources(workspace: &Workspace) -> Result<()> {
    if library_sources(workspace)?.join("library/std").is_dir() {
        Ok(())
    } else {
        add(workspace, "component", "rust-src")
    }
}

fn add(workspace: &Workspace, kind: &str, name: &str) -> Result<()> {
    eprintln!("Adding Rust's {kind} {name} (rustup {kind} add {name})");
    let added =
        Command::new("rustup").current_dir(&workspace.sources).args([kind, "add", name]).stdout(io::stderr()).status();
    match added {
        Ok(status) if status.success() => Ok(()),
        _ => bail!("Rust's {kind} {name} is missing and rustup could not add it: install it, then try again"),
    }
}

/// What rustc says to these arguments, with the toolchain of the sources.
pub(super) fn rustc(workspace: &Workspace, arguments: &[&str]) -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc)
        .current_dir(&workspace.sources)
        .args(arguments)
        .output()
        .with_context(|| format!("could not start {}", rustc.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "rustc {} failed: {}", arguments.join(" "), said.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The flags that make the same bytes on every machine: each folder that differs gets a name that does not.
/// They replace whatever flags the caller's environment holds. Of two prefixes that match, rustc takes the last.
fn flags(workspace: &Workspace) -> Result<Vec<OsString>> {
    let mut names =
        vec![(workspace.sources.clone(), "/moongate".to_owned()), (workspace.target.clone(), "/target".to_owned())];
    names.extend(registries()?.into_iter().map(|folder| (folder, "/crates".to_owned())));
    names.push(standard_library(workspace)?);
    let flags = names.iter().map(|(folder, name)| {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(folder);
        flag.push("=");
        flag.push(name);
        flag
    });
    let record = ["-C".into(), "link-arg=--emit-relocs".into()];
    Ok(flags.chain(record).collect())
}

/// Where cargo unpacks crates: one folder for each registry, named after the registry's address.
fn registries() -> Result<Vec<PathBuf>> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    let folder = home.context("neither CARGO_HOME nor HOME is set")?.join("registry/src");
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let mut folders: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    Ok(folders)
}

/// The standard library's sources, if installed, get the name that rustc gives them where they are not.
fn standard_library(workspace: &Workspace) -> Result<(PathBuf, String)> {
    let folder = library_sources(workspace)?;
    let version = rustc(workspace, &["-vV"])?;
    let hash = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
    Ok((folder, format!("/rustc/{hash}")))
}

/// Where rustup puts the sources of the standard library.
fn library_sources(workspace: &Workspace) -> Result<PathBuf> {
    Ok(Path::new(rustc(workspace, &["--print", "sysroot"])?.trim()).join("lib/rustlib/src/rust"))
}
