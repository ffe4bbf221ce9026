//! Decides what a merchant's trial page is: the widget's tag, around it what a test needs, before it a script of the test's.
//!
//! It does not decide where the page lies ([`super::shop`]).

/// The policy that the guide asks of merchants, as far as a page can set it itself.
pub const STRICT: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
    img-src 'self' data:; form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'";

/// A page to be written.
#[derive(Clone, Debug)]
pub struct Trial {
    attributes: Vec<(String, String)>,
    language: String,
    policy: Option<&'static str>,
    head: String,
    body: Option<String>,
    inside: String,
    script: String,
    module: bool,
}

impl Trial {
    /// A page with one checkout for this order of 128 yuan, in Chinese, in test mode.
    pub fn of(order: &str) -> Self {
        let attributes = [
            ("endpoint", "/checkout"),
            ("order", order),
            ("amount", "12800"),
            ("currency", "CNY"),
            ("shop", "山茶咖啡"),
            ("done-url", "/orders/done"),
            ("support", "+86 10 5555 0100"),
            ("test-mode", ""),
        ];
        Self {
            attributes: attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            language: "zh-CN".to_owned(),
            policy: None,
            head: String::new(),
            body: None,
            inside: String::new(),
            script: String::new(),
            module: true,
        }
    }

    /// With this attribute on the tag, in place of the one that is there.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.attributes.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without this attribute.
    pub fn without(mut self, name: &str) -> Self {
        self.attributes.retain(|(known, _)| known != name);
        self
    }

    /// In this language.
    pub fn language(mut self, language: &str) -> Self {
        language.clone_into(&mut self.language);
        self
    }

    /// Under the guide's content security policy.
    pub fn strict(mut self) -> Self {
        self.policy = Some(STRICT);
        self
    }

    /// With a classic script of its own, run before the widget's.
    pub fn script(mut self, text: &str) -> Self {
        self.script.push_str(text);
        self.script.push('\n');
        self
    }

    /// Where what has this in its address can't be fetched, as if the network were cut for it.
    pub fn refused(self, part: &str) -> Self {
        self.script(&format!(
            "{{ const fetched = window.fetch; window.fetch = (...all) => String(all[0]?.url ?? all[0]).includes('{part}')
              ? Promise.reject(new TypeError('refused')) : fetched(...all) }}"
        ))
    }

    /// With this in its head.
    pub fn head(mut self, html: &str) -> Self {
        self.head.push_str(html);
        self
    }

    /// With this body instead of the tag; `{tag}` in it stands for the tag.
    pub fn body(mut self, html: &str) -> Self {
        self.body = Some(html.to_owned());
        self
    }

    /// With this between the tag's ends, seen until the widget is there.
    pub fn inside(mut self, html: &str) -> Self {
        html.clone_into(&mut self.inside);
        self
    }

    /// Without the module script, which the test adds in a way of its own.
    pub fn bare(mut self) -> Self {
        self.module = false;
        self
    }

    /// The text of the page's own script.
    pub(super) fn script_text(&self) -> &str {
        &self.script
    }

    /// The attributes, as the tag has them.
    pub fn attributes(&self) -> String {
        self.prefixed("")
    }

    /// The attributes as the one-tag form has them: `data-…`.
    pub fn data_attributes(&self) -> String {
        self.prefixed("data-")
    }

    fn prefixed(&self, prefix: &str) -> String {
        let pair = |(name, value): &(String, String)| format!(" {prefix}{name}=\"{}\"", escaped(value));
        self.attributes.iter().map(pair).collect()
    }

    /// The tag.
    pub fn tag(&self) -> String {
        format!("<moongate-checkout id=\"checkout\"{}>{}</moongate-checkout>", self.attributes(), self.inside)
    }

    /// The whole page, whose script lies in this file.
    pub(super) fn html(&self, script: &str) -> String {
        let Self { language, head, .. } = self;
        let policy = self
            .policy
            .map(|policy| format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">", escaped(policy)));
        let policy = policy.unwrap_or_default();
        let own = if self.script.is_empty() { String::new() } else { format!("<script src=\"{script}\"></script>") };
        let module = if self.module { "<script type=\"module\" src=\"/moongate/moongate.js\"></script>" } else { "" };
        let body = self.body.as_deref().unwrap_or("{tag}").replace("{tag}", &self.tag());
        format!(
            "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\">{policy}<title>Trial</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"data:,\">\
             <script src=\"heard.js\"></script>{own}{head}{module}</head>\
             <body><main><h1>Trial</h1>{body}</main></body></html>"
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}
