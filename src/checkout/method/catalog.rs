//! Decides what each wallet can do in each app on each device: one table, the first row that holds counts.
//!
//! It does not decide what a shopper sees: amounts, countries, versions and rollout come after it, in [`super::super::offer`].

use super::{Flow, Hint, Wallet};
use crate::checkout::environment::{App, Device, Environment};

/// One row: what a wallet can do on these devices in these apps.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The wallet.
    pub wallet: Wallet,
    /// The devices it is about.
    pub devices: &'static [Device],
    /// The apps it is about; empty for every app.
    pub apps: &'static [App],
    /// The flows, best first; empty where the wallet works only in a browser.
    pub flows: &'static [Flow],
    /// The line under its name.
    pub hint: Hint,
    /// Whether it holds only where the page has loaded UnionPay's `upsdk`.
    pub upsdk: bool,
}

impl Row {
    /// Whether the row is about this wallet, here.
    pub fn holds(&self, wallet: Wallet, environment: &Environment) -> bool {
        self.wallet == wallet
            && self.devices.contains(&environment.device)
            && (self.apps.is_empty() || self.apps.contains(&environment.app))
            && (environment.upsdk || !self.upsdk)
    }
}

const fn row(
    wallet: Wallet,
    devices: &'static [Device],
    apps: &'static [App],
    flows: &'static [Flow],
    hint: Hint,
) -> Row {
    Row { wallet, devices, apps, flows, hint, upsdk: false }
}

const DESK: &[Device] = &[Device::Desktop];
const PHONE: &[Device] = &[Device::Phone];
const TABLET: &[Device] = &[Device::Tablet];
const HAND: &[Device] = &[Device::Phone, Device::Tablet];
const ANY_DEVICE: &[Device] = &Device::ALL;

const ANY_APP: &[App] = &[];
const BROWSER: &[App] = &[App::Browser];
/// Tencent's apps that let no Alipay page open.
const WECHATS: &[App] = &[App::Wechat, App::WechatMiniprogram, App::WechatPc, App::Wecom];
/// Apps that open Alipay's page: its own family, and those of others, where the page stays and its app may not open.
const OPEN_TO_ALIPAY: &[App] =
    &[App::Taobao, App::Tmall, App::Eleme, App::Youku, App::Dingtalk, App::Qq, App::Weibo, App::Douyin, App::Baidu];

const NOTHING: &[Flow] = &[];
const CODE: &[Flow] = &[Flow::Qr];
const CODE_OR_PAGE: &[Flow] = &[Flow::Qr, Flow::Redirect];
const PAGE: &[Flow] = &[Flow::Redirect];
const CALL: &[Flow] = &[Flow::InApp];
const CALL_OR_PAGE: &[Flow] = &[Flow::InApp, Flow::Redirect];
/// On a phone a code is for another device, so it comes last.
const PAGE_OR_CODE: &[Flow] = &[Flow::Redirect, Flow::Qr];
const PAGE_APP_OR_CODE: &[Flow] = &[Flow::Redirect, Flow::Deeplink, Flow::Qr];

/// The table. On a desk no app's bridge is promised, and a code works in every app, since a phone scans it.
///
/// # Source
/// `research/provider-payloads.md` 3.3 and its known limits, read 2026-11-22. Where it marks a cell D (seen once, or
/// inferred), the row is the one that leaves the shopper a way on. It has no column for WeCom: nothing promises WeChat
/// Pay's bridge there, so it opens the browser.
pub const CATALOG: &[Row] = &[
    // WeChat Pay: a web-view in a mini program cannot pay, and its H5 page opens in browsers only.
    row(Wallet::Wechatpay, DESK, ANY_APP, CODE, Hint::Scan),
    row(Wallet::Wechatpay, ANY_DEVICE, &[App::WechatPc], CODE, Hint::Scan),
    row(Wallet::Wechatpay, HAND, &[App::Wechat], CALL, Hint::Here),
    row(Wallet::Wechatpay, PHONE, BROWSER, PAGE_APP_OR_CODE, Hint::OpensApp),
    row(Wallet::Wechatpay, TABLET, BROWSER, CODE_OR_PAGE, Hint::Scan),
    row(Wallet::Wechatpay, HAND, ANY_APP, NOTHING, Hint::Browser),
    // Alipay.
    row(Wallet::Alipay, DESK, WECHATS, CODE, Hint::Scan),
    row(Wallet::Alipay, DESK, ANY_APP, CODE_OR_PAGE, Hint::ScanOrPage),
    row(Wallet::Alipay, HAND, &[App::Alipay, App::AlipayHk], CALL, Hint::Here),
    row(Wallet::Alipay, PHONE, BROWSER, PAGE_APP_OR_CODE, Hint::OpensApp),
    row(Wallet::Alipay, TABLET, BROWSER, CODE_OR_PAGE, Hint::ScanOrPage),
    row(Wallet::Alipay, HAND, OPEN_TO_ALIPAY, PAGE, Hint::OpensApp),
    row(Wallet::Alipay, HAND, ANY_APP, NOTHING, Hint::Browser),
    // UnionPay: its gateway's page opens everywhere, in WeChat too.
    Row {
        wallet: Wallet::Unionpay,
        devices: HAND,
        apps: &[App::Unionpay],
        flows: CALL_OR_PAGE,
        hint: Hint::Here,
        upsdk: true,
    },
    row(Wallet::Unionpay, DESK, ANY_APP, CODE_OR_PAGE, Hint::BankApps),
    row(Wallet::Unionpay, TABLET, BROWSER, CODE_OR_PAGE, Hint::BankApps),
    row(Wallet::Unionpay, PHONE, BROWSER, PAGE_OR_CODE, Hint::BankApps),
    row(Wallet::Unionpay, HAND, ANY_APP, PAGE, Hint::BankApps),
    // 和包: its page, also in its own app, whose bridge no merchant's page is known to reach.
    row(Wallet::Hebao, ANY_DEVICE, ANY_APP, PAGE, Hint::Page),
];
