//! Decides how Firefox is started, and how it is changed while it runs: by scripts in its own window, around the page.
//!
//! It does not decide what it is to be like ([`super::super::browser::Kind`]).

use super::super::browser::Kind;
use super::super::process::Program;
use super::{Driver, Vendor};
use fantoccini::Client;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Stdio};

/// Gives the page a size and a pixel ratio of its own, smaller than any window can be.
const RESIZE: &str = "const [width, height, ratio] = arguments
  const page = gBrowser.selectedBrowser
  for (const bound of ['', 'min-', 'max-']) {
    page.style.setProperty(`${bound}width`, `${width}px`)
    page.style.setProperty(`${bound}height`, `${height}px`)
  }
  page.browsingContext.overrideDPPX = ratio";

/// A geckodriver for one browser of this kind: from the path, or where `tests/run` puts it, in the target folder.
pub fn driver(kind: Kind) -> Driver {
    let ours = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools").join("bin/geckodriver");
    let name = if ours.is_file() { ours } else { "geckodriver".into() };
    let options = ["--port", "0", "--websocket-port", "0", "--allow-system-access"];
    let address =
        |line: &str| line.split_once("Listening on ").map(|(_, address)| format!("http://{}", address.trim()));
    let (program, address) = Program::start(Command::new(name).args(options).stderr(Stdio::null()), address);
    let mut prefs = json!({
        "intl.accept_languages": kind.language,
        // To be there sooner.
        "dom.ipc.processPrelaunch.enabled": false,
        "dom.ipc.processCount": 1,
        "layers.gpu-process.enabled": false,
        "media.rdd-process.enabled": false,
        "browser.newtab.preload": false,
        "browser.ml.enable": false,
        // A live shop's name, on this machine.
        "network.dns.localDomains": "shop.example",
        "ui.prefersReducedMotion": i32::from(kind.still),
        "layout.css.prefers-color-scheme.content-override": i32::from(!kind.dark),
    });
    if let Some(agent) = kind.agent {
        prefs["general.useragent.override"] = json!(agent);
    }
    let binary =
        ["firefox-esr", "firefox"].into_iter().find_map(super::super::process::found).expect("Firefox is installed");
    let arguments = ["-headless", "--width=1400", "--height=1300"];
    let capabilities = json!({
        "moz:firefoxOptions": { "binary": binary, "args": arguments, "prefs": prefs },
        "unhandledPromptBehavior": "ignore",
    });
    let capabilities = capabilities.as_object().cloned().expect("an object");
    Driver { programs: vec![program], address, capabilities }
}

/// Runs a function body in the browser's own window, where `gBrowser` is.
async fn around(client: &Client, script: &str, arguments: Vec<Value>) {
    let place = |place: &str| Vendor { path: "moz/context", body: json!({ "context": place }) };
    client.issue_cmd(place("chrome")).await.unwrap_or_else(|fault| panic!("{fault}"));
    let done = client.execute(script, arguments).await;
    client.issue_cmd(place("content")).await.unwrap_or_else(|fault| panic!("{fault}"));
    done.unwrap_or_else(|fault| panic!("{script}: {fault}"));
}

/// Gives its page this size and pixel ratio.
pub async fn resize(client: &Client, (width, height): (u32, u32), ratio: u32) {
    around(client, RESIZE, vec![json!(width), json!(height), json!(ratio)]).await;
}

/// Makes it dark or light.
pub async fn colours(client: &Client, dark: bool) {
    let scheme = if dark { "dark" } else { "light" };
    let script = "gBrowser.selectedBrowser.browsingContext.prefersColorSchemeOverride = arguments[0]";
    around(client, script, vec![json!(scheme)]).await;
}

/// Runs no script of any page from now on.
pub async fn without_scripts(client: &Client) {
    around(client, "gBrowser.selectedBrowser.browsingContext.allowJavascript = false", vec![]).await;
}
