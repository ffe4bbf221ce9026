//! Tells where the bytes of the wasm are: which crate, which function, in which part; as a table and as a picture.
//!
//! It changes nothing. What it counts are bytes of code before they are compressed, which shrinks all about alike.

use super::split::Weight;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The files, in the folder that is asked for.
const TABLE: &str = "crates.txt";
const LIST: &str = "functions.csv";
const PICTURE: &str = "crates.svg";

/// How many crates have a row of their own; the rest are one.
const ROWS: usize = 12;

/// Writes the table of crates, the list of all functions and the picture, and gives the table.
///
/// # Errors
/// When a file can't be written.
pub(super) fn write(folder: &Path, weights: &[Weight], parts: &[&str]) -> Result<String> {
    fs::create_dir_all(folder).with_context(|| format!("could not make the folder {}", folder.display()))?;
    let crates = by_crate(weights, parts.len());
    let table = table(&crates, parts);
    for (name, text) in [(TABLE, &table), (LIST, &list(weights, parts)), (PICTURE, &picture(&crates, parts))] {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(table)
}

/// A crate's name and its bytes in each part.
type Row = (String, Vec<usize>);

fn sum(row: &Row) -> usize {
    row.1.iter().sum()
}

/// The crates with most code first, the smallest in one row.
fn by_crate(weights: &[Weight], parts: usize) -> Vec<Row> {
    let mut crates: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for weight in weights {
        let row = crates.entry(crate_of(&weight.function)).or_insert_with(|| vec![0; parts]);
        if let Some(bytes) = row.get_mut(weight.part) {
            *bytes += weight.bytes;
        }
    }
    let mut rows: Vec<Row> = crates.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(sum(row)));
    let rest = rows.split_off(rows.len().min(ROWS));
    if !rest.is_empty() {
        let of = |part: usize| rest.iter().filter_map(|(_, bytes)| bytes.get(part)).sum();
        rows.push((format!("{} others", rest.len()), (0..parts).map(of).collect()));
    }
    rows
}

/// The crate that a function's path begins with: `<&moongate::words::Key as core::fmt::Debug>::fmt` is moongate's.
fn crate_of(function: &str) -> &str {
    let path = function.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
    let path = path.strip_prefix("dyn ").or_else(|| path.strip_prefix("mut ")).unwrap_or(path);
    let end = path.find("::").unwrap_or(0);
    match path.get(..end) {
        Some(name) if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_') => name,
        _ => "(glue)",
    }
}

fn table(crates: &[Row], parts: &[&str]) -> String {
    let mut text = format!("{:<24}", "crate");
    for part in parts {
        let _ = write!(text, "{part:>12}");
    }
    text.push_str("         all\n");
    for row in crates {
        let _ = write!(text, "{:<24}", row.0);
        for bytes in &row.1 {
            let _ = write!(text, "{bytes:>12}");
        }
        let _ = writeln!(text, "{:>12}", sum(row));
    }
    text
}

fn list(weights: &[Weight], parts: &[&str]) -> String {
    let mut sorted: Vec<&Weight> = weights.iter().collect();
    sorted.sort_by_key(|weight| (weight.part, std::cmp::Reverse(weight.bytes)));
    let mut text = "part,bytes,function\n".to_owned();
    for weight in sorted {
        let part = parts.get(weight.part).copied().unwrap_or_default();
        let _ = writeln!(text, "{part},{},\"{}\"", weight.bytes, weight.function.replace('"', "'"));
    }
    text
}

/// A bar for each crate, a colour for each part.
fn picture(crates: &[Row], parts: &[&str]) -> String {
    const COLOURS: [&str; 3] = ["#14213d", "#5b7db1", "#b9c9e2"];
    let most = crates.iter().map(sum).max().unwrap_or(1).max(1);
    let height = 40 + 22 * crates.len();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 {height}\" font-family=\"sans-serif\" font-size=\"12\">\n"
    );
    for (number, part) in parts.iter().enumerate() {
        let colour = COLOURS.get(number).copied().unwrap_or("#888");
        let x = 160 + 110 * number;
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"10\" width=\"12\" height=\"12\" fill=\"{colour}\"/><text x=\"{}\" y=\"20\">{part}</text>",
            x + 18
        );
    }
    for (row, (name, bytes)) in crates.iter().enumerate() {
        let (y, mut x) = (36 + 22 * row, 160);
        let _ = writeln!(svg, "<text x=\"150\" y=\"{}\" text-anchor=\"end\">{name}</text>", y + 12);
        for (number, bytes) in bytes.iter().enumerate() {
            let (width, colour) = (bytes * 480 / most, COLOURS.get(number).copied().unwrap_or("#888"));
            let _ = writeln!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"16\" fill=\"{colour}\"/>");
            x += width;
        }
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\">{}</text>", x + 6, y + 12, bytes.iter().sum::<usize>());
    }
    svg.push_str("</svg>\n");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(part: usize, function: &str, bytes: usize) -> Weight {
        Weight { part, function: function.to_owned(), bytes }
    }

    #[test]
    fn a_function_is_counted_for_the_crate_that_its_path_begins_with() {
        for (function, name) in [
            ("moongate::words::Words::say", "moongate"),
            ("<moongate::words::Key as core::fmt::Debug>::fmt", "moongate"),
            ("<&mut serde_core::Foo<T> as core::Bar>::baz", "serde_core"),
            ("<dyn yew::Listener as yew::X>::y", "yew"),
            ("<(A,B) as core::cmp::PartialEq>::eq", "(glue)"),
            ("mount externref shim", "(glue)"),
        ] {
            assert_eq!(crate_of(function), name, "{function}");
        }
    }

    #[test]
    fn every_byte_is_in_the_table_once() {
        let weights: Vec<Weight> =
            (0..40).map(|number| weight(number % 3, &format!("crate{number}::f"), number + 1)).collect();
        let crates = by_crate(&weights, 3);
        assert_eq!((crates.len(), crates.iter().map(sum).sum::<usize>()), (ROWS + 1, (1..=40).sum()));
        let text = table(&crates, &["a", "b", "c"]);
        assert_eq!(text.lines().count(), ROWS + 2);
        assert!(picture(&crates, &["a", "b", "c"]).contains("28 others"));
    }
}
