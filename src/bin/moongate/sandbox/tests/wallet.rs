//! The simulated wallets: what a person or a test decides, and how the shopper comes back (contract section 4).

use super::*;
use crate::escape::{percent, plain};

const RETURNED: &str = "http://127.0.0.1:8080/shop?x=1&moongate_attempt=";

fn redirecting(name: &str, method: &str) -> Value {
    but(wish(name, method), "flows", json!(["redirect"]))
}

/// The address of the first form or hidden field of this name in a page.
fn after<'a>(page: &'a str, start: &str) -> &'a str {
    page.split_once(start).unwrap_or_else(|| panic!("no {start} in {page}")).1.split('"').next().unwrap()
}

#[tokio::test]
async fn the_wallet_shows_shop_order_sum_and_method_in_chinese_and_in_english() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    let code = percent(made["action"]["code_url"].as_str().unwrap());
    let page = trial.get(&format!("/sandbox/wallet?code={code}")).await.text.unwrap();
    for words in [
        "lang=\"zh-CN\"",
        "模拟 · 不会扣款",
        "沙盒商店",
        "SO-1001",
        "128.00 CNY",
        "微信支付",
        "确认付款",
        "拒绝付款",
        "让它过期",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    let page = trial.get(&format!("/sandbox/wallet?code={code}&lang=en")).await.text.unwrap();
    for words in ["lang=\"en\"", "Simulated", "WeChat Pay", "Approve", "Refuse", "Let it expire"] {
        assert!(page.contains(words), "{words} in {page}");
    }
}

