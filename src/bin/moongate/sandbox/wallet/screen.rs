//! Decides what the simulated wallet's page shows, in Chinese and in English.
//!
//! It does not decide anything about the payment. It works without script; no brand's screen, colour or mark is copied.

use crate::escape::escaped;
use crate::sandbox::form::sum;
use crate::sandbox::gate::origin_of;
use crate::sandbox::page::Page;
use crate::sandbox::payment::Payment;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use moongate::action::Standing;

/// The words of one language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    language: &'static str,
    title: &'static str,
    simulated: &'static str,
    shop: &'static str,
    order: &'static str,
    method: &'static str,
    approve: &'static str,
    refuse: &'static str,
    process: &'static str,
    expire: &'static str,
    leave: &'static str,
    ask: &'static str,
    open: &'static str,
    unknown: &'static str,
    void: &'static str,
    sign_in: &'static str,
    back: &'static str,
    other: (&'static str, &'static str),
}

const CHINESE: Words = Words {
    language: "zh-CN",
    title: "模拟钱包",
    simulated: "模拟 · 不会扣款",
    shop: "沙盒商店",
    order: "订单",
    method: "付款方式",
    approve: "确认付款",
    refuse: "拒绝付款",
    process: "让它处理中",
    expire: "让它过期",
    leave: "不付款，返回商家",
    ask: "付款码、链接或编号",
    open: "打开",
    unknown: "没有找到这笔付款",
    void: "这个码已经失效",
    sign_in: "登录（模拟）",
    back: "返回商家",
    other: ("en", "English"),
};

const ENGLISH: Words = Words {
    language: "en",
    title: "Simulated wallet",
    simulated: "Simulated · no money moves",
    shop: "Sandbox shop",
    order: "Order",
    method: "Method",
    approve: "Approve",
    refuse: "Refuse",
    process: "Let it be processed",
    expire: "Let it expire",
    leave: "Back to the shop without paying",
    ask: "A code, link or number",
    open: "Open",
    unknown: "There is no such payment",
    void: "This code is void",
    sign_in: "Sign in (simulated)",
    back: "Back to the shop",
    other: ("zh-CN", "中文"),
};

impl Words {
    /// The language asked for, else the browser's, else Chinese.
    pub(super) fn of(asked: Option<&str>, headers: &HeaderMap) -> Self {
        let browser = headers.get(header::ACCEPT_LANGUAGE).and_then(|list| list.to_str().ok());
        let language = asked.filter(|asked| !asked.is_empty()).or(browser).unwrap_or_default();
        if language.starts_with("en") { ENGLISH } else { CHINESE }
    }

    fn standing(&self, status: Standing) -> &'static str {
        let (chinese, english) = match status {
            Standing::Pending => ("等待付款", "Waiting to be paid"),
            Standing::Processing => ("处理中", "Being processed"),
            Standing::Succeeded => ("已付款", "Paid"),
            Standing::Failed => ("付款失败", "Failed"),
            Standing::Canceled => ("已取消", "Canceled"),
            Standing::Expired => ("已过期", "Expired"),
        };
        if self.language == "en" { english } else { chinese }
    }

    /// A wallet's name, in words only.
    fn method(&self, id: &str) -> String {
        let (chinese, english) = match id {
            "alipay" => ("支付宝", "Alipay"),
            "wechatpay" => ("微信支付", "WeChat Pay"),
            "unionpay" => ("云闪付", "UnionPay"),
            "hebao" => ("和包", "Hebao"),
            other => return escaped(other),
        };
        if self.language == "en" { english } else { chinese }.to_owned()
    }
}

/// What the page is about.
#[derive(Debug)]
pub(super) struct Screen<'a> {
    pub(super) words: Words,
    pub(super) code: &'a str,
    /// Whether it was opened as a page, which leads back to the shop.
    pub(super) page: bool,
    pub(super) payment: Option<&'a Payment>,
    /// Whether the code is one of before a refresh.
    pub(super) void: bool,
}

