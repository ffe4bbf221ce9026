//! Decides how a test sees and uses a checkout: by its phases, gestures, roles and words, and by what the host page hears.
//!
//! It looks into the open shadow root the way a shopper's eyes and fingers do; nothing here calls the widget unless it
//! says so.

use super::browser::Browser;
use super::decode;
use super::wait::{LIMIT, until};
use fantoccini::elements::{Element, ElementRef};
use serde_json::{Value, json};

/// One checkout of a page.
#[derive(Clone, Debug)]
pub struct Checkout<'a> {
    browser: &'a Browser,
    host: String,
}

impl<'a> Checkout<'a> {
    /// The page's first.
    pub fn on(browser: &'a Browser) -> Self {
        Self::at(browser, "document.querySelector('moongate-checkout')")
    }

    /// The one that this JavaScript expression gives.
    pub fn at(browser: &'a Browser, host: &str) -> Self {
        Self { browser, host: host.to_owned() }
    }

    /// Waits until a press on pay is sent at once, and the view has taken the shell's place: a pointer comes by, for which the
    /// rest is fetched.
    pub async fn ready(&self) -> &Self {
        self.until("the widget is ready", "return host?.state?.offer != null || heard('ready').length > 0").await;
        self.see("host.dispatchEvent(new PointerEvent('pointerenter'))").await;
        let drawn = "return section && root.querySelector('input')?.name !== 'moongate-shell'";
        self.until("the view has taken over", drawn).await;
        self
    }

    /// Waits until the screen is this one: a phase, or a phase and its face, as `acting code`.
    pub async fn shows(&self, screen: &str) -> &Self {
        let script = "const { phase, at } = section?.dataset ?? {}; return [phase, at].filter(Boolean).join(' ')";
        let seen = until(LIMIT, async || {
            let seen = self.try_see(script).await.ok()?;
            let seen = seen.as_str()?;
            (seen == screen || seen.split(' ').next() == Some(screen)).then_some(())
        });
        if seen.await.is_none() {
            let seen = self.try_see(script).await;
            panic!("the screen is {seen:?}, not {screen}\n{}", self.browser.account().await);
        }
        self
    }

    /// Picks a method by pressing its row.
    pub async fn choose(&self, method: &str) -> &Self {
        self.press_at(&format!("[data-method='{method}'] label")).await;
        self
    }

    /// Presses what gives this gesture.
    pub async fn press(&self, gesture: &str) -> &Self {
        self.press_at(&format!("[data-gesture='{gesture}']:not(:disabled)")).await;
        self
    }

    /// Picks a method and presses pay.
    pub async fn pay_with(&self, method: &str) -> &Self {
        self.choose(method).await.press("pay").await
    }

    /// Presses the first of these inside the shadow root, once it can be pressed.
    pub async fn press_at(&self, css: &str) {
        let pressed = until(LIMIT, async || self.find(css).await?.click().await.ok()).await;
        if pressed.is_none() {
            panic!("{css} can't be pressed\n{}", self.browser.account().await);
        }
    }

    /// The first of these inside the shadow root.
    pub async fn find(&self, css: &str) -> Option<Element> {
        let found = self.try_see(&format!("return root?.querySelector({})", json!(css))).await.ok()?;
        let id = found.as_object()?.values().next()?.as_str()?.to_owned();
        Some(Element::from_element_id(self.browser.client().clone(), ElementRef::from(id)))
    }

    /// The text of the first of these, as it is seen; empty if there is none.
    pub async fn text(&self, css: &str) -> String {
        let text = self.see(&format!("return root?.querySelector({})?.innerText ?? ''", json!(css))).await;
        text.as_str().unwrap_or_default().trim().to_owned()
    }

    /// The heading that says the phase.
    pub async fn heading(&self) -> String {
        self.text("[data-heading]").await
    }

    /// What the code on screen says, read from a screenshot of it.
    pub async fn scanned(&self) -> String {
        let (_picture, read) = decode::watched(async || self.code_picture().await).await;
        match read {
            Ok(text) => text,
            Err(fault) => panic!("{fault}\n{}", self.sight().await),
        }
    }

