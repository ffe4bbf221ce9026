//! See each test's name.

#[cfg(feature = "program")]
mod command;

use crate::entries::judge::{self, pages};
use moongate::action::code;
use moongate::action::terms::Terms;
use moongate::action::{Action, Refusal, Trust, signature};
use moongate::checkout::environment::Device;
use moongate::checkout::json::Json;
use moongate::checkout::money::{Amount, Currency};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::PathBuf;
use url::Url;

/// The time that fixtures are read at: 2027-01-15.
const NOW: i64 = 1_800_000_000;

fn fixtures() -> Vec<(String, Value)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/payloads");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let json = files.into_iter().filter(|path| path.extension().is_some_and(|end| end == "json"));
    let read = |path: PathBuf| {
        (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap())
    };
    json.map(read).map(|(name, text)| (name, serde_json::from_str(&text).unwrap())).collect()
}

/// The body as a merchant's server would pass it on: text as it is, JSON written out.
fn body(fixture: &Value) -> String {
    fixture["response"].as_str().map_or_else(|| fixture["response"].to_string(), str::to_owned)
}

fn outcome(text: &str) -> Value {
    let json = match Action::read(text, NOW, &Trust::default()) {
        Ok(action) => action.to_json().to_string(),
        Err(refusal) => format!("{{\"error\":\"{}\"}}", refusal.code()),
    };
    serde_json::from_str(&json).unwrap()
}

#[test]
fn every_fixture_gives_exactly_what_it_expects() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 24, "{} fixtures", fixtures.len());
    for (name, fixture) in &fixtures {
        assert_eq!(outcome(&body(fixture)), fixture["expect"], "{name}");
        assert_eq!(outcome(&fixture["response"].to_string()), fixture["expect"], "{name}, as a JSON value");
    }
}

/// The wallets that are providers themselves, with exact hosts.
const WALLETS: [&str; 5] = ["", "wechatpay", "alipay", "unionpay", "hebao"];

/// Judges an accepted action with another reader of addresses: the one browsers' rules are written in.
fn judge(action: &Action, hosts: &[String]) {
    judge::judge(action, NOW, &Trust { hosts: hosts.to_vec(), test_origin: None });
}

fn trusting(hosts: &[&str]) -> Trust {
    Trust { hosts: hosts.iter().map(|host| (*host).to_owned()).collect(), test_origin: None }
}

fn testing(origin: &str) -> Trust {
    Trust { hosts: vec!["*".to_owned()], test_origin: Some(origin.to_owned()) }
}

fn read(response: &Value, trust: &Trust) -> Result<Action, Refusal> {
    Action::read(&response.to_string(), NOW, trust)
}

fn untrusted(host: &str) -> Option<Refusal> {
    Some(Refusal::UntrustedHost(host.to_owned()))
}

fn sum(minor: u64, code: &str) -> Amount {
    Amount::new(minor, Currency::parse(code).unwrap()).unwrap()
}

const H5: &str = "https://wx.tenpay.com/pay";
const CODE: &str = "weixin://wxpay/bizpayurl?pr=Zt4kQ8b";

