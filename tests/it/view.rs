//! See each test's name. The screens themselves are in `view/scenes.rs`; here is what must hold of them.

mod scenes;

use moongate::action::{Method as Sending, Step};
use moongate::checkout::environment::{Device, Environment};
use moongate::checkout::fault::{Fault, NetworkFault, PageCode, PageFault, ServerCode};
use moongate::checkout::machine::{Acting, Event, Feedback, Gesture, Phase, State, What, advance};
use moongate::checkout::method::{Hint, Method, MethodId, Wallet};
use moongate::checkout::money::{Amount, Currency, Fee};
use moongate::checkout::offer::{Offer, Offered};
use moongate::checkout::wire::AttemptId;
use moongate::words::{Key, Language, Words};
use scenes::{DETAIL, all, attempt, choosing, code, face, html, read_by, server_fault, state, with_code};
use std::rc::Rc;

const LANGUAGES: [&str; 2] = ["zh-CN", "en"];

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

/// The opening tags of this element, each with its attributes.
fn tags<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let open = format!("<{name} ");
    html.match_indices(&open).map(|(at, _)| &html[at..at + html[at..].find('>').unwrap()]).collect()
}

/// The words of the gestures on screen, in order.
fn gestures(html: &str) -> Vec<&str> {
    html.split("data-gesture=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

fn scene(name: &str) -> State {
    all().into_iter().find(|(known, _)| *known == name).unwrap().1
}

fn show(name: &str) -> String {
    html(&scene(name), face("zh-CN"))
}

#[test]
fn a_screen_has_one_root_with_its_phase_and_one_heading_that_can_take_the_focus() {
    for tag in LANGUAGES {
        for (name, state) in all() {
            let page = html(&state, face(tag));
            assert_eq!(count(&page, "<section "), 1, "{name}");
            assert_eq!(count(&page, "data-phase=\""), 1, "{name}");
            let headings = tags(&page, "h2");
            assert_eq!(headings.len(), 1, "{name}");
            assert!(headings[0].contains("tabindex=\"-1\""), "{name}");
            assert!(!page.contains("data-heading=\"\" class=\"heading\"></h2>"), "{name}: the heading says nothing");
        }
    }
}

#[test]
fn no_screen_has_an_inline_style_or_handler_or_raw_word_key() {
    for tag in LANGUAGES {
        for (name, mut state) in all() {
            for large in [false, true] {
                state.large = large;
                let page = html(&state, face(tag));
                assert!(!page.contains("style="), "{name}");
                assert!(!page.contains("<style"), "{name}");
                assert!(!page.contains(" onclick=") && !page.contains(" onchange="), "{name}: an inline handler");
                for hole in ["{app}", "{sum}", "{count}", "{time}", "{here}"] {
                    assert!(!page.contains(hole), "{name}: {hole}");
                }
            }
        }
    }
}

#[test]
fn each_screen_has_one_polite_region_whatever_its_phase() {
    for (name, state) in all() {
        let page = html(&state, face("en"));
        assert_eq!(count(&page, "role=\"status\""), 1, "{name}");
        assert_eq!(count(&page, "part=\"status\""), 1, "{name}");
    }
}

#[test]
fn every_button_gives_one_gesture_and_is_no_submit_button() {
    for (name, state) in all() {
        for tag in tags(&html(&state, face("en")), "button") {
            assert!(tag.contains("type=\"button\""), "{name}: {tag}");
            assert_eq!(count(tag, "data-gesture=\""), 1, "{name}: {tag}");
        }
    }
}

#[test]
fn a_screen_has_at_most_one_loud_button() {
    for (name, state) in all() {
        let page = html(&state, face("en"));
        assert!(count(&page, "class=\"button loud") <= 1, "{name}");
    }
}

#[test]
fn large_print_can_be_had_and_left_in_every_phase() {
    for (name, mut state) in all() {
        for large in [false, true] {
            state.large = large;
            let page = html(&state, face("en"));
            assert!(page.contains(&format!("aria-pressed=\"{large}\"")), "{name}");
            assert_eq!(gestures(&page).iter().filter(|word| **word == "toggle_large").count(), 1, "{name}");
            assert!(page.contains(if large { "data-size=\"large\"" } else { "data-size=\"normal\"" }), "{name}");
        }
    }
}

#[test]
fn the_list_is_a_radiogroup_with_one_native_radio_for_each_shown_method_named_by_it() {
    for name in ["choosing", "choosing-wechat", "choosing-nothing"] {
        let state = scene(name);
        let page = html(&state, face("en"));
        let radios: Vec<_> = tags(&page, "input").into_iter().filter(|tag| tag.contains("type=\"radio\"")).collect();
        assert_eq!(radios.len(), state.offer.shown.len(), "{name}");
        assert_eq!(count(&page, "role=\"radiogroup\""), 1, "{name}");
        for (radio, row) in radios.iter().zip(&state.offer.shown) {
            let label = Words::of(Language::find("en"), &[]);
            let label = moongate::view::naming::name(&row.method, &label);
            assert!(radio.contains(&format!("aria-label=\"{label}\"")), "{radio}");
            assert!(radio.contains(&format!("value=\"{}\"", row.method.id)), "{radio}");
            assert_eq!(radio.contains(" disabled"), !row.works(), "{radio}");
        }
    }
}

#[test]
fn the_chosen_row_alone_is_checked_and_has_the_part_for_it() {
    let page = show("choosing");
    assert_eq!(count(&page, " checked"), 1);
    assert!(page.contains("part=\"method method-selected\" data-method=\"wechatpay\""));
    assert_eq!(count(&page, "part=\"method\" "), 3);
    let nothing = show("choosing-nothing");
    assert_eq!(count(&nothing, " checked"), 0);
    assert_eq!(count(&nothing, "method-selected"), 0);
    assert!(
        tags(&nothing, "button").iter().any(|tag| tag.contains("data-gesture=\"pay\"") && tag.contains("disabled"))
    );
}

#[test]
fn the_pay_button_says_what_it_does_with_the_fee_of_the_chosen_method_in_it() {
    assert!(show("choosing").contains(">支付 ¥128.00</button>"));
    let mut offer = scenes::offer();
    offer.shown[0].method.fee = Some(Fee::Fixed(77));
    offer.shown[0].total = scenes::yuan(12_877);
    let page = html(&State { offer: Rc::new(offer), ..scene("choosing") }, face("zh-CN"));
    assert!(page.contains(">支付 ¥128.77</button>"), "{page}");
    assert!(page.contains("<span class=\"fee\">手续费 ¥0.77</span>"));
}

#[test]
fn no_extra_charge_is_said_only_if_the_merchant_said_it_of_every_row() {
    assert!(show("choosing").contains("无额外手续费"));
    for fee in [None, Some(Fee::Fixed(1))] {
        let mut offer = scenes::offer();
        offer.shown[3].method.fee = fee;
        let page = html(&State { offer: Rc::new(offer), ..scene("choosing") }, face("zh-CN"));
        assert!(!page.contains("无额外手续费"));
    }
}

#[test]
fn a_method_that_cannot_work_here_says_why_and_gives_the_way_out() {
    let page = show("choosing-wechat");
    assert!(page.contains("微信里打不开"));
    assert_eq!(gestures(&page).iter().filter(|word| **word == "copy_link").count(), 1);
    assert!(page.contains("data-works=\"false\""));
    assert!(!show("choosing").contains("copy_link"));
}

#[test]
fn rows_beyond_the_limit_wait_behind_more_but_the_chosen_one_never_does() {
    let few = || moongate::view::Face { collapse_after: 2, ..face("zh-CN") };
    let page = html(&scene("choosing"), few());
    assert_eq!(count(&page, "type=\"radio\""), 2);
    assert!(page.contains("其他 2 种方式"));
    let chosen = State { chosen: Some(Wallet::Hebao.into()), ..scene("choosing") };
    let page = html(&chosen, few());
    assert_eq!(count(&page, "type=\"radio\""), 3);
    assert!(page.contains("method-selected\" data-method=\"hebao\""));
    let page = html(&State { expanded: true, ..scene("choosing") }, few());
    assert_eq!(count(&page, "type=\"radio\""), 4);
    assert!(!page.contains("show_more"));
}

#[test]
fn a_host_that_draws_the_button_gets_none_from_us() {
    let page = html(&scene("choosing"), moongate::view::Face { button: false, ..face("zh-CN") });
    assert!(!page.contains("data-gesture=\"pay\""));
    let page = html(&scene("sending"), moongate::view::Face { button: false, ..face("zh-CN") });
    assert!(page.contains("<p part=\"status\" role=\"status\" class=\"status\">正在联系商家</p>"));
}

#[test]
fn while_sending_nothing_can_be_pressed_twice() {
    let page = show("sending");
    assert_eq!(count(&page, "type=\"radio\""), 4);
    assert!(tags(&page, "input").iter().all(|tag| tag.contains(" disabled")));
    let pay = tags(&page, "button").into_iter().find(|tag| tag.contains("data-gesture=\"pay\"")).unwrap();
    assert!(pay.contains(" disabled") && pay.contains("aria-busy=\"true\""));
}

#[test]
fn what_the_page_says_is_text_and_never_markup() {
    let evil = "<img src=x>\"'&";
    let method = Method {
        label: Some(evil.into()),
        description: Some(evil.into()),
        ..Method::plain(MethodId::parse("own").unwrap())
    };
    let row = Offered {
        method,
        flows: vec![moongate::checkout::method::Flow::Qr],
        hint: Hint::Plain,
        total: scenes::yuan(12_800),
    };
    let offer = Rc::new(Offer { environment: scenes::desk(), shown: vec![row], left_out: Vec::new() });
    for phase in [choosing(None), with_code(Acting::Code)] {
        let state = State { offer: Rc::clone(&offer), ..state(phase) };
        let texts = [(Key::LargePrint.name().to_owned(), evil.to_owned())];
        let face = moongate::view::Face {
            shop: Some(evil.into()),
            words: Words::of(Language::find("en"), &texts),
            ..face("en")
        };
        let page = html(&state, face);
        assert!(!page.contains("<img src=x>"), "{page}");
        assert!(page.contains("&lt;img src=x&gt;"));
    }
}

#[test]
fn support_leads_to_a_telephone_mail_or_https_only() {
    for (support, href) in [
        ("+86 571 8888 6666", "tel:+8657188886666"),
        ("https://shop.example/help", "https://shop.example/help"),
        ("mailto:help@shop.example", "mailto:help@shop.example"),
        ("javascript:alert(1)", "tel:1"),
    ] {
        let face = moongate::view::Face { support: Some(support.into()), ..face("en") };
        let page = html(&scene("unknown-call"), face);
        assert!(page.contains(&format!("href=\"{href}\"")), "{page}");
    }
}

#[test]
fn a_code_is_an_image_whose_name_says_what_to_do_and_what_it_costs() {
    let page = show("code");
    let svg = tags(&page, "svg").into_iter().find(|tag| tag.contains("part=\"qr\"")).unwrap();
    assert!(svg.contains("role=\"img\""));
    assert!(svg.contains("aria-label=\"付款二维码，¥128.00。打开微信，点“扫一扫”，对准它。\""), "{svg}");
    assert!(page.contains("用微信扫一扫</h2>"));
}

/// The side of the drawn code with its margin, and its dark bars as left, top and length, in modules.
fn drawn(page: &str) -> (i32, Vec<(i32, i32, i32)>) {
    let svg = page.split("part=\"qr\"").next().unwrap().rsplit("<svg ").next().unwrap();
    let after = page.split("part=\"qr\"").nth(1).unwrap().split("</svg>").next().unwrap();
    let whole = [svg, after].concat();
    let side = whole.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let dark = tags(&whole, "path").into_iter().find(|tag| tag.contains("class=\"ink\"")).unwrap();
    let bars = dark.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
    (side, bars.split('M').skip(1).map(bar).collect())
}

fn bar(text: &str) -> (i32, i32, i32) {
    let (x, rest) = text.split_once(' ').unwrap();
    let (y, rest) = rest.split_once('h').unwrap();
    (x.parse().unwrap(), y.parse().unwrap(), rest.split('v').next().unwrap().parse().unwrap())
}

/// The line under the code.
fn caption(page: &str) -> &str {
    page.split_once("<figcaption>").unwrap().1.split_once("</figcaption>").unwrap().0
}

#[test]
fn the_line_under_a_code_says_who_can_scan_it() {
    for (readers, chinese, english) in [
        ("", "用微信扫码", "Scan with WeChat 微信"),
        ("wechatpay", "用微信扫码", "Scan with WeChat 微信"),
        ("wechatpay unionpay", "用微信或云闪付扫码", "Scan with WeChat 微信 or UnionPay 云闪付"),
        (
            "wechatpay alipay unionpay",
            "用微信、支付宝或云闪付扫码",
            "Scan with WeChat 微信, Alipay 支付宝 or UnionPay 云闪付",
        ),
        ("wechatpay my-bank", "用微信或my-bank扫码", "Scan with WeChat 微信 or my-bank"),
    ] {
        let state = read_by(readers);
        assert_eq!(caption(&html(&state, face("zh-CN"))), chinese);
        let marked = html(&state, face("en"));
        let plain: String = caption(&marked).replace("<span lang=\"zh-CN\">", "").replace("</span>", "");
        assert_eq!(plain, english);
    }
    let large = |readers: &str| html(&State { large: true, ..read_by(readers) }, face("zh-CN"));
    assert!(!large("wechatpay").contains("<figcaption"), "the heading has said it");
    assert_eq!(caption(&large("wechatpay unionpay")), "用微信或云闪付扫码");
}

#[test]
fn a_code_that_is_another_wallets_is_that_wallets_in_every_sentence() {
    let page = html(&read_by("alipay"), face("zh-CN"));
    assert_eq!(caption(&page), "用支付宝扫码");
    for sentence in ["用支付宝扫一扫</h2>", "打开支付宝，点", "要用支付宝里的扫一扫"] {
        assert!(page.contains(sentence), "{sentence}: {page}");
    }
    assert!(!page.contains("微信"), "{page}");
}

#[test]
fn the_picture_of_a_code_has_a_white_margin_of_four_modules_on_every_side() {
    let (side, bars) = drawn(&show("code"));
    assert_eq!(bars.iter().map(|(x, _, _)| *x).min(), Some(4));
    assert_eq!(bars.iter().map(|(_, y, _)| *y).min(), Some(4));
    assert_eq!(bars.iter().map(|(x, _, run)| x + run).max(), Some(side - 4));
    assert_eq!(bars.iter().map(|(_, y, _)| y + 1).max(), Some(side - 4));
}

#[test]
fn a_reader_that_is_not_ours_reads_the_code_that_is_drawn() {
    let (side, bars) = drawn(&show("code"));
    let (scale, side) = (8, usize::try_from(side).unwrap() * 8);
    let mut pixels = vec![255_u8; side * side];
    for (x, y, run) in bars {
        let [x, y, run] = [x, y, run].map(|module| usize::try_from(module).unwrap() * scale);
        (y..y + scale).for_each(|line| pixels[line * side + x..line * side + x + run].fill(0));
    }
    let width = u32::try_from(side).unwrap();
    let read = rxing::helpers::detect_in_luma(pixels, width, width, Some(rxing::BarcodeFormat::QR_CODE)).unwrap();
    assert_eq!(read.getText(), "weixin://wxpay/bizpayurl?pr=p4lpSuKzz");
}

#[test]
fn the_time_left_is_shown_to_the_second_and_told_in_round_numbers() {
    let page = show("code");
    assert!(page.contains("1:21:07 后失效"));
    assert!(page.contains("role=\"status\" class=\"status unseen\">等待付款 · 还剩 82 分钟</p>"), "{page}");
    let bar = tags(&page, "progress")[0];
    assert!(bar.contains("max=\"4867\"") && bar.contains("value=\"4867\""), "{bar}");
    let endless = Phase::Acting { attempt: attempt(Wallet::Alipay.into(), code(None), None), at: Acting::Code };
    let page = html(&state(endless), face("zh-CN"));
    assert!(!page.contains("<progress") && !page.contains("后失效"));
}

#[test]
fn the_bar_shows_what_is_left_of_all_the_time_there_was() {
    let mut state = read_by("");
    if let Phase::Acting { attempt, .. } = &mut state.phase {
        let mut payment = (**attempt.payment.as_ref().unwrap()).clone();
        payment.expires = Some(1_000_380);
        attempt.payment = Some(Rc::new(payment));
        attempt.begun = Some(1_000_000);
    }
    let page = html(&state, face("zh-CN"));
    let bar = tags(&page, "progress")[0];
    assert!(bar.contains("max=\"380\"") && bar.contains("value=\"95\""), "{bar}");
}

#[test]
fn a_page_that_cannot_be_worked_with_says_what_kind_of_setting_is_wrong_also_in_large_print() {
    let fault = |code| PageFault { code, about: String::new() };
    let (unknown, wrong, missing) =
        (fault(PageCode::UnknownOption), fault(PageCode::WrongOption), fault(PageCode::MissingOption));
    for (faults, says) in [
        (vec![wrong.clone()], "fault_wrong_option"),
        (vec![unknown, wrong.clone()], "fault_wrong_option"),
        (vec![wrong, missing.clone()], "fault_missing_option"),
        (vec![missing], "fault_missing_option"),
    ] {
        for (large, size) in [(false, "normal"), (true, "large")] {
            let page = scenes::broken(face("zh-CN"), faults.clone(), large);
            assert!(page.contains(&format!("data-fault=\"{says}\"")) && page.contains("联系商家"), "{page}");
            assert!(page.contains(&format!("data-size=\"{size}\"")), "{page}");
        }
    }
}

#[test]
fn in_large_print_the_time_limit_stands_before_the_code_and_is_not_a_clock() {
    let page = html(&State { large: true, ..scene("code") }, face("zh-CN"));
    assert!(page.find("请在 82 分钟内付款").unwrap() < page.find("part=\"qr\"").unwrap());
    assert!(!page.contains("1:21:07"));
}

#[test]
fn a_code_has_its_second_way_when_there_is_one() {
    assert_eq!(gestures(&show("code")), ["toggle_large", "change_method", "save_code"]);
    assert_eq!(gestures(&show("code-page")), ["toggle_large", "use_fallback", "change_method", "save_code"]);
}

#[test]
fn on_a_phone_a_code_asks_for_another_device_and_wechats_is_not_saved() {
    let offer = Offer { environment: Environment { device: Device::Phone, ..scenes::desk() }, ..scenes::offer() };
    let page = html(&State { offer: Rc::new(offer), ..scene("code") }, face("zh-CN"));
    assert!(page.contains("另一台设备") && page.contains("从相册选都不行"));
    assert!(!page.contains("save_code"));
}

#[test]
fn in_a_foreign_currency_the_shopper_is_told_of_the_yuan_first() {
    let mut attempt = attempt(Wallet::Wechatpay.into(), code(None), Some(600));
    attempt.total = Amount::new(999, Currency::parse("EUR").unwrap()).unwrap();
    let page = html(&state(Phase::Acting { attempt, at: Acting::Code }), face("zh-CN"));
    assert!(page.contains("微信会先显示人民币金额"));
    assert!(!show("code").contains("人民币"));
}

#[test]
fn a_code_that_is_over_is_not_drawn_and_a_new_one_can_be_had() {
    for name in ["code-over", "refreshing"] {
        let page = show(name);
        assert!(!page.contains("part=\"qr\""), "{name}");
    }
    assert_eq!(gestures(&show("code-over")), ["toggle_large", "new_code", "ask_now", "change_method"]);
    assert_eq!(gestures(&show("refreshing")), ["toggle_large"]);
}

#[test]
fn a_picture_of_a_code_is_shown_only_without_its_text() {
    let image = "data:image/png;base64,iVBOR".to_owned();
    let only = Step::Qr { payload: None, image: Some(image), fallback: None };
    let phase = Phase::Acting { attempt: attempt(Wallet::Alipay.into(), only, None), at: Acting::Code };
    let page = html(&state(phase), face("en"));
    let picture = tags(&page, "img")[0];
    assert!(picture.contains("part=\"qr\"") && picture.contains("alt=\"Payment code for"), "{picture}");
    assert!(!gestures(&page).contains(&"save_code"), "what is not drawn here can't be saved");
}

#[test]
fn a_text_too_long_for_any_code_is_a_fault_with_a_way_out_and_no_blank() {
    let long = Step::Qr { payload: Some("长".repeat(2000)), image: None, fallback: None };
    let phase = Phase::Acting { attempt: attempt(Wallet::Alipay.into(), long, None), at: Acting::Code };
    let page = html(&state(phase), face("en"));
    assert!(page.contains("role=\"alert\""));
    assert!(gestures(&page).contains(&"change_method"));
}

#[test]
fn each_waiting_screen_offers_its_ways_on_and_no_others() {
    for (name, words) in [
        ("leaving", vec!["go_on", "ask_now"]),
        ("in-app", vec!["ask_now"]),
        ("app-link", vec!["go_on", "change_method"]),
        ("still-here", vec!["go_on", "use_fallback", "ask_now", "change_method"]),
        ("not-paid", vec!["go_on", "use_fallback", "ask_now", "change_method"]),
        ("host", vec!["ask_now", "change_method"]),
        ("returned", vec!["ask_now"]),
        ("said", vec!["ask_now"]),
        ("processing", vec!["ask_now"]),
        ("last-check", vec!["ask_now"]),
        ("canceling", vec![]),
        ("unknown", vec!["ask_now"]),
        ("unknown-call", vec!["ask_now"]),
        ("succeeded", vec![]),
        ("refunded", vec![]),
        ("failed", vec!["try_again"]),
        ("canceled", vec!["try_again"]),
        ("expired", vec!["pay", "try_again"]),
        ("question", vec!["feedback_good", "feedback_bad"]),
        ("question-failed", vec!["try_again", "feedback_good", "feedback_bad"]),
    ] {
        assert_eq!(gestures(&show(name))[1..], words, "{name}");
    }
}

#[test]
fn no_button_is_dead_each_changes_something_in_the_machine() {
    for (name, state) in all() {
        let page = html(&state, face("en"));
        for tag in tags(&page, "button").into_iter().chain(tags(&page, "input")) {
            let word = gestures(tag)[0];
            let row = || MethodId::parse(tag.split("value=\"").nth(1).unwrap().split('"').next().unwrap()).unwrap();
            let button = Gesture::PLAIN.iter().find(|gesture| gesture.name() == word);
            let gesture = button.cloned().unwrap_or_else(|| Gesture::Choose(row()));
            if state.chosen.is_some() && Some(&gesture) == state.chosen.clone().map(Gesture::Choose).as_ref() {
                continue; // choosing what is chosen changes nothing, as it should
            }
            let pressed = What::Shopper(gesture, AttemptId::from_random([9; 16]));
            let (after, effects) = advance(state.clone(), Event { at: scenes::NOW, what: pressed });
            let dead = after == state && effects.is_empty();
            assert_eq!(dead, tag.contains(" disabled"), "{name}: {word}");
        }
    }
}

#[test]
fn an_app_is_opened_by_its_own_link_in_each_screen_that_leads_to_it() {
    for name in ["app-link", "still-here", "leaving", "not-paid"] {
        let page = show(name);
        let links = tags(&page, "a");
        assert_eq!(links.len(), 1, "{name}");
        for part in [r#"href="alipays://platformapi/startapp""#, r#"target="_top""#, r#"data-gesture="go_on""#] {
            assert!(links[0].contains(part), "{name}: {}", links[0]);
        }
        assert!(!links[0].contains("noreferrer"), "WeChat's page asks where the shopper comes from");
    }
}

#[test]
fn in_a_frame_of_another_origin_the_next_step_is_a_link_or_form_to_the_top_window() {
    let framed = || Offer { environment: Environment { framed: true, ..scenes::desk() }, ..scenes::offer() };
    let fields = vec![("biz".to_owned(), "\"><script>".to_owned())];
    let page = |method, fields| {
        let step = Step::Redirect { url: "https://openapi.alipay.com/x".to_owned(), method, fields };
        let phase = Phase::Acting { attempt: attempt(Wallet::Alipay.into(), step, None), at: Acting::AppLink };
        html(&State { offer: Rc::new(framed()), ..state(phase) }, face("zh-CN"))
    };
    let get = page(Sending::Get, Vec::new());
    assert!(tags(&get, "a")[0].contains(r#"href="https://openapi.alipay.com/x" target="_top""#), "{get}");
    let post = page(Sending::Post, fields);
    let form = tags(&post, "form")[0];
    for part in [r#"method="post""#, r#"action="https://openapi.alipay.com/x""#, r#"target="_top""#] {
        assert!(form.contains(part), "{form}");
    }
    assert!(post.contains(r#"value="&quot;&gt;&lt;script&gt;" type="hidden" name="biz""#), "{post}");
    assert_eq!(gestures(&post), ["toggle_large", "go_on", "change_method"]);
}

#[test]
fn the_one_question_is_asked_only_of_its_method_and_only_until_it_is_answered() {
    let page = show("question");
    assert!(page.contains("这次用微信支付付款，顺利吗？"), "{page}");
    let mut state = scene("question");
    if let Phase::Ended { attempt, .. } = &mut state.phase {
        attempt.judged = Some(Feedback::Good);
    }
    let page = html(&state, face("zh-CN"));
    assert!(!page.contains("feedback") && page.contains("已告诉商家，谢谢。"), "{page}");
    assert!(!show("succeeded").contains("顺利"), "nobody asked for it");
}

#[test]
fn a_saved_code_says_until_when_it_is_good_and_whether_the_album_helps() {
    let mut attempt = attempt(Wallet::Alipay.into(), code(None), Some(600));
    Rc::make_mut(attempt.payment.as_mut().unwrap()).expires = Some(1_795_341_720);
    let offer = Offer { environment: Environment { device: Device::Phone, ..scenes::desk() }, ..scenes::offer() };
    let phase = Phase::Acting { attempt, at: Acting::Code };
    let page = html(&State { offer: Rc::new(offer), ..state(phase) }, face("zh-CN"));
    assert!(page.contains(r#"data-until="2026-11-22 10:02 前有效""#), "{page}");
    assert!(page.contains("从相册选") && page.contains("save_code"), "{page}");
}

#[test]
fn back_without_payment_is_said_in_the_contracts_words() {
    let page = show("not-paid");
    for text in ["还没收到付款</h2>", ">我已付款<", ">继续付<", ">换一种方式<"] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn not_knowing_says_not_to_pay_again_and_after_ten_minutes_whom_to_call_with_what() {
    assert!(show("unknown").contains("正在确认，请先不要再付</h2>"));
    let page = show("unknown-call");
    assert!(page.contains("还没有消息。不要再付，打电话问商家</h2>"));
    assert!(page.contains("href=\"tel:+8657188886666\""));
    assert!(page.contains("<dd class=\"number\">SO-1001</dd>"));
    let silent = moongate::view::Face { support: None, ..face("zh-CN") };
    assert!(!html(&scene("unknown-call"), silent).contains("打电话"));
}

#[test]
fn only_the_end_says_paid_and_it_names_sum_wallet_time_and_the_way_back() {
    let page = show("succeeded");
    for text in ["已支付 ¥128.00</h2>", "微信支付 · 2026-11-22 10:02", "href=\"https://shop.example/orders/SO-1001\""]
    {
        assert!(page.contains(text), "{text}");
    }
    for (name, state) in all() {
        if !["succeeded", "question"].contains(&name) {
            assert!(!html(&state, face("zh-CN")).contains("已支付"), "{name}");
        }
    }
    assert!(!show("refunded").contains("已支付"));
}

/// Every fault that a shopper can be told.
fn every_fault() -> Vec<Fault> {
    let page = [PageCode::MissingOption, PageCode::WrongOption, PageCode::NoMethod, PageCode::HostFailed];
    let server = [
        ServerCode::ServerError,
        ServerCode::MalformedAnswer,
        ServerCode::AnswerTooLarge,
        ServerCode::AnotherOrder,
        ServerCode::AmountChanged,
        ServerCode::PaymentInProgress,
        ServerCode::OrderPaid,
        ServerCode::KeyReused,
        ServerCode::BadReturnUrl,
        ServerCode::NotAllowed,
        ServerCode::NotFound,
        ServerCode::Refused,
        ServerCode::BadAction,
    ];
    let network = [NetworkFault::Unreachable, NetworkFault::Timeout].map(Fault::Network);
    let pages = page.map(|code| Fault::Page(PageFault { code, about: DETAIL.to_owned() }));
    pages.into_iter().chain(server.map(server_fault)).chain(network).collect()
}

#[test]
fn every_fault_is_an_alert_in_the_shoppers_words_with_a_way_on() {
    for tag in LANGUAGES {
        let words = Words::of(Language::find(tag), &[]);
        for fault in every_fault() {
            let page = html(&state(choosing(Some(fault.clone()))), face(tag));
            assert_eq!(count(&page, "role=\"alert\""), 1, "{fault}");
            assert!(page.contains(words.say(Key::fault(&fault))), "{fault}");
            assert!(!page.contains(DETAIL), "{fault}");
            assert!(gestures(&page).contains(&"pay"), "{fault}");
            assert_eq!(page.contains("class=\"contact\""), fault.kind() != "network", "{fault}");
            assert_eq!(Key::fault(&fault).name(), format!("fault_{}", fault.code()));
        }
    }
}

#[test]
fn nothing_to_pay_with_is_a_fault_and_not_an_empty_list() {
    let none = Offer { environment: scenes::desk(), shown: Vec::new(), left_out: Vec::new() };
    let page = html(&State { offer: Rc::new(none), chosen: None, ..scene("choosing") }, face("zh-CN"));
    assert!(page.contains("role=\"alert\"") && page.contains("没有能用的付款方式"));
    assert!(!page.contains("radiogroup") && !page.contains("data-gesture=\"pay\""));
}

#[test]
fn the_ribbon_of_a_test_is_there_in_every_phase_and_only_in_a_test() {
    for (name, state) in all() {
        let test = moongate::view::Face { test_mode: true, ..face("zh-CN") };
        assert!(html(&state, test).contains("测试，不会扣款"), "{name}");
        assert!(!html(&state, face("zh-CN")).contains("测试"), "{name}");
    }
}

#[test]
fn a_wallets_name_carries_its_own_script_beside_the_pages_language() {
    let page = html(&scene("choosing"), face("en"));
    let marked = |name: &str, own: &str| format!("{name} <span lang=\"zh-CN\">{own}</span>");
    for (name, own) in [("WeChat Pay", "微信支付"), ("Alipay", "支付宝"), ("UnionPay", "云闪付"), ("Hebao", "和包支付")]
    {
        assert!(page.contains(&format!("<span class=\"name\">{}</span>", marked(name, own))), "{name}");
    }
    let code = html(&scene("code"), face("en"));
    let lead = format!("Open {}, tap {}, and point it at the code", marked("WeChat", "微信"), marked("Scan", "扫一扫"));
    assert!(code.contains(&lead), "{code}");
    for (name, state) in all() {
        assert!(!html(&state, face("zh-CN")).contains("<span lang"), "{name}: Chinese in Chinese is not marked");
    }
}

#[test]
fn the_sheet_has_no_outside_source_and_keeps_codes_dark_on_white() {
    let sheet = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/moongate.css")).unwrap();
    for banned in ["url(", "@import", "http"] {
        assert!(!sheet.contains(banned), "{banned}");
    }
    assert!(sheet.contains(".paper { fill: #fff }"));
    assert!(sheet.len() <= 12_200, "{} bytes", sheet.len());
}

#[test]
fn a_code_whose_time_is_over_is_not_drawn_although_nobody_said_that_it_is() {
    let with_deadline = |seconds| {
        let attempt = attempt(Wallet::Wechatpay.into(), code(None), Some(seconds));
        html(&state(Phase::Acting { attempt, at: Acting::Code }), face("en"))
    };
    assert!(with_deadline(1).contains("part=\"qr\""));
    let page = with_deadline(0);
    assert!(!page.contains("part=\"qr\"") && page.contains("This code has expired"), "{page}");
}

#[test]
fn on_the_way_to_sign_in_nothing_is_said_to_open_and_there_is_nothing_to_press() {
    let page = show("sign-in");
    assert!(page.contains(">正在准备付款</h2>"), "{page}");
    assert_eq!(gestures(&page), ["toggle_large"]);
}

#[test]
fn who_does_not_get_to_sign_in_can_press_again_or_pick_another_way() {
    let mut attempt = attempt(Wallet::Wechatpay.into(), code(None), None);
    attempt.payment = None;
    let page = html(&state(Phase::Acting { attempt, at: Acting::StillHere }), face("en"));
    assert!(page.contains(">Preparing the payment</h2>") && page.contains("Sign in to the shop first."), "{page}");
    assert_eq!(gestures(&page), ["toggle_large", "go_on", "change_method"]);
}

#[test]
fn who_left_a_code_for_its_page_opens_that_page_again() {
    let attempt = attempt(Wallet::Alipay.into(), code(Some("https://example.com/pay")), Some(95));
    let page = html(&state(Phase::Acting { attempt, at: Acting::Leaving }), face("en"));
    assert_eq!(gestures(&page), ["toggle_large", "use_fallback", "ask_now"]);
}

#[test]
fn a_new_code_that_did_not_come_is_said_in_an_alert() {
    assert!(!show("code-over").contains("role=\"alert\""));
    let mut attempt = attempt(Wallet::Wechatpay.into(), code(None), Some(0));
    attempt.next = Some(AttemptId::from_random([8; 16]));
    let page = html(&state(Phase::Acting { attempt, at: Acting::CodeOver }), face("en"));
    assert_eq!(count(&page, "role=\"alert\""), 1, "{page}");
}

#[test]
fn only_who_saw_a_code_hears_that_an_old_one_no_longer_works() {
    let expired = |wallet: Wallet| {
        let mut state = scene("expired");
        if let Phase::Ended { attempt, .. } = &mut state.phase {
            attempt.method = wallet.into();
        }
        html(&state, face("en"))
    };
    assert!(expired(Wallet::Wechatpay).contains("The old code no longer works"));
    assert!(!expired(Wallet::Hebao).contains("code"), "it is paid on a page");
}
