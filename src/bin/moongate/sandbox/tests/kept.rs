//! What outlives the program: everything that was answered, also when it was killed without a word.

use super::super::clock::Millis;
use super::*;
use std::path::{Path, PathBuf};

/// A folder of its own, gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("moongate-{name}-{}", std::process::id()));
        std::fs::remove_dir_all(&folder).ok();
        Self(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// The sandbox after its machine lost it: what the file held at that moment, opened by another program.
fn after_a_kill(left: &Path, hand: &Arc<AtomicI64>) -> Trial {
    let copy = left.with_extension("killed");
    std::fs::copy(left, &copy).unwrap();
    let trial = Trial::with(Some(copy));
    trial.hand.store(hand.load(Ordering::SeqCst), Ordering::SeqCst);
    trial
}

#[tokio::test]
async fn a_killed_sandbox_loses_no_payment_no_order_and_no_canceled_key() {
    let folder = Folder::new("kill");
    let file = folder.file("sandbox.redb");
    let mut trial = Trial::with(Some(file.clone()));
    trial.put("/sandbox/orders/SO-2", json!({ "amount": 700, "currency": "JPY" })).await.ok();
    let made = trial.made("1", "wechatpay").await;
    trial.post(&format!("/checkout/payments/{}/cancel", attempt("9"))).await.ok();
    let mut next = after_a_kill(&file, &trial.hand);
    next.cookie = trial.cookie.clone();
    assert_eq!(next.get(&format!("/checkout/payments/{}", attempt("1"))).await.ok(), made);
    assert_eq!(next.create(&wish("1", "wechatpay")).await.status, StatusCode::OK);
    assert_eq!(next.get("/sandbox/orders/SO-2").await.ok()["currency"], json!("JPY"));
    assert_eq!(next.create(&wish("9", "alipay")).await.ok()["status"], json!("canceled"));
    next.app(&made["id"], "pay").await.ok();
    assert_eq!(next.create(&wish("3", "alipay")).await.code(), "order_paid");
}

#[tokio::test]
async fn a_change_is_in_the_file_before_it_is_answered() {
    let folder = Folder::new("write");
    let file = folder.file("sandbox.redb");
    let mut trial = Trial::with(Some(file.clone()));
    let made = trial.made("1", "wechatpay").await;
    for (deed, status) in [("process", "processing"), ("fail", "failed"), ("pay", "succeeded")] {
        trial.app(&made["id"], deed).await.ok();
        let mut next = after_a_kill(&file, &trial.hand);
        assert_eq!(next.listing().await[0]["status"], json!(status));
    }
}

#[tokio::test]
async fn a_change_that_could_not_be_written_is_written_before_anything_is_answered_again() {
    let folder = Folder::new("fails");
    let file = folder.file("sandbox.redb");
    let mut trial = Trial::with(Some(file.clone()));
    let made = trial.made("1", "wechatpay").await;
    trial.shop.store.refuse_payments(true).unwrap();
    let failed = trial.app(&made["id"], "pay").await;
    assert_eq!((failed.status.as_u16(), failed.code()), (500, "sandbox_failed".to_owned()));
    let asked = trial.get(&format!("/checkout/payments/{}", attempt("1"))).await;
    assert_eq!(asked.code(), "sandbox_failed", "nothing is told that the file does not hold");
    trial.shop.store.refuse_payments(false).unwrap();
    assert_eq!(trial.get(&format!("/checkout/payments/{}", attempt("1"))).await.ok()["status"], json!("succeeded"));
    let mut next = after_a_kill(&file, &trial.hand);
    assert_eq!(next.listing().await[0]["status"], json!("succeeded"));
    assert_eq!(next.create(&wish("2", "alipay")).await.code(), "order_paid");
}

#[tokio::test]
async fn a_code_that_ran_out_while_the_sandbox_was_gone_is_expired() {
    let folder = Folder::new("expiry");
    let file = folder.file("sandbox.redb");
    let mut trial = Trial::with(Some(file.clone()));
    trial.made("1", "wechatpay").await;
    let mut next = after_a_kill(&file, &trial.hand);
    next.hand.store(NOON + 7_200_000 as Millis, Ordering::SeqCst);
    assert_eq!(next.listing().await[0]["status"], json!("expired"));
}

#[tokio::test]
async fn payments_after_a_restart_are_listed_after_those_of_before() {
    let folder = Folder::new("order");
    let file = folder.file("sandbox.redb");
    let mut trial = Trial::with(Some(file.clone()));
    for n in 0..3 {
        trial.create(&but(wish(&n.to_string(), "alipay"), "order", json!(format!("SO-{n}")))).await.ok();
    }
    let mut next = after_a_kill(&file, &trial.hand);
    next.create(&but(wish("3", "alipay"), "order", json!("SO-3"))).await.ok();
    let orders: Vec<_> = next.listing().await.iter().map(|payment| payment["order"].clone()).collect();
    assert_eq!(orders, ["SO-0", "SO-1", "SO-2", "SO-3"]);
}

#[test]
fn a_file_that_another_sandbox_holds_or_that_is_none_of_ours_is_refused_in_a_sentence() {
    let folder = Folder::new("refused");
    let settings = |name: &str| Settings { store: Some(folder.file(name)), origin: ORIGIN.to_owned() };
    let holder = Shop::open(settings("held.redb")).unwrap();
    let refused = Shop::open(settings("held.redb")).unwrap_err();
    assert!(refused.contains("held.redb") && refused.contains("Stop the other sandbox"), "{refused}");
    drop(holder);
    Shop::open(settings("held.redb")).unwrap();
    std::fs::write(folder.file("odd.redb"), "not a database").unwrap();
    assert!(Shop::open(settings("odd.redb")).unwrap_err().contains("odd.redb"));
}
