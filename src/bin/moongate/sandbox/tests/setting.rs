//! What a test sets, and what follows: whose answer, by which flow, bare or not.

use super::*;

#[tokio::test]
async fn a_phone_gets_the_phones_pages() {
    let mut trial = Trial::new();
    let mut body = but(wish("1", "alipay"), "flows", json!(["redirect"]));
    body["environment"]["device"] = json!("phone");
    let form = trial.create(&body).await.ok()["action"].as_str().unwrap().to_owned();
    assert!(form.contains("&method=alipay.trade.wap.pay&") && form.contains("QUICK_WAP_WAY"), "{form}");
}

#[tokio::test]
async fn the_first_flow_that_the_wallet_has_is_taken_unless_a_test_says_otherwise() {
    for (flows, expected) in [
        (json!(["inapp", "qr", "redirect"]), "package"),
        (json!(["qr", "inapp"]), "code_url"),
        (json!(["deeplink", "redirect", "qr"]), "h5_url"),
        (json!(["telepathy", "redirect"]), "h5_url"),
        (json!([]), "code_url"),
        (json!(["deeplink"]), "code_url"),
    ] {
        let mut trial = Trial::new();
        let made = trial.create(&but(wish("1", "wechatpay"), "flows", flows.clone())).await.ok();
        assert!(made["action"].get(expected).is_some(), "{flows}: {made}");
    }
    let mut trial = Trial::new();
    trial.put("/sandbox/provider", json!({ "provider": "wallet", "flow": "redirect" })).await.ok();
    assert!(trial.made("1", "wechatpay").await["action"].get("h5_url").is_some());
}

#[tokio::test]
async fn a_method_of_the_merchants_own_is_a_page_to_pay_on() {
    let answer = Trial::new().made("1", "gift-card").await["action"].clone();
    assert_eq!((&answer["type"], &answer["method"]), (&json!("redirect"), &json!("GET")));
    assert!(answer["url"].as_str().unwrap().starts_with(&format!("{ORIGIN}/sandbox/wallet?code=MG2031")));
}

#[tokio::test]
async fn a_bare_creation_answers_with_the_providers_words_alone() {
    let mut trial = Trial::new();
    trial.put("/sandbox/provider", json!({ "provider": "wallet", "bare": true })).await.ok();
    let bare = trial.create(&wish("1", "wechatpay")).await;
    let keys: Vec<_> = bare.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!((bare.status, keys), (StatusCode::CREATED, vec!["code_url".to_owned()]));
    let told = trial.get(&format!("/checkout/payments/{}", attempt("1"))).await.ok();
    assert_eq!((&told["status"], &told["action"]), (&json!("pending"), &bare.json()));
    let page = but(but(wish("2", "alipay"), "order", json!("SO-2")), "flows", json!(["redirect"]));
    let form = trial.create(&page).await;
    assert_eq!(form.header("content-type"), "text/html; charset=utf-8");
    assert!(form.text.unwrap().starts_with("<form name=\"punchout_form\""));
}

#[tokio::test]
async fn a_provider_set_later_does_not_change_a_payment_made_before() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    trial.put("/sandbox/provider", json!({ "provider": "stripe" })).await.ok();
    assert_eq!(trial.create(&wish("1", "wechatpay")).await.ok()["action"], made["action"]);
    assert_eq!(trial.listing().await[0]["provider"], json!("wallet"));
    assert_eq!(trial.get("/sandbox/provider").await.ok()["provider"], json!("stripe"));
}

#[tokio::test]
async fn a_setting_that_is_not_understood_is_refused() {
    let mut trial = Trial::new();
    for wrong in [
        json!({}),
        json!({ "provider": "bank" }),
        json!({ "provider": "wallet", "flow": "x" }),
        json!([]),
        json!({ "provider": "wallet", "bear": true }),
    ] {
        assert_eq!(trial.put("/sandbox/provider", wrong.clone()).await.code(), "bad_value", "{wrong}");
    }
    for wrong in [
        json!({}),
        json!({ "amount": 0, "currency": "CNY" }),
        json!({ "amount": 1, "currency": "cny" }),
        json!({ "amount": 1, "currency": "CNY", "expires_in": "soon" }),
        json!({ "amount": 1, "currency": "CNY", "expires_in": i64::MAX }),
    ] {
        assert_eq!(trial.put("/sandbox/orders/SO-1", wrong.clone()).await.code(), "bad_value", "{wrong}");
    }
    assert_eq!(trial.put("/sandbox/orders/a%20b", json!({ "amount": 1, "currency": "CNY" })).await.code(), "bad_value");
}
