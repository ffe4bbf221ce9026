//! What `moongate bundle` promises: the same bytes each time, hashes that are true, and no more weight than agreed.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

/// The bundle that all but one of these tests look at.
static BUNDLE: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let folder = folder("bundle");
    bundle(&folder, &[]);
    contents(&folder)
});

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn bundle(out: &Path, more: &[&str]) -> Output {
    let program = Command::new(env!("CARGO_BIN_EXE_moongate")).arg("bundle").arg("--out").arg(out).args(more).output();
    let output = program.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Every file by its name below the folder.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut contents = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            let below = self::contents(&entry.path());
            contents.extend(below.into_iter().map(|(path, bytes)| (format!("{name}/{path}"), bytes)));
        } else {
            contents.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    contents
}

fn manifest() -> Value {
    serde_json::from_slice(&BUNDLE["manifest.json"]).unwrap()
}

fn listed() -> Vec<(String, Value)> {
    let files: Vec<_> = manifest()["files"].as_object().unwrap().clone().into_iter().collect();
    assert!(files.len() >= 4, "script, wasm, types and words at least");
    files
}

fn integrity(bytes: &[u8]) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(bytes)))
}

fn unzipped(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
    plain
}

fn unbrotlied(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    brotli::Decompressor::new(bytes, 4096).read_to_end(&mut plain).unwrap();
    plain
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let again = folder("bundle-again");
    bundle(&again, &["--anew"]);
    let again = contents(&again);
    assert_eq!(BUNDLE.keys().collect::<Vec<_>>(), again.keys().collect::<Vec<_>>());
    let differing: Vec<_> =
        again.iter().filter(|(name, bytes)| BUNDLE[*name] != **bytes).map(|(name, _)| name).collect();
    assert_eq!(differing, [""; 0]);
}

#[test]
fn nothing_is_built_when_nothing_has_changed() {
    LazyLock::force(&BUNDLE);
    let output = bundle(&folder("bundle-unchanged"), &[]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("until a shopper can pick and press"),
        "the sizes are printed each time"
    );
}

#[test]
fn the_manifest_tells_the_truth_of_every_file() {
    for (name, weight) in listed() {
        let bytes = &BUNDLE[&name];
        assert_eq!(weight["bytes"], bytes.len(), "{name}");
        assert_eq!(weight["integrity"], integrity(bytes), "{name}");
        let (gzip, brotli) = (&BUNDLE[&format!("{name}.gz")], &BUNDLE[&format!("{name}.br")]);
        assert_eq!((&weight["gzip"], &weight["brotli"]), (&gzip.len().into(), &brotli.len().into()), "{name}");
        assert!(unzipped(gzip) == *bytes && unbrotlied(brotli) == *bytes, "{name}: a compressed form is another file");
    }
    let all: usize = listed().len() * 3 + 1;
    assert_eq!(BUNDLE.len(), all, "each file is there plain and twice compressed, and the manifest");
}

#[test]
fn what_travels_until_a_press_is_sent_is_summed_truly_and_does_not_grow() {
    let brotli = |name: &str| BUNDLE[&format!("{name}.br")].len();
    let names: Vec<String> = listed().into_iter().map(|(name, _)| name).collect();
    let first: usize = names.iter().filter(|name| name.starts_with("moongate-")).map(|name| brotli(name)).sum();
    let until_ready = brotli("moongate.js") + first;
    let manifest = manifest();
    assert_eq!(manifest["until_rows"]["brotli"], brotli("moongate.js"));
    assert_eq!(manifest["until_ready"]["brotli"], until_ready);
    let later = names.iter().filter(|name| name.starts_with("pay-") || name.starts_with("read-"));
    let words = names.iter().filter(|name| name.starts_with("words/")).map(|name| brotli(name)).max().unwrap();
    assert_eq!(manifest["in_all"]["brotli"], until_ready + later.map(|name| brotli(name)).sum::<usize>() + words);
    for until in ["until_rows", "until_ready", "in_all"] {
        let [weight, limit] = ["brotli", "limit"].map(|of| manifest[until][of].as_u64().unwrap());
        assert!(weight <= limit, "{until}: {weight} bytes, and at most {limit} may travel");
    }
}

