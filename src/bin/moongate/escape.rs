//! Decides how a text of anybody's is written inside HTML and inside an address, so that it stays a text there.
//!
//! It does not read addresses or forms; axum does.

/// The text for use in HTML, in an attribute too.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#x27;"),
            _ => safe.push(letter),
        }
    }
    safe
}

/// The reverse of [`escaped`]; pulldown-cmark writes the same.
pub(crate) fn plain(html: &str) -> String {
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'").replace("&amp;", "&")
}

/// The text for use as a value in a query or a form: everything but the unreserved characters of RFC 3986 is encoded.
pub(crate) fn percent(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            safe.push_str(&format!("%{byte:02X}"));
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_leave_its_place_in_a_page() {
        assert_eq!(escaped("<a b=\"c\" d='e'>&"), "&lt;a b=&quot;c&quot; d=&#x27;e&#x27;&gt;&amp;");
    }

    #[test]
    fn text_survives_being_escaped() {
        let text = "<a href=\"x\">&amp; 'y' &#x27;</a>";
        assert_eq!(plain(&escaped(text)), text);
    }

    #[test]
    fn a_value_cannot_leave_its_place_in_an_address() {
        assert_eq!(percent("a-Z_0.9~ &=%中"), "a-Z_0.9~%20%26%3D%25%E4%B8%AD");
    }
}
