//! Decides how Chromium is started, and how it is changed while it runs, by its own protocol.
//!
//! It does not decide what it is to be like ([`super::super::browser::Kind`]).

use super::super::browser::Kind;
use super::super::process::Program;
use super::{Driver, Vendor};
use fantoccini::Client;
use serde_json::{Value, json};
use std::process::Command;

const ARGUMENTS: [&str; 11] = [
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
];

/// A chromedriver for one browser of this kind.
pub fn driver(kind: Kind) -> Driver {
    let port = |line: &str| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok();
    // It takes a free port of IPv4 and wants the same of IPv6, and gives up if another has that.
    let tries = (0..4).find_map(|_| Program::try_start(Command::new("chromedriver").arg("--port=0"), port));
    let (program, port) = tries.expect("chromedriver gives the port that it listens at");
    let (width, height) = kind.size();
    // A live shop's name, on this machine.
    let more =
        ["--host-resolver-rules=MAP shop.example 127.0.0.1".to_owned(), format!("--window-size={width},{height}")];
    let arguments: Vec<String> = ARGUMENTS.map(str::to_owned).into_iter().chain(more).collect();
    let mut options = json!({ "args": arguments, "prefs": { "intl.accept_languages": kind.language } });
    if kind.is_phone() {
        let metrics = json!({ "width": width, "height": height, "pixelRatio": 2.0, "touch": true, "mobile": true });
        options["mobileEmulation"] = json!({ "deviceMetrics": metrics, "userAgent": kind.agent });
    }
    let capabilities = json!({
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL" },
        "unhandledPromptBehavior": "ignore",
    });
    let capabilities = capabilities.as_object().cloned().expect("an object");
    Driver { programs: vec![program], address: format!("http://127.0.0.1:{port}"), capabilities }
}

/// A command of Chromium's own protocol.
pub async fn devtools(client: &Client, command: &str, parameters: Value) -> Value {
    let body = json!({ "cmd": command, "params": parameters });
    let command = Vendor { path: "goog/cdp/execute", body };
    client.issue_cmd(command).await.unwrap_or_else(|fault| panic!("{fault}"))
}

/// Makes it dark or light, and still, if it is to be.
pub async fn colours(client: &Client, dark: bool, still: bool) {
    let scheme = if dark { "dark" } else { "light" };
    let motion = if still { "reduce" } else { "no-preference" };
    let features = json!([{ "name": "prefers-color-scheme", "value": scheme }, { "name": "prefers-reduced-motion", "value": motion }]);
    devtools(client, "Emulation.setEmulatedMedia", json!({ "features": features })).await;
}

/// Forces the colours of a system in high contrast on it.
pub async fn force_colours(client: &Client, dark: bool) {
    let scheme = if dark { "dark" } else { "light" };
    let features =
        json!([{ "name": "forced-colors", "value": "active" }, { "name": "prefers-color-scheme", "value": scheme }]);
    devtools(client, "Emulation.setEmulatedMedia", json!({ "features": features })).await;
}

/// Gives its page this size.
pub async fn resize(client: &Client, (width, height): (u32, u32), kind: Kind) {
    let metrics =
        json!({ "width": width, "height": height, "deviceScaleFactor": kind.ratio(), "mobile": kind.is_phone() });
    devtools(client, "Emulation.setDeviceMetricsOverride", metrics).await;
}

/// Cuts the network, or brings it back.
pub async fn offline(client: &Client, cut: bool) {
    let conditions = json!({ "offline": cut, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    devtools(client, "Network.enable", json!({})).await;
    devtools(client, "Network.emulateNetworkConditions", conditions).await;
}

/// Runs no script of any page from now on.
pub async fn without_scripts(client: &Client) {
    devtools(client, "Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
}

/// Refuses addresses like these from now on; `*` stands for anything.
pub async fn refuse(client: &Client, patterns: &[&str]) {
    devtools(client, "Network.enable", json!({})).await;
    devtools(client, "Network.setBlockedURLs", json!({ "urls": patterns })).await;
}

/// Takes requests to an address like this from now on, and never answers them; `*` stands for anything.
pub async fn stall(client: &Client, pattern: &str) {
    devtools(client, "Fetch.enable", json!({ "patterns": [{ "urlPattern": pattern }] })).await;
}

/// What the console said since it was last asked.
pub async fn console(client: &Client) -> Vec<String> {
    let command = Vendor { path: "se/log", body: json!({ "type": "browser" }) };
    let entries = client.issue_cmd(command).await.unwrap_or_default();
    let line = |entry: &Value| {
        format!("{} {}", entry["level"].as_str().unwrap_or("?"), entry["message"].as_str().unwrap_or("?"))
    };
    entries.as_array().into_iter().flatten().map(line).collect()
}
