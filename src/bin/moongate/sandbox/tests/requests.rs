//! Each row of contract 3.2, and who may speak to the sandbox.

use super::*;

#[tokio::test]
async fn a_creation_answers_201_with_the_payment_and_200_with_the_same_one_again() {
    let mut trial = Trial::new();
    let first = trial.create(&wish("1", "wechatpay")).await;
    assert_eq!(first.status, StatusCode::CREATED);
    let payment = first.json();
    for (key, value) in [
        ("attempt", json!(attempt("1"))),
        ("order", json!("SO-1001")),
        ("method", json!("wechatpay")),
        ("amount", json!(12800)),
        ("currency", json!("CNY")),
        ("status", json!("pending")),
        ("now", json!("2031-01-05T10:10:00Z")),
        ("expires_at", json!("2031-01-05T12:10:00Z")),
    ] {
        assert_eq!(payment[key], value, "{key}");
    }
    let id = payment["id"].as_str().unwrap();
    assert!(id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'), "{id}");
    assert_eq!(payment["events"], json!(format!("/checkout/payments/{id}/events")));
    let again = trial.create(&wish("1", "wechatpay")).await;
    assert_eq!((again.status, again.json()), (StatusCode::OK, payment));
    assert_eq!(trial.listing().await.len(), 1);
}

#[tokio::test]
async fn the_same_key_with_another_order_method_or_sum_is_refused() {
    let mut trial = Trial::new();
    trial.made("1", "wechatpay").await;
    for (key, value) in
        [("order", json!("SO-2")), ("method", json!("alipay")), ("amount", json!(1)), ("currency", json!("USD"))]
    {
        let answer = trial.create(&but(wish("1", "wechatpay"), key, value)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (422, "key_reused".to_owned()), "{key}");
    }
    let moved = trial.create(&but(wish("1", "wechatpay"), "return_url", json!("http://localhost:3000/"))).await;
    assert_eq!(moved.status, StatusCode::OK);
}

#[tokio::test]
async fn the_header_and_the_body_must_name_the_same_attempt() {
    let mut trial = Trial::new();
    let body = wish("1", "alipay");
    let mut other = trial.creation(&body);
    other.headers_mut().insert("idempotency-key", attempt("2").parse().unwrap());
    let answer = trial.send(other).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (400, "key_mismatch".to_owned()));
    let mut none = trial.creation(&body);
    none.headers_mut().remove("idempotency-key");
    let answer = trial.send(none).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (400, "missing_key".to_owned()));
    assert!(trial.listing().await.is_empty());
}

#[tokio::test]
async fn a_body_that_says_too_little_or_wrong_is_refused_by_its_key() {
    let mut trial = Trial::new();
    for (key, value) in [
        ("order", json!("a b")),
        ("order", json!("x".repeat(65))),
        ("method", json!("WeChat")),
        ("attempt", json!("mg_short")),
        ("amount", json!(0)),
        ("amount", json!("12800")),
        ("amount", json!(1_000_000_000_000_u64)),
        ("currency", json!("cny")),
        ("version", json!(2)),
        ("flows", json!("qr")),
    ] {
        let answer = trial.create(&but(wish("1", "alipay"), key, value.clone())).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (422, "bad_value".to_owned()), "{key} {value}");
        assert_eq!(answer.json()["key"], json!(key));
    }
    let mut text = trial.creation(&wish("1", "alipay"));
    *text.body_mut() = Body::from("{");
    assert_eq!(trial.send(text).await.code(), "bad_json");
    let mut plain = trial.creation(&wish("1", "alipay"));
    plain.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    assert_eq!(trial.send(plain).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let mut large = trial.creation(&wish("1", "alipay"));
    *large.body_mut() = Body::from(" ".repeat(70_000));
    assert_eq!(trial.send(large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(trial.listing().await.is_empty());
}

#[tokio::test]
async fn a_return_url_off_the_list_is_refused() {
    let mut trial = Trial::new();
    for url in
        ["https://evil.example/", "http://127.0.0.1.evil.example/", "/orders", "javascript:1", "http://a@127.0.0.1/"]
    {
        let answer = trial.create(&but(wish("1", "alipay"), "return_url", json!(url))).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (422, "bad_return_url".to_owned()), "{url}");
    }
    for (n, url) in ["http://localhost:3000/a", "http://[::1]:5000/", "https://shop.localhost/"].iter().enumerate() {
        let wish = but(wish(&n.to_string(), "alipay"), "return_url", json!(url));
        let answer = trial.create(&but(wish, "order", json!(format!("SO-{n}")))).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{url}");
    }
}

#[tokio::test]
async fn a_payment_is_told_by_id_and_by_attempt_and_nothing_else_is_found() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    let by_id = trial.get(&format!("/checkout/payments/{}", made["id"].as_str().unwrap())).await.ok();
    assert_eq!(by_id, made);
    assert_eq!(trial.get(&format!("/checkout/payments/{}", attempt("1"))).await.ok(), made);
    let none = trial.get(&format!("/checkout/payments/{}", attempt("2"))).await;
    assert_eq!((none.status.as_u16(), none.code()), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn without_the_session_only_status_and_echo_are_told() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    let id = made["id"].as_str().unwrap();
    let by_id = trial.stranger().get(&format!("/checkout/payments/{id}")).await.ok();
    let mut keys: Vec<_> = by_id.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    assert_eq!(keys, ["amount", "currency", "id", "method", "now", "order", "status", "test"]);
    let by_attempt = trial.stranger().get(&format!("/checkout/payments/{}", attempt("1"))).await.ok();
    assert_eq!((&by_attempt["attempt"], &by_attempt["action"]), (&json!(attempt("1")), &Value::Null));
    let refreshed = trial.stranger().post(&format!("/checkout/payments/{id}/refresh")).await.ok();
    assert_eq!(refreshed["action"], Value::Null);
}

#[tokio::test]
async fn cancel_closes_a_payment_so_that_it_can_never_be_paid() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    let canceled = trial.post(&format!("/checkout/payments/{}/cancel", attempt("1"))).await.ok();
    assert_eq!((&canceled["status"], &canceled["action"]), (&json!("canceled"), &Value::Null));
    let late = trial.app(&made["id"], "pay").await;
    assert_eq!((late.status.as_u16(), late.code()), (409, "closed".to_owned()));
    assert_eq!(trial.listing().await[0]["status"], json!("canceled"));
}

