//! The offer, through the public API and through `moongate offer`: every cell of the catalog, real and forged user
//! agents, and each way an options file can be wrong.

use moongate::checkout::environment::{App, Device, Environment, Facts, Os};
use moongate::checkout::json::Json;
use moongate::checkout::method::{Placement, Wallet, placement};
use moongate::checkout::offer::Offer;
use moongate::checkout::options::{KEYS, Options, Page};
use proptest::prelude::*;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

// What a cell may say: the flows, best first, and the line under the name.
const SCAN: &str = "qr scan";
const SCAN_TABLET: &str = "qr,redirect scan";
const SCAN_OR_PAGE: &str = "qr,redirect scan_or_page";
const HERE: &str = "inapp here";
const OPENS: &str = "redirect,deeplink,qr opens_app";
const OPENS_BY_PAGE: &str = "redirect opens_app";
const BANK: &str = "redirect bank_apps";
const BANK_PHONE: &str = "redirect,qr bank_apps";
const BANK_DESK: &str = "qr,redirect bank_apps";
const PAGE: &str = "redirect page";
const AWAY: &str = " open_in_browser";

type Rows = [(App, [&'static str; 3]); 18];

/// WeChat Pay on a phone, a tablet, a desktop.
const WECHATPAY: Rows = [
    (App::Wecom, [AWAY, AWAY, SCAN]),
    (App::WechatMiniprogram, [AWAY, AWAY, SCAN]),
    (App::WechatPc, [SCAN, SCAN, SCAN]),
    (App::Wechat, [HERE, HERE, SCAN]),
    (App::Alipay, [AWAY, AWAY, SCAN]),
    (App::AlipayHk, [AWAY, AWAY, SCAN]),
    (App::Unionpay, [AWAY, AWAY, SCAN]),
    (App::Taobao, [AWAY, AWAY, SCAN]),
    (App::Tmall, [AWAY, AWAY, SCAN]),
    (App::Eleme, [AWAY, AWAY, SCAN]),
    (App::Youku, [AWAY, AWAY, SCAN]),
    (App::Dingtalk, [AWAY, AWAY, SCAN]),
    (App::Hebao, [AWAY, AWAY, SCAN]),
    (App::Qq, [AWAY, AWAY, SCAN]),
    (App::Weibo, [AWAY, AWAY, SCAN]),
    (App::Douyin, [AWAY, AWAY, SCAN]),
    (App::Baidu, [AWAY, AWAY, SCAN]),
    (App::Browser, [OPENS, SCAN_TABLET, SCAN]),
];

const ALIPAY: Rows = [
    (App::Wecom, [AWAY, AWAY, SCAN]),
    (App::WechatMiniprogram, [AWAY, AWAY, SCAN]),
    (App::WechatPc, [AWAY, AWAY, SCAN]),
    (App::Wechat, [AWAY, AWAY, SCAN]),
    (App::Alipay, [HERE, HERE, SCAN_OR_PAGE]),
    (App::AlipayHk, [HERE, HERE, SCAN_OR_PAGE]),
    (App::Unionpay, [AWAY, AWAY, SCAN_OR_PAGE]),
    (App::Taobao, [OPENS_BY_PAGE, OPENS_BY_PAGE, SCAN_OR_PAGE]),
    (App::Tmall, [OPENS_BY_PAGE, OPENS_BY_PAGE, SCAN_OR_PAGE]),
    (App::Eleme, [OPENS_BY_PAGE, OPENS_BY_PAGE, SCAN_OR_PAGE]),
    (App::Youku, [OPENS_BY_PAGE, OPENS_BY_PAGE, SCAN_OR_PAGE]),
    (App::Dingtalk, [OPENS_BY_PAGE, OPENS_BY_PAGE, SCAN_OR_PAGE]),
    (App::Hebao, [AWAY, AWAY, SCAN_OR_PAGE]),
    (App::Qq, [OPENS_BY_PAGE, OPENS_BY_PAGE, SCAN_OR_PAGE]),
    (App::Weibo, [OPENS_BY_PAGE, OPENS_BY_PAGE, SCAN_OR_PAGE]),
    (App::Douyin, [OPENS_BY_PAGE, OPENS_BY_PAGE, SCAN_OR_PAGE]),
    (App::Baidu, [OPENS_BY_PAGE, OPENS_BY_PAGE, SCAN_OR_PAGE]),
    (App::Browser, [OPENS, SCAN_OR_PAGE, SCAN_OR_PAGE]),
];

/// UnionPay without `upsdk`.
const UNIONPAY: Rows = [
    (App::Wecom, [BANK, BANK, BANK_DESK]),
    (App::WechatMiniprogram, [BANK, BANK, BANK_DESK]),
    (App::WechatPc, [BANK, BANK, BANK_DESK]),
    (App::Wechat, [BANK, BANK, BANK_DESK]),
    (App::Alipay, [BANK, BANK, BANK_DESK]),
    (App::AlipayHk, [BANK, BANK, BANK_DESK]),
    (App::Unionpay, [BANK, BANK, BANK_DESK]),
    (App::Taobao, [BANK, BANK, BANK_DESK]),
    (App::Tmall, [BANK, BANK, BANK_DESK]),
    (App::Eleme, [BANK, BANK, BANK_DESK]),
    (App::Youku, [BANK, BANK, BANK_DESK]),
    (App::Dingtalk, [BANK, BANK, BANK_DESK]),
    (App::Hebao, [BANK, BANK, BANK_DESK]),
    (App::Qq, [BANK, BANK, BANK_DESK]),
    (App::Weibo, [BANK, BANK, BANK_DESK]),
    (App::Douyin, [BANK, BANK, BANK_DESK]),
    (App::Baidu, [BANK, BANK, BANK_DESK]),
    (App::Browser, [BANK_PHONE, BANK_DESK, BANK_DESK]),
];

const HEBAO: Rows = [
    (App::Wecom, [PAGE; 3]),
    (App::WechatMiniprogram, [PAGE; 3]),
    (App::WechatPc, [PAGE; 3]),
    (App::Wechat, [PAGE; 3]),
    (App::Alipay, [PAGE; 3]),
    (App::AlipayHk, [PAGE; 3]),
    (App::Unionpay, [PAGE; 3]),
    (App::Taobao, [PAGE; 3]),
    (App::Tmall, [PAGE; 3]),
    (App::Eleme, [PAGE; 3]),
    (App::Youku, [PAGE; 3]),
    (App::Dingtalk, [PAGE; 3]),
    (App::Hebao, [PAGE; 3]),
    (App::Qq, [PAGE; 3]),
    (App::Weibo, [PAGE; 3]),
    (App::Douyin, [PAGE; 3]),
    (App::Baidu, [PAGE; 3]),
    (App::Browser, [PAGE; 3]),
];

fn environment(app: App, device: Device, upsdk: bool) -> Environment {
    Environment { app, version: None, os: Os::Other, device, upsdk, framed: false }
}

fn cell(wallet: Wallet, environment: &Environment) -> String {
    match placement(wallet, environment) {
        Placement::Works(flows, hint) => {
            let flows: Vec<&str> = flows.iter().map(|flow| flow.word()).collect();
            format!("{} {}", flows.join(","), hint.word())
        }
        Placement::OpenBrowser => AWAY.to_owned(),
    }
}

#[test]
fn every_wallet_does_in_every_app_on_every_device_what_the_table_says() {
    let tables = [
        (Wallet::Wechatpay, WECHATPAY),
        (Wallet::Alipay, ALIPAY),
        (Wallet::Unionpay, UNIONPAY),
        (Wallet::Hebao, HEBAO),
    ];
    let mut cells = 0;
    for (wallet, rows) in tables {
        assert_eq!(rows.map(|(app, _)| app), App::ALL, "{wallet:?} has a row for each app");
        for (app, expected) in rows {
            for (device, expected) in Device::ALL.into_iter().zip(expected) {
                assert_eq!(cell(wallet, &environment(app, device, false)), expected, "{wallet:?} {app:?} {device:?}");
                cells += 1;
            }
        }
    }
    assert_eq!(cells, 4 * 18 * 3);
}

#[test]
fn upsdk_changes_unionpay_in_its_own_app_on_a_phone_or_tablet_and_nothing_else() {
    for wallet in Wallet::ALL {
        for app in App::ALL {
            for device in Device::ALL {
                let with = cell(wallet, &environment(app, device, true));
                let without = cell(wallet, &environment(app, device, false));
                if wallet == Wallet::Unionpay && app == App::Unionpay && device != Device::Desktop {
                    assert_eq!(with, "inapp,redirect here");
                    assert_eq!(without, BANK);
                } else {
                    assert_eq!(with, without, "{wallet:?} {app:?} {device:?}");
                }
            }
        }
    }
}

#[test]
fn a_code_for_another_device_comes_last_on_a_phone_in_every_app_that_runs_on_one() {
    for wallet in Wallet::ALL {
        for app in App::ALL.into_iter().filter(|app| *app != App::WechatPc) {
            if let Placement::Works(flows, _) = placement(wallet, &environment(app, Device::Phone, false)) {
                let words: Vec<&str> = flows.iter().map(|flow| flow.word()).collect();
                assert!(words[0] != "qr" && !words[..words.len() - 1].contains(&"qr"), "{wallet:?} {app:?} {words:?}");
            }
        }
    }
}

// The program.

const WECHAT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.76(0x18004c24) NetType/WIFI Language/zh_CN";
const DESK: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const IPAD: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15";

/// Runs `moongate offer` with these options on standard input.
fn run(options: &str, user_agent: &str, more: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_moongate"))
        .args(["offer", "--options", "-", "--user-agent", user_agent])
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(options.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn line(output: &Output) -> serde_json::Value {
    let text = str::from_utf8(&output.stdout).unwrap();
    assert_eq!(text.matches('\n').count(), 1, "one line: {text}");
    serde_json::from_str(text).unwrap()
}

const PLAIN: &str = r#"{"order":"SO-1001","amount":12800,"currency":"CNY"}"#;

#[test]
fn the_program_prints_the_offer_as_one_line() {
    let output = run(PLAIN, WECHAT, &["--now", "1795305600"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let expected = serde_json::json!({
        "environment": { "app": "wechat", "version": "8.0.76", "os": "ios", "device": "phone" },
        "offer": [
            { "method": "wechatpay", "flows": ["inapp"], "hint": "here" },
            { "method": "unionpay", "flows": ["redirect"], "hint": "bank_apps" },
            { "method": "hebao", "flows": ["redirect"], "hint": "page" },
            { "method": "alipay", "flows": [], "hint": "open_in_browser" },
        ],
        "left_out": [],
    });
    assert_eq!(line(&output), expected);
}

#[test]
fn the_program_tells_an_ipad_by_its_touch_points() {
    let desktop = line(&run(PLAIN, IPAD, &[]));
    assert_eq!(desktop["environment"]["os"], "macos");
    let tablet = line(&run(PLAIN, IPAD, &["--touch-points", "5"]));
    assert_eq!(
        tablet["environment"],
        serde_json::json!({ "app": "browser", "version": null, "os": "ios", "device": "tablet" })
    );
}

#[test]
fn the_program_reads_a_file_and_its_own_shopper_counts_before_the_files() {
    let options =
        r#"{"order":"1","amount":1,"currency":"CNY","shopper":"in","methods":[{"id":"alipay","rollout":0.5}]}"#;
    let shown = |shopper: &[&str]| line(&run(options, DESK, shopper))["offer"].as_array().unwrap().len();
    let ids = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let seen: usize = ids.iter().map(|id| shown(&["--shopper", id])).sum();
    assert!((1..10).contains(&seen), "{seen} of 10 see a rollout of a half");
    assert_eq!(shown(&[]), shown(&["--shopper", "in"]));

    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("offer-options.json");
    std::fs::write(&file, PLAIN).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_moongate"))
        .args(["offer", "--user-agent", DESK, "--options"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(line(&output)["offer"].as_array().unwrap().len(), 4);
}

#[test]
fn the_program_names_what_is_wrong_and_still_offers_the_rest() {
    let options = r#"{"order":"SO-1","amount":12800,"currency":"CNY","theme":"blue","methods":["alipay","paypal"]}"#;
    let output = run(options, DESK, &[]);
    let faults = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(output.status.success());
    assert!(faults.contains(r#"wrong_option: theme: "blue" is not one of: auto light dark"#), "{faults}");
    assert!(faults.contains(r#"unknown_method: methods: "paypal" is not a wallet and has no label"#), "{faults}");
    assert_eq!(faults.lines().count(), 2);
    assert_eq!(line(&output)["offer"].as_array().unwrap().len(), 1);
}

#[test]
fn the_program_makes_no_offer_without_what_is_required() {
    let output = run(r#"{"currency":"RMB"}"#, DESK, &[]);
    let faults = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    for fault in ["missing_option: order", "missing_option: amount", r#"currency: "RMB" is not an ISO 4217 code"#] {
        assert!(faults.contains(fault), "{fault} in {faults}");
    }
}

#[test]
fn the_program_says_which_file_it_could_not_read() {
    let output = run("{", DESK, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("not JSON at byte 1"));
    let output = Command::new(env!("CARGO_BIN_EXE_moongate"))
        .args(["offer", "--user-agent", "", "--options", "there-is-no-such-file.json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("there-is-no-such-file.json"));
}

// Anything at all.

/// User agents as attackers and odd browsers write them: any text, and any mixture of the real tokens.
fn user_agents() -> impl Strategy<Value = String> {
    let tokens = prop::sample::select(vec![
        "MicroMessenger/",
        "MicroMessenger/8.0.76",
        "miniProgram",
        "MiniProgramEnv/",
        "WindowsWechat",
        "wxwork/",
        "AlipayClient/",
        "AliApp(AP/",
        "AliApp(",
        "UnionPay/1.0 CloudPay",
        "(version ",
        "(updebug ",
        "QQ/",
        "__weibo__",
        "aweme_",
        "app_version/",
        "999999999999999999999",
        "1.2.3.4.5",
        "iPhone",
        "Android",
        "Mobile",
        "OpenHarmony",
        "Macintosh",
        "Windows",
        "Tablet",
        "微",
        "\u{202e}",
        "\0",
        " ",
        "/",
        "(",
        ".",
        "_",
    ]);
    prop_oneof![any::<String>(), prop::collection::vec(tokens, 0..40).prop_map(|tokens| tokens.concat())]
}

/// JSON of any shape, with the option names among its keys.
fn options() -> impl Strategy<Value = Json> {
    let words = prop::sample::select(vec![
        "",
        "true",
        "1",
        "0.5",
        "-1",
        "1e9",
        "12800",
        "CNY",
        "SO-1",
        "alipay",
        "none",
        "/checkout",
        "https://a.example",
        "javascript:alert(1)",
        "*",
        "zh-CN",
        "\u{202e}",
        "🌙",
        "\0",
    ]);
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        words.clone().prop_map(Json::from_text),
        words.prop_map(|word| Json::Number(word.to_owned())),
        any::<String>().prop_map(Json::Text),
    ];
    let keys = prop::sample::select([KEYS, &["id", "fee", "min", "apps", "rollout", "label", "taobao", "x"]].concat());
    leaf.prop_recursive(3, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::List),
            prop::collection::vec((keys.clone().prop_map(str::to_owned), inner), 0..12).prop_map(Json::Object),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_user_agent_breaks_the_environment_or_the_offer(user_agent in user_agents(), touch_points in 0..9u32) {
        let (options, _) = Options::from_file(&Json::read(PLAIN).unwrap());
        let environment = Environment::read(&Facts { user_agent, touch_points, upsdk: true, framed: false });
        let offer = Offer::make(&options.unwrap(), environment, "");
        prop_assert_eq!(offer.shown.len(), 4);
        prop_assert!(Json::read(&offer.to_json().to_string()).is_ok());
    }

    #[test]
    fn no_options_break_the_reading_and_what_is_read_keeps_the_rules(raw in options(), transport: bool) {
        let page = Page { url: "https://shop.example/cart".into(), language: "zh-CN".into(), transport };
        let (options, faults) = Options::read(&raw, &page);
        prop_assert!(options.is_some() || !faults.is_empty(), "nothing is refused in silence");
        if let Some(options) = options {
            prop_assert!((1..=64).contains(&options.order.len()));
            prop_assert!(!options.test_mode, "the page is live");
            prop_assert!(options.endpoint.is_empty() && transport || options.endpoint.starts_with("https://"));
            prop_assert!(options.return_url.starts_with("https://"));
            let offer = Offer::make(&options, Environment::read(&Facts::default()), "someone");
            prop_assert_eq!(offer.shown.len() + offer.left_out.len(), options.methods.len(), "each is shown or has a reason");
        }
    }
}
