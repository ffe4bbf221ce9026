//! Decides what a browser of a test is like: its size, its user agent, its colours; and how it is spoken to.
//!
//! It knows nothing of checkouts. Each browser has its own driver; at most two are open at once.

use super::engine::{Driver, Engine, chromium, firefox, webkit};
use super::process::Program;
use super::wait::{LIMIT, until};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use image::ImageFormat;
use serde_json::{Value, json};
use std::io::{Cursor, Read, Write};
use std::net::TcpStream;
use tokio::sync::{Semaphore, SemaphorePermit};

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

/// A promise, in JavaScript, that comes true when what is there now has been drawn.
const DRAWN: &str = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true))))";

/// How often what a picture is taken of may move meanwhile.
const MOVES: u32 = 10;

/// What a browser is to be like.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub(super) agent: Option<&'static str>,
    pub(super) dark: bool,
    pub(super) still: bool,
    pub(super) scriptless: bool,
    pub(super) language: &'static str,
}

/// A browser on a desk, light, in Chinese.
pub const DESK: Kind = Kind { agent: None, dark: false, still: false, scriptless: false, language: "zh-CN" };

impl Kind {
    /// On a phone, as this app or browser.
    pub fn phone(self, agent: &'static str) -> Self {
        Self { agent: Some(agent), ..self }
    }

    /// In dark colours.
    pub fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    /// For somebody who wants nothing to move.
    pub fn still(self) -> Self {
        Self { still: true, ..self }
    }

    /// Running no script of any page.
    pub fn scriptless(self) -> Self {
        Self { scriptless: true, ..self }
    }

    /// For somebody who reads this language.
    pub fn language(self, language: &'static str) -> Self {
        Self { language, ..self }
    }

    /// Width and height of its page, in CSS pixels.
    pub fn size(self) -> (u32, u32) {
        if self.is_phone() { (390, 844) } else { (1280, 1000) }
    }

    /// Pixels of the screen for one of the page.
    pub fn ratio(self) -> u32 {
        if self.is_phone() { 2 } else { 1 }
    }

    /// Whether it is on a phone: then alone it has another's name.
    pub fn is_phone(self) -> bool {
        self.agent.is_some()
    }

    /// Opens it, once one of the two places is free.
    pub async fn open(self) -> Browser {
        let seat = SEATS.acquire().await.expect("never closed");
        let engine = Engine::of_this_run();
        let Driver { programs, address, capabilities } = match engine {
            Engine::Chromium => chromium::driver(self),
            Engine::Firefox => firefox::driver(self),
            Engine::WebKit => webkit::driver(self),
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&address).await;
        let client = client.unwrap_or_else(|fault| panic!("{engine:?} does not open: {fault}"));
        let id = client.session_id().await.ok().flatten().expect("a session has an id");
        let browser = Browser { kind: self, engine, client, address, id, _programs: programs, _seat: seat };
        browser.dress().await;
        browser
    }
}

/// An open browser; closed when it is dropped.
#[derive(Debug)]
pub struct Browser {
    kind: Kind,
    engine: Engine,
    client: Client,
    address: String,
    id: String,
    // In this order: the driver and what it needs end before the place is free.
    _programs: Vec<Program>,
    _seat: SemaphorePermit<'static>,
}

impl Browser {
    /// Makes it what it could not be asked to be when it was opened.
    async fn dress(&self) {
        match self.engine {
            Engine::Chromium => self.colours(self.kind.dark).await,
            Engine::Firefox | Engine::WebKit => self.resize(|size| size).await,
        }
        match self.engine {
            Engine::Chromium if self.kind.scriptless => chromium::without_scripts(&self.client).await,
            Engine::Firefox if self.kind.scriptless => firefox::without_scripts(&self.client).await,
            _ => {}
        }
    }

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

