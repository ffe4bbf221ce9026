//! Decides how the languages travel that `moongate.js` has no words of: a file each, and one script that pins them all.
//!
//! It does not decide what they say, nor when they are fetched. Hashes can't be compressed: in `moongate.js` those of fourteen
//! files would cost every shopper what only some need.

use super::folder::{Fetched, File, hash, integrity, short};
use super::{script, shell};
use anyhow::Result;
use moongate::words::{self, Language};
use serde_json::{Map, Value, json};

/// The script and the files of words.
pub(super) struct Tongues {
    /// `tongues-HASH.js`.
    pub(super) script: File,
    /// `words/TAG-HASH.json`, with the same hash: who knows the script's name knows theirs, and fetches both at once. It
    /// changes whenever one of them does, since the script holds what each is pinned with.
    pub(super) words: Vec<File>,
}

/// Of `www/tongues.js`; `read` gives the text of a module.
///
/// # Errors
/// When it can't be read or is not a module that parses.
pub(super) fn files(read: &dyn Fn(&str) -> Result<String>) -> Result<Tongues> {
    let known = |language: &&&Language| shell::at_hand().any(|known| known == **language);
    let others: Vec<(&str, Vec<u8>)> = Language::ALL
        .iter()
        .filter(|language| !known(language))
        .map(|language| (language.tag, words::to_json(language).to_string().into_bytes()))
        .collect();
    let pins: Map<_, _> = others.iter().map(|(tag, file)| ((*tag).to_owned(), integrity(file).into())).collect();
    let names: Map<_, Value> =
        Language::ALL.iter().map(|language| (language.tag.to_owned(), language.name.into())).collect();
    let script = script::assemble("www/tongues.js", &json!({ "pins": pins, "names": names }), read)?.into_bytes();
    let hash = short(&hash(&script));
    let words = others
        .into_iter()
        .map(|(tag, file)| File::named(&format!("words/{tag}-{hash}.json"), file, Fetched::WithInterestInOneLanguage));
    Ok(Tongues { words: words.collect(), script: File::hashed("tongues", "js", script, Fetched::Never) })
}
