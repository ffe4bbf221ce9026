//! Decides what JSON text is, and holds it as one plain value: responses, options and events all pass through it.
//!
//! It does not know what any key means. It is the one reader and writer of JSON in the widget, the same natively and
//! in the browser: duplicate keys are refused, depth is bounded, and numbers stay the text they were.

mod reader;

use std::{fmt, mem};

/// A JSON value. Numbers are kept as they were written, since an amount must not pass through a float.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as written, for example `12800` or `1e3`.
    Number(String),
    /// A text, unescaped.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object, keys in the order given, none twice.
    Object(Vec<(String, Json)>),
}

/// Why a text is not JSON that we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// Not JSON, at this byte.
    Malformed(usize),
    /// Nested deeper than 32, or an object with more than 400 members.
    TooDeep,
    /// An object names a key twice: which one counts would depend on the reader.
    DuplicateKey,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(at) => write!(f, "not JSON at byte {at}"),
            Self::TooDeep => f.write_str("nested deeper than 32, or more than 400 members"),
            Self::DuplicateKey => f.write_str("an object names a key twice"),
        }
    }
}

impl Json {
    /// Reads one JSON value that fills the whole text.
    ///
    /// # Errors
    /// [`JsonError`], at the first thing that is wrong.
    ///
    /// # Example
    /// ```
    /// use moongate::checkout::json::Json;
    /// let json = Json::read(r#"{"amount": 12800}"#).unwrap();
    /// assert_eq!(json.get("amount").and_then(Json::integer), Some(12800));
    /// ```
    pub fn read(text: &str) -> Result<Self, JsonError> {
        reader::read(text)
    }

    /// An object made of these pairs, in this order.
    pub fn object<const N: usize>(mut pairs: [(&str, Self); N]) -> Self {
        Self::made_of(&mut pairs)
    }

    /// Not generic over their number: one function serves every object there is.
    fn made_of(pairs: &mut [(&str, Self)]) -> Self {
        let taken = |(key, value): &mut (&str, Self)| ((*key).to_owned(), mem::replace(value, Self::Null));
        Self::Object(pairs.iter_mut().map(taken).collect())
    }

    /// A text.
    pub fn from_text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// A text, or `null`.
    pub fn from_option(text: Option<&str>) -> Self {
        text.map_or(Self::Null, Self::from_text)
    }

    /// The member of this name, if this is an object that has one that is not `null`.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.members().iter().find(|(name, value)| name == key && *value != Self::Null).map(|(_, value)| value)
    }

    /// The value at the end of this path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The text, if this is one.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number or text as written: providers send amounts and codes as either.
    pub fn scalar(&self) -> Option<&str> {
        if let Self::Text(text) | Self::Number(text) = self { Some(text) } else { None }
    }

    /// The whole number, if this is one that fits: `1e3` and `1.0` do not count.
    pub fn integer(&self) -> Option<u64> {
        if let Self::Number(text) = self { text.parse().ok() } else { None }
    }

    /// Whether this is `true` or `false`, if it is either.
    pub fn flag(&self) -> Option<bool> {
        if let Self::Bool(flag) = self { Some(*flag) } else { None }
    }

    /// The items, or none if this is not an array.
    pub fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The members, or none if this is not an object.
    pub fn members(&self) -> &[(String, Self)] {
        if let Self::Object(members) = self { members } else { &[] }
    }

    /// Compact JSON text, as RFC 8259 has it.
    pub fn written(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, to: &mut String) {
        match self {
            Self::Null => to.push_str("null"),
            Self::Bool(flag) => to.push_str(if *flag { "true" } else { "false" }),
            Self::Number(text) => to.push_str(text),
            Self::Text(text) => quote(text, to),
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    to.push(if index == 0 { '[' } else { ',' });
                    item.write(to);
                }
                to.push_str(if items.is_empty() { "[]" } else { "]" });
            }
            Self::Object(members) => {
                for (index, (key, value)) in members.iter().enumerate() {
                    to.push(if index == 0 { '{' } else { ',' });
                    quote(key, to);
                    to.push(':');
                    value.write(to);
                }
                to.push_str(if members.is_empty() { "{}" } else { "}" });
            }
        }
    }

    /// Whether this is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::from_text(text)
    }
}

impl From<u64> for Json {
    fn from(number: u64) -> Self {
        Self::Number(number.to_string())
    }
}

/// Compact JSON text, as [`Json::written`] gives it.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written())
    }
}

fn quote(text: &str, to: &mut String) {
    to.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => to.extend(['\\', letter]),
            '\u{0}'..='\u{1f}' => {
                let digit = |nibble| char::from_digit(nibble, 16).unwrap_or('0');
                to.push_str("\\u00");
                to.extend([digit(u32::from(letter) >> 4), digit(u32::from(letter) & 15)]);
            }
            _ => to.push(letter),
        }
    }
    to.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_the_text_they_were() {
        assert_eq!(Json::read("[1e3, -0.50, 12800]").unwrap().to_string(), "[1e3,-0.50,12800]");
        for wrong in ["01", "1.", ".5", "+1", "-", "1e", "NaN"] {
            assert!(Json::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn escapes_are_read_and_written() {
        let json = Json::read(r#""a\"\\\/\n\u5fae\ud83c\udf19""#).unwrap();
        assert_eq!(json.text(), Some("a\"\\/\n微🌙"));
        assert_eq!(Json::read(&json.to_string()).unwrap(), json);
        assert_eq!(Json::from_text("\u{1}\u{1f} ").to_string(), r#""\u0001\u001f ""#);
        for wrong in [r#""\ud83c""#, r#""\udf19""#, r#""\u12g4""#, r#""\x""#, "\"\n\"", "\"open"] {
            assert!(Json::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_key_named_twice_is_refused() {
        assert_eq!(Json::read(r#"{"a":1,"b":2,"a":3}"#), Err(JsonError::DuplicateKey));
    }

    #[test]
    fn nesting_is_bounded() {
        assert_eq!(Json::read(&"[".repeat(100_000)), Err(JsonError::TooDeep));
        assert!(Json::read(&format!("{}{}", "[".repeat(32), "]".repeat(32))).is_ok());
    }

    #[test]
    fn whoever_reads_a_refused_text_learns_where_and_why() {
        let told = |text: &str| Json::read(text).unwrap_err().to_string();
        assert_eq!(told("[1,]"), "not JSON at byte 3");
        assert_eq!(told(r#"{"a":1,"a":2}"#), "an object names a key twice");
        assert_eq!(told(&"[".repeat(33)), "nested deeper than 32, or more than 400 members");
    }

    #[test]
    fn null_members_count_as_absent() {
        let json = Json::read(r#"{"a":null,"b":{"c":"d"}}"#).unwrap();
        assert_eq!(json.get("a"), None);
        assert_eq!(json.at(&["b", "c"]).and_then(Json::text), Some("d"));
    }

    #[test]
    fn nothing_may_follow_the_value() {
        assert!(Json::read("{} {}").is_err());
        assert!(Json::read("").is_err());
        assert!(Json::read(" {\"a\" : [ ] } \n").is_ok());
    }
}
