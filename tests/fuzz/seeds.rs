//! `seeds out FILE FOLDER` writes the inputs that a file of `corpus/` keeps as files, for a fuzzer; `seeds in FILE FOLDER`
//! keeps the files of a folder in their place. Built by `rustc`, with nothing else.

#[path = "kept.rs"]
mod kept;

use std::path::Path;
use std::{env, fs, process};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["out", file, folder] => out(Path::new(file), Path::new(folder)),
        ["in", file, folder] => keep(Path::new(file), files(Path::new(folder))),
        _ => {
            eprintln!("seeds out|in FILE FOLDER");
            process::exit(2);
        }
    }
}

fn out(file: &Path, folder: &Path) {
    fs::create_dir_all(folder).expect("the folder can be made");
    for (number, input) in kept::inputs(file).iter().enumerate() {
        fs::write(folder.join(format!("{number:04}")), input).expect("a file can be written");
    }
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("a file").path());
    entries.map(|path| fs::read(path).expect("a file can be read")).collect()
}

/// Keeps these inputs in this file, the shortest first.
fn keep(file: &Path, mut inputs: Vec<Vec<u8>>) {
    inputs.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    inputs.dedup();
    let lines: String = inputs.iter().map(|input| format!("{}\n", input.escape_ascii())).collect();
    fs::write(file, lines).expect("the file can be written");
}
