//! Grows a response from bytes: one of the fixtures, and changes to it out of the keys and words of all of them.
//!
//! It judges nothing. Bytes pick by hash, not by place, so that kept inputs mean the same when fixtures are added.

use moongate::checkout::json::Json;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// What the changes are made of.
struct Ground {
    responses: Vec<(u16, Json)>,
    keys: Vec<(u16, String)>,
    words: Vec<(u16, String)>,
}

/// Largest value that is made a text, and most changes.
const MAX_TEXT: usize = 4096;
const MAX_CHANGES: usize = 32;

/// What is put into the middle of a text.
const BITS: [&str; 16] =
    ["@", ":", "/", "\\", "?", "#", ".", "%2e", "\u{202e}", " ", "\t", "xn--", ":443", "&", "=", "\u{430}"];

/// Words that no provider sends.
const FOREIGN: [&str; 12] = [
    "https://evil.example/",
    "https://shop.example/pay",
    "http://127.0.0.1:8080/pay",
    "https://127.0.0.1/",
    "https://28/",
    "https://xn--80ak6aa92e.com/",
    "javascript:alert(1)",
    "data:text/html;base64,AA",
    "intent://x#Intent;scheme=alipays;package=com.unionpay;end",
    "wxp://f2f0",
    "00020101021215312600034426000344777290058110048520454115303344540588.005802HK5911EXAMPLESHOP6008HONGKONG6304E412",
    "",
];

/// The bytes, two by two.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> Option<u16> {
        let (two, rest) = self.0.split_at_checked(2)?;
        self.0 = rest;
        two.try_into().ok().map(u16::from_be_bytes)
    }
}

/// The response that these bytes make.
pub fn grown(input: &[u8]) -> Json {
    let (ground, mut bytes) = (ground(), Bytes(input));
    let Some(mut json) = bytes.next().and_then(|first| picked(&ground.responses, first)).cloned() else {
        return Json::Null;
    };
    for _ in 0..MAX_CHANGES {
        let (Some(kind), Some(place), Some(what)) = (bytes.next(), bytes.next(), bytes.next()) else { break };
        change(&mut json, ground, [kind, place, what]);
    }
    json
}

fn change(json: &mut Json, ground: &Ground, [kind, place, what]: [u16; 3]) {
    let mut left = usize::from(place) % size(json);
    let Some(node) = node(json, &mut left) else { return };
    let word = || picked(&ground.words, what).cloned().unwrap_or_default();
    let key = picked(&ground.keys, what).cloned().unwrap_or_default();
    match (kind % 11, node) {
        (0, node) => *node = Json::Text(word()),
        (1, node) => *node = picked(&ground.responses, what).cloned().unwrap_or(Json::Null),
        (2, Json::Object(members)) if !members.is_empty() => {
            members.remove(usize::from(what) % members.len());
        }
        (3, Json::Object(members)) if members.iter().all(|(known, _)| *known != key) => {
            let word = picked(&ground.words, kind).cloned().unwrap_or_default();
            members.push((key, Json::Text(word)));
        }
        (4, Json::Object(members)) if members.iter().all(|(known, _)| *known != key) => {
            let at = usize::from(kind / 11) % members.len().max(1);
            members.iter_mut().skip(at).take(1).for_each(|(known, _)| known.clone_from(&key));
        }
        (5, Json::Text(text)) => {
            let at = (0..=usize::from(kind / 11) % (text.len() + 1)).rev().find(|at| text.is_char_boundary(*at));
            text.insert_str(at.unwrap_or(0), BITS[usize::from(what) % BITS.len()]);
        }
        (6, node) => {
            *node = [Json::Null, Json::Bool(true), Json::Number(what.to_string())][usize::from(kind / 11) % 3].clone()
        }
        (7, node) => *node = Json::Object(vec![(key, node.clone())]),
        // A text in a text in a text doubles its backslashes each time.
        (8, node) if node.written().len() < MAX_TEXT => *node = Json::Text(node.written()),
        (9, Json::Text(text)) => *text = text.chars().take(usize::from(what)).collect(),
        (10, node) => *node = Json::List(vec![node.clone()]),
        _ => {}
    }
}

/// How many values there are in this one, itself among them.
fn size(json: &Json) -> usize {
    let inner: usize = json.members().iter().map(|(_, value)| size(value)).sum();
    1 + inner + json.items().iter().map(size).sum::<usize>()
}

/// The value in this one that comes after so many others.
fn node<'a>(json: &'a mut Json, left: &mut usize) -> Option<&'a mut Json> {
    if *left == 0 {
        return Some(json);
    }
    *left -= 1;
    match json {
        Json::Object(members) => members.iter_mut().find_map(|(_, value)| node(value, left)),
        Json::List(items) => items.iter_mut().find_map(|item| node(item, left)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => None,
    }
}

/// The one whose hash comes next.
fn picked<T>(things: &[(u16, T)], at: u16) -> Option<&T> {
    let next = things.partition_point(|(hash, _)| *hash < at);
    things.get(next).or_else(|| things.first()).map(|(_, thing)| thing)
}

fn ground() -> &'static Ground {
    static GROUND: OnceLock<Ground> = OnceLock::new();
    GROUND.get_or_init(|| {
        let responses: Vec<_> = files().iter().filter_map(|file| response(file)).collect();
        let (mut keys, mut words) = (Vec::new(), FOREIGN.map(str::to_owned).to_vec());
        responses.iter().for_each(|(_, json)| gather(json, &mut keys, &mut words));
        Ground { responses: placed(responses), keys: placed(named(keys)), words: placed(named(words)) }
    })
}

/// The fixtures, from this package or from the main one.
fn files() -> Vec<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["tests/fixtures/payloads", "../fixtures/payloads"].map(|folder| package.join(folder));
    let entries = folders.iter().find_map(|folder| fs::read_dir(folder).ok()).expect("the fixtures are there");
    entries.map(|entry| entry.expect("a fixture").path()).collect()
}

fn response(file: &Path) -> Option<(String, Json)> {
    let json = Json::read(&fs::read_to_string(file).ok()?).ok()?;
    Some((file.file_stem()?.to_str()?.to_owned(), json.get("response")?.clone()))
}

fn gather(json: &Json, keys: &mut Vec<String>, words: &mut Vec<String>) {
    words.extend(json.text().filter(|text| text.len() < 2000).map(str::to_owned));
    json.items().iter().for_each(|item| gather(item, keys, words));
    for (key, value) in json.members() {
        keys.push(key.clone());
        gather(value, keys, words);
    }
}

/// Each once, under its own name.
fn named(mut texts: Vec<String>) -> Vec<(String, String)> {
    texts.sort();
    texts.dedup();
    texts.into_iter().map(|text| (text.clone(), text)).collect()
}

/// In the order of their names' hashes (FNV-1a, folded).
fn placed<T>(things: Vec<(String, T)>) -> Vec<(u16, T)> {
    let hash = |name: &str| {
        let whole = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        (whole >> 16 ^ whole & 0xffff) as u16
    };
    let mut placed: Vec<_> = things.into_iter().map(|(name, thing)| (hash(&name), name, thing)).collect();
    placed.sort_by(|(one, name, _), (other, other_name, _)| (one, name).cmp(&(other, other_name)));
    placed.into_iter().map(|(hash, _, thing)| (hash, thing)).collect()
}