    /// Waits until the address holds this text and its page is drawn: Firefox loses a press on what it has not drawn.
    pub async fn until_at(&self, part: &str) {
        let there =
            format!("return document.readyState === 'complete' && location.href.includes(arguments[0]) && {DRAWN}");
        self.until(&format!("the address holds {part}"), &there, &[json!(part)]).await;
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

    /// A picture of this element, as PNG, as soon as what is there now has been drawn; `None` while it is not there, or does
    /// not keep still.
    pub async fn picture(&self, element: &Element) -> Option<Vec<u8>> {
        let mut place = self.place(element).await?;
        if self.engine != Engine::WebKit {
            return element.screenshot().await.ok();
        }
        // Its own pictures of an element are black: cut from a picture of the page, before and after which it was at one place.
        for _again in 0..MOVES {
            let page = self.client.screenshot().await.ok()?;
            let after = self.place(element).await?;
            if after == place {
                return cut(&page, &place);
            }
            place = after;
        }
        None
    }

    /// Where this element is once what is there now has been drawn, brought into sight: its left, top, width and height, as
    /// shares of the page's width.
    async fn place(&self, element: &Element) -> Option<Value> {
        let place = format!(
            "const [part] = arguments; part.scrollIntoView({{ block: 'center', behavior: 'instant' }})
            return {DRAWN}.then(() => {{
              const {{ x, y, width, height }} = part.getBoundingClientRect()
              return [x, y, width, height].map((side) => side / innerWidth)
            }})"
        );
        self.try_run(&place, &[serde_json::to_value(element).ok()?]).await.ok()
    }

    /// Gives its page another width and height, made of those that its kind has.
    pub async fn resize(&self, other: impl FnOnce((u32, u32)) -> (u32, u32)) {
        let size = other(self.kind.size());
        match self.engine {
            Engine::Chromium => chromium::resize(&self.client, size, self.kind).await,
            Engine::Firefox => firefox::resize(&self.client, size, self.kind.ratio()).await,
            Engine::WebKit => {
                let done = self.client.set_window_rect(0, 0, size.0, size.1).await;
                done.unwrap_or_else(|fault| panic!("the window does not change: {fault}"));
            }
        }
        let fits = "return innerWidth === arguments[0] && innerHeight === arguments[1]";
        self.until(&format!("the page is {size:?}"), fits, &[json!(size.0), json!(size.1)]).await;
    }

    /// Makes it dark or light; ask [`super::engine::can`] first.
    pub async fn colours(&self, dark: bool) {
        match self.engine {
            Engine::Chromium => chromium::colours(&self.client, dark, self.kind.still).await,
            Engine::Firefox => firefox::colours(&self.client, dark).await,
            Engine::WebKit => panic!("WebKit's colours can't be changed"),
        }
    }

    /// Forces colours on it, as a system in high contrast does, light on dark or dark on light; ask [`super::engine::can`] first.
    pub async fn force_colours(&self, dark: bool) {
        assert_eq!(self.engine, Engine::Chromium, "only Chromium's colours can be forced");
        chromium::force_colours(&self.client, dark).await;
    }

    /// Cuts the network, or brings it back; ask [`super::engine::can`] first.
    pub async fn offline(&self, cut: bool) {
        assert_eq!(self.engine, Engine::Chromium, "only Chromium's network can be cut");
        chromium::offline(&self.client, cut).await;
    }

    /// Refuses addresses like these from now on, `*` standing for anything; ask [`super::engine::can`] first. What is fetched
    /// can be refused everywhere: [`super::Trial::refused`].
    pub async fn refuse(&self, patterns: &[&str]) {
        assert_eq!(self.engine, Engine::Chromium, "only Chromium refuses files");
        chromium::refuse(&self.client, patterns).await;
    }

    /// Leaves an address like this without an answer from now on, `*` standing for anything; ask [`super::engine::can`] first.
    pub async fn stall(&self, pattern: &str) {
        assert_eq!(self.engine, Engine::Chromium, "only Chromium holds files back");
        chromium::stall(&self.client, pattern).await;
    }

    /// What the console said since it was last asked; in Chromium by its own record, else what the page itself wrote there.
    pub async fn console(&self) -> Vec<String> {
        if self.engine == Engine::Chromium {
            return chromium::console(&self.client).await;
        }
        let said = self.try_run("return window.said?.splice(0) ?? []", &[]).await.unwrap_or_default();
        said.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Pointer and key actions.
    pub async fn act(&self, actions: impl Into<fantoccini::actions::Actions>) {
        self.client.perform_actions(actions).await.expect("the actions are performed");
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

/// What is at this place in a picture of the page.
fn cut(page: &[u8], place: &Value) -> Option<Vec<u8>> {
    let page = image::load_from_memory(page).ok()?;
    let [x, y, width, height] = [0, 1, 2, 3].map(|side| pixels(&place[side], page.width()));
    let mut png = Vec::new();
    page.crop_imm(x, y, width, height).write_to(&mut Cursor::new(&mut png), ImageFormat::Png).ok()?;
    Some(png)
}

/// A share of the page's width, in pixels of its picture.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn pixels(share: &Value, width: u32) -> u32 {
    (share.as_f64().unwrap_or_default() * f64::from(width)).round() as u32
}

impl Drop for Browser {
    /// In place, since a failing test has no runtime any more; a browser that is gone already is no fault here.
    fn drop(&mut self) {
        let host = self.address.trim_start_matches("http://");
        let request = format!("DELETE /session/{} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", self.id);
        if let Ok(mut stream) = TcpStream::connect(host) {
            let _closed = stream.write_all(request.as_bytes()).and_then(|()| stream.read(&mut [0; 64]));
        }
    }
}