#[tokio::test]
async fn cancel_answers_what_stands_where_it_cannot_close() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    let cancel = format!("/checkout/payments/{}/cancel", made["id"].as_str().unwrap());
    trial.app(&made["id"], "process").await.ok();
    assert_eq!(trial.post(&cancel).await.ok()["status"], json!("processing"));
    trial.app(&made["id"], "pay").await.ok();
    assert_eq!(trial.post(&cancel).await.ok()["status"], json!("succeeded"));
}

#[tokio::test]
async fn cancel_makes_what_has_ended_unpayable_too() {
    let mut trial = Trial::new();
    for (n, deed) in ["expire", "fail", "cancel"].into_iter().enumerate() {
        let made = trial.made(&n.to_string(), "wechatpay").await;
        trial.app(&made["id"], deed).await.ok();
        let canceled = trial.post(&format!("/checkout/payments/{}/cancel", made["id"].as_str().unwrap())).await.ok();
        assert_eq!(canceled["status"], json!("canceled"), "{deed}");
        assert_eq!(trial.app(&made["id"], "pay").await.code(), "closed", "{deed}");
    }
}

#[tokio::test]
async fn refresh_gives_the_present_code_while_it_lives_and_a_new_one_after() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    let refresh = format!("/checkout/payments/{}/refresh", attempt("1"));
    assert_eq!(trial.post(&refresh).await.ok()["action"], made["action"]);
    trial.pass(7_200);
    assert_eq!(trial.get(&format!("/checkout/payments/{}", attempt("1"))).await.ok()["status"], json!("expired"));
    let renewed = trial.post(&refresh).await.ok();
    assert_eq!((&renewed["id"], &renewed["status"]), (&made["id"], &json!("pending")));
    assert_eq!(renewed["expires_at"], json!("2031-01-05T14:10:00Z"));
    assert_ne!(renewed["action"], made["action"]);
    trial.app(&made["id"], "pay").await.ok();
    assert_eq!(trial.post(&refresh).await.ok()["status"], json!("succeeded"));
    let none = trial.post(&format!("/checkout/payments/{}/refresh", attempt("9"))).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_order_that_costs_something_else_now_says_so() {
    let mut trial = Trial::new();
    trial.put("/sandbox/orders/SO-1001", json!({ "amount": 5000, "currency": "HKD" })).await.ok();
    let answer = trial.create(&wish("1", "alipay")).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (409, "amount_changed".to_owned()));
    assert_eq!((&answer.json()["amount"], &answer.json()["currency"]), (&json!(5000), &json!("HKD")));
    let right = but(but(wish("1", "alipay"), "amount", json!(5000)), "currency", json!("HKD"));
    assert_eq!(trial.create(&right).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_fee_of_the_method_is_part_of_what_the_shopper_saw() {
    let mut trial = Trial::new();
    let order = json!({ "amount": 12800, "currency": "CNY", "fees": { "alipay": 128 } });
    trial.put("/sandbox/orders/SO-1001", order).await.ok();
    assert_eq!(trial.create(&wish("1", "alipay")).await.code(), "amount_changed");
    assert_eq!(trial.create(&but(wish("1", "alipay"), "amount", json!(12928))).await.ok()["amount"], json!(12928));
}

#[tokio::test]
async fn an_order_that_needs_a_sign_in_creates_nothing_before_it() {
    let mut trial = Trial::new();
    trial.put("/sandbox/orders/SO-1001", json!({ "amount": 12800, "currency": "CNY", "sign_in": true })).await.ok();
    let answer = trial.create(&wish("1", "alipay")).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (401, "sign_in".to_owned()));
    let url = answer.json()["url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(ORIGIN).unwrap();
    assert!(trial.listing().await.is_empty());
    let page = trial.get(&format!("{path}?return_url={}", percent(BACK))).await;
    assert!(page.text.unwrap().contains("value=\"http://127.0.0.1:8080/shop?x=1#pay\""));
    let back = trial.form(path, &[("return_url", BACK)]).await;
    assert_eq!((back.status, back.header("location")), (StatusCode::SEE_OTHER, BACK));
    assert_eq!(trial.create(&wish("1", "alipay")).await.status, StatusCode::CREATED);
    assert_eq!(trial.form(path, &[("return_url", "https://evil.example/")]).await.header("location"), "/");
}

#[tokio::test]
async fn every_answer_forbids_storing_and_lets_loopback_pages_read_it() {
    let mut trial = Trial::new();
    trial.headers = vec![("origin", "http://localhost:3000".to_owned())];
    let created = trial.create(&wish("1", "alipay")).await;
    let (lost, wrong) = (trial.get("/checkout/payments/nothing").await, trial.get("/checkout/nowhere").await);
    for answer in [created, lost, wrong] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("date"), "Sun, 05 Jan 2031 10:10:00 GMT");
        assert_eq!(answer.header("access-control-allow-origin"), "http://localhost:3000");
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
        assert_eq!(answer.header("access-control-expose-headers"), "Date, Retry-After");
    }
}

