//! Whose raw responses the sandbox answers with: their shapes, their flows and where they lead.

use super::*;
use moongate::action::{Action, Step, Trust};
use serde_json::Map;

const FLOWS: [&str; 4] = ["inapp", "qr", "deeplink", "redirect"];

/// What a payment by this method and flow is answered with, as this provider.
async fn raw(provider: &str, method: &str, flow: &str) -> Value {
    let mut trial = Trial::new();
    trial.put("/sandbox/provider", json!({ "provider": provider })).await.ok();
    let made = trial.create(&but(wish("1", method), "flows", json!([flow]))).await.ok();
    made["action"].clone()
}

fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = object.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[tokio::test]
async fn wechat_pays_own_answers_have_its_own_shapes() {
    let native = raw("wallet", "wechatpay", "qr").await;
    assert_eq!(keys(&native), ["code_url"]);
    assert!(native["code_url"].as_str().unwrap().starts_with("weixin://wxpay/bizpayurl?pr="));
    let h5 = raw("wallet", "wechatpay", "redirect").await;
    assert_eq!(keys(&h5), ["h5_url"]);
    assert!(h5["h5_url"].as_str().unwrap().starts_with(&format!("{ORIGIN}/sandbox/wechatpay/checkmweb?prepay_id=wx")));
    let jsapi = raw("wallet", "wechatpay", "inapp").await;
    assert_eq!(keys(&jsapi), ["appId", "nonceStr", "package", "paySign", "signType", "timeStamp"]);
    assert_eq!((&jsapi["timeStamp"], &jsapi["signType"]), (&json!("1925374200"), &json!("RSA")));
    assert_eq!(jsapi["nonceStr"].as_str().unwrap().len(), 32);
    assert!(jsapi["package"].as_str().unwrap().starts_with("prepay_id=wx"));
}

#[tokio::test]
async fn alipays_own_answers_have_its_own_shapes() {
    let precreate = raw("wallet", "alipay", "qr").await;
    assert_eq!(keys(&precreate), ["alipay_trade_precreate_response", "sign"]);
    let inner = &precreate["alipay_trade_precreate_response"];
    assert_eq!(keys(inner), ["code", "msg", "out_trade_no", "qr_code"]);
    assert!(inner["qr_code"].as_str().unwrap().starts_with("https://qr.alipay.com/bax"));
    let create = raw("wallet", "alipay", "inapp").await;
    assert_eq!(keys(&create["alipay_trade_create_response"]), ["code", "msg", "out_trade_no", "trade_no"]);
    let form = raw("wallet", "alipay", "redirect").await;
    let form = form.as_str().unwrap();
    assert!(form.starts_with("<form name=\"punchout_form\" method=\"post\" action=\"http://127.0.0.1:8080/sandbox/alipay/gateway.do?charset=utf-8&method=alipay.trade.page.pay&sign="));
    assert!(form.contains("&notify_url=") && form.contains("&timestamp=2031-01-05+18%3A10%3A00&"), "{form}");
    assert!(form.contains("&quot;total_amount&quot;:&quot;128.00&quot;"), "{form}");
    assert!(form.contains("&quot;time_expire&quot;:&quot;2031-01-05 18:40:00&quot;"), "{form}");
    assert!(form.ends_with("<script>document.forms[0].submit();</script>"));
}

#[tokio::test]
async fn unionpays_own_answers_have_its_own_shapes() {
    let qr = raw("wallet", "unionpay", "qr").await;
    let fields = [
        "accessType",
        "bizType",
        "encoding",
        "merId",
        "orderId",
        "qrCode",
        "respCode",
        "respMsg",
        "signMethod",
        "signature",
        "txnSubType",
        "txnTime",
        "txnType",
        "version",
    ];
    assert_eq!(keys(&qr), fields);
    assert!(qr["qrCode"].as_str().unwrap().starts_with("https://qr.95516.com/00010001/6220"));
    assert_eq!(
        (&qr["txnSubType"], &qr["bizType"], &qr["txnTime"]),
        (&json!("07"), &json!("000000"), &json!("20310105181000"))
    );
    let tn = raw("wallet", "unionpay", "inapp").await;
    assert_eq!((tn["tn"].as_str().unwrap().len(), &tn["bizType"]), (21, &json!("000201")));
    let form = raw("wallet", "unionpay", "redirect").await;
    let form = form.as_str().unwrap();
    for part in [
        "<form id = \"pay_form\" action=\"http://127.0.0.1:8080/sandbox/unionpay/frontTransReq.do\" method=\"post\">",
        "name=\"txnAmt\" id=\"txnAmt\" value=\"12800\"/>",
        "name=\"currencyCode\" id=\"currencyCode\" value=\"156\"/>",
        "name=\"channelType\" id=\"channelType\" value=\"07\"/>",
        "name=\"payTimeout\" id=\"payTimeout\" value=\"20310105184000\"/>",
        "</form></body><script type=\"text/javascript\">document.all.pay_form.submit();</script></html>",
    ] {
        assert!(form.contains(part), "{part} in {form}");
    }
}

