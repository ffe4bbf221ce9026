//! Decides where the page runs, from plain facts: which app is around it, which system, what kind of device.
//!
//! It does not read the facts (the browser's edge does) and does not judge what works there ([`super::method`] does).

pub mod sign;

use super::json::Json;
use super::method::Version;

/// What the page can know about where it runs, as read by the edge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// `navigator.userAgent`, however odd.
    pub user_agent: String,
    /// `navigator.maxTouchPoints`; iPadOS says Macintosh, and touches.
    pub touch_points: u32,
    /// Whether the page has loaded UnionPay's `upsdk`.
    pub upsdk: bool,
}

/// The app around the page. The words are those of `offer` and of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the app its word names")]
pub enum App {
    Wecom,
    WechatMiniprogram,
    WechatPc,
    Wechat,
    Alipay,
    AlipayHk,
    Unionpay,
    Taobao,
    Tmall,
    Eleme,
    Youku,
    Dingtalk,
    Hebao,
    Qq,
    Weibo,
    Douyin,
    Baidu,
    Browser,
}

impl App {
    /// All of them, a browser last.
    pub const ALL: [Self; 18] = [
        Self::Wecom,
        Self::WechatMiniprogram,
        Self::WechatPc,
        Self::Wechat,
        Self::Alipay,
        Self::AlipayHk,
        Self::Unionpay,
        Self::Taobao,
        Self::Tmall,
        Self::Eleme,
        Self::Youku,
        Self::Dingtalk,
        Self::Hebao,
        Self::Qq,
        Self::Weibo,
        Self::Douyin,
        Self::Baidu,
        Self::Browser,
    ];

    /// The app of this word, for example `wechat`.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|app| app.word() == word)
    }

    /// Its word, for example `wechat`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Wecom => "wecom",
            Self::WechatMiniprogram => "wechat_miniprogram",
            Self::WechatPc => "wechat_pc",
            Self::Wechat => "wechat",
            Self::Alipay => "alipay",
            Self::AlipayHk => "alipay_hk",
            Self::Unionpay => "unionpay",
            Self::Taobao => "taobao",
            Self::Tmall => "tmall",
            Self::Eleme => "eleme",
            Self::Youku => "youku",
            Self::Dingtalk => "dingtalk",
            Self::Hebao => "hebao",
            Self::Qq => "qq",
            Self::Weibo => "weibo",
            Self::Douyin => "douyin",
            Self::Baidu => "baidu",
            Self::Browser => "browser",
        }
    }
}

/// The operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the system its word names")]
pub enum Os {
    Ios,
    Android,
    Harmonyos,
    Windows,
    Macos,
    Linux,
    Other,
}

impl Os {
    /// Its word, for example `harmonyos`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ios => "ios",
            Self::Android => "android",
            Self::Harmonyos => "harmonyos",
            Self::Windows => "windows",
            Self::Macos => "macos",
            Self::Linux => "linux",
            Self::Other => "other",
        }
    }
}

/// The class of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the class its word names")]
pub enum Device {
    Phone,
    Tablet,
    Desktop,
}

impl Device {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Phone, Self::Tablet, Self::Desktop];

    /// Its word, for example `phone`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Desktop => "desktop",
        }
    }
}

/// What a user agent shows by its tokens: one line of the tables in [`sign`].
///
/// A line holds if all tokens of one of its groups are there, each as a whole word, in any case. The first line of a
/// table that holds counts. A token is a whole word if no letter, digit or `_` touches an end of it that is itself a
/// letter or digit: `NotMicroMessenger/` is not `MicroMessenger/`.
#[derive(Clone, Copy, Debug)]
pub struct Sign<T: 'static> {
    /// What it shows.
    pub means: T,
    /// The groups of tokens, one of which must be there as a whole.
    pub groups: &'static [&'static [&'static str]],
}

/// Where the page runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// The app around the page.
    pub app: App,
    /// The app's version, if its token carries one; none for a browser.
    pub version: Option<Version>,
    /// The system.
    pub os: Os,
    /// The class of device.
    pub device: Device,
    /// Whether UnionPay's `upsdk` is loaded, so that it can be called in its app.
    pub upsdk: bool,
}

impl Environment {
    /// Reads the facts. Never fails: what is odd, forged, empty or long is a browser on something.
    ///
    /// A Macintosh that can be touched at two points is an iPad, which asks for desktop pages under that name.
    pub fn read(facts: &Facts) -> Self {
        let text = facts.user_agent.as_str();
        let app = first(sign::APPS, text).unwrap_or(App::Browser);
        let ipad = facts.touch_points > 1 && after(text, sign::MACINTOSH).is_some();
        let (os, device) = if ipad {
            (Os::Ios, Device::Tablet)
        } else {
            (first(sign::SYSTEMS, text).unwrap_or(Os::Other), first(sign::DEVICES, text).unwrap_or(Device::Desktop))
        };
        Self { app, version: version(app, text), os, device, upsdk: facts.upsdk }
    }

    /// As `offer` prints it and the wire carries it: `{ app, version, os, device }`, the version as text or `null`.
    pub fn to_json(&self) -> Json {
        Json::object([
            ("app", self.app.word().into()),
            ("version", self.version.map_or(Json::Null, |version| Json::Text(version.to_string()))),
            ("os", self.os.word().into()),
            ("device", self.device.word().into()),
        ])
    }
}

fn first<T: Copy>(table: &[Sign<T>], text: &str) -> Option<T> {
    table.iter().find(|sign| holds(sign.groups, text)).map(|sign| sign.means)
}

fn holds(groups: &[&[&str]], text: &str) -> bool {
    groups.iter().any(|group| group.iter().all(|token| after(text, token).is_some()))
}

/// What follows the first place where this token stands as a whole word.
fn after<'a>(text: &'a str, token: &str) -> Option<&'a str> {
    let (bytes, token) = (text.as_bytes(), token.as_bytes());
    bytes.windows(token.len().max(1)).enumerate().find_map(|(start, window)| {
        let end = start + token.len();
        let before = start.checked_sub(1).and_then(|at| bytes.get(at));
        let whole = !(joins(token.first(), before) || joins(token.last(), bytes.get(end)));
        if whole && window.eq_ignore_ascii_case(token) { text.get(end..) } else { None }
    })
}

/// Whether a token's last letter or digit runs on into this neighbour.
fn joins(end: Option<&u8>, neighbour: Option<&u8>) -> bool {
    end.is_some_and(u8::is_ascii_alphanumeric) && neighbour.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

fn version(app: App, text: &str) -> Option<Version> {
    let (_, tokens) = sign::VERSIONS.iter().find(|(carrier, _)| *carrier == app)?;
    tokens.iter().find_map(|token| Version::leading(after(text, token)?))
}
