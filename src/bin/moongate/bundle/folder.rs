//! Decides how a bundle lies on disk: names, compressed forms, the manifest, and what is said of their weight.
//!
//! It does not decide what is in a file.

use anyhow::{Context, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, GzBuilder};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The file that lists the others.
pub(crate) const MANIFEST: &str = "manifest.json";

/// What may travel at most, compressed with Brotli, in bytes; lowered with each step, and raised only for what keeps money right
/// and what the contract promises. Behind each what travelled on 2026-11-29, when three readings of the contract, the machine and
/// the parsers had been answered: 0.2, 0.8 and 5 KB.
///
/// Until the rows are drawn: `moongate.js`.
const ROWS_LIMIT: usize = 13_900; // 13 890
/// Until a shopper can pick a method and press: the scripts, the first part of the wasm, the words of the first screen.
const READY_LIMIT: usize = 66_700; // 66 595
/// Until a code is on screen, in the heaviest language.
const CODE_LIMIT: usize = 175_500; // 174 993

/// A file of the bundle.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// Its path below the folder, with `/`.
    pub(super) name: String,
    /// What is in it.
    pub(super) bytes: Vec<u8>,
    /// When a page fetches it.
    pub(super) fetched: Fetched,
}

/// When a page fetches a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fetched {
    /// Always, before anything is drawn.
    UntilRows,
    /// Always, before a press is sent.
    UntilReady,
    /// Once a shopper comes near.
    WithInterest,
    /// Then too, in one of the languages.
    WithInterestInOneLanguage,
    /// Not on the usual way: it is for the merchant's tools, or for a browser without what the others have.
    Never,
}

impl File {
    /// A file whose name stays the same.
    pub(super) fn named(name: &str, bytes: Vec<u8>, fetched: Fetched) -> Self {
        Self { name: name.to_owned(), bytes, fetched }
    }

    /// A file whose name changes with its content: any cache can keep it for ever, and an older script still finds the
    /// older file beside the newer.
    pub(super) fn hashed(stem: &str, extension: &str, bytes: Vec<u8>, fetched: Fetched) -> Self {
        let name = format!("{stem}-{}.{extension}", short(&hash(&bytes)));
        Self { name, bytes, fetched }
    }
}

/// The first digits of a hash.
pub(super) fn hex(hash: &[u8], digits: usize) -> String {
    let mut text: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    text.truncate(digits);
    text
}

/// The SHA-256 in Base64. Hashes can't be compressed, and `moongate.js` holds nine: this one is as safe from a second file
/// of the same hash as anything else here, and a third shorter than SHA-384.
pub(super) fn hash(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(Sha256::digest(bytes))
}

/// The letters of a hash that a file's name has: `moongate.js` knows the name by the hash.
pub(super) fn short(hash: &str) -> String {
    hash.chars().take(8).map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}

/// Whether a file's name is one by [`File::hashed`].
pub(super) fn is_hashed(name: &str) -> bool {
    let parts = name.rsplit_once('.').and_then(|(stem, extension)| Some((stem.rsplit_once('-')?, extension)));
    let letter = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    parts.is_some_and(|((stem, hash), extension)| {
        let ours = !stem.is_empty() && matches!(extension, "js" | "wasm" | "json");
        ours && hash.len() == 8 && hash.bytes().all(letter)
    })
}

/// The `integrity` that a page pins a file with.
pub(super) fn integrity(bytes: &[u8]) -> String {
    format!("sha256-{}", hash(bytes))
}

/// Writes every file, its `.br` and `.gz`, and at last the manifest: a folder that has one is whole.
pub(super) fn write(folder: &Path, files: &[File]) -> Result<()> {
    let mut listed = Map::new();
    let mut weights = Vec::new();
    for file in files {
        let (brotli, gzip) = (brotli(&file.bytes)?, gzip(&file.bytes)?);
        put(folder, &file.name, &file.bytes)?;
        put(folder, &[&file.name, ".br"].concat(), &brotli)?;
        put(folder, &[&file.name, ".gz"].concat(), &gzip)?;
        weights.push((file.fetched, brotli.len()));
        let weight = json!({ "bytes": file.bytes.len(), "gzip": gzip.len(), "brotli": brotli.len(), "integrity": integrity(&file.bytes) });
        listed.insert(file.name.clone(), weight);
    }
    let manifest = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "until_rows": { "brotli": until_rows(&weights), "limit": ROWS_LIMIT },
        "until_ready": { "brotli": until_ready(&weights), "limit": READY_LIMIT },
        "in_all": { "brotli": in_all(&weights), "limit": CODE_LIMIT },
        "files": listed,
    });
    put(folder, MANIFEST, format!("{manifest:#}\n").as_bytes())
}

/// Writes files as they are.
pub(super) fn write_plain(folder: &Path, files: &[File]) -> Result<()> {
    files.iter().try_for_each(|file| put(folder, &file.name, &file.bytes))
}

