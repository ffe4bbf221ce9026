//! Contract 3.2, the form way: a page without script is answered with a page.

use super::*;

#[tokio::test]
async fn the_form_way_leads_to_a_page_to_pay_on() {
    let mut trial = Trial::new();
    let fields = |method: &'static str, name: &'static str| {
        let order = format!("SO-{name}");
        [("order", order), ("method", method.to_owned()), ("attempt", attempt(name)), ("return_url", BACK.to_owned())]
    };
    for (name, method, expected) in [("1", "alipay", "/sandbox/wallet?code="), ("2", "wechatpay", "/sandbox/code/pay_")]
    {
        let given = fields(method, name);
        let given: Vec<_> = given.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let answer = trial.form("/checkout/payments", &given).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        assert!(answer.header("location").starts_with(&format!("{ORIGIN}{expected}")), "{answer:?}");
        let again = trial.form("/checkout/payments", &given).await;
        assert_eq!(again.header("location"), answer.header("location"));
    }
    let given = fields("unionpay", "3");
    let given: Vec<_> = given.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let form = trial.form("/checkout/payments", &given).await;
    assert_eq!((form.status, form.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    assert!(form.text.unwrap().contains("action=\"http://127.0.0.1:8080/sandbox/unionpay/frontTransReq.do\""));
    assert_eq!(trial.listing().await.len(), 3);
}

#[tokio::test]
async fn the_form_way_and_the_script_mean_the_same_payment_by_the_same_key() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    let attempt = attempt("1");
    let fields = [("order", "SO-1001"), ("method", "wechatpay"), ("attempt", attempt.as_str()), ("return_url", BACK)];
    let answer = trial.form("/checkout/payments", &fields).await;
    let page = format!("{ORIGIN}/sandbox/code/{}", made["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), page);
    let shown = trial.get(page.strip_prefix(ORIGIN).unwrap()).await.text.unwrap();
    assert!(shown.contains(made["action"]["code_url"].as_str().unwrap()), "{shown}");
    trial.app(&made["id"], "pay").await.ok();
    let answer = trial.form("/checkout/payments", &fields).await;
    let back = format!("http://127.0.0.1:8080/shop?x=1&moongate_attempt={attempt}#pay");
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, back.as_str()));
}

#[tokio::test]
async fn the_form_way_takes_up_the_orders_live_payment_and_shows_refusals_as_a_page() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    let other = attempt("2");
    let fields = [("order", "SO-1001"), ("method", "alipay"), ("attempt", other.as_str()), ("return_url", BACK)];
    let answer = trial.form("/checkout/payments", &fields).await;
    assert_eq!(answer.header("location"), format!("{ORIGIN}/sandbox/code/{}", made["id"].as_str().unwrap()));
    trial.app(&made["id"], "pay").await.ok();
    let paid = trial.form("/checkout/payments", &fields).await;
    assert_eq!((paid.status, paid.header("content-type")), (StatusCode::CONFLICT, "text/html; charset=utf-8"));
    assert!(paid.text.unwrap().contains("data-code=\"order_paid\""));
}

/// Nothing to scan, to read or to press but the way back to the shop.
#[track_caller]
fn shows_no_way_to_pay(answer: Answer, code: &str) {
    let page = answer.text.unwrap();
    assert!(page.contains(&format!("data-code=\"{code}\"")), "{page}");
    assert!(!["<svg", "weixin:", "<form", "/sandbox/wallet?"].iter().any(|way| page.contains(way)), "{page}");
    assert!(page.contains(&format!("moongate_attempt={}#pay\">", attempt("1"))), "{page}");
}

#[tokio::test]
async fn what_is_being_processed_shows_no_code_and_no_other_way_to_pay() {
    for method in ["wechatpay", "alipay", "unionpay"] {
        let mut trial = Trial::new();
        let attempt = attempt("1");
        let fields = [("order", "SO-1001"), ("method", method), ("attempt", attempt.as_str()), ("return_url", BACK)];
        trial.form("/checkout/payments", &fields).await;
        let id = trial.listing().await[0]["id"].clone();
        trial.app(&id, "process").await.ok();
        shows_no_way_to_pay(trial.form("/checkout/payments", &fields).await, "processing");
        let page = trial.get(&format!("/sandbox/code/{}", id.as_str().unwrap())).await;
        shows_no_way_to_pay(page, "processing");
    }
}

#[tokio::test]
async fn what_the_wallet_refuses_to_create_has_no_code_by_the_form_way_either() {
    for method in ["wechatpay", "alipay", "unionpay"] {
        let mut trial = Trial::new();
        trial.put("/sandbox/provider", json!({ "provider": "wallet", "refuse": "NOAUTH" })).await.ok();
        let attempt = attempt("1");
        let fields = [("order", "SO-1001"), ("method", method), ("attempt", attempt.as_str()), ("return_url", BACK)];
        shows_no_way_to_pay(trial.form("/checkout/payments", &fields).await, "refused");
        let id = trial.listing().await[0]["id"].clone();
        shows_no_way_to_pay(trial.get(&format!("/sandbox/code/{}", id.as_str().unwrap())).await, "refused");
    }
}

#[tokio::test]
async fn whoever_knows_an_id_alone_is_shown_no_code_and_told_no_attempt() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    let id = made["id"].as_str().unwrap();
    for _ in 0..2 {
        for address in [format!("/sandbox/code/{id}"), format!("/sandbox/return/{id}")] {
            let answer = trial.stranger().get(&address).await;
            assert_eq!((answer.status.as_u16(), answer.code()), (404, "not_found".to_owned()), "{address}");
        }
        trial.app(&made["id"], "expire").await.ok();
    }
    let back = trial.stranger().get(&format!("/sandbox/return/{}", attempt("1"))).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "a wallet returns to a browser without cookies");
}

#[tokio::test]
async fn a_form_of_a_page_without_referrer_is_taken_and_one_of_a_page_from_elsewhere_is_not() {
    let attempt = attempt("1");
    let fields = [("order", "SO-1001"), ("method", "wechatpay"), ("attempt", attempt.as_str()), ("return_url", BACK)];
    let mut trial = Trial::new();
    let null = ("origin", "null".to_owned());
    for site in [Some("cross-site"), Some("none"), None] {
        trial.headers = vec![null.clone()];
        trial.headers.extend(site.map(|site| ("sec-fetch-site", site.to_owned())));
        let answer = trial.form("/checkout/payments", &fields).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (403, "bad_origin".to_owned()), "{site:?}");
        assert_eq!(answer.header("set-cookie"), "", "the shopper's own session stays");
    }
    for site in ["same-origin", "same-site"] {
        trial.headers = vec![null.clone(), ("sec-fetch-site", site.to_owned())];
        assert_eq!(trial.form("/checkout/payments", &fields).await.status, StatusCode::SEE_OTHER, "{site}");
        let cancel = trial.form(&format!("/checkout/payments/{attempt}/cancel"), &[]).await;
        assert_eq!(cancel.code(), "bad_origin", "{site}: there is no form for that");
    }
}
