//! Starts the real nginx and Caddy with the guide's configurations, for the tests that ask them and for the stories whose page
//! is elsewhere.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

/// The version that the guide is of.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A CDN's folder, with the bundle at the place of its version.
pub(crate) static CDN: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cdn");
    let _older = fs::remove_dir_all(&folder);
    let bundle = folder.join("moongate").join(VERSION);
    let made = Command::new(env!("CARGO_BIN_EXE_moongate")).args(["bundle", "--out"]).arg(&bundle).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    folder
});

/// A running server; it ends with the test.
pub(crate) struct Server {
    pub(crate) port: u16,
    child: Child,
    folder: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        // Not at once, or nginx's worker would live on.
        let _asked = Command::new("kill").arg(self.child.id().to_string()).status();
        let _waited = self.child.wait();
        let _removed = fs::remove_dir_all(&self.folder);
    }
}

/// The text, with each of these in it replaced; each must be there.
fn changed(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the guide's configuration has no {from}");
        text.replace(from, to)
    })
}

/// Starts what this command runs, and waits until it listens.
fn listening(mut command: Command, port: u16, folder: PathBuf) -> Server {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let mut server = Server { port, child, folder };
    let listens = (0..400).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(25));
        assert_eq!(server.child.try_wait().unwrap(), None, "it ended at once: see its errors above");
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    assert!(listens, "nothing listens");
    server
}

/// A file of Debian's: installed, or unpacked by `tests/run`, so that no service starts that nobody asked for.
fn debian(path: &str) -> PathBuf {
    let installed = Path::new("/").join(path);
    let unpacked = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../unpacked").join(path);
    if installed.exists() { installed } else { fs::canonicalize(&unpacked).expect("tests/run unpacks it") }
}

/// A port that nobody listens at, and a folder for the server of this name.
fn place(name: &str) -> (u16, PathBuf) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{port}"));
    fs::create_dir_all(&folder).unwrap();
    (port, folder)
}

/// nginx with the guide's configuration, but for the certificate.
pub(crate) fn nginx() -> Server {
    let (port, folder) = place("nginx");
    let server = changed(
        include_str!("../../../www/guide/cdn/nginx.conf"),
        &[
            ("listen 443 ssl;", &format!("listen 127.0.0.1:{port};")),
            ("ssl_certificate     /etc/ssl/cdn.shop.example.pem;", ""),
            ("ssl_certificate_key /etc/ssl/private/cdn.shop.example.key;", ""),
            ("/srv/cdn", CDN.to_str().unwrap()),
        ],
    );
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|path| format!("{path}_temp_path {}/{path};\n", folder.display()))
        .concat();
    let around = format!(
        "load_module {1};\ndaemon off;\npid {0}/pid;\nerror_log stderr;\n\
         events {{}}\nhttp {{\naccess_log off;\n{paths}{server}}}\n",
        folder.display(),
        debian("usr/lib/nginx/modules/ngx_http_brotli_static_module.so").display()
    );
    // As root, nginx would read as nobody, who may not look into everybody's folders.
    let whole = if is_root() { format!("user root;\n{around}") } else { around };
    fs::write(folder.join("nginx.conf"), whole).unwrap();
    let mut command = Command::new(debian("usr/sbin/nginx"));
    command.arg("-e").arg("stderr").arg("-p").arg(&folder).arg("-c").arg(folder.join("nginx.conf"));
    listening(command, port, folder)
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|told| told.stdout == b"0\n")
}

/// Caddy with the guide's configuration, but for the name and thus the certificate.
pub(crate) fn caddy() -> Server {
    let (port, folder) = place("caddy");
    let site = changed(
        include_str!("../../../www/guide/cdn/Caddyfile"),
        &[("cdn.shop.example {", &format!("http://127.0.0.1:{port} {{")), ("/srv/cdn", CDN.to_str().unwrap())],
    );
    fs::write(folder.join("Caddyfile"), format!("{{\n\tadmin off\n\tlog {{\n\t\tlevel ERROR\n\t}}\n}}\n{site}"))
        .unwrap();
    let mut command = Command::new(debian("usr/bin/caddy"));
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.join("Caddyfile"));
    command.env("HOME", &folder).env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    listening(command, port, folder)
}
