//! Decides which tokens of a user agent show which app, system and device: plain tables, the first line that holds counts.
//!
//! It does not look for them ([`super::Environment::read`] does); `bundle` hands the same tables to the script that
//! draws before the wasm arrives, so that both see the same environment.
//!
//! # Source
//! `research/provider-payloads.md` 3.1 and its corrections, and real user agents from public code, read 2026-11-22.

use super::{App, Device, Os, Sign};

const fn sign<T: Copy>(means: T, groups: &'static [&'static [&'static str]]) -> Sign<T> {
    Sign { means, groups }
}

/// How iPadOS calls itself when it asks for desktop pages.
pub const MACINTOSH: &str = "Macintosh";

/// The app around the page; no line: a browser.
pub const APPS: &[Sign<App>] = &[
    // Also says MicroMessenger, so it comes before WeChat.
    sign(App::Wecom, &[&["wxwork/"]]),
    // On a PC too (`MiniProgramEnv/Windows`). Old ones end in a bare `miniProgram`; Alipay writes that word as well.
    sign(App::WechatMiniprogram, &[&["miniProgram/"], &["MiniProgramEnv/"], &["MicroMessenger/", "miniProgram"]]),
    sign(App::WechatPc, &[&["WindowsWechat"], &["MacWechat"], &["UnifiedPCWindowsWechat"], &["UnifiedPCMacWechat"]]),
    sign(App::Wechat, &[&["MicroMessenger/"]]),
    // Also says `AlipayClient/` or `AliApp(AP/`, so it comes before Alipay.
    sign(App::AlipayHk, &[&["AlipayClientHK"], &["AliApp(APHK/"]]),
    sign(App::Alipay, &[&["AlipayClient/"], &["AliApp(AP/"]]),
    sign(
        App::Unionpay,
        &[&["UnionPay/", "CloudPay"], &["com.unionpay.chsp"], &["com.unionpay.mobilepay"], &["(updebug "]],
    ),
    // `AliApp(` alone proves nothing: UC's SDK says `AliApp(TUnionSDK/`.
    sign(App::Taobao, &[&["AliApp(TB/"]]),
    sign(App::Tmall, &[&["AliApp(TM/"]]),
    sign(App::Eleme, &[&["AliApp(ELMC/"], &["Eleme/"]]),
    sign(App::Youku, &[&["Youku/"]]),
    // The second group is DingTalk on Windows.
    sign(App::Dingtalk, &[&["AliApp(DingTalk/"], &["dingtalk-win/", "DingTalk("]]),
    sign(App::Hebao, &[&["hebao"]]),
    // `MQQBrowser/` is QQ Browser: a browser, and no whole word `QQ/`.
    sign(App::Qq, &[&["QQ/"]]),
    sign(App::Weibo, &[&["Weibo ("], &["__weibo__"]]),
    // `BytedanceWebview/` is not here: TikTok and Toutiao carry it as well.
    sign(App::Douyin, &[&["aweme_"], &["AppName/aweme"]]),
    sign(App::Baidu, &[&["baiduboxapp/"]]),
];

/// The tokens that an app's version follows; the first that is followed by a number counts.
pub const VERSIONS: &[(App, &[&str])] = &[
    (App::Wecom, &["wxwork/"]),
    (App::WechatMiniprogram, &["MicroMessenger/"]),
    (App::WechatPc, &["MicroMessenger/"]),
    (App::Wechat, &["MicroMessenger/"]),
    (App::AlipayHk, &["AlipayClientHK/", "AliApp(APHK/"]),
    (App::Alipay, &["AlipayClient/", "AliApp(AP/"]),
    // `UnionPay/1.0` is not the app's version; `(version 939)` is that of 9.3.9.
    (App::Unionpay, &["(version "]),
    (App::Taobao, &["AliApp(TB/"]),
    (App::Tmall, &["AliApp(TM/"]),
    (App::Eleme, &["AliApp(ELMC/", "Eleme/"]),
    (App::Youku, &["Youku/"]),
    (App::Dingtalk, &["AliApp(DingTalk/", "DingTalk("]),
    (App::Hebao, &["hebao/"]),
    (App::Qq, &["QQ/"]),
    (App::Weibo, &["__weibo__"]),
    // Without `app_version/` it is `aweme_17.3.0` on iOS and `aweme_230400`, for 23.4.0, on Android.
    (App::Douyin, &["app_version/", "aweme_"]),
    (App::Baidu, &["baiduboxapp/"]),
];

/// The system; no line: another one.
pub const SYSTEMS: &[Sign<Os>] = &[
    // Before Android and Windows, which Huawei's browser adds. HarmonyOS 2 to 4 says Android and is it.
    sign(Os::Harmonyos, &[&["OpenHarmony"]]),
    // Windows Phone said Android and iPhone as well.
    sign(Os::Windows, &[&["Windows Phone"]]),
    sign(Os::Ios, &[&["iPhone"], &["iPad"], &["iPod"]]),
    sign(Os::Android, &[&["Android"]]),
    sign(Os::Windows, &[&["Windows"]]),
    sign(Os::Macos, &[&[MACINTOSH]]),
    sign(Os::Linux, &[&["Linux"]]),
];

/// The class of device; no line: a desktop.
pub const DEVICES: &[Sign<Device>] = &[
    // HarmonyOS NEXT names it; `Mobile` may be missing.
    sign(Device::Tablet, &[&["OpenHarmony", "Tablet"]]),
    sign(Device::Desktop, &[&["OpenHarmony", "PC"], &["OpenHarmony", "Windows"]]),
    sign(Device::Phone, &[&["OpenHarmony"]]),
    sign(Device::Phone, &[&["Windows Phone"], &["iPhone"], &["iPod"]]),
    sign(Device::Tablet, &[&["iPad"]]),
    sign(Device::Desktop, &[&["Windows"], &[MACINTOSH]]),
    // Firefox on Android says it; Chrome leaves `Mobile` out instead.
    sign(Device::Tablet, &[&["Tablet"]]),
    sign(Device::Phone, &[&["Mobile"]]),
    sign(Device::Tablet, &[&["Android"]]),
];
