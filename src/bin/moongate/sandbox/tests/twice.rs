//! Each row of contract 3.4: the ways to pay twice, and what stops each at the server.

use super::*;

#[tokio::test]
async fn another_key_for_a_live_order_gets_the_live_payment_instead() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    let answer = trial.create(&wish("2", "alipay")).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (409, "payment_in_progress".to_owned()));
    assert_eq!(answer.json()["payment"], made);
    trial.app(&made["id"], "process").await.ok();
    assert_eq!(trial.create(&wish("2", "alipay")).await.code(), "payment_in_progress");
    assert_eq!(trial.listing().await.len(), 1);
}

#[tokio::test]
async fn another_key_for_a_paid_order_gets_the_payment_that_paid_it() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    trial.app(&made["id"], "pay").await.ok();
    let answer = trial.create(&wish("2", "alipay")).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (409, "order_paid".to_owned()));
    assert_eq!(
        (&answer.json()["payment"]["id"], &answer.json()["payment"]["status"]),
        (&made["id"], &json!("succeeded"))
    );
}

#[tokio::test]
async fn another_browser_is_given_the_whole_live_payment_and_may_follow_it() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    let mut other = trial.stranger();
    assert_eq!(other.create(&wish("2", "alipay")).await.json()["payment"]["action"], made["action"]);
    let told = other.get(&format!("/checkout/payments/{}", made["id"].as_str().unwrap())).await.ok();
    assert_eq!(told["action"], made["action"]);
}