#[tokio::test]
async fn hebaos_own_answer_has_its_own_shape() {
    let page = raw("wallet", "hebao", "redirect").await;
    assert_eq!(
        keys(&page),
        ["hmac", "merchantId", "message", "payUrl", "requestId", "returnCode", "signType", "type", "version"]
    );
    let list = page["payUrl"].as_str().unwrap();
    assert!(list.starts_with(
        "url<hi:=>http://127.0.0.1:8080/sandbox/hebao/index.xhtml<hi:$$>method<hi:=>POST<hi:$$>sessionId<hi:=>"
    ));
}

/// The response of a recorded example.
fn example(name: &str) -> Value {
    let file = format!("{}/tests/fixtures/payloads/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let example: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    example["response"].clone()
}

/// What all values have in common that are of one shape: the keys and the types, or the tags of a page.
fn outline(value: &Value) -> String {
    match value {
        Value::Object(members) => members.iter().map(|(key, value)| format!("{key}:{};", outline(value))).collect(),
        Value::Array(list) => list.iter().map(outline).collect(),
        Value::String(html) if html.starts_with('<') => {
            let tag = |part: &str| part.split(['>', '=']).next().unwrap().to_owned();
            html.split('<').map(tag).collect()
        }
        Value::String(_) => "text".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::Bool(_) | Value::Null => value.to_string(),
    }
}

#[tokio::test]
async fn each_wallets_own_answer_has_the_outline_of_the_recorded_one() {
    for (name, method, flow) in [
        ("wechatpay-native", "wechatpay", "qr"),
        ("wechatpay-h5", "wechatpay", "redirect"),
        ("wechatpay-jsapi", "wechatpay", "inapp"),
        ("alipay-precreate", "alipay", "qr"),
        ("alipay-pagepay-form", "alipay", "redirect"),
        ("alipay-tradecreate", "alipay", "inapp"),
        ("unionpay-qr", "unionpay", "qr"),
        ("unionpay-gateway-form", "unionpay", "redirect"),
        ("hebao-h5", "hebao", "redirect"),
    ] {
        assert_eq!(outline(&raw("wallet", method, flow).await), outline(&example(name)), "{name}");
    }
}

/// What the widget makes of an answer, in test mode at this sandbox.
fn read(answer: &Value) -> Action {
    let trust = Trust { hosts: Vec::new(), test_origin: Some(ORIGIN.to_owned()) };
    let text = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
    Action::read(&text, NOON / 1_000, &trust).unwrap_or_else(|refusal| panic!("{refusal:?}: {answer}"))
}

#[tokio::test]
async fn the_widgets_own_reader_takes_every_wallets_answer_for_the_flow_it_is() {
    for provider in ["wallet", "normalised"] {
        for (method, flows) in [
            ("wechatpay", &["inapp", "qr", "redirect"][..]),
            ("alipay", &["inapp", "qr", "redirect"]),
            ("unionpay", &["inapp", "qr", "redirect"]),
            ("hebao", &["redirect"]),
        ] {
            for flow in flows {
                let answer = raw(provider, method, flow).await;
                let action = read(&answer);
                assert_eq!(
                    (action.step.word(), action.wallet.as_deref()),
                    (*flow, Some(method)),
                    "{provider} {answer}"
                );
                if let Step::Redirect { url, .. } = action.step {
                    assert!(url.starts_with(ORIGIN), "{url}");
                }
            }
        }
    }
    assert_eq!(read(&raw("normalised", "alipay", "deeplink").await).step.word(), "deeplink");
    assert_eq!(read(&raw("wallet", "gift-card", "redirect").await).step.word(), "redirect");
}

#[tokio::test]
async fn the_widgets_own_reader_hears_a_refusal_to_create() {
    for (method, code) in [
        ("wechatpay", "ORDERPAID"),
        ("alipay", "ACQ.TRADE_HAS_SUCCESS"),
        ("alipay", "20000"),
        ("unionpay", "05"),
        ("hebao", "CPS01134"),
    ] {
        let mut trial = Trial::new();
        trial.put("/sandbox/provider", json!({ "provider": "wallet", "refuse": code })).await.ok();
        let made = trial.made("1", method).await;
        let Step::Nothing { status, code: heard } = read(&made["action"]).step else { panic!("{made}") };
        assert_eq!((status.word(), heard.as_deref()), ("pending", Some(code)), "{made}");
    }
}

#[tokio::test]
async fn each_provider_answers_in_the_shape_that_it_is_known_by() {
    for (provider, method, flow, paths) in [
        ("stripe", "wechatpay", "qr", &["/object", "/next_action/wechat_pay_display_qr_code/data"][..]),
        ("stripe", "alipay", "redirect", &["/next_action/alipay_handle_redirect/url"]),
        ("stripe", "unionpay", "redirect", &["/next_action/redirect_to_url/url"]),
        ("adyen", "wechatpay", "qr", &["/resultCode", "/action/qrCodeData", "/action/expiresAt"]),
        ("adyen", "wechatpay", "inapp", &["/action/sdkData/paySign"]),
        ("adyen", "alipay", "redirect", &["/action/url", "/action/paymentMethodType"]),
        ("antom", "alipay", "qr", &["/result/resultStatus", "/orderCodeForm/codeDetails/0/codeValue"]),
        ("antom", "alipay", "deeplink", &["/applinkUrl", "/normalUrl"]),
        ("airwallex", "wechatpay", "qr", &["/next_action/qrcode", "/amount"]),
        ("airwallex", "alipay", "deeplink", &["/next_action/data/scheme_url", "/next_action/url"]),
        ("pingpp", "wechatpay", "inapp", &["/credential/wx_pub/paySign"]),
        ("pingpp", "wechatpay", "qr", &["/credential/wx_pub_qr", "/time_expire"]),
        ("pingpp", "alipay", "redirect", &["/credential/alipay_pc_direct/channel_url"]),
        ("pingpp", "alipay", "inapp", &["/credential/alipay_lite"]),
        ("hyperswitch", "wechatpay", "qr", &["/payment_id", "/next_action/raw_qr_data"]),
        ("hyperswitch", "alipay", "redirect", &["/next_action/redirect_to_url"]),
        ("checkout", "alipay", "qr", &["/_links/redirect/href", "/_links/redirect/qr_code/text"]),
        ("omise", "alipay", "redirect", &["/authorize_uri", "/expires_at"]),
        ("omise", "wechatpay", "qr", &["/source/scannable_code/image/download_uri"]),
        ("jeepay", "wechatpay", "inapp", &["/data/payDataType", "/data/payData"]),
        ("jeepay", "alipay", "redirect", &["/data/payData"]),
        ("xendit", "wechatpay", "redirect", &["/payment_request_id", "/actions/0/value"]),
        ("qfpay", "unionpay", "qr", &["/respcd", "/syssn", "/qrcode"]),
        ("chinaums", "wechatpay", "inapp", &["/errCode", "/miniPayRequest/package"]),
        ("normalised", "alipay", "deeplink", &["/type", "/url", "/fallback"]),
        ("normalised", "unionpay", "inapp", &["/bridge", "/params/tn"]),
    ] {
        let answer = raw(provider, method, flow).await;
        for path in paths {
            let found = answer.pointer(path).is_some_and(|value| !value.is_null());
            assert!(found, "{provider} {method} {flow} {path}: {answer}");
        }
    }
}

/// Every address in an answer that is opened rather than scanned.
fn addresses(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.extend(text.split(['"', ' ', '<', '>', '=', '&']).filter_map(|part| {
            let web = part.starts_with("http://") || part.starts_with("https://");
            let scanned = part.starts_with("https://qr.alipay.com/") || part.starts_with("https://qr.95516.com/");
            (web && !scanned).then(|| part.to_owned())
        })),
        Value::Array(list) => list.iter().for_each(|item| addresses(item, found)),
        Value::Object(members) => members.values().for_each(|item| addresses(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[tokio::test]
async fn whoever_answers_every_page_that_is_opened_is_the_sandboxs_own() {
    for provider in super::super::provider::PROVIDERS {
        for method in ["alipay", "wechatpay", "unionpay", "hebao", "gift-card"] {
            for flow in FLOWS {
                let answer = raw(provider, method, flow).await;
                let mut opened = Vec::new();
                addresses(&answer, &mut opened);
                assert!(
                    opened.iter().all(|address| address.starts_with(ORIGIN)),
                    "{provider} {method} {flow}: {answer}"
                );
            }
        }
    }
}

#[tokio::test]
async fn whoever_answers_the_wallet_finds_the_payment_in_the_answer() {
    for provider in super::super::provider::PROVIDERS {
        for method in ["alipay", "wechatpay", "unionpay", "hebao", "gift-card"] {
            for flow in FLOWS {
                let mut trial = Trial::new();
                trial.put("/sandbox/provider", json!({ "provider": provider })).await.ok();
                let made = trial.create(&but(wish("1", method), "flows", json!([flow]))).await.ok();
                let answer = made["action"].to_string().replace(made["id"].as_str().unwrap(), "");
                let answer = answer.replace(&attempt("1"), ""); // by its codes, then
                let named = trial.shop.ledger.lock().unwrap();
                let found = super::super::wallet::found(&named, &answer).map(|(payment, _)| payment.id.clone());
                let picture = answer.contains("data:image/png"); // the code is in the picture alone
                assert!(
                    found == made["id"].as_str().map(str::to_owned) || picture,
                    "{provider} {method} {flow}: {answer}"
                );
            }
        }
    }
}