fn of(weights: &[(Fetched, usize)], when: Fetched) -> impl Iterator<Item = usize> {
    weights.iter().filter(move |(fetched, _)| *fetched == when).map(|(_, weight)| *weight)
}

fn until_rows(weights: &[(Fetched, usize)]) -> usize {
    of(weights, Fetched::UntilRows).sum()
}

fn until_ready(weights: &[(Fetched, usize)]) -> usize {
    until_rows(weights) + of(weights, Fetched::UntilReady).sum::<usize>()
}

/// What is fetched until an action is on screen, in the heaviest language.
fn in_all(weights: &[(Fetched, usize)]) -> usize {
    let language = of(weights, Fetched::WithInterestInOneLanguage).max().unwrap_or_default();
    until_ready(weights) + of(weights, Fetched::WithInterest).sum::<usize>() + language
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(name);
    let parent = path.parent().unwrap_or(folder);
    fs::create_dir_all(parent).with_context(|| format!("could not make the folder {}", parent.display()))?;
    fs::write(&path, bytes).with_context(|| format!("could not write {}", path.display()))
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let best = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..BrotliEncoderParams::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &best).context("could not compress with Brotli")?;
    Ok(compressed)
}

/// Without a time in it, or the bytes would differ from day to day.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    writer.write_all(bytes).and_then(|()| writer.finish()).context("could not compress with gzip")
}

/// Copies a bundle over whatever lies there; files of an older one with other names stay.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("could not make the folder {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("could not read {}", from.display()))? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type()?.is_dir() {
            true => copy(&from, &to)?,
            false => fs::copy(&from, &to).map(drop).with_context(|| format!("could not write {}", to.display()))?,
        }
    }
    Ok(())
}

/// What each file weighs and what travels until a shopper can pay, as lines to print.
pub(super) fn weights(folder: &Path) -> Result<String> {
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
    let manifest: Value = serde_json::from_str(&text).with_context(|| format!("could not read {}", path.display()))?;
    let at = |place: &str| manifest.pointer(place).cloned().unwrap_or_default();
    let mut lines = line("", &["bytes".into(), "gzip".into(), "brotli".into()]);
    for (name, weight) in at("/files").as_object().into_iter().flatten() {
        let of = |form: &str| weight.get(form).cloned().unwrap_or_default();
        lines.push_str(&line(name, &[of("bytes"), of("gzip"), of("brotli")]));
    }
    let budget = |until: &str| {
        let [sum, limit] = ["brotli", "limit"].map(|of| at(&["/", until, "/", of].concat()));
        format!("{sum} ({} {limit})", if sum.as_u64() <= limit.as_u64() { "of at most" } else { "OVER THE LIMIT OF" })
    };
    write!(
        lines,
        "Bytes that travel with Brotli until the rows are drawn: {}; until a shopper can pick and press: {}; until a code is on \
         screen, in one language: {}.",
        budget("until_rows"),
        budget("until_ready"),
        budget("in_all")
    )?;
    Ok(lines)
}

fn line(name: &str, weights: &[Value]) -> String {
    let weight = |weight: &Value| format!("{:>9}", weight.as_str().map_or_else(|| weight.to_string(), str::to_owned));
    format!("{name:<32}{}\n", weights.iter().map(weight).collect::<String>())
}

/// Removes all but the newest bundles, and the packages made with them. What can't be removed does no harm.
pub(super) fn forget_older(folder: &Path, kept: usize) {
    let mut bundles: Vec<(SystemTime, PathBuf)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"bundle-"))
        .filter(|entry| entry.path().extension().is_none())
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    bundles.sort_by(|a, b| b.cmp(a));
    for (_, bundle) in bundles.into_iter().skip(kept) {
        let _ = fs::remove_dir_all(super::package_of(&bundle));
        let _ = fs::remove_dir_all(bundle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_named_by_its_hash_changes_its_name_with_its_content() {
        let name = |text: &str| File::hashed("words/en", "json", text.into(), Fetched::WithInterestInOneLanguage).name;
        assert_eq!(name("{}"), "words/en-RBNvo1Wz.json");
        assert_ne!(name("{}"), name("{ }"));
        assert!(is_hashed("en-RBNvo1Wz.json") && is_hashed("moongate-a_b1C2d3.js"));
        for plain in ["moongate.js", "package.json", "en-RBNvo1W.json", "-RBNvo1Wz.js", "en-RBNvo1Wz.md", "a-b-.js"] {
            assert!(!is_hashed(plain), "{plain}");
        }
    }

    #[test]
    fn one_language_counts_and_the_types_do_not() {
        use Fetched::{Never, UntilReady, UntilRows, WithInterest, WithInterestInOneLanguage as Words};
        let weights = [(UntilRows, 10), (UntilReady, 5), (Words, 3), (Words, 4), (WithInterest, 20), (Never, 100)];
        assert_eq!((until_rows(&weights), until_ready(&weights), in_all(&weights)), (10, 15, 39));
    }
}