#[tokio::test]
async fn a_key_canceled_before_its_creation_arrives_makes_nothing() {
    let mut trial = Trial::new();
    let canceled = trial.post(&format!("/checkout/payments/{}/cancel", attempt("1"))).await.ok();
    assert_eq!((&canceled["status"], &canceled["attempt"]), (&json!("canceled"), &json!(attempt("1"))));
    let late = trial.create(&wish("1", "wechatpay")).await;
    assert_eq!(late.status, StatusCode::OK);
    let late = late.json();
    assert_eq!(
        (&late["status"], &late["order"], &late["amount"]),
        (&json!("canceled"), &json!("SO-1001"), &json!(12800))
    );
    assert_eq!(late["action"], Value::Null);
    assert_eq!(trial.get(&format!("/checkout/payments/{}", attempt("1"))).await.ok()["status"], json!("canceled"));
    assert!(trial.listing().await.is_empty());
    assert_eq!(trial.create(&wish("2", "alipay")).await.status, StatusCode::CREATED);
    let odd = trial.post("/checkout/payments/pay_unknown/cancel").await;
    assert_eq!(odd.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_same_key_while_the_first_is_worked_on_is_in_flight() {
    let mut trial = Trial::new();
    trial.put("/sandbox/faults", json!([{ "kind": "latency", "ms": 300, "method": "POST", "times": 1 }])).await.ok();
    let (mut one, mut two) = (trial.stranger(), trial.stranger());
    let body = wish("1", "wechatpay");
    let second = async {
        while trial.shop.in_flight.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        two.create(&body).await
    };
    let (first, second) = tokio::join!(one.create(&body), second);
    assert_eq!(first.status, StatusCode::CREATED);
    assert_eq!(
        (second.status.as_u16(), second.code(), second.header("retry-after")),
        (409, "in_flight".to_owned(), "1")
    );
    assert_eq!(two.create(&body).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_creation_whose_browser_gave_up_is_still_carried_out_once() {
    let mut trial = Trial::new();
    trial.put("/sandbox/faults", json!([{ "kind": "latency", "ms": 100, "times": 1 }])).await.ok();
    let body = wish("1", "wechatpay");
    let mut gone = trial.stranger();
    let given_up = tokio::time::timeout(Duration::from_millis(20), gone.create(&body)).await;
    assert!(given_up.is_err());
    assert_eq!(trial.create(&body).await.code(), "in_flight");
    while !trial.shop.in_flight.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(trial.create(&body).await.status, StatusCode::OK);
    assert_eq!(trial.listing().await.len(), 1);
}

#[tokio::test]
async fn a_cancel_that_overtakes_its_creation_wins() {
    let mut trial = Trial::new();
    trial
        .put("/sandbox/faults", json!([{ "kind": "latency", "ms": 200, "path": "/checkout/payments", "times": 1 }]))
        .await
        .ok();
    let (mut one, mut two) = (trial.stranger(), trial.stranger());
    let body = wish("1", "wechatpay");
    let cancel = async {
        while trial.shop.in_flight.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        two.post(&format!("/checkout/payments/{}/cancel", attempt("1"))).await.ok()
    };
    let (created, canceled) = tokio::join!(one.create(&body), cancel);
    assert_eq!((&canceled["status"], &created.ok()["status"]), (&json!("canceled"), &json!("canceled")));
    assert!(trial.listing().await.is_empty());
}

#[tokio::test]
async fn a_refusal_that_says_paid_is_pending_with_the_providers_code() {
    let mut trial = Trial::new();
    trial.put("/sandbox/provider", json!({ "provider": "wallet", "refuse": "ORDERPAID" })).await.ok();
    let made = trial.made("1", "wechatpay").await;
    assert_eq!((&made["status"], &made["action"]["err_code"]), (&json!("pending"), &json!("ORDERPAID")));
    trial.put("/sandbox/provider", json!({ "provider": "wallet", "refuse": "ACQ.TRADE_HAS_SUCCESS" })).await.ok();
    let made = trial.create(&but(wish("2", "alipay"), "order", json!("SO-2"))).await.ok();
    let inner = &made["action"]["alipay_trade_precreate_response"];
    assert_eq!((&inner["code"], &inner["sub_code"]), (&json!("40004"), &json!("ACQ.TRADE_HAS_SUCCESS")));
}

#[tokio::test]
async fn after_a_refresh_the_old_code_pays_nothing() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    trial.app(&made["id"], "expire").await.ok();
    let renewed = trial.post(&format!("/checkout/payments/{}/refresh", attempt("1"))).await.ok();
    let (old, new) = (made["action"]["code_url"].as_str().unwrap(), renewed["action"]["code_url"].as_str().unwrap());
    trial.form("/sandbox/wallet", &[("code", old), ("decision", "approve")]).await;
    assert_eq!(trial.listing().await[0]["status"], json!("pending"));
    trial.form("/sandbox/wallet", &[("code", new), ("decision", "approve")]).await;
    assert_eq!(trial.listing().await[0]["status"], json!("succeeded"));
}

#[tokio::test]
async fn a_refresh_never_makes_a_second_payable_code_for_an_order() {
    let mut trial = Trial::new();
    let first = trial.made("1", "wechatpay").await;
    trial.app(&first["id"], "expire").await.ok();
    let second = trial.made("2", "alipay").await;
    let refresh = format!("/checkout/payments/{}/refresh", attempt("1"));
    assert_eq!(trial.post(&refresh).await.code(), "payment_in_progress");
    trial.app(&second["id"], "pay").await.ok();
    assert_eq!(trial.post(&refresh).await.code(), "order_paid");
}

#[tokio::test]
async fn a_refresh_tells_of_another_payment_only_to_those_who_may_pay_the_order() {
    let mut trial = Trial::new();
    let first = trial.made("1", "wechatpay").await;
    trial.app(&first["id"], "expire").await.ok();
    let mut other = trial.stranger();
    let second = other.made("2", "alipay").await;
    let refresh = format!("/checkout/payments/{}/refresh", first["id"].as_str().unwrap());
    let told = trial.stranger().post(&refresh).await.json()["payment"].clone();
    assert_eq!((&told["id"], &told["status"]), (&second["id"], &json!("pending")));
    assert_eq!((&told["attempt"], &told["action"]), (&Value::Null, &Value::Null), "{told}");
    assert_eq!(other.post(&refresh).await.json()["payment"], second);
    assert_eq!(trial.post(&refresh).await.json()["payment"], second, "it began a payment of this order");
    let by_attempt = format!("/checkout/payments/{}/refresh", attempt("1"));
    assert_eq!(
        trial.stranger().post(&by_attempt).await.json()["payment"],
        second,
        "an attempt is the session's secret"
    );
}

#[tokio::test]
async fn a_payment_after_expiry_succeeds_and_holds_for_ever() {
    let mut trial = Trial::new();
    let made = trial.made("1", "alipay").await;
    trial.pass(7_200);
    assert_eq!(trial.listing().await[0]["status"], json!("expired"));
    trial.app(&made["id"], "pay").await.ok();
    for deed in ["cancel", "fail", "expire", "process"] {
        assert_eq!(trial.app(&made["id"], deed).await.code(), "ended", "{deed}");
    }
    trial.app(&made["id"], "pay").await.ok();
    trial.pass(86_400);
    assert_eq!(trial.listing().await[0]["status"], json!("succeeded"));
}

#[tokio::test]
async fn the_second_payment_of_an_order_is_given_back() {
    let mut trial = Trial::new();
    let first = trial.made("1", "wechatpay").await;
    trial.app(&first["id"], "expire").await.ok();
    let second = trial.made("2", "alipay").await;
    assert_eq!(trial.app(&second["id"], "pay").await.ok()["refunded"], Value::Null);
    let late = trial.app(&first["id"], "pay").await.ok();
    assert_eq!((&late["status"], &late["refunded"]), (&json!("succeeded"), &json!(true)));
    let kept: Vec<_> = trial.listing().await.into_iter().filter(|payment| payment["refunded"] != json!(true)).collect();
    assert_eq!((kept.len(), &kept[0]["id"]), (1, &second["id"]));
    assert_eq!(trial.create(&wish("3", "hebao")).await.json()["payment"]["id"], second["id"]);
}

#[tokio::test]
async fn when_the_cart_changes_a_code_for_the_old_sum_is_closed_before_another_is_made() {
    let mut trial = Trial::new();
    let old = trial.made("1", "wechatpay").await;
    trial.put("/sandbox/orders/SO-1001", json!({ "amount": 9900, "currency": "CNY" })).await.ok();
    assert_eq!(trial.create(&wish("2", "alipay")).await.code(), "amount_changed");
    let new = trial.create(&but(wish("3", "alipay"), "amount", json!(9900))).await;
    assert_eq!(new.status, StatusCode::CREATED);
    assert_eq!(trial.app(&old["id"], "pay").await.code(), "closed");
    let live: Vec<_> = trial.listing().await.into_iter().filter(|payment| payment["status"] == "pending").collect();
    assert_eq!((live.len(), &live[0]["amount"]), (1, &json!(9900)));
}

#[tokio::test]
async fn what_is_being_worked_on_is_not_ended_by_a_timer() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    trial.app(&made["id"], "process").await.ok();
    trial.pass(1_000_000);
    assert_eq!(trial.listing().await[0]["status"], json!("processing"));
}

#[tokio::test]
async fn a_double_press_makes_one_payment() {
    let mut trial = Trial::new();
    let (mut one, mut two) = (trial.stranger(), trial.stranger());
    let body = wish("1", "wechatpay");
    let (first, second) = tokio::join!(one.create(&body), two.create(&body));
    for answer in [first, second] {
        assert!(answer.status.is_success() || answer.code() == "in_flight", "{answer:?}");
    }
    assert_eq!(trial.listing().await.len(), 1);
}
