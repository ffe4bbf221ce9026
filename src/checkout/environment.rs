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
    /// Whether the page is in a frame of another origin.
    pub framed: bool,
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
    /// Whether the page is in a frame of another origin, which it can leave only by a link that the shopper presses.
    pub framed: bool,
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
        Self { app, version: version(app, text), os, device, upsdk: facts.upsdk, framed: facts.framed }
    }

    /// As `offer` prints it and the wire carries it: `{ app, version, os, device }`, the version as text or `null`.
    pub fn to_json(&self) -> Json {
        Json::object([
            ("app", self.app.word().into()),
            ("version", self.version.map_or(Json::Null, |version| Json::Text(version.text()))),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// App, version, system, device as words.
    fn seen(user_agent: &str, touch_points: u32) -> String {
        let here = Environment::read(&Facts { user_agent: user_agent.to_owned(), touch_points, ..Facts::default() });
        let version = here.version.map_or_else(|| "-".to_owned(), |version| version.to_string());
        [here.app.word(), &version, here.os.word(), here.device.word()].join(" ")
    }

    /// User agents from public code: `research/provider-payloads.md` 3.2.
    const REAL: &[(&str, &str)] = &[
        (
            concat!(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like ",
                "Gecko) Mobile/15E148 MicroMessenger/8.0.76(0x18004c24) NetType/WIFI Language/zh_CN ",
                "miniProgram/wx2c1c63e28bb33be1",
            ),
            "wechat_miniprogram 8.0.76 ios phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (Linux; Android 12; M2012K11AC Build/SKQ1.220303.001; wv) AppleWebKit/537.36 ",
                "(KHTML, like Gecko) Version/4.0 Chrome/134.0.6998.136 Mobile Safari/537.36 XWEB/1340129 ",
                "MMWEBSDK/20240301 MMWEBID/9871 MicroMessenger/8.0.48.2580(0x28003036) WeChat/arm64 Weixin ",
                "NetType/WIFI Language/zh_CN ABI/arm64 MiniProgramEnv/android",
            ),
            "wechat_miniprogram 8.0.48.2580 android phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) ",
                "Chrome/132.0.0.0 Safari/537.36 MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI ",
                "MiniProgramEnv/Windows WindowsWechat/WMPF WindowsWechat(0x63090a13) ",
                "UnifiedPCWindowsWechat(0xf254173b) XWEB/19027",
            ),
            "wechat_miniprogram 7.0.20.1781 windows desktop",
        ),
        (
            concat!(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like ",
                "Gecko)  Mobile/15E148 wxwork/3.1.16 MicroMessenger/7.0.1 Language/zh ColorScheme/Dark",
            ),
            "wecom 3.1.16 ios phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (Linux; Android 12; BLK-AL80 Build/HUAWEIBLK-AL80; wv) AppleWebKit/537.36 (KHTML, ",
                "like Gecko) Version/4.0 Chrome/126.0.6478.122 MYWeb/1.3.126.250916150540 UWS/3.22.2.9999 ",
                "UCBS/3.22.2.9999_220000000000 Mobile Safari/537.36 NebulaSDK/1.8.100112 Nebula ",
                "AlipayDefined(nt:4G,ws:320|0|3.3875,ac:sp) AliApp(AP/10.7.86.8000) AlipayClient/10.7.86.8000 ",
                "Language/zh-Hans useStatusBar/true isConcaveScreen/true Region/CNAriver/10.7.86.8000 ",
                "MiniProgram APXWebView DTN/2.0",
            ),
            "alipay 10.7.86.8000 android phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 13_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like ",
                "Gecko) Mobile/17G68 Ariver/1.1.0 AliApp(AP/10.2.30.6000) Nebula WK RVKType(1) ",
                "AlipayDefined(nt:WIFI,ws:414|672|3.0) AlipayClient/10.2.30.6000 Alipay Language/en Region/CN ",
                "NebulaX/1.0.0",
            ),
            "alipay 10.2.30.6000 ios phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like ",
                "Gecko) Mobile/15E148/sa-sdk-ios  (com.unionpay.chsp) (cordova 4.5.4) (updebug 0) (version 939) ",
                "(UnionPay/1.0 CloudPay) (clientVersion 199) (language zh_CN) (upApplet single) (walletMode 00)",
            ),
            "unionpay 9.3.9 ios phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (Linux; U; Android 15; zh-CN; 24031PN0DC Build/AQ3A.240627.003) AppleWebKit/537.36 ",
                "(KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.58 UWS/5.18.6.0 Mobile Safari/537.36 ",
                "AliApp(TB/10.48.30.2079) UCBS/2.11.1.1 TTID/600000@taobao_android_10.48.30.2079 WindVane/8.5.0 ",
                "Themis/1.7.168",
            ),
            "taobao 10.48.30.2079 android phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 26_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like ",
                "Gecko) Mobile/23E246 AliApp(DingTalk/7.8.1) com.laiwang.DingTalk/46766536 Channel/201200 ",
                "language/zh-Hans-CN UT4Aplus/0.0.6 WK",
            ),
            "dingtalk 7.8.1 ios phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (Linux; Android 12; LE2120 Build/SKQ1; wv) AppleWebKit/537.36 (KHTML, like Gecko) ",
                "Version/4.0 Chrome/89.0.4389.72 MQQBrowser/6.2 TBS/045913 Mobile Safari/537.36 ",
                "V1_AND_SQ_8.8.55_2390_YYB_D QQ/8.8.55.6900 NetType/WIFI WebP/0.3.0 Pixel/1440",
            ),
            "qq 8.8.55.6900 android phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like ",
                "Gecko) Mobile/15E148 Weibo (iPhone15,3__weibo__16.2.0__iphone__os17.6)",
            ),
            "weibo 16.2.0 ios phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (Linux; Android 10; HD1900 Build/QKQ1.190716.003; wv) AppleWebKit/537.36 (KHTML, ",
                "like Gecko) Version/4.0 Chrome/75.0.3770.156 Mobile Safari/537.36 aweme_230400 JsSdk/1.0 ",
                "NetType/WIFI AppName/aweme app_version/23.4.0 ByteLocale/zh-CN Region/CN AppSkin/white ",
                "AppTheme/light BytedanceWebview/d8a21c6 WebView/075113004008",
            ),
            "douyin 23.4.0 android phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 15_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like ",
                "Gecko) Mobile/15E148 SP-engine/2.69.0 main%2F1.0 baiduboxapp/13.31.0.10 (Baidu; P2 15.4) ",
                "NABar/1.0 themeUA=Theme/default",
            ),
            "baidu 13.31.0.10 ios phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (Linux; U; Android 15; zh-CN; 24117RK2CC Build/AQ3A.240829.003) AppleWebKit/537.36 ",
                "(KHTML, like Gecko) Version/4.0 Chrome/123.0.6312.80 Quark/7.15.1.890 Mobile Safari/537.36",
            ),
            "browser - android phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (Linux; Android 10; JNY-LX1; HMSCore 6.6.0.312) AppleWebKit/537.36 (KHTML, like ",
                "Gecko) Chrome/92.0.4515.105 HuaweiBrowser/12.1.0.303 Mobile Safari/537.36",
            ),
            "browser - android phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 ",
                "Safari/537.36 ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.0.4.300",
            ),
            "browser - harmonyos phone",
        ),
        (
            concat!(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ",
                "Mobile/15E148 MicroMessenger/8.0.76(0x18004c24) NetType/WIFI Language/zh_CN",
            ),
            "wechat 8.0.76 ios phone",
        ),
    ];

    #[test]
    fn real_user_agents_are_recognised() {
        for (user_agent, expected) in REAL {
            assert_eq!(seen(user_agent, 0), *expected, "{user_agent}");
        }
    }

    #[test]
    fn case_makes_no_difference() {
        for (user_agent, expected) in REAL {
            assert_eq!(seen(&user_agent.to_ascii_uppercase(), 0), *expected);
            assert_eq!(seen(&user_agent.to_ascii_lowercase(), 0), *expected);
        }
    }

    #[test]
    fn a_token_counts_as_a_whole_word_only() {
        let browsers = [
            "NotMicroMessenger/8.0",
            "Not_MicroMessenger/8.0",
            "MQQBrowser/6.2",
            "XQQ/8.8",
            "NotAlipayClient/10.1",
            "rechebao/1",
            "hebaoX/1",
            "XYouku/1",
            "Weibo(1)",
            "BytedanceWebview/d8a21c6",
            "AliApp(TUnionSDK/0.1)",
            "AliApp(BC/2.1)",
            "AliApp(",
            "miniProgram",
            "MiniProgram APXWebView",
            "UnionPay",
            "DingTalk(7)",
            "dingtalk-win/1",
            "MicroMessenger",
        ];
        for text in browsers {
            assert_eq!(seen(text, 0), "browser - other desktop", "{text}");
        }
        for (text, app) in [("(MicroMessenger/8.0)", "wechat"), ("x;QQ/8.8", "qq"), ("hebao", "hebao")] {
            assert!(seen(text, 0).starts_with(app), "{text}");
        }
    }

    #[test]
    fn the_more_special_app_wins() {
        for (text, app) in [
            ("MicroMessenger/7.0.1 wxwork/3.1.16", "wecom"),
            ("wxwork/4.0 MicroMessenger/7.0.1 miniProgram/wx1", "wecom"),
            ("MicroMessenger/8.0.1 miniProgram", "wechat_miniprogram"),
            ("MicroMessenger/7.0 MiniProgramEnv/Mac MacWechat/WMPF MacWechat/3.8.7(0x1)", "wechat_miniprogram"),
            ("MicroMessenger/6.8.0(0x16080000) MacWechat/3.0.1(0x13000110) NetType/WIFI WindowsWechat", "wechat_pc"),
            ("AlipayClient/10.1.32 AlipayClientHK/2.6.0", "alipay_hk"),
            ("AliApp(APHK/2.6.0.160) AlipayClient/10.1", "alipay_hk"),
            ("AlipayClient/10.7 MiniProgram APXWebView", "alipay"),
            ("UCBrowser/15 AliApp(AP/10.1)", "alipay"),
            ("AliApp(BC/2.1) Youku/11.0.1", "youku"),
            ("AliApp(Youku/11.0.1)", "youku"),
            ("AliApp(ELMC/11.3.8)", "eleme"),
            ("Eleme/11.3.8", "eleme"),
            ("AliApp(TM/15.1.0)", "tmall"),
            ("dingtalk-win/1.0.0 DingTalk(7.0.40)", "dingtalk"),
            ("MQQBrowser/6.2 QQ/8.8.55", "qq"),
            ("Hebao/7.1", "hebao"),
        ] {
            assert_eq!(seen(text, 0).split(' ').next(), Some(app), "{text}");
        }
    }

    #[test]
    fn an_app_without_a_number_after_its_token_has_no_version() {
        for (text, expected) in [
            ("MicroMessenger/", "wechat - other desktop"),
            ("AlipayClientHK", "alipay_hk - other desktop"),
            ("AppName/aweme app_version/23.4.0", "douyin 23.4.0 other desktop"),
            ("aweme_17.3.0", "douyin 17.3.0 other desktop"),
            ("aweme_230400", "douyin 23.4.0 other desktop"),
            ("(UnionPay/1.0 CloudPay)", "unionpay - other desktop"),
            ("DingTalk(7.0.40-1) dingtalk-win/1.0", "dingtalk 7.0.40 other desktop"),
        ] {
            assert_eq!(seen(text, 0), expected, "{text}");
        }
    }

    #[test]
    fn systems_and_devices_are_told_apart() {
        for (text, expected) in [
            ("Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) Mobile/15E148 Safari/604.1", "ios tablet"),
            ("Mozilla/5.0 (iPod touch; CPU iPhone OS 15_7 like Mac OS X) Mobile/15E148", "ios phone"),
            ("Mozilla/5.0 (Linux; Android 10; K) Chrome/130.0.0.0 Mobile Safari/537.36", "android phone"),
            ("Mozilla/5.0 (Linux; Android 10; K) Chrome/130.0.0.0 Safari/537.36", "android tablet"),
            ("Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0", "android phone"),
            ("Mozilla/5.0 (Android 14; Tablet; rv:130.0) Gecko/130.0 Firefox/130.0", "android tablet"),
            ("Mozilla/5.0 (Tablet; rv:26.0) Gecko/26.0 Firefox/26.0", "other tablet"),
            ("Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) Mobile Safari/537.36", "android phone"),
            ("Mozilla/5.0 (Phone; OpenHarmony 5.0) ArkWeb/4.1.6.1", "harmonyos phone"),
            ("Mozilla/5.0 (Tablet; OpenHarmony 5.0) ArkWeb/4.1.6.1", "harmonyos tablet"),
            ("Mozilla/5.0 (PC; OpenHarmony 5.0) ArkWeb/4.1.6.1", "harmonyos desktop"),
            ("Mozilla/5.0 (Linux; Android 10; Phone; OpenHarmony 5.0) ArkWeb/4.1 Mobile", "harmonyos phone"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; OpenHarmony 5.0) ArkWeb/4.1", "harmonyos desktop"),
            ("Mozilla/5.0 (OpenHarmony 5.0) ArkWeb/4.1", "harmonyos phone"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0.0.0 Safari/537.36", "windows desktop"),
            ("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Tablet PC 2.0)", "windows desktop"),
            (
                "Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0) like iPhone OS 7_0_3 Mac OS X Mobile",
                "windows phone",
            ),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "macos desktop"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "linux desktop"),
            ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/130.0.0.0 Safari/537.36", "other desktop"),
            ("Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 KAIOS/2.5", "other phone"),
        ] {
            assert_eq!(seen(text, 0), ["browser - ", expected].concat(), "{text}");
        }
    }

    #[test]
    fn a_macintosh_that_can_be_touched_at_two_points_is_an_ipad() {
        let text = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15";
        assert_eq!(seen(text, 5), "browser - ios tablet");
        assert_eq!(seen(text, 2), "browser - ios tablet");
        assert_eq!(seen(text, 1), "browser - macos desktop");
        assert_eq!(seen("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", 10), "browser - windows desktop");
    }

    #[test]
    fn odd_user_agents_are_a_browser_on_something() {
        let long = "MicroMessenger".repeat(800);
        for text in ["", " ", "/", "(", "🌙", "\0\0", "curl/8.5.0", long.as_str()] {
            assert_eq!(seen(text, 0), "browser - other desktop", "{text:.20}");
        }
        let padded = ["x ".repeat(5000), "MicroMessenger/8.0.76".to_owned(), " y".repeat(5000)].concat();
        assert_eq!(seen(&padded, 0), "wechat 8.0.76 other desktop");
    }

    #[test]
    fn the_tables_are_fit_for_a_script_too() {
        let mut groups: Vec<&[&str]> = sign::APPS.iter().flat_map(|sign| sign.groups).copied().collect();
        groups.extend(sign::SYSTEMS.iter().flat_map(|sign| sign.groups));
        groups.extend(sign::DEVICES.iter().flat_map(|sign| sign.groups));
        assert!(groups.iter().all(|group| !group.is_empty()), "an empty group would hold everywhere");
        assert!(groups.concat().iter().all(|token| token.is_ascii() && !token.is_empty()));
        let apps: Vec<App> = sign::APPS.iter().map(|sign| sign.means).collect();
        assert!(App::ALL.iter().all(|app| *app == App::Browser || apps.contains(app)), "each app has a line");
    }
}