#[tokio::test]
async fn a_preflight_allows_the_key_and_the_merchants_own_headers() {
    let mut trial = Trial::new();
    trial.headers = vec![
        ("origin", "http://localhost:3000".to_owned()),
        ("access-control-request-method", "POST".to_owned()),
        ("access-control-request-headers", "content-type,idempotency-key,x-shop-token".to_owned()),
    ];
    let answer = trial.send(trial.request("OPTIONS", "/checkout/payments", ())).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.header("access-control-allow-headers"), "content-type,idempotency-key,x-shop-token");
    assert!(answer.header("access-control-allow-methods").contains("POST"));
}

#[tokio::test]
async fn pages_from_elsewhere_and_names_that_turn_into_this_machine_are_kept_out() {
    let mut trial = Trial::new();
    trial.headers = vec![("origin", "https://evil.example".to_owned())];
    for answer in [
        trial.create(&wish("1", "alipay")).await,
        trial.put("/sandbox/faults", json!([])).await,
        trial.get("/sandbox/payments").await,
        trial.form("/sandbox/wallet", &[("code", "x"), ("decision", "approve")]).await,
    ] {
        assert_eq!((answer.status.as_u16(), answer.code()), (403, "bad_origin".to_owned()));
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
    trial.headers = Vec::new();
    let mut rebound = trial.request("GET", "/sandbox/payments", ());
    rebound.headers_mut().insert("host", "evil.example:8080".parse().unwrap());
    assert_eq!(trial.send(rebound).await.code(), "bad_host");
    assert!(trial.listing().await.is_empty());
}

#[tokio::test]
async fn addresses_and_methods_that_do_not_exist_are_problems() {
    let mut trial = Trial::new();
    assert_eq!(trial.get("/checkout/nowhere").await.code(), "no_such_address");
    assert_eq!(trial.get("/checkout/payments").await.code(), "method_not_allowed");
    assert_eq!(trial.put("/checkout/payments/pay_1/cancel", json!({})).await.code(), "method_not_allowed");
}