#[test]
fn the_script_is_one_file_that_pins_every_other_itself_or_by_that_of_the_languages() {
    let text = |name: &str| String::from_utf8(BUNDLE[name].clone()).unwrap();
    let (script, files) = (text("moongate.js"), listed());
    let tongues = &files.iter().find(|(name, _)| name.starts_with("tongues-")).unwrap().0;
    assert!(!script.contains("./glue.js") && !script.contains("./generated.js"), "it still imports");
    let mut by_tongues = 0;
    for (name, weight) in files.iter().filter(|(name, _)| name.contains('-')) {
        let pin = weight["integrity"].as_str().unwrap();
        let (stem, rest) = name.rsplit_once('-').unwrap();
        let (letters, ending) = rest.split_once('.').unwrap();
        // A stem, an ending and a hash give the name: it has the hash's first letters.
        let own = format!("{stem}.{ending} {}", pin.trim_start_matches("sha256-"));
        if script.contains(&own) {
            let first: String = pin.trim_start_matches("sha256-").chars().take(8).collect();
            assert_eq!(first.replace(['+', '/'], "_"), letters, "{name}");
        } else {
            // Named like the script that pins it.
            let hash = tongues.trim_start_matches("tongues").trim_end_matches(".js");
            assert!(name.starts_with("words/") && name.ends_with(&format!("{hash}.json")), "{name} is not named");
            assert!(text(tongues).contains(pin), "{name} is not pinned");
            by_tongues += 1;
        }
    }
    assert_eq!(by_tongues, moongate::words::Language::ALL.len() - 2);
}

#[test]
fn no_file_says_on_whose_machine_it_was_made() {
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME")).unwrap();
    let private = [env!("CARGO_MANIFEST_DIR"), env!("CARGO_TARGET_TMPDIR"), &home, "/registry/src/", "/.cargo/"];
    for (name, bytes) in BUNDLE.iter().filter(|(name, _)| !name.ends_with(".br") && !name.ends_with(".gz")) {
        let found: Vec<_> =
            private.iter().filter(|word| bytes.windows(word.len()).any(|part| part == word.as_bytes())).collect();
        assert!(found.is_empty(), "{name} holds {found:?}");
    }
}

/// Long: the whole wasm is built twice from nothing. It is what is committed that is bundled.
#[test]
#[ignore = "builds the wasm twice from nothing: tests/run --all"]
fn two_clones_in_two_folders_make_the_same_bytes() {
    let made = ["one", "another-folder-with-a-longer-name"].map(|name| {
        let clone = folder(&format!("clone-{name}"));
        let cloned = Command::new("git").args(["clone", "--quiet", env!("CARGO_MANIFEST_DIR")]).arg(&clone).status();
        assert!(cloned.unwrap().success(), "git could not clone");
        let out = clone.join("made");
        let program = Command::new(env!("CARGO_BIN_EXE_moongate"))
            .args(["bundle", "--anew", "--out"])
            .arg(&out)
            .current_dir(&clone)
            .env("CARGO_MANIFEST_DIR", &clone)
            .env("CARGO_TARGET_DIR", clone.join("target"))
            .output()
            .unwrap();
        assert!(program.status.success(), "{}", String::from_utf8_lossy(&program.stderr));
        let made = contents(&out);
        fs::remove_dir_all(&clone).unwrap();
        made
    });
    let [one, other] = made;
    assert!(one.len() > 20, "{:?}", one.keys());
    let differ: Vec<_> =
        one.iter().filter(|(name, bytes)| other.get(*name) != Some(*bytes)).map(|(name, _)| name).collect();
    assert!(differ.is_empty() && one.len() == other.len(), "{differ:?} differ");
}

/// Long: the standard library is built too.
#[test]
#[ignore = "builds the standard library and the wasm from nothing: tests/run --all"]
fn a_bundle_made_small_has_the_same_files_and_weighs_less() {
    let small = folder("bundle-small");
    bundle(&small, &["--small"]);
    let small = contents(&small);
    let kinds = |files: &BTreeMap<String, Vec<u8>>| {
        let kind = |name: &String| {
            let (stem, rest) = name.split_once('-').unwrap_or((name, ""));
            [stem, rest.split_once('.').map_or("", |(_, kind)| kind)].concat()
        };
        files.keys().map(kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&small), kinds(&BUNDLE));
    let weighs = |files: &BTreeMap<String, Vec<u8>>, until: &str| {
        let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        manifest[until]["brotli"].as_u64().unwrap()
    };
    assert!(weighs(&small, "until_ready") < weighs(&BUNDLE, "until_ready"), "{}", weighs(&small, "until_ready"));
    assert!(weighs(&small, "in_all") + 1_000 < weighs(&BUNDLE, "in_all"), "{}", weighs(&small, "in_all"));
}