#[tokio::test]
async fn the_wallets_page_needs_no_inline_script_or_style_and_allows_none() {
    let mut trial = Trial::new();
    trial.made("1", "wechatpay").await;
    let answer = trial.get(&format!("/sandbox/wallet?code={}", attempt("1"))).await;
    let policy = answer.header("content-security-policy").to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(policy.ends_with("form-action 'self' http://127.0.0.1:8080"), "{policy}");
    let page = answer.text.unwrap();
    assert!(!page.contains("style=") && !page.contains("<style") && !page.contains("<script>"), "{page}");
    assert_eq!(trial.get("/sandbox/wallet.css").await.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(trial.get("/sandbox/wallet.js").await.header("content-type"), "text/javascript; charset=utf-8");
}

#[tokio::test]
async fn each_decision_is_what_the_payment_becomes() {
    for (decision, status) in
        [("approve", "succeeded"), ("refuse", "canceled"), ("expire", "expired"), ("process", "processing")]
    {
        let mut trial = Trial::new();
        let made = trial.made("1", "alipay").await;
        let code = made["action"]["alipay_trade_precreate_response"]["qr_code"].as_str().unwrap();
        let answer = trial.form("/sandbox/wallet", &[("code", code), ("decision", decision), ("lang", "en")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(trial.listing().await[0]["status"], json!(status));
        let page = trial.get(answer.header("location").strip_prefix(ORIGIN).unwrap()).await.text.unwrap();
        assert!(page.contains(&format!("data-status=\"{status}\"")), "{page}");
    }
    let mut trial = Trial::new();
    trial.made("1", "alipay").await;
    let attempt = attempt("1");
    let odd = trial.form("/sandbox/wallet", &[("code", attempt.as_str()), ("decision", "steal")]).await;
    assert_eq!(odd.code(), "bad_value");
}

#[tokio::test]
async fn a_wallet_pays_nothing_that_is_over() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    trial.pass(7_200);
    let code = made["action"]["code_url"].as_str().unwrap();
    trial.form("/sandbox/wallet", &[("code", code), ("decision", "approve")]).await;
    assert_eq!(trial.listing().await[0]["status"], json!("expired"));
    let page = trial.get(&format!("/sandbox/wallet?code={}", percent(code))).await.text.unwrap();
    assert!(page.contains("已过期") && !page.contains("id=\"approve\""), "{page}");
}

#[tokio::test]
async fn a_code_of_before_a_refresh_is_shown_as_void() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    trial.app(&made["id"], "expire").await.ok();
    trial.post(&format!("/checkout/payments/{}/refresh", attempt("1"))).await.ok();
    let code = percent(made["action"]["code_url"].as_str().unwrap());
    let page = trial.get(&format!("/sandbox/wallet?code={code}")).await.text.unwrap();
    assert!(page.contains("data-status=\"void\"") && !page.contains("id=\"approve\""), "{page}");
}

/// The page that a browser gets when it posts a provider's whole form, or opens its address, by way of the wallet's.
async fn posted(trial: &mut Trial, form: &str) -> String {
    let mut fields = Vec::new();
    for input in form.split("<input ").skip(1).filter(|input| input.contains(" value=\"")) {
        let unescaped = plain(after(input, "value=\""));
        fields.push((input.split("name=\"").nth(1).map_or("", |name| name.split('"').next().unwrap()), unescaped));
    }
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let opened = trial.form(after(form, "action=\"").strip_prefix(ORIGIN).unwrap(), &fields).await;
    trial.get(opened.header("location").strip_prefix(ORIGIN).unwrap()).await.text.unwrap()
}

#[tokio::test]
async fn a_whole_form_of_before_a_refresh_pays_nothing() {
    for method in ["alipay", "unionpay"] {
        let mut trial = Trial::new();
        let returning = json!(format!("{ORIGIN}/shop?moongate_attempt={}", attempt("1")));
        let made = trial.create(&but(redirecting("1", method), "return_url", returning)).await.ok();
        trial.app(&made["id"], "expire").await.ok();
        let renewed = trial.post(&format!("/checkout/payments/{}/refresh", attempt("1"))).await.ok();
        let old = posted(&mut trial, made["action"].as_str().unwrap()).await;
        assert!(old.contains("data-status=\"void\"") && !old.contains("id=\"approve\""), "{method}: {old}");
        let code = after(&old, "name=\"code\" value=\"");
        trial.form("/sandbox/wallet", &[("code", code), ("decision", "approve")]).await;
        assert_eq!(trial.listing().await[0]["status"], json!("pending"), "{method}");
        let new = posted(&mut trial, renewed["action"].as_str().unwrap()).await;
        assert!(new.contains("id=\"approve\""), "{method}: {new}");
    }
}

#[tokio::test]
async fn a_wallet_knows_codes_and_no_ids_of_the_merchants() {
    let mut trial = Trial::new();
    let id = trial.made("1", "wechatpay").await["id"].as_str().unwrap().to_owned();
    assert_eq!(trial.get(&format!("/sandbox/wallet?code={id}&page=1")).await.status, StatusCode::NOT_FOUND);
    let left = trial.form("/sandbox/wallet", &[("code", &id), ("page", "1"), ("decision", "leave")]).await;
    assert_eq!(left.code(), "not_found");
    let opened = trial.form("/sandbox/alipay/gateway.do", &[("notify_url", &id)]).await;
    assert_eq!(opened.header("location"), format!("{ORIGIN}/sandbox/wallet?code=&page=1"));
}

#[tokio::test]
async fn a_code_that_nobody_made_is_asked_for_again() {
    let mut trial = Trial::new();
    let answer = trial.get("/sandbox/wallet?code=%3Cscript%3E").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let page = answer.text.unwrap();
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
    assert_eq!(trial.get("/sandbox/wallet").await.status, StatusCode::OK);
}

#[tokio::test]
async fn wechats_page_leads_to_the_wallet_and_back_to_the_shop() {
    let mut trial = Trial::new();
    let made = trial.create(&redirecting("1", "wechatpay")).await.ok();
    let opened = trial.get(made["action"]["h5_url"].as_str().unwrap().strip_prefix(ORIGIN).unwrap()).await;
    let wallet = opened.header("location").strip_prefix(ORIGIN).unwrap().to_owned();
    let page = trial.get(&wallet).await.text.unwrap();
    assert!(page.contains("id=\"leave\""), "{page}");
    let code = after(&page, "name=\"code\" value=\"").to_owned();
    let left = trial.form("/sandbox/wallet", &[("code", &code), ("page", "1"), ("decision", "leave")]).await;
    let back = format!("{RETURNED}{}#pay", attempt("1"));
    assert_eq!((left.status, left.header("location")), (StatusCode::FOUND, back.as_str()));
    assert_eq!(trial.listing().await[0]["status"], json!("pending"));
    let paid = trial.form("/sandbox/wallet", &[("code", &code), ("page", "1"), ("decision", "approve")]).await;
    assert_eq!((paid.status, paid.header("location")), (StatusCode::FOUND, back.as_str()));
    assert_eq!(trial.listing().await[0]["status"], json!("succeeded"));
}

#[tokio::test]
async fn alipays_form_is_accepted_from_anywhere_and_its_way_back_has_alipays_words() {
    let mut trial = Trial::new();
    let made = trial.create(&redirecting("1", "alipay")).await.ok();
    let html = made["action"].as_str().unwrap();
    let action = after(html, "action=\"").strip_prefix(ORIGIN).unwrap().to_owned();
    let content = after(html, "name=\"biz_content\" value=\"").replace("&quot;", "\"");
    trial.headers = vec![("origin", "null".to_owned())];
    let opened = trial.form(&action, &[("biz_content", &content)]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER);
    trial.headers.clear();
    let page = trial.get(opened.header("location").strip_prefix(ORIGIN).unwrap()).await.text.unwrap();
    let code = after(&page, "name=\"code\" value=\"").to_owned();
    let paid = trial.form("/sandbox/wallet", &[("code", &code), ("page", "1"), ("decision", "approve")]).await;
    let back = paid.header("location");
    assert!(
        back.starts_with(&format!("{RETURNED}{}&charset=utf-8&", attempt("1"))) && back.ends_with("#pay"),
        "{back}"
    );
    assert!(back.contains("&trade_no=2031"), "{back}");
}

#[tokio::test]
async fn unionpay_returns_by_a_form_which_the_merchants_server_answers_with_303() {
    let mut trial = Trial::new();
    let elsewhere = but(redirecting("1", "unionpay"), "return_url", json!("http://localhost:3000/shop"));
    let made = trial.create(&elsewhere).await.ok();
    let html = made["action"].as_str().unwrap();
    let order = after(html, "id=\"orderId\" value=\"");
    let opened = trial.form("/sandbox/unionpay/frontTransReq.do", &[("orderId", order), ("txnAmt", "12800")]).await;
    let page = trial.get(opened.header("location").strip_prefix(ORIGIN).unwrap()).await.text.unwrap();
    let code = after(&page, "name=\"code\" value=\"").to_owned();
    let paid = trial.form("/sandbox/wallet", &[("code", &code), ("page", "1"), ("decision", "approve")]).await;
    assert_eq!(paid.status, StatusCode::OK);
    let policy = paid.header("content-security-policy");
    assert!(policy.ends_with("form-action 'self' http://127.0.0.1:8080 http://localhost:3000"), "{policy}");
    let page = paid.text.unwrap();
    assert!(page.contains("data-auto") && page.contains("name=\"respCode\" value=\"00\""), "{page}");
    assert_eq!(after(&page, "action=\""), after(html, "id=\"frontUrl\" value=\""));
    let front = after(&page, "action=\"").strip_prefix(ORIGIN).unwrap().to_owned();
    let back = trial.form(&front, &[("orderId", order), ("respCode", "00")]).await;
    let expected = format!("http://localhost:3000/shop?moongate_attempt={}", attempt("1"));
    assert_eq!((back.status, back.header("location")), (StatusCode::SEE_OTHER, expected.as_str()));
}

#[tokio::test]
async fn hebaos_page_is_opened_by_get_and_by_post() {
    let mut trial = Trial::new();
    let made = trial.create(&redirecting("1", "hebao")).await.ok();
    let list = made["action"]["payUrl"].as_str().unwrap();
    let session = list.rsplit("<hi:=>").next().unwrap();
    let path = format!("/sandbox/hebao/index.xhtml?SESSIONID={session}");
    let (got, posted) = (trial.get(&path).await, trial.form(&path, &[]).await);
    assert!(got.header("location").contains("/sandbox/wallet?code=MG2031"), "{got:?}");
    assert_eq!(got.header("location"), posted.header("location"));
}

#[tokio::test]
async fn an_in_app_call_is_paid_by_what_its_bridge_was_given() {
    let mut trial = Trial::new();
    for (n, (method, key)) in
        [("wechatpay", "/package"), ("alipay", "/alipay_trade_create_response/trade_no"), ("unionpay", "/tn")]
            .into_iter()
            .enumerate()
    {
        let wish = but(but(wish(&n.to_string(), method), "flows", json!(["inapp"])), "order", json!(format!("SO-{n}")));
        let made = trial.create(&wish).await.ok();
        let given = made["action"].pointer(key).unwrap_or_else(|| panic!("{made}")).as_str().unwrap();
        let paid = trial.post(&format!("/sandbox/payments/{}/pay", percent(given))).await.ok();
        assert_eq!((&paid["id"], &paid["status"]), (&made["id"], &json!("succeeded")), "{method}");
    }
}

#[tokio::test]
async fn any_code_names_its_payment_in_the_controls_even_with_slashes_in_it() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    let code = percent(made["action"]["code_url"].as_str().unwrap());
    let failed =
        trial.send(trial.request("POST", &format!("/sandbox/payments/{code}/fail"), r#"{"reason":"no_money"}"#)).await;
    let failed = failed.ok();
    assert_eq!((&failed["status"], &failed["reason"]), (&json!("failed"), &json!("no_money")));
    assert_eq!(trial.post(&format!("/sandbox/payments/{code}/rob")).await.code(), "bad_value");
    assert_eq!(trial.post("/sandbox/payments/pay_none/pay").await.code(), "not_found");
}

#[tokio::test]
async fn a_phone_on_the_same_network_is_answered_by_the_number_it_asked_for() {
    let mut trial = Trial::new();
    let mut request =
        trial.creation(&but(redirecting("1", "hebao"), "return_url", json!("http://192.168.1.20:8080/shop")));
    request.headers_mut().insert("host", "192.168.1.20:8080".parse().unwrap());
    request.headers_mut().insert("origin", "http://192.168.1.20:8080".parse().unwrap());
    let made = trial.send(request).await.ok();
    assert!(
        made["action"]["payUrl"].as_str().unwrap().starts_with("url<hi:=>http://192.168.1.20:8080/sandbox/"),
        "{made}"
    );
}
