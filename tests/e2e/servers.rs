//! That on the own page of each server of the guide an order is paid through the widget to its end, and shipped.

use crate::harness::process::{Program, free_port};
use crate::harness::shop::{FORM, JSON, request};
use crate::harness::{Checkout, DESK, untroubled};
use crate::program::{GO, JAVA, Kind, NODE, PYTHON, RUST, command};
use axum::http::Method;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// What a merchant puts on a server.
static BUNDLE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("servers-bundle");
    let mut moongate = Command::new(env!("CARGO_BIN_EXE_moongate"));
    let made = moongate.args(["bundle", "--out"]).arg(&folder).output().expect("the program starts");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    folder
});

/// A server of the guide with a store of its own.
struct Server {
    origin: String,
    data: PathBuf,
    _program: Program,
}

impl Server {
    fn open(kind: Kind) -> Self {
        let port = free_port();
        let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("server-{}-{port}", kind.0));
        fs::create_dir_all(&data).expect("a folder for its store");
        let program = Program::listening(command(kind, port, &data).env("MOONGATE", &*BUNDLE), port);
        Self { origin: format!("http://127.0.0.1:{port}"), data, _program: program }
    }

    async fn codes(&self) -> Vec<Value> {
        let (status, codes) =
            request(&Method::GET, &format!("{}/wallet/codes", self.origin), JSON, String::new()).await;
        assert_eq!(status, 200, "{codes}");
        serde_json::from_str(&codes).expect("a list of codes")
    }

    /// Pays what this code is for, as the app that scanned it would.
    async fn scan(&self, code: &str) {
        let codes = self.codes().await;
        let paid = codes.iter().find(|known| known["code"] == code);
        let paid = paid.unwrap_or_else(|| panic!("{code} is none of {codes:?}"));
        let body = format!("id={}", paid["id"].as_str().expect("an id"));
        let (status, answer) = request(&Method::POST, &format!("{}/wallet/pay", self.origin), FORM, body).await;
        assert_eq!(
            (status, serde_json::from_str::<Value>(&answer).expect("JSON")["answered"].as_u64()),
            (200, Some(204)),
            "{answer}"
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _removed = fs::remove_dir_all(&self.data);
    }
}

/// Opened, paid by the code on screen, told to the shopper, shipped; the same page then sells it no second time.
async fn sells_once(kind: Kind) {
    let (server, browser) = (Server::open(kind), DESK.open().await);
    let shipped = async |wanted: &str| {
        let standing = "return document.getElementById('standing')?.textContent === arguments[0]";
        browser.until(&format!("the page says {wanted}"), standing, &[wanted.into()]).await;
    };
    browser.goto(&format!("{}/orders/SO-1001", server.origin)).await;
    shipped("Not paid yet").await;
    let checkout = Checkout::on(&browser);
    checkout.ready().await.pay_with("wechatpay").await.shows("acting code").await;
    assert_eq!(server.codes().await.iter().map(|code| code["state"].clone()).collect::<Vec<_>>(), ["NOTPAY"]);
    server.scan(&checkout.scanned().await).await;
    checkout.shows("ended succeeded").await;
    browser.reload().await;
    shipped("Shipped").await;
    checkout.ready().await.pay_with("wechatpay").await.shows("ended succeeded").await;
    assert_eq!(server.codes().await.iter().map(|code| code["state"].clone()).collect::<Vec<_>>(), ["SUCCESS"]);
    untroubled(&browser).await;
}

#[tokio::test]
async fn the_page_of_the_server_in_python_sells_once() {
    sells_once(PYTHON).await;
}

#[tokio::test]
async fn the_page_of_the_server_in_node_sells_once() {
    sells_once(NODE).await;
}

#[tokio::test]
#[ignore = "is built with axum and SQLite: tests/run --all"]
async fn the_page_of_the_server_in_rust_sells_once() {
    sells_once(RUST).await;
}

#[tokio::test]
#[ignore = "is built with Go: tests/run --all"]
async fn the_page_of_the_server_in_go_sells_once() {
    sells_once(GO).await;
}

#[tokio::test]
#[ignore = "is built with Maven: tests/run --all"]
async fn the_page_of_the_server_in_java_sells_once() {
    sells_once(JAVA).await;
}
