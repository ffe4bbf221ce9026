//! Decides where the page runs, from plain facts: which app is around it, which system, what kind of device.
//!
//! It does not read the facts (the browser's edge does) and does not judge what works there ([`super::method`] does).

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

/// The class of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the class its word names")]
pub enum Device {
    Phone,
    Tablet,
    Desktop,
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
    pub fn read(facts: &Facts) -> Self {
        Self { app: App::Browser, version: None, os: Os::Other, device: Device::Desktop, upsdk: facts.upsdk }
    }
}

impl Environment {
    /// As it goes over the wire and into `offer` output.
    pub fn to_json(&self) -> super::json::Json {
        super::json::Json::Null
    }
}