impl Screen<'_> {
    /// The page.
    pub(super) fn show(&self) -> Response {
        let words = &self.words;
        let inside = match self.payment {
            None => self.ask(),
            Some(_) if self.void => format!("<h1>{}</h1>", words.void),
            Some(payment) => self.payment(payment),
        };
        let (language, name) = words.other;
        let body = format!(
            "<main class=\"phone\" {}><p class=\"ribbon\">{}</p>{inside}\
             <form class=\"language\">{}<button name=\"lang\" value=\"{language}\" lang=\"{language}\">{name}</button></form></main>",
            self.payment.map(|payment| self.marks(payment)).unwrap_or_default(),
            words.simulated,
            self.kept(),
        );
        let leads_to = self.payment.and_then(|payment| origin_of(&payment.wish.return_url)).unwrap_or_default();
        let status =
            if self.payment.is_none() && !self.code.is_empty() { StatusCode::NOT_FOUND } else { StatusCode::OK };
        Page { status, language: words.language, title: words.title, body, leads_to: &leads_to }.into_response()
    }

    /// What a test finds the payment by.
    fn marks(&self, payment: &Payment) -> String {
        let status = if self.void { "void" } else { payment.status.word() };
        format!("data-payment=\"{}\" data-status=\"{status}\"", escaped(&payment.id))
    }

    fn kept(&self) -> String {
        let page = if self.page { "<input type=\"hidden\" name=\"page\" value=\"1\">" } else { "" };
        format!("<input type=\"hidden\" name=\"code\" value=\"{}\">{page}", escaped(self.code))
    }

    fn ask(&self) -> String {
        let words = &self.words;
        let heading = if self.code.is_empty() { words.title } else { words.unknown };
        format!(
            "<h1>{heading}</h1><form><label>{}<input name=\"code\" value=\"{}\" autocomplete=\"off\"></label>\
             <button class=\"main\">{}</button></form>",
            words.ask,
            escaped(self.code),
            words.open
        )
    }

    fn payment(&self, payment: &Payment) -> String {
        let words = &self.words;
        let method = words.method(&payment.wish.method);
        let facts = [(words.order, escaped(&payment.wish.order)), (words.method, method)];
        let fact = |(name, value): &(&str, String)| format!("<div><dt>{name}</dt><dd>{value}</dd></div>");
        format!(
            "<p class=\"shop\">{}</p><h1>{}</h1><p class=\"status\" role=\"status\">{}</p><dl>{}</dl>{}",
            words.shop,
            escaped(&sum(payment)),
            words.standing(payment.status),
            facts.iter().map(fact).collect::<String>(),
            self.choices(payment)
        )
    }

    fn choices(&self, payment: &Payment) -> String {
        let words = &self.words;
        let button = |(value, text): (&str, &str)| {
            let class = if value == "approve" { " class=\"main\"" } else { "" };
            format!("<button id=\"{value}\" name=\"decision\" value=\"{value}\"{class}>{text}</button>")
        };
        let live = [
            ("approve", words.approve),
            ("refuse", words.refuse),
            ("process", words.process),
            ("expire", words.expire),
        ];
        let mut buttons: Vec<_> = if payment.live() { live.map(button).to_vec() } else { Vec::new() };
        if self.page {
            buttons.push(button(("leave", if payment.live() { words.leave } else { words.back })));
        }
        let language = format!("<input type=\"hidden\" name=\"lang\" value=\"{}\">", words.language);
        format!("<form method=\"post\" action=\"/sandbox/wallet\">{}{language}{}</form>", self.kept(), buttons.concat())
    }
}

/// The page that stands for the shop's sign-in.
pub(super) fn sign_in(words: &Words, return_url: &str) -> Response {
    let body = format!(
        "<main class=\"phone\"><p class=\"ribbon\">{}</p><h1>{}</h1><form method=\"post\" action=\"/sandbox/sign-in\">\
         <input type=\"hidden\" name=\"return_url\" value=\"{}\"><button id=\"sign-in\" class=\"main\">{}</button></form></main>",
        words.simulated,
        words.shop,
        escaped(return_url),
        words.sign_in
    );
    let leads_to = origin_of(return_url).unwrap_or_default();
    Page { status: StatusCode::OK, language: words.language, title: words.sign_in, body, leads_to: &leads_to }
        .into_response()
}