#[test]
fn the_signature_is_named_and_what_it_was_wrapped_in() {
    for (text, name, wrappers) in [
        (r#"{"code_url":"weixin://wxpay/bizpayurl?pr=a"}"#, "wechatpay v3", &[][..]),
        (r#"{"data":{"code_url":"weixin://wxpay/bizpayurl?pr=a"}}"#, "wechatpay v3", &["data"]),
        (r#"{"result":{"payload":"https://qr.95516.com/1"}}"#, "unionpay address", &["result", "payload"]),
    ] {
        assert_eq!(signature(text), Ok((name, wrappers.to_vec())), "{text}");
    }
    assert_eq!(signature("{}"), Err(Refusal::Unrecognised));
    for (name, fixture) in fixtures() {
        let provider = fixture["expect"]["provider"].as_str();
        let known = signature(&body(&fixture)).map_or("", |(name, _)| name.split(' ').next().unwrap_or_default());
        assert!(provider.is_none_or(|provider| known == provider || known == "normalised"), "{name}: {known}");
    }
}

#[test]
fn half_a_signature_is_nobodys() {
    for half in [
        r#"{"_links":{"redirect":{"href":"https://a.checkout.com/"}}}"#,
        r#"{"id":"pay_1","status":"Pending"}"#,
        r#"{"id":"pay","_links":{}}"#,
        r#"{"payment_request_id":"pr-1"}"#,
        r#"{"payment_request_id":"pr-1","actions":{}}"#,
        r#"{"actions":[]}"#,
        r#"{"respcd":"0000"}"#,
        r#"{"syssn":"1"}"#,
        r#"{"object":"charge"}"#,
        r#"{"object":"charge","channel":"wx_wap"}"#,
        r#"{"object":"charge","credential":{}}"#,
        r#"{"channel":"wx_wap","credential":{}}"#,
        r#"{"id":"chrg_1"}"#,
        r#"{"id":"int","status":"PENDING"}"#,
        r#"{"object":"setup_intent","id":"int_1"}"#,
        r#"{"payment_id":"1"}"#,
        r#"{"payment_id":"1","status":"odd"}"#,
        r#"{"next_action":{"type":"redirect_to_url"}}"#,
        r#"{"payDataType":"payurl"}"#,
        r#"{"payData":"https://a.example/"}"#,
        r#"{"payOrderId":"1"}"#,
        r#"{"orderState":1}"#,
        r#"{"state":1}"#,
        r#"{"respCode":"00"}"#,
        r#"{"merId":"1"}"#,
        r#"{"returnCode":"000000"}"#,
        r#"{"hmac":"1"}"#,
        r#"{"errCode":"SUCCESS"}"#,
        r#"{"merOrderId":"1"}"#,
        r#"{"miniPayRequest":{}}"#,
        r#"{"out_trade_no":"1"}"#,
        r#"{"qr_code":"https://qr.alipay.com/bax1"}"#,
        r#"{"trade_no":"1"}"#,
        r#"{"nonceStr":"1"}"#,
        r#"{"timeStamp":"1"}"#,
        r#"{"code":"ACQ.SYSTEM_ERROR"}"#,
        r#"{"code":"SYSTEMERROR"}"#,
        r#"{"code":"ODD","message":"a"}"#,
        r#"{"message":"a"}"#,
        r#"{"resultCode":"Odd"}"#,
        r#"{"result":{"resultStatus":"X"}}"#,
        r#"{"type":"odd"}"#,
        "method=alipay.user.info.auth&sign=1",
        "merId=1&txnType=01",
        "https://a.example/?method=alipay.user.info.auth",
        "https://a.example/?authorization=OPEN",
        "<form action='https://a.example/'><input name=merId value=1></form>",
        "<form action='https://a.example/'><input name=txnType value=01></form>",
    ] {
        assert_eq!(signature(half), Err(Refusal::Unrecognised), "{half}");
    }
}

#[test]
fn every_address_in_every_fixture_passes_the_independent_check() {
    for (_, fixture) in fixtures() {
        if let Ok(action) = Action::read(&body(&fixture), NOW, &Trust::default()) {
            judge(&action, &[]);
        }
    }
}

#[test]
fn what_is_printed_reads_as_itself() {
    for (name, fixture) in fixtures() {
        let Ok(action) = Action::read(&body(&fixture), NOW, &Trust::default()) else { continue };
        if WALLETS.contains(&action.provider.as_str()) {
            let again = Action::read(&action.to_json().to_string(), NOW, &Trust::default());
            // The form has no word for whose failure it is: a refused call's, unless a provider's own words say otherwise.
            let again = again.map(|again| Action { refused: action.refused, ..again });
            assert_eq!(again, Ok(action), "{name}");
        }
    }
}

#[test]
fn in_test_mode_an_action_opens_the_test_origin_and_nothing_else() {
    let origin = "http://127.0.0.1:8080";
    let trust = testing(origin);
    let at = |path: &str| [origin, path].concat();
    let form = |action: &str, rest: &str| {
        json!(format!(
            "<form method=post {rest} action=\"{action}\"><input name=merId value=1><input name=txnType value=01></form>"
        ))
    };
    for accepted in [
        json!({"h5_url": at("/sandbox/wallet?x=1")}),
        json!({"code_url": CODE, "h5_url": at("/pay")}),
        json!({"type": "redirect", "url": at("/a"), "method": "POST", "fields": {"a": "1"}}),
        json!({"type": "deeplink", "url": at("/a"), "fallback": at("/b")}),
        json!({"type": "qr", "payload": CODE, "image": at("/code.png")}),
        form(&at("/gateway/api/frontTransReq.do"), ""),
        json!(format!(
            "<form name=punchout_form method=post action=\"{}\"><input name=biz_content value=x></form>",
            at("/gateway.do")
        )),
        json!(at("/gateway.do?method=alipay.trade.wap.pay&sign=x")),
        json!(at("/gateway.do?service=create_direct_pay_by_user&sign=x")),
        json!(at("/gateway.do?service=alipay.wap.create.direct.pay.by.user&sign=x")),
        json!({"returnCode": "000000", "hmac": "a", "payUrl": format!("url<hi:=>{}<hi:$$>method<hi:=>POST<hi:$$>sessionId<hi:=>1", at("/wap"))}),
    ] {
        let action = read(&accepted, &trust).unwrap_or_else(|refusal| panic!("{accepted}: {refusal:?}"));
        assert!(pages(&action).iter().all(|page| page.starts_with(origin)), "{accepted}");
    }
    for refused in [
        json!({"h5_url": H5}),
        json!({"h5_url": "http://127.0.0.1:80801/"}),
        json!({"h5_url": "https://127.0.0.1:8080/"}),
        json!({"h5_url": "http://127.0.0.1:8080@wx.tenpay.com/"}),
        json!({"code_url": CODE, "h5_url": H5}),
        json!({"type": "qr", "payload": CODE, "image": "https://wx.tenpay.com/code.png"}),
        json!({"type": "deeplink", "url": "alipays://platformapi/startapp", "fallback": at("/b")}),
        form("https://gateway.95516.com/gateway/api/frontTransReq.do", ""),
    ] {
        assert!(matches!(read(&refused, &trust), Err(Refusal::UntrustedHost(_))), "{refused}");
    }
    assert_eq!(read(&json!({"h5_url": at("/pay")}), &Trust::default()).err(), Some(Refusal::UnsafeUrl));
    let code = json!({"respCode": "00", "merId": "1", "qrCode": format!("{origin}/sandbox")});
    assert_eq!(
        read(&code, &trust).err(),
        Some(Refusal::UnsafeUrl),
        "the text of a code stays under its provider's rule"
    );
}

#[test]
fn hebaos_plain_http_is_upgraded_but_on_the_test_origin() {
    let reply = |url: &str| json!({"returnCode": "000000", "hmac": "a", "payUrl": format!("url<hi:=>{url}<hi:$$>sessionId<hi:=>1")});
    let page = |url: &str, trust: &Trust| pages(&read(&reply(url), trust).unwrap())[0].clone();
    assert_eq!(page("http://ipos.10086.cn/wap", &Trust::default()), "https://ipos.10086.cn/wap?SESSIONID=1");
    assert_eq!(page("http://127.0.0.1:1/wap", &testing("http://127.0.0.1:1")), "http://127.0.0.1:1/wap?SESSIONID=1");
}

#[test]
fn the_merchant_widens_the_hosts_by_name_or_to_any() {
    let page = |host: &str| json!({"h5_url": format!("https://{host}/pay")});
    assert_eq!(read(&page("pay.shop.example"), &Trust::default()).err(), untrusted("pay.shop.example"));
    for hosts in [&["pay.shop.example"][..], &["PAY.shop.example"], &["*"]] {
        let trust = trusting(hosts);
        let action = read(&page("pay.shop.example"), &trust).unwrap();
        assert_eq!(action.any_host, None);
        assert_eq!(action.allowed(&sum(1, "CNY"), &trust, false), Ok(()));
    }
    for (host, hosts) in [
        ("a.pay.shop.example", "pay.shop.example"),
        ("127.0.0.1", "*"),
        ("xn--80ak6aa92e.com", "*"),
        ("localhost", "*"),
    ] {
        assert_eq!(read(&page(host), &trusting(&[hosts])).err(), untrusted(host), "{host}");
    }
    assert!(read(&page("xn--80ak6aa92e.com"), &trusting(&["xn--80ak6aa92e.com"])).is_ok());
}

#[test]
fn a_picture_on_a_foreign_host_waits_for_the_merchants_word() {
    let picture = json!({"type": "qr", "image": "https://cdn.shop.example/code.png"});
    let action = read(&picture, &Trust::default()).unwrap();
    assert_eq!(action.allowed(&sum(1, "CNY"), &Trust::default(), false).err(), untrusted("cdn.shop.example"));
    let trust = trusting(&["cdn.shop.example"]);
    assert_eq!(read(&picture, &trust).unwrap().allowed(&sum(1, "CNY"), &trust, false), Ok(()));
    let spare = json!({"type": "qr", "payload": CODE, "image": "https://cdn.shop.example/code.png"});
    assert_eq!(read(&spare, &Trust::default()).unwrap().allowed(&sum(1, "CNY"), &Trust::default(), false), Ok(()));
}

#[test]
fn a_standing_code_is_shown_only_if_the_merchant_asked_for_it() {
    let trust = Trust::default();
    let codes = ["wxp://f2f0abc", "https://qr.alipay.com/fkx1", "HTTPS://QR.ALIPAY.COM/TSX1"]
        .map(|code| json!({"type": "qr", "payload": code}));
    let links = [
        json!({"type": "redirect", "url": "https://qr.alipay.com/fkx1"}),
        json!({"type": "deeplink", "url": "alipays://platformapi/startapp?saId=10000007&qrcode=https%3A%2F%2Fqr.alipay.com%2Ffkx1"}),
        json!({"type": "deeplink", "url": "alipays://platformapi/startapp?saId=10000007&x=%FF&qrcode=https%3A%2F%2Fqr.alipay.com%2Ffkx1"}),
        json!({"type": "deeplink", "url": "alipays://platformapi/startapp?saId=10000007&qrcode=https%3A%2F%2Fqr.alipay.com%3A443%2Ffkx1"}),
        json!({"type": "deeplink", "url": "https://ulink.alipay.com/?scheme=alipays%3A%2F%2Fplatformapi%2Fstartapp%3FsaId%3D10000007%26qrcode%3Dhttps%253A%252F%252Fqr.alipay.com%252Ffkx1"}),
        json!({"type": "redirect", "url": "https://render.alipay.com/p/s/i?scheme=alipays%3A%2F%2Fplatformapi%2Fstartapp%3FsaId%3D10000007%26qrcode%3Dhttps%253A%252F%252Fqr.alipay.com%252Ffkx1"}),
        json!({"type": "qr", "payload": CODE, "fallback": "https://qr.alipay.com/%66kx1"}),
        json!({"type": "qr", "payload": CODE, "fallback": "https://qr.alipay.com/%66kx1?%FF"}),
    ];
    for response in codes.iter().chain(&links) {
        let action = read(response, &trust).unwrap();
        assert_eq!(action.allowed(&sum(1, "CNY"), &trust, false), Err(Refusal::UnsupportedAction), "{response}");
        assert_eq!(action.allowed(&sum(1, "CNY"), &trust, true), Ok(()), "{response}");
    }
    let named = trusting(&["qr.alipay.com"]);
    assert_eq!(read(&codes[1], &named).unwrap().allowed(&sum(1, "CNY"), &named, false), Ok(()));
    let order = read(&json!({"type": "qr", "payload": "https://qr.alipay.com/bax1"}), &trust).unwrap();
    assert_eq!(order.allowed(&sum(1, "CNY"), &trust, false), Ok(()));
}

#[test]
fn a_page_inside_an_app_link_passes_as_a_page_would() {
    let link = |page: &str| ["alipays://platformapi/startapp?appId=20000067&url=", page].concat();
    let within =
        |door: &str, link: &str| [door, &link.replace('%', "%25").replace('&', "%26").replace(':', "%3A")].concat();
    let at = |url: String| json!({"type": "deeplink", "url": url});
    let (ulink, render) = ("https://ulink.alipay.com/?scheme=", "https://render.alipay.com/p/s/i?scheme=");
    let (evil, own) = (link("https%3A%2F%2Fevil.example%2Fpay"), link("https%3A%2F%2Fmclient.alipay.com%2Fpay"));
    let intent = "#Intent;scheme=alipays;package=com.eg.android.AlipayGphone;end";
    for refused in [
        evil.clone(),
        evil.replace("appId", "app%49d").replace("url", "%75rl"),
        evil.replace("alipays:", "alipayhk:"),
        evil.replace("appId", "url=https%3A%2F%2Fmclient.alipay.com%2F&appId"),
        [&evil.replace("alipays:", "intent:"), intent].concat(),
        within(ulink, &evil),
        within(render, &evil),
        link(&within("https%3A%2F%2Fulink.alipay.com%2F%3Fscheme%3D", &within("", &evil))),
    ] {
        assert_eq!(read(&at(refused.clone()), &Trust::default()).err(), untrusted("evil.example"), "{refused}");
        assert!(read(&at(refused.clone()), &trusting(&["evil.example"])).is_ok(), "{refused}");
    }
    for unsafe_one in ["http%3A%2F%2Fmclient.alipay.com%2F", "javascript%3Aalert(1)", "%FF"] {
        assert_eq!(read(&at(link(unsafe_one)), &Trust::default()).err(), Some(Refusal::UnsafeUrl), "{unsafe_one}");
    }
    let scheme = json!({"id": "int_1", "status": "REQUIRES_CUSTOMER_ACTION",
        "next_action": {"type": "redirect", "url": "https://api.airwallex.com/1", "data": {"scheme_url": link("https%3A%2F%2Frender.alipay.com%2Fp")}}});
    assert!(read(&scheme, &Trust::default()).is_ok(), "a page of Alipay's in an app link that another provider gives");
    for accepted in [own.clone(), within(ulink, &own), within(render, &own), evil.replace("20000067", "20000042")] {
        assert!(read(&at(accepted.clone()), &Trust::default()).is_ok(), "{accepted}");
    }
}

#[test]
fn a_code_inside_an_app_link_leads_where_a_page_could() {
    let scan =
        |code: &str| ["alipays://platformapi/startapp?saId=10000007&clientVersion=3.7.0.0718&qrcode=", code].concat();
    let within = |door: &str, link: &str| [door, &link.replace('%', "%25").replace('&', "%26")].concat();
    let at = |url: String| json!({"type": "deeplink", "url": url});
    let render = "https://render.alipay.com/p/s/i?scheme=";
    let (evil, own) = (scan("https%3A%2F%2Fevil.example%2Fpay"), scan("https%3A%2F%2Fqr.alipay.com%2Fbax1%3Ft%3D1"));
    let browser = "alipays%3A%2F%2Fplatformapi%2Fstartapp%3FappId%3D20000067%26url%3Dhttps%253A%252F%252Fevil.example";
    let intent = "#Intent;scheme=alipays;package=com.eg.android.AlipayGphone;end";
    for refused in [
        evil.clone(),
        scan("https://evil.example/pay"),
        scan("https%3A%2F%2Fqr.alipay.com%2Fbax1&qrcode=https%3A%2F%2Fevil.example"),
        evil.replace("qrcode", "%71rcode"),
        evil.replace("saId", "appId"),
        evil.replace("alipays:", "alipayqr:").replace("saId=10000007&", ""),
        [&evil.replace("alipays:", "intent:"), intent].concat(),
        within(render, &evil),
        scan(&within("https%3A%2F%2Frender.alipay.com%2Fp%2Fs%2Fi%3Fscheme%3D", browser)),
    ] {
        assert_eq!(read(&at(refused.clone()), &Trust::default()).err(), untrusted("evil.example"), "{refused}");
        assert!(read(&at(refused.clone()), &trusting(&["evil.example"])).is_ok(), "{refused}");
    }
    for unsafe_one in ["http%3A%2F%2Fqr.alipay.com%2Fbax1", browser, "weixin%3A%2F%2Fwxpay%2Fx", ""] {
        assert_eq!(read(&at(scan(unsafe_one)), &Trust::default()).err(), Some(Refusal::UnsafeUrl), "{unsafe_one}");
    }
    let scheme = json!({"id": "int_1", "status": "REQUIRES_CUSTOMER_ACTION",
        "next_action": {"type": "redirect", "url": "https://api.airwallex.com/1", "data": {"scheme_url": own.clone()}}});
    assert!(read(&scheme, &Trust::default()).is_ok(), "a code of Alipay's in an app link that another provider gives");
    let plain = "alipays://platformapi/startapp?saId=10000007".to_owned();
    for accepted in [own.clone(), own.replace("alipays:", "alipayqr:"), within(render, &own), plain] {
        let action = read(&at(accepted.clone()), &Trust::default()).unwrap();
        assert_eq!(action.allowed(&sum(1, "CNY"), &Trust::default(), false), Ok(()), "{accepted}");
    }
}

#[test]
fn the_sum_in_an_emv_code_is_the_orders() {
    let trust = Trust::default();
    let text = "00020101021215312600034426000344777290058110048520454115303344540588.005802HK5911EXAMPLESHOP6008HONGKONG6304E412";
    let action = read(&json!({"type": "qr", "payload": text}), &trust).unwrap();
    assert_eq!(action.allowed(&sum(8800, "HKD"), &trust, false), Ok(()));
    for (minor, code) in [(8801, "HKD"), (8800, "CNY"), (88, "HKD")] {
        assert_eq!(action.allowed(&sum(minor, code), &trust, true), Err(Refusal::Malformed), "{minor} {code}");
    }
    let fee = "00020101021215312600034426000344777290058110048520454115303344540588.00550202560510.005802HK5911EXAMPLESHOP6008HONGKONG6304AA3B";
    let action = read(&json!({"type": "qr", "payload": fee}), &trust).unwrap();
    assert_eq!(action.allowed(&sum(8800, "HKD"), &trust, false), Err(Refusal::Malformed), "a fee on top");
}

#[test]
fn a_test_host_marks_a_test() {
    let at = |host: &str| json!({"type": "redirect", "url": format!("https://{host}/")});
    assert!(read(&at("gateway.test.95516.com"), &Trust::default()).unwrap().test);
    assert!(!read(&at("gateway.95516.com"), &Trust::default()).unwrap().test);
}

#[test]
fn limits_are_where_they_are_said_to_be() {
    let page = |length: usize| [H5, "?", &"a".repeat(length - H5.len() - 1)].concat();
    assert!(read(&json!({"h5_url": page(8192)}), &Trust::default()).is_ok());
    assert_eq!(read(&json!({"h5_url": page(8193)}), &Trust::default()).err(), Some(Refusal::TooLarge));
    let code = |length: usize| json!({"code_url": format!("{CODE}{}", "a".repeat(length - CODE.len()))});
    assert!(read(&code(2048), &Trust::default()).is_ok());
    assert_eq!(read(&code(2049), &Trust::default()).err(), Some(Refusal::TooLarge));
    let post = |count: usize, size: usize| {
        let fields: serde_json::Map<String, Value> =
            (0..count).map(|n| (n.to_string(), json!("a".repeat(size)))).collect();
        read(&json!({"type": "redirect", "url": H5, "method": "POST", "fields": fields}), &Trust::default())
    };
    assert!(post(64, 1).is_ok() && post(1, 16 * 1024).is_ok());
    assert_eq!((post(65, 1).err(), post(1, 16 * 1024 + 1).err()), (Some(Refusal::TooLarge), Some(Refusal::TooLarge)));
    let inputs = |count: usize| (0..count).map(|n| format!("<input name=k{n}>")).collect::<String>();
    let form =
        |count: usize| format!("<form method=post action='https://openapi.alipay.com/'>{}</form>", inputs(count));
    assert!(Action::read(&form(64), NOW, &Trust::default()).is_ok());
    for count in [65, 401, 10_000] {
        assert_eq!(Action::read(&form(count), NOW, &Trust::default()).err(), Some(Refusal::TooLarge), "{count}");
    }
    let filled = |size: usize| format!("{{\"code_url\":\"{CODE}\"}}{}", " ".repeat(size - CODE.len() - 15));
    assert_eq!(filled(256 * 1024).len(), 256 * 1024);
    assert!(Action::read(&filled(256 * 1024), NOW, &Trust::default()).is_ok());
    assert_eq!(Action::read(&filled(256 * 1024 + 1), NOW, &Trust::default()).err(), Some(Refusal::TooLarge));
    let expiring = |now: i64| {
        Action::read(r#"{"type":"qr","payload":"weixin://x","expires":"2027-01-15T08:00:00Z"}"#, now, &Trust::default())
    };
    assert!(expiring(NOW - 1).is_ok());
    assert_eq!(expiring(NOW).err(), Some(Refusal::Expired));
}

#[test]
fn a_megabyte_of_anything_is_too_large_before_it_is_read() {
    let terms = Terms {
        trust: Trust::default(),
        amount: sum(1, "CNY"),
        methods: "wechatpay".to_owned(),
        device: Device::Phone,
    };
    for piece in ["[", "{\"a\":", "\"", "<form>", "<xml>", "&a=1", "https://", "{", "\\u0000", " "] {
        for start in ["", "\"", "{\"code_url\":\"weixin://", "<xml><a>", "a=", "https://wx.tenpay.com/"] {
            let text = [start, &piece.repeat((1 << 20) / piece.len())].concat();
            assert_eq!(Action::read(&text, NOW, &Trust::default()), Err(Refusal::TooLarge), "{start}{piece}…");
            assert!(Action::checked(&text, NOW, &terms).is_err(), "{start}{piece}…");
        }
    }
    let whole = [r#"{"type":"qr","image":"data:image/png;base64,"#, &"A".repeat(1 << 20), "\"}"].concat();
    assert_eq!(Action::checked(&whole, NOW, &terms), Err(Refusal::TooLarge));
    let escaped = Json::from_text(&["{\"code_url\":\"", CODE, "\"}", &"\n".repeat(250_000)].concat()).written();
    assert!(escaped.len() > 256 * 1024 && Action::checked(&escaped, NOW, &terms).is_ok(), "a body within its limit");
}

/// Pieces that the readers look for, so that chance comes near them.
fn piece() -> impl Strategy<Value = String> {
    let known = [
        "<form",
        " action=",
        "\"",
        "'",
        ">",
        "</form>",
        "<input name=biz_content value=",
        "<xml>",
        "</xml>",
        "<![CDATA[",
        "]]>",
        "<return_code>",
        "&amp;",
        "&#x3c;",
        "&",
        "=",
        "%2",
        "%41",
        "https://",
        "http://",
        "wx.tenpay.com",
        "openapi.alipay.com",
        "@",
        ":443",
        ":",
        "/",
        "\\",
        "?",
        "#",
        "gateway.do?method=alipay.trade.page.pay",
        "respCode=00",
        "merId=1",
        "payUrl=",
        "url<hi:=>",
        "<hi:$$>",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"code_url\"",
        "\"h5_url\"",
        "\"data\"",
        "weixin://",
        "wxp://",
        "000201",
        "6304",
        "intent:",
        "#Intent;scheme=alipays;package=com.unionpay;end",
        " ",
        "\n",
        "\t",
        "é",
        "。",
        "\u{202e}",
        "xn--",
        ".",
        "-",
        "null",
        "1e9",
        "2031-01-05T10:25:00Z",
    ];
    prop_oneof![3 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => ".{0,6}"]
}

/// Authorities close to right ones.
fn authority() -> impl Strategy<Value = String> {
    let parts = [
        "wx.tenpay.com",
        "openapi.alipay.com",
        "qr.alipay.com",
        "evil.example",
        ".",
        "@",
        ":443",
        ":80",
        "a",
        "%2e",
        "\\",
        "/",
        "?",
        "#",
        "\t",
        "х",
        "。",
        "xn--",
        "127.1",
        "[::1]",
        "-",
        " ",
    ];
    proptest::collection::vec(proptest::sample::select(parts.to_vec()), 1..4).prop_map(|parts| parts.concat())
}

#[expect(clippy::too_many_lines, reason = "one flat list of what providers call their keys and values")]
fn tree() -> impl Strategy<Value = Json> {
    let keys = [
        "data",
        "result",
        "response",
        "payload",
        "type",
        "url",
        "method",
        "fields",
        "expires",
        "fallback",
        "image",
        "params",
        "bridge",
        "status",
        "code_url",
        "h5_url",
        "return_code",
        "result_code",
        "trade_type",
        "respCode",
        "merId",
        "qrCode",
        "tn",
        "returnCode",
        "hmac",
        "payUrl",
        "paySign",
        "package",
        "qr_code",
        "out_trade_no",
        "alipay_trade_query_response",
        "code",
        "message",
        "<form>",
        "<address>",
        "<text>",
        "provider",
        "object",
        "id",
        "status",
        "next_action",
        "resultCode",
        "action",
        "resultStatus",
        "normalUrl",
        "schemeUrl",
        "channel",
        "credential",
        "wx_wap",
        "payment_id",
        "_links",
        "redirect",
        "href",
        "authorize_uri",
        "payDataType",
        "payData",
        "payment_request_id",
        "actions",
        "descriptor",
        "value",
        "respcd",
        "syssn",
        "qrcode",
        "errCode",
        "merOrderId",
        "miniPayRequest",
        "redirect_to_url",
    ];
    let words = [
        "SUCCESS",
        "FAIL",
        "00",
        "000000",
        "10000",
        "NATIVE",
        "redirect",
        "qr",
        "inapp",
        "deeplink",
        "none",
        "POST",
        "GET",
        "wechat_mini",
        CODE,
        H5,
        "prepay_id=1",
        "https://qr.alipay.com/bax1",
        "alipays://x",
        "url<hi:=>http://ipos.10086.cn/",
        "2031-01-05T10:25:00Z",
        "<form action='https://wx.tenpay.com/'></form>",
        "stripe",
        "data:image/png;base64,AA",
        "payment_intent",
        "requires_action",
        "redirect_to_url",
        "https://hooks.stripe.com/x",
        "RedirectShopper",
        "https://a.adyen.com/",
        "U",
        "int_1",
        "REQUIRES_CUSTOMER_ACTION",
        "charge",
        "chrg_1",
        "pending",
        "wx_wap",
        "requires_customer_action",
        "pay_1",
        "payurl",
        "form",
        "REQUIRES_ACTION",
        "WEB_URL",
        "0000",
        "https://pay.shop.example/",
    ];
    let leaf = prop_oneof![
        4 => proptest::sample::select(words.to_vec()).prop_map(|word| Json::Text(word.to_owned())),
        1 => ".{0,8}".prop_map(Json::Text), 1 => Just(Json::Null), 1 => any::<u32>().prop_map(|n| Json::Number(n.to_string())), 1 => any::<bool>().prop_map(Json::Bool),
    ];
    let key = proptest::sample::select(keys.to_vec()).prop_map(str::to_owned);
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            4 => proptest::collection::vec((key.clone(), inner.clone()), 0..8).prop_map(Json::Object),
            1 => proptest::collection::vec(inner, 0..3).prop_map(Json::List),
        ]
    })
}

/// The rules on what chance brings.
mod by_chance {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_panics_and_no_unchecked_address_comes_out(pieces in proptest::collection::vec(piece(), 0..24)) {
            let text = pieces.concat();
            if let Ok(action) = Action::read(&text, NOW, &Trust::default()) {
                judge(&action, &[]);
            }
            let _ = (code::kind(&text), code::collects(&text), code::read_by(Some(&text), "alipay unionpay"));
        }

        #[test]
        fn no_json_panics_and_no_unchecked_address_comes_out(json in tree()) {
            if let Ok(action) = Action::read_json(&json, NOW, &Trust::default()) {
                judge(&action, &[]);
                let again = Action::read(&action.to_json().to_string(), NOW, &Trust::default());
                prop_assert!(again.is_ok(), "{again:?}");
            }
        }

        #[test]
        fn no_address_close_to_a_right_one_gets_past_the_independent_check(authority in authority(), tail in "[/?#a@:\\\\]{0,4}") {
            let hosts = ["shop.example".to_owned()];
            let trust = Trust { hosts: hosts.to_vec(), test_origin: None };
            let url = ["https://", &authority, &tail].concat();
            for response in [json!({"h5_url": url}), json!({"type": "redirect", "url": url}), json!({"code_url": CODE, "h5_url": url})] {
                if let Ok(action) = read(&response, &trust) {
                    judge(&action, &hosts);
                }
            }
        }

        #[test]
        fn in_test_mode_the_independent_check_finds_the_test_origin(authority in authority(), tail in "[/?#a@:\\\\]{0,4}") {
            for url in [["http://127.0.0.1:8080", &tail, &authority].concat(), ["http://", &authority, "127.0.0.1:8080", &tail].concat()] {
                if let Ok(action) = read(&json!({"h5_url": url}), &testing("http://127.0.0.1:8080")) {
                    for page in pages(&action) {
                        prop_assert_eq!(Url::parse(page).unwrap().origin().ascii_serialization(), "http://127.0.0.1:8080");
                    }
                }
            }
        }
    }
}
