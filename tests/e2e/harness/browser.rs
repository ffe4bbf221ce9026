//! Decides what a browser of a test is like: its size, its user agent, its colours; and how it is spoken to.
//!
//! It knows nothing of checkouts. One chromedriver serves the whole run; at most two browsers are open at once.

use super::process::Program;
use super::wait::{LIMIT, until};
use axum::http::Method;
use fantoccini::elements::Element;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::OnceLock;
use tokio::sync::{Semaphore, SemaphorePermit};
use url::{ParseError, Url};

static SEATS: Semaphore = Semaphore::const_new(2);

/// A phone's browser.
pub const PHONE: &str = "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";
/// WeChat on a phone.
pub const WECHAT: &str = "Mozilla/5.0 (Linux; Android 15; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 \
    Chrome/130.0.0.0 Mobile Safari/537.36 XWEB/1300 MMWEBSDK/20241202 MicroMessenger/8.0.56.2800(0x2800385B) WeChat/arm64 \
    Weixin NetType/WIFI Language/zh_CN ABI/arm64";
/// Alipay on a phone.
pub const ALIPAY: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
    Mobile/22A3354 Ariver/1.1.0 AliApp(AP/10.7.0.6000) Nebula WK RVKType(0) AlipayDefined(nt:WIFI,ws:393|788|3.0) \
    AlipayClient/10.7.0.6000 Language/zh-Hans";
/// 云闪付 on a phone.
pub const UNIONPAY: &str = "Mozilla/5.0 (Linux; Android 12; BLK-AL80 Build/HUAWEIBLK-AL80; wv) AppleWebKit/537.36 (KHTML, \
    like Gecko) Version/4.0 Chrome/99.0.4844.88 Mobile Safari/537.36 (com.unionpay.mobilepay) (cordova 9.1.0) (updebug 0) \
    (version 1009) (UnionPay/1.0 CloudPay) (clientVersion 309) (language zh_CN)";

/// What a browser is to be like.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    agent: Option<&'static str>,
    phone: bool,
    dark: bool,
    language: &'static str,
}

/// A browser on a desk, light, in Chinese.
pub const DESK: Kind = Kind { agent: None, phone: false, dark: false, language: "zh-CN" };

impl Kind {
    /// On a phone, as this app or browser.
    pub fn phone(self, agent: &'static str) -> Self {
        Self { agent: Some(agent), phone: true, ..self }
    }

    /// In dark colours.
    pub fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    /// For somebody who reads this language.
    pub fn language(self, language: &'static str) -> Self {
        Self { language, ..self }
    }

    /// Opens it, once one of the two places is free.
    pub async fn open(self) -> Browser {
        let seat = SEATS.acquire().await.expect("never closed");
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(self.capabilities()).connect(&driver().1).await;
        let client = client.unwrap_or_else(|fault| panic!("chromedriver opens no browser: {fault}"));
        let id = client.session_id().await.ok().flatten().expect("a session has an id");
        let browser = Browser { client, id, _seat: seat };
        let scheme = if self.dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        browser.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        browser
    }

    fn capabilities(self) -> Capabilities {
        let mut arguments = vec![
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            // A second window would put the first to sleep.
            "--disable-backgrounding-occluded-windows",
            "--hide-scrollbars",
            // A live shop's name, on this machine.
            "--host-resolver-rules=MAP shop.example 127.0.0.1",
            "--window-size=1280,1000",
        ];
        arguments.retain(|argument| !(self.phone && argument.starts_with("--window-size")));
        let mut options = json!({ "args": arguments, "prefs": { "intl.accept_languages": self.language } });
        if self.phone {
            let metrics = json!({ "width": 390, "height": 844, "pixelRatio": 2.0, "touch": true, "mobile": true });
            options["mobileEmulation"] = json!({ "deviceMetrics": metrics, "userAgent": self.agent });
        }
        let capabilities = json!({
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL" },
            "unhandledPromptBehavior": "ignore",
            "pageLoadStrategy": "normal",
        });
        capabilities.as_object().cloned().expect("an object")
    }
}

/// The one chromedriver of this run, and its address.
fn driver() -> &'static (Program, String) {
    static DRIVER: OnceLock<(Program, String)> = OnceLock::new();
    DRIVER.get_or_init(|| {
        let port = |line: &str| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok();
        let (program, port) = Program::start(Command::new("chromedriver").arg("--port=0"), port);
        (program, format!("http://127.0.0.1:{port}"))
    })
}

/// An open browser; closed when it is dropped.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    id: String,
    _seat: SemaphorePermit<'static>,
}

