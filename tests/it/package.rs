//! What `moongate bundle --npm` promises: npm packs it, a server can import it, and each file that its script names is there.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

static PACKAGE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package");
    let _older = fs::remove_dir_all(&folder);
    let mut moongate = Command::new(env!("CARGO_BIN_EXE_moongate"));
    said(moongate.args(["bundle", "--npm", "--out"]).arg(&folder));
    folder
});

/// What a command that must succeed says on standard output.
fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn script() -> String {
    fs::read_to_string(PACKAGE.join("moongate.js")).unwrap()
}

/// The files that npm would publish.
fn packed() -> BTreeSet<String> {
    let told = said(Command::new("npm").args(["pack", "--dry-run", "--json"]).current_dir(&*PACKAGE));
    let told: Value = serde_json::from_str(&told).unwrap();
    let files = told.pointer("/0/files").or_else(|| told.pointer("/moongate/files")).unwrap().as_array().unwrap();
    files.iter().map(|file| file["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn npm_packs_the_script_its_types_and_everything_that_the_script_names() {
    let packed = packed();
    let script = script();
    let named: Vec<&str> = script.split("(\"./").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(named.len() >= 7, "three parts, two scripts, a language or more: {named:?}");
    let fixed = ["moongate.js", "moongate.d.ts", "types/react.d.ts", "types/vue.d.ts", "README.md", "LICENSE-MIT"];
    for name in named.into_iter().chain(fixed) {
        assert!(packed.contains(name), "{name} is not among {packed:?}");
    }
    assert!(packed.iter().all(|name| !name.ends_with(".br") && !name.ends_with(".gz")), "{packed:?}");
}

/// The folder of an older version, with files that it named by their hashes, and one that is somebody else's.
#[test]
fn an_older_package_in_the_folder_leaves_nothing_to_be_packed() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package-twice");
    let _older = fs::remove_dir_all(&folder);
    let write = || said(Command::new(env!("CARGO_BIN_EXE_moongate")).args(["bundle", "--npm", "--out"]).arg(&folder));
    let names = || {
        let inside = ["", "words", "types"].map(|inside| fs::read_dir(folder.join(inside)).unwrap());
        inside.into_iter().flatten().map(|entry| entry.unwrap().path()).collect::<BTreeSet<_>>()
    };
    write();
    let new = names();
    let [script, words, foreign] =
        ["moongate-0lder0ne.js", "words/xx-0lder0ne.json", "notes.js"].map(|n| folder.join(n));
    for path in [&script, &words, &foreign] {
        fs::write(path, "{}").unwrap();
    }
    write();
    assert!(!script.exists() && !words.exists() && foreign.exists());
    fs::remove_file(&foreign).unwrap();
    assert_eq!(names(), new);
}

#[test]
fn every_entry_of_the_package_is_a_file_of_it() {
    let manifest: Value = serde_json::from_slice(&fs::read(PACKAGE.join("package.json")).unwrap()).unwrap();
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["license"], "MIT OR Apache-2.0");
    assert_eq!(manifest["publishConfig"]["provenance"], true);
    assert_eq!(manifest["sideEffects"].as_array().unwrap(), &["./moongate.js"], "it must not be shaken off the tree");
    let packed = packed();
    for (entry, ways) in manifest["exports"].as_object().unwrap() {
        let ways: Vec<&str> = ways.as_object().map_or_else(
            || vec![ways.as_str().unwrap()],
            |ways| ways.values().map(|way| way.as_str().unwrap()).collect(),
        );
        assert!(ways.iter().all(|way| packed.contains(way.trim_start_matches("./"))), "{entry} leads to {ways:?}");
    }
}

/// What npm says when it is told to publish this folder, to a registry that nobody answers for.
fn refused(folder: &Path) -> String {
    let mut npm = Command::new("npm");
    npm.args(["publish", "--registry", "http://127.0.0.1:9", "--//127.0.0.1:9/:_authToken=none", "--fetch-retries=0"]);
    // As on somebody's desk, also where this test runs in a service that builds.
    for name in ["CI", "GITHUB_ACTIONS", "GITLAB_CI"] {
        npm.env_remove(name);
    }
    let output = npm.current_dir(folder).output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn npm_publishes_it_only_with_its_repository_named_and_its_provenance_shown() {
    let told = refused(&PACKAGE);
    assert!(told.contains("EPRIVATE"), "without --repository: {told}");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package-published");
    let _older = fs::remove_dir_all(&folder);
    let mut moongate = Command::new(env!("CARGO_BIN_EXE_moongate"));
    let repository = "https://host.example/owner/name";
    said(moongate.args(["bundle", "--npm", "--repository", repository, "--out"]).arg(&folder));
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("package.json")).unwrap()).unwrap();
    assert_eq!(manifest["repository"]["url"], "git+https://host.example/owner/name.git");
    assert_eq!((&manifest["private"], &manifest["publishConfig"]["provenance"]), (&Value::Null, &Value::Bool(true)));
    let told = refused(&folder);
    let npm = said(Command::new("npm").arg("--version"));
    // Debian 12 has npm 9.2, which does not know of provenance yet.
    if npm.trim().split('.').next().unwrap().parse::<u32>().unwrap() >= 10 {
        assert!(told.contains("EUSAGE") && told.contains("provenance"), "from a desk, where nobody vouches: {told}");
    }
}

#[test]
fn a_repository_that_is_none_is_said_and_nothing_can_be_published() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package-refused");
    let mut moongate = Command::new(env!("CARGO_BIN_EXE_moongate"));
    let output =
        moongate.args(["bundle", "--npm", "--repository", "owner/name", "--out"]).arg(&folder).output().unwrap();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("https://HOST/OWNER/NAME"));
    let manifest = fs::read_to_string(folder.join("package.json")).unwrap();
    assert!(manifest.contains("\"private\": true"), "{manifest}");
}

#[test]
fn importing_it_on_a_server_defines_nothing_and_asks_for_nothing() {
    let script = "globalThis.fetch = () => { throw new Error('it fetched') }
        const before = Object.keys(globalThis)
        const { MoongateCheckout } = await import('./moongate.js')
        const own = Object.keys(globalThis).filter((name) => !before.includes(name))
        console.log(typeof MoongateCheckout, JSON.stringify(own), typeof customElements)";
    let mut node = Command::new("node");
    let told = said(node.args(["--input-type=module", "-e", script]).current_dir(&*PACKAGE));
    assert_eq!(told.trim(), "function [] undefined");
}

#[test]
fn wasm_and_words_are_held_to_the_hashes_of_the_cdns_folder() {
    let cdn = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package-beside");
    said(Command::new(env!("CARGO_BIN_EXE_moongate")).args(["bundle", "--out"]).arg(&cdn));
    let manifest: Value = serde_json::from_slice(&fs::read(cdn.join("manifest.json")).unwrap()).unwrap();
    let files = manifest["files"].as_object().unwrap();
    let tongues = files.keys().find(|name| name.starts_with("tongues-")).unwrap();
    let scripts = script() + &fs::read_to_string(PACKAGE.join(tongues)).unwrap();
    for (name, file) in files.iter().filter(|(name, _)| name.ends_with(".wasm") || name.starts_with("words/")) {
        let hash = file["integrity"].as_str().unwrap().strip_prefix("sha256-").unwrap();
        assert!(scripts.contains(hash), "{name} is not pinned");
        assert!(fs::read(PACKAGE.join(name)).unwrap() == fs::read(cdn.join(name)).unwrap(), "{name} differs");
    }
}
