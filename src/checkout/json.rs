//! Decides what JSON text is, and holds it as one plain value: responses, options and events all pass through it.
//!
//! It does not know what any key means. It is the one reader and writer of JSON in the widget, the same natively and
//! in the browser: duplicate keys are refused, depth is bounded, and numbers stay the text they were.

use std::{fmt, mem};

/// Deepest nesting that is read; a provider's response needs about eight.
const MAX_DEPTH: usize = 32;

/// Most members of one object; the largest response of a provider has about a hundred.
const MAX_MEMBERS: usize = 400;

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
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.space();
        if reader.at == text.len() { Ok(value) } else { Err(reader.malformed()) }
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

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn malformed(&self) -> JsonError {
        JsonError::Malformed(self.at)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Steps over this byte if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, JsonError> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.malformed())
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, JsonError> {
        if depth > MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        self.space();
        match self.peek() {
            Some(b'{') => self.members(depth),
            Some(b'[') => self.items(depth),
            Some(b'"') => self.string().map(Json::Text),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.malformed()),
        }
    }

    fn members(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.at += 1;
        let mut members: Vec<(String, Json)> = Vec::new();
        self.space();
        if self.take(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.malformed());
            }
            let key = self.string()?;
            self.space();
            if !self.take(b':') {
                return Err(self.malformed());
            }
            members.push((key, self.value(depth + 1)?));
            self.space();
            if self.take(b'}') {
                return distinct(members);
            }
            if !self.take(b',') {
                return Err(self.malformed());
            }
        }
    }

    fn items(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.take(b']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.take(b']') {
                return Ok(Json::List(items));
            }
            if !self.take(b',') {
                return Err(self.malformed());
            }
        }
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(self.malformed()) }
    }

    fn number(&mut self) -> Result<Json, JsonError> {
        let start = self.at;
        let _minus = self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        self.text.get(start..self.at).map(|text| Json::Number(text.to_owned())).ok_or(JsonError::Malformed(start))
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut string = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            string.push_str(self.text.get(start..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => {
                    self.at += 1;
                    string.push(self.escape()?);
                }
                _ => return Err(self.malformed()),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let letter = self.peek().ok_or_else(|| self.malformed())?;
        self.at += 1;
        Ok(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err(self.malformed()),
        })
    }

    fn unicode(&mut self) -> Result<char, JsonError> {
        let high = self.hex()?;
        let code = if (0xd800..0xdc00).contains(&high) {
            if !(self.take(b'\\') && self.take(b'u')) {
                return Err(self.malformed());
            }
            let low = self.hex()?;
            if !(0xdc00..0xe000).contains(&low) {
                return Err(self.malformed());
            }
            0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
        } else {
            high
        };
        char::from_u32(code).ok_or_else(|| self.malformed())
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        let digits = self.text.get(self.at..self.at + 4).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = digits.and_then(|text| u32::from_str_radix(text, 16).ok()).ok_or_else(|| self.malformed())?;
        self.at += 4;
        Ok(code)
    }
}

/// The members as an object, unless two have one name. Bounded rather than sorted: a sort costs the shopper 4 KB.
fn distinct(members: Vec<(String, Json)>) -> Result<Json, JsonError> {
    if members.len() > MAX_MEMBERS {
        return Err(JsonError::TooDeep);
    }
    let twice = members.iter().enumerate().any(|(at, (key, _))| members.iter().take(at).any(|(other, _)| other == key));
    if twice { Err(JsonError::DuplicateKey) } else { Ok(Json::Object(members)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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
