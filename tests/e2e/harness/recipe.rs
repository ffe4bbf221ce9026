//! Decides how a recipe of the guide is built as a merchant would: its files in a folder of its own, the npm package in it.
//!
//! It does not decide what is done with what was built. `tests/run` has installed what the recipe needs beside our package.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// A recipe in the target folder, where its dependencies are.
#[derive(Debug)]
pub struct Recipe {
    /// The folder.
    pub folder: PathBuf,
}

/// The package as npm packs it.
static PACKED: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm-package");
    let _older = fs::remove_dir_all(&folder);
    let mut moongate = Command::new(env!("CARGO_BIN_EXE_moongate"));
    done("moongate bundle --npm", moongate.args(["bundle", "--npm", "--out"]).arg(&folder));
    done("npm pack", Command::new("npm").arg("pack").current_dir(&folder));
    folder.join(concat!("moongate-", env!("CARGO_PKG_VERSION"), ".tgz"))
});

impl Recipe {
    /// The recipe of this name, with our package as it is now.
    ///
    /// # Panics
    /// When what else it needs was not installed.
    pub fn of(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../recipes").join(name);
        let packages = folder.join("node_modules");
        assert!(packages.is_dir(), "tests/run installs what the recipe {name} needs in {}", packages.display());
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("www/guide/recipes").join(name), &folder);
        let ours = packages.join("moongate");
        let _older = fs::remove_dir_all(&ours);
        fs::create_dir_all(&ours).expect("a folder for our package");
        done("tar", Command::new("tar").arg("xzf").arg(&*PACKED).args(["--strip-components", "1", "-C"]).arg(&ours));
        Self { folder }
    }

    /// Builds it; `variables` are set meanwhile.
    pub fn build(&self, variables: &[(&str, &str)]) -> &Self {
        done("npm run build", self.npm(&["run", "build"]).envs(variables.iter().copied()));
        self
    }

    /// A command of npm's in its folder.
    pub fn npm(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("npm");
        command.args(arguments).current_dir(&self.folder).env("NEXT_TELEMETRY_DISABLED", "1");
        command
    }
}

/// Copies a folder over another; what else lies there stays.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).unwrap_or_else(|fault| panic!("{}: {fault}", from.display())) {
        let entry = entry.expect("an entry");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type().expect("its kind").is_dir() {
            true => copy(&from, &to),
            false => drop(fs::copy(&from, &to).unwrap_or_else(|fault| panic!("{}: {fault}", to.display()))),
        }
    }
}

fn done(what: &str, command: &mut Command) {
    let output = command.output().unwrap_or_else(|fault| panic!("{what} could not be started: {fault}"));
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{what} failed:\n{}", String::from_utf8_lossy(&said));
}
