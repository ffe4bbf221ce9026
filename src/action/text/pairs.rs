//! Decides what `k=v&k=v` text says, 和包's private list among it.
//!
//! It does not know what any key means.

use super::{MAX_PAIRS, cut, object};
use crate::action::Refusal;
use crate::action::provider::TEXT;
use crate::checkout::json::Json;

/// The pairs as an object of texts, percent-decoded unless they are 和包's, and the text itself under [`TEXT`].
pub(super) fn read(text: &str) -> Result<Json, Refusal> {
    let raw = cut(text, "payUrl=").and(cut(text, "<hi:=>")).is_some();
    let value = |value: &str| if raw { value.to_owned() } else { decode(value) };
    let pair = |pair: &str| cut(pair, "=").map(|(name, text)| (value(name), value(text)));
    let mut pairs: Vec<_> = split(text).into_iter().filter_map(pair).take(MAX_PAIRS).collect();
    pairs.push((TEXT.to_owned(), text.to_owned()));
    object(pairs)
}

/// Splits at each `&` outside braces: UnionPay puts whole lists into `{…}`, and JSON may come unencoded.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0usize, 0, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'&' if depth == 0 => {
                parts.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

/// Percent-decodes, with `+` as a space; what is no escape stays, and so does a text that is not UTF-8 then (GBK, say).
pub(in crate::action) fn decode(text: &str) -> String {
    String::from_utf8(decoded(text)).unwrap_or_else(|_| text.to_owned())
}

/// Decodes until nothing changes, four times at most: apps decode again what they are handed. What is not UTF-8 then is
/// replaced, so that one odd byte hides nothing that stands beside it.
pub(in crate::action) fn decode_all(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..4 {
        let plain = String::from_utf8_lossy(&decoded(&text)).into_owned();
        if plain == text {
            break;
        }
        text = plain;
    }
    text
}

fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let digit = |byte: Option<u8>| {
            byte.and_then(|byte| char::from(byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok())
        };
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(high << 4 | low);
                rest = ahead;
            }
            (b'+', ..) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_split_outside_braces_and_decoded() {
        let json = read("a=1%2B+1&list={x=1&y=2}&empty=&flag&b=c=d").unwrap();
        for (key, value) in [("a", "1+ 1"), ("list", "{x=1&y=2}"), ("empty", ""), ("b", "c=d")] {
            assert_eq!(json.get(key).and_then(Json::text), Some(value), "{key}");
        }
        assert_eq!(json.get("flag"), None);
    }

    #[test]
    fn hebaos_list_is_left_as_it_is() {
        let json = read("message=100%25&payUrl=url<hi:=>http://a/%20<hi:$$>x<hi:=>1+1").unwrap();
        assert_eq!(json.get("payUrl").and_then(Json::text), Some("url<hi:=>http://a/%20<hi:$$>x<hi:=>1+1"));
    }

    #[test]
    fn a_broken_escape_stays_as_it_is() {
        assert_eq!(decode("%4%zz%"), "%4%zz%");
        assert_eq!(decode("%E5%90%8D"), "名");
        assert_eq!(decode("%C3%FB"), "%C3%FB");
    }

    #[test]
    fn what_is_encoded_again_and_again_is_decoded_four_times() {
        assert_eq!(decode_all("a%252525256b"), "a%6b");
        assert_eq!(decode_all("a%2525256b%FF"), "ak\u{fffd}");
        assert_eq!(decode_all("a"), "a");
    }
}