impl Browser {
    /// Goes there.
    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|fault| panic!("{url} does not open: {fault}"));
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.client.refresh().await.expect("the page loads again");
    }

    /// The browser's back button.
    pub async fn back(&self) {
        self.client.back().await.expect("there is a page to go back to");
    }

    /// Where it is.
    pub async fn url(&self) -> String {
        self.client.current_url().await.map(String::from).unwrap_or_default()
    }

    /// Runs a function body in the page and gives what it returns; promises are waited for.
    pub async fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.try_run(script, arguments).await.unwrap_or_else(|fault| panic!("{script}: {fault}"))
    }

    /// The same, where the page may be on its way to another.
    pub async fn try_run(&self, script: &str, arguments: &[Value]) -> Result<Value, String> {
        self.client.execute(script, arguments.to_vec()).await.map_err(|fault| fault.to_string())
    }

    /// Waits until the script returns something that is not null, false or nothing.
    pub async fn until(&self, what: &str, script: &str, arguments: &[Value]) -> Value {
        let seen = until(LIMIT, async || {
            let value = self.try_run(script, arguments).await.ok()?;
            (!value.is_null() && value != json!(false)).then_some(value)
        });
        match seen.await {
            Some(value) => value,
            None => panic!("{what}: not so after {} s\n{}", LIMIT.as_secs(), self.account().await),
        }
    }

    /// Waits until the address holds this text.
    pub async fn until_at(&self, part: &str) {
        self.until(&format!("the address holds {part}"), "return location.href.includes(arguments[0])", &[json!(part)])
            .await;
    }

    /// An element of the page's own tree, once it is there.
    pub async fn element(&self, css: &str) -> Element {
        match until(LIMIT, async || self.client.find(Locator::Css(css)).await.ok()).await {
            Some(element) => element,
            None => panic!("there is no {css}\n{}", self.account().await),
        }
    }

    /// Presses an element of the page's own tree.
    pub async fn press(&self, css: &str) {
        let pressed = until(LIMIT, async || self.client.find(Locator::Css(css)).await.ok()?.click().await.ok()).await;
        if pressed.is_none() {
            panic!("{css} can't be pressed\n{}", self.account().await);
        }
    }

    /// Runs a script in each page from now on, before the page's own.
    pub async fn inject(&self, script: &str) {
        self.devtools("Page.enable", json!({})).await;
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    }

    /// Refuses addresses like these from now on; `*` stands for anything, and no patterns for no refusal.
    pub async fn block(&self, patterns: &[&str]) {
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.setBlockedURLs", json!({ "urls": patterns })).await;
    }

    /// Cuts the network, or brings it back.
    pub async fn offline(&self, cut: bool) {
        let conditions = json!({ "offline": cut, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.emulateNetworkConditions", conditions).await;
    }

    /// A command of Chromium's own protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        let command = Vendor { path: "goog/cdp/execute", body };
        self.client.issue_cmd(command).await.unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// What the console said since it was last asked.
    pub async fn console(&self) -> Vec<String> {
        let command = Vendor { path: "se/log", body: json!({ "type": "browser" }) };
        let entries = self.client.issue_cmd(command).await.unwrap_or_default();
        let line = |entry: &Value| {
            format!("{} {}", entry["level"].as_str().unwrap_or("?"), entry["message"].as_str().unwrap_or("?"))
        };
        entries.as_array().into_iter().flatten().map(line).collect()
    }

    /// Pointer and key actions.
    pub async fn act(&self, actions: impl Into<fantoccini::actions::Actions>) {
        self.client.perform_actions(actions).await.expect("the actions are performed");
    }

    /// Lets go of whatever is held down.
    pub async fn let_go(&self) {
        self.client.release_actions().await.expect("nothing is held");
    }

    /// WebDriver's own client, for what is not here.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What is told when a test fails: where it is, what the page says, what the console said.
    pub async fn account(&self) -> String {
        let seen = self.try_run(include_str!("account.js"), &[]).await.unwrap_or_else(Value::from);
        let seen = seen.as_str().map_or_else(|| seen.to_string(), str::to_owned);
        format!("at {}\n{seen}\nconsole: {:#?}", self.url().await, self.console().await)
    }
}

impl Drop for Browser {
    /// In place, since a failing test has no runtime any more; a browser that is gone already is no fault here.
    fn drop(&mut self) {
        let host = driver().1.trim_start_matches("http://");
        let request = format!("DELETE /session/{} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", self.id);
        if let Ok(mut stream) = TcpStream::connect(host) {
            let _closed = stream.write_all(request.as_bytes()).and_then(|()| stream.read(&mut [0; 64]));
        }
    }
}

/// A command that only this driver knows.
#[derive(Debug)]
struct Vendor {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
