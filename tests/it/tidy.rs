//! Holds the house to its rules: what a file may name, how long it may be, and what may not be in it at all.

use std::fs;
use std::path::{Path, PathBuf};

/// Lines of a file, its tests not counted.
const LONGEST: usize = 300;

fn house() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder, but for what is made from others or fetched.
fn files(folder: &Path) -> Vec<PathBuf> {
    let made = ["target", "node_modules", ".git"];
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    for entry in entries.filter(|entry| !made.iter().any(|name| entry.file_name() == *name)) {
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => files.extend(self::files(&entry.path())),
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    files
}

/// Path below the house and text of every Rust file of `src`.
fn sources() -> Vec<(String, String)> {
    let rust = files(&house().join("src")).into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
    let sources: Vec<_> = rust.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect();
    assert!(sources.len() > 10, "no sources were found");
    sources
}

fn name(path: &Path) -> String {
    path.strip_prefix(house()).unwrap().to_str().unwrap().replace('\\', "/")
}

/// A file without its tests, which stand last.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\n").next().unwrap()
}

/// The same without comments.
fn code(text: &str) -> String {
    let uncommented = |line: &str| line.split("//").next().unwrap().to_owned() + "\n";
    without_tests(text).lines().map(uncommented).collect()
}

fn nothing(found: &[String]) {
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn every_source_file_opens_by_saying_what_it_decides() {
    let silent = sources().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(name, _)| name);
    nothing(&silent.collect::<Vec<_>>());
}

#[test]
fn no_source_file_is_longer_than_it_can_be_held_in_mind() {
    let lines = |text: &str| without_tests(text).lines().count();
    let long = sources().into_iter().filter(|(name, text)| !name.contains("/tests") && lines(text) > LONGEST);
    nothing(&long.map(|(name, text)| format!("{name}: {} lines, {LONGEST} at most", lines(&text))).collect::<Vec<_>>());
}

#[test]
fn the_core_names_no_browser_no_clock_no_chance_and_no_yew() {
    let foreign = [
        "web_sys",
        "js_sys",
        "wasm_bindgen",
        "gloo",
        "yew::",
        "browser::",
        "view::",
        "SystemTime",
        "Instant",
        "std::time",
        "RandomState",
        "rand::",
        "getrandom",
        "std::env",
        "std::fs",
        "std::net",
        "std::thread",
    ];
    let in_core = |name: &str| ["src/checkout", "src/action"].iter().any(|core| name.starts_with(core));
    let mut found = Vec::new();
    for (name, text) in sources().into_iter().filter(|(name, _)| in_core(name)) {
        let code = code(&text);
        found.extend(foreign.iter().filter(|word| code.contains(**word)).map(|word| format!("{name} names {word}")));
    }
    nothing(&found);
}

#[test]
fn only_the_edge_names_the_browser() {
    let edges = ["src/browser", "src/bin"];
    let in_house = |name: &str| !edges.iter().any(|edge| name.starts_with(edge));
    let foreign = ["web_sys", "js_sys", "gloo", "wasm_bindgen"];
    let mut found = Vec::new();
    for (name, text) in sources().into_iter().filter(|(name, _)| in_house(name)) {
        let code = code(&text);
        found.extend(foreign.iter().filter(|word| code.contains(**word)).map(|word| format!("{name} names {word}")));
    }
    nothing(&found);
}

/// `println!` ends the program where nobody reads any more; `say.rs` does not.
#[test]
fn the_program_speaks_only_where_a_closed_pipe_stops_nothing() {
    let speaks = |text: &str| ["println!", "print!"].iter().any(|word| code(text).replace("eprint", "").contains(word));
    assert!(speaks("println!()") && speaks("print!()") && !speaks("eprintln!() // print"));
    let program = sources().into_iter().filter(|(name, _)| name.starts_with("src/bin") && !name.contains("/tests"));
    nothing(&program.filter(|(_, text)| speaks(text)).map(|(name, _)| name).collect::<Vec<_>>());
}

#[test]
fn no_file_is_named_for_being_a_drawer() {
    let drawers = ["util", "utils", "helper", "helpers", "manager", "common", "misc"];
    let stem = |name: &str| Path::new(name).file_stem().unwrap().to_str().unwrap().to_owned();
    let found = sources().into_iter().map(|(name, _)| name).filter(|name| drawers.contains(&stem(name).as_str()));
    nothing(&found.collect::<Vec<_>>());
}

#[test]
fn no_file_holds_a_path_of_somebodys_machine_or_the_address_of_a_mirror() {
    // Put together here, so that this file does not hold them itself.
    let known = [["/ro", "ot/"], ["/wo", "rk/"], ["C:\\", "Users"], ["\"resol", "ved\":"]].map(|parts| parts.concat());
    let here = [env!("CARGO_MANIFEST_DIR").to_owned() + "/", std::env::var("HOME").unwrap_or_default() + "/"];
    let private: Vec<_> = known.into_iter().chain(here).filter(|path| path.len() > 3).collect();
    let mut found = Vec::new();
    for path in files(house()) {
        // Pictures and the like are not text.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        found.extend(
            private.iter().filter(|word| text.contains(*word)).map(|word| format!("{} holds {word}", name(&path))),
        );
    }
    nothing(&found);
}

#[test]
fn the_rules_see_through_comments_and_stop_at_the_tests() {
    let text = "//! yew:: in words.\nuse core::fmt; // web_sys\n#[cfg(test)]\nmod tests { use yew::html; }\n";
    assert_eq!(code(text), "\nuse core::fmt; \n");
}
