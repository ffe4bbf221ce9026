//! Decides how WebKitGTK's browser is started: on a screen of its own that nobody sees, made by Xvfb.
//!
//! It does not decide what it is to be like ([`super::super::browser::Kind`]). It can be changed while it runs only in size.

use super::super::browser::Kind;
use super::super::process::{Program, free_port};
use super::Driver;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// So that nothing around the page keeps the window from being narrow.
const STYLE: &str = "* { min-width: 0; min-height: 0; margin: 0; padding: 0; font-size: 1px }";
const STILL: &str = "[Settings]\ngtk-enable-animations=false\n";
const MOVING: &str = "[Settings]\n";

/// The folders of settings for windows where things move, and for those where nothing does. Written once: a browser that starts
/// while they are written again would find them empty.
static SETTINGS: LazyLock<[PathBuf; 2]> = LazyLock::new(|| [false, true].map(settings));

/// A WebKitWebDriver for one browser of this kind, with its screen.
pub fn driver(kind: Kind) -> Driver {
    let number = |line: &str| line.trim().parse::<u32>().ok();
    let options = ["-displayfd", "1", "-screen", "0", "1400x1300x24", "-nolisten", "tcp"];
    let (screen, number) = Program::start(Command::new("Xvfb").args(options).stderr(Stdio::null()), number);
    let try_driver = |_| {
        let port = free_port();
        let mut command = Command::new("WebKitWebDriver");
        command.args([format!("--port={port}"), "--host=127.0.0.1".to_owned()]);
        command.env("DISPLAY", format!(":{number}")).env("XDG_CONFIG_HOME", &SETTINGS[usize::from(kind.still)]);
        command.env("GDK_SCALE", kind.ratio().to_string()).env_remove("WAYLAND_DISPLAY").stderr(Stdio::null());
        Some((Program::try_listening(&mut command, port)?, port))
    };
    // It can't choose a port itself, and gives up if another has taken the one that was free.
    let (program, port) = (0..4).find_map(try_driver).expect("WebKitWebDriver listens");
    let mut arguments = vec!["--automation".to_owned(), "--full-screen".to_owned()];
    arguments.extend(kind.agent.map(|agent| format!("--user-agent={agent}")));
    arguments.extend(kind.dark.then(|| "--dark-mode".to_owned()));
    arguments.extend(kind.scriptless.then(|| "--enable-javascript=false".to_owned()));
    let capabilities = json!({
        "webkitgtk:browserOptions": { "binary": browser(), "args": arguments },
        "unhandledPromptBehavior": "ignore",
    });
    let capabilities = capabilities.as_object().cloned().expect("an object");
    Driver { programs: vec![program, screen], address: format!("http://127.0.0.1:{port}"), capabilities }
}

/// Where Debian puts the small browser: below a folder named for the machine's kind.
fn browser() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let place = |folder: PathBuf| ["4.1", "6.0", "4.0"].map(|api| folder.join(format!("webkit2gtk-{api}/MiniBrowser")));
    let mut browsers = folders.flat_map(|folder| place(folder.path()));
    browsers.find(|browser| browser.is_file()).expect("MiniBrowser is installed; webkit2gtk-driver brings it")
}

/// A folder of settings for its window.
fn settings(still: bool) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(if still { "webkit-still" } else { "webkit" });
    let gtk = folder.join("gtk-3.0");
    let written = fs::create_dir_all(&gtk).and_then(|()| fs::write(gtk.join("gtk.css"), STYLE));
    written
        .and_then(|()| fs::write(gtk.join("settings.ini"), if still { STILL } else { MOVING }))
        .expect("settings are written");
    folder
}
