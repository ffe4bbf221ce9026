//! Decides how a server of the guide is started, for the tests that ask it and for those that pay on its page.
//!
//! It installs and builds nothing: `tests/run` does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// A language: its name, the program that runs its server, and the file.
pub(crate) type Kind = (&'static str, &'static str, &'static str);

pub(crate) const PYTHON: Kind = ("python", "servers/python/bin/python", "shop.py");
pub(crate) const NODE: Kind = ("node", "node", "shop.mjs");
pub(crate) const RUST: Kind = ("rust", "servers/rust/debug/moongate-shop", "");
pub(crate) const GO: Kind = ("go", "servers/go/shop", "");
pub(crate) const JAVA: Kind = ("java", "java", "");

/// Where the parts of Node's server lie beside their packages, for Node looks for these above the file. They are copied once,
/// since a copy that is made anew is empty for a moment, in which another test may start it.
static NODE_FILES: LazyLock<PathBuf> = LazyLock::new(|| {
    let installed = installed("node");
    for entry in fs::read_dir(source("node")).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), installed.join(entry.file_name())).unwrap();
    }
    installed
});

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/guide/servers").join(name)
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("..")
}

/// Where `tests/run` has put what this server needs.
pub(crate) fn installed(name: &str) -> PathBuf {
    let installed = target().join("servers").join(name);
    assert!(installed.is_dir(), "tests/run installs what the server in {name} needs in {}", installed.display());
    installed
}

/// What runs this server at this port, with its store in this folder.
pub(crate) fn command((name, program, file): Kind, port: u16, data: &Path) -> Command {
    let folder = installed(name);
    let mut command = Command::new(match name {
        "node" | "java" => PathBuf::from(program),
        _ => target().join(program),
    });
    match name {
        "node" => command.arg(NODE_FILES.join(file)),
        "python" => command.arg(source(name).join(file)).env("PYTHONDONTWRITEBYTECODE", "1"),
        "java" => {
            command.arg("-cp").arg(format!("{0}/classes:{0}/lib/*", folder.join("target").display())).arg("shop.Shop")
        }
        _ => &mut command,
    };
    command.env("PORT", port.to_string()).env("SHOP_DATA", data);
    command
}