    /// Holds that the code on screen says this.
    pub async fn scans_as(&self, text: &str) {
        let (picture, read) = decode::watched(async || self.code_picture().await).await;
        if read.as_deref() != Ok(text) {
            let picture = decode::kept(&picture, "code");
            panic!("not {text} is read but {read:?} in {picture}\n{}", self.sight().await);
        }
    }

    /// What is told when a code is wrong: the account of the page, and where a picture of it is kept.
    async fn sight(&self) -> String {
        let page = match self.browser.client().screenshot().await {
            Ok(page) => decode::kept(&page, "page"),
            Err(fault) => fault.to_string(),
        };
        format!("the page is seen in {page}\n{}", self.browser.account().await)
    }

    /// A screenshot of the code on screen.
    pub async fn code_picture(&self) -> Vec<u8> {
        let picture = until(LIMIT, async || self.browser.picture(&self.find("[data-qr]").await?).await).await;
        match picture {
            Some(picture) => picture,
            None => panic!("no code keeps still on screen\n{}", self.sight().await),
        }
    }

    /// Runs a function body that knows `host`, `root`, `section` and `heard(name)`, and gives what it returns.
    pub async fn see(&self, script: &str) -> Value {
        self.try_see(script).await.unwrap_or_else(|fault| panic!("{script}: {fault}"))
    }

    /// The same, where the page may be on its way to another: then nothing.
    pub async fn looks(&self, script: &str) -> Value {
        self.try_see(script).await.unwrap_or_default()
    }

    async fn try_see(&self, script: &str) -> Result<Value, String> {
        self.browser.try_run(&self.around(script), &[]).await
    }

    /// Waits until such a body returns something that is not null or false.
    pub async fn until(&self, what: &str, script: &str) -> Value {
        self.browser.until(what, &self.around(script), &[]).await
    }

    fn around(&self, script: &str) -> String {
        let host = &self.host;
        format!(
            "const host = {host}; const root = host?.shadowRoot; const section = root?.querySelector('section.moongate');\
             const heard = (name) => (window.heard ?? []).filter((event) => event.name === name && event.from === host.id);\
             {script}"
        )
    }

    /// The details of the events of this name that the host page heard from this checkout, in order.
    pub async fn heard(&self, name: &str) -> Vec<Value> {
        let heard = self.see(&format!("return heard('{name}').map(({{ detail }}) => detail)")).await;
        heard.as_array().cloned().unwrap_or_default()
    }

    /// Waits until the host page heard one of this name, and gives the detail of the last.
    pub async fn hears(&self, name: &str) -> Value {
        self.until(&format!("moongate-{name} is heard"), &format!("return heard('{name}').at(-1)?.detail ?? null"))
            .await
    }

    /// Waits until a fault of this code was told to the host page, and gives its detail.
    pub async fn hears_fault(&self, code: &str) -> Value {
        let script = format!(
            "return heard('error').map(({{ detail }}) => detail).find(({{ code }}) => code === '{code}') ?? null"
        );
        self.until(&format!("moongate-error with {code}"), &script).await
    }

    /// The property `state`.
    pub async fn state(&self) -> Value {
        self.see("return host.state").await
    }

    /// The browser it is in.
    pub fn browser(&self) -> &'a Browser {
        self.browser
    }
}

/// Holds that nothing went wrong in the page: no error, no lost rejection, nothing that its policy refused, no panic.
pub async fn untroubled(browser: &Browser) {
    let trouble = browser.run("return window.trouble ?? []", &[]).await;
    assert_eq!(trouble, json!([]), "the page is in trouble\n{}", browser.account().await);
    let console = browser.console().await;
    let bad = |line: &&String| line.contains("panicked") || line.contains("Uncaught") || line.contains("Refused to");
    let bad: Vec<&String> = console.iter().filter(bad).collect();
    assert!(bad.is_empty(), "the console: {bad:#?}");
}
