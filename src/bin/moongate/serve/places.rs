//! Decides how the guide tells people what each wallet can do where: tables made from the catalog, whenever they are asked for.
//!
//! It decides nothing of what they say: the catalog does, and the words are those that a shopper reads.

use moongate::checkout::environment::{App, Device, Environment, Os};
use moongate::checkout::method::{Method, MethodId, Placement, Wallet, placement};
use moongate::checkout::money::{Amount, Currency};
use moongate::checkout::offer::{Offered, Reason, bucket};
use moongate::view::naming;
use moongate::words::{Key, Language, Words};
use std::fmt::Write;

/// The page's own words, in its two languages.
struct Own {
    tag: &'static str,
    title: &'static str,
    lead: &'static str,
    devices: [&'static str; 3],
    app: &'static str,
    quiet: &'static str,
    upsdk: &'static str,
    mini: &'static str,
    reasons: &'static str,
    rollout: &'static str,
    rollout_note: &'static str,
}

const CHINESE: Own = Own {
    tag: "zh-CN",
    title: "哪个应用里，哪个钱包怎么付",
    lead: "每一格是购物者在那里读到的一行字，下面是付款方式，先用最前面的。这一页由程序里的目录现算现写，和组件用的是同一份。",
    devices: ["手机", "平板", "电脑"],
    app: "页面所在的应用",
    quiet: "灰色的格子：在这个应用里付不了，排在最后，给出“复制网址”，到浏览器里打开。",
    upsdk: "页面载入并配置了银联的 upsdk 时，云闪付里是 inapp，其次 redirect。",
    mini: "小程序的网页（web-view）里不能付微信支付；用选项 miniProgramPage 写出小程序自己的付款页（如 /pages/pay/pay），月门就用 wx.miniProgram 带着付款参数跳过去。",
    reasons: "另外，不符合条件的方式不出现，原因写在 element.explain() 和 offer 命令里：",
    rollout: "小批量开放",
    rollout_note: "每个购物者在每种方式里落在一个桶里：{method}:{shopper} 的 UTF-8 字节，32 位 FNV-1a，除以 10000 取余。桶号小于比例（万分之几）的看得到；比例调高，只会多出人来。事件里只有在（in）和不在（out），没有桶号。",
};

const ENGLISH: Own = Own {
    tag: "en",
    title: "Which wallet pays how, in which app",
    lead: "Each cell is the line that a shopper reads there, and below it the flows, best first. The page is written from the program's catalog whenever it is asked for; the widget uses the same one.",
    devices: ["Phone", "Tablet", "Desktop"],
    app: "App around the page",
    quiet: "Grey cells: it can't be paid in this app. The row comes last and offers to copy the address, to open it in a browser.",
    upsdk: "Where the page has loaded and configured UnionPay's upsdk, it is inapp in UnionPay's app, then redirect.",
    mini: "A mini program's web-view can't pay by WeChat Pay. Name the mini program's own page that can, with the option miniProgramPage (such as /pages/pay/pay): Moongate leads there by wx.miniProgram, with the payment's parameters in its query.",
    reasons: "Beside this, a method whose conditions do not hold is not shown; element.explain() and the command offer say why:",
    rollout: "Rollout in small batches",
    rollout_note: "Each shopper falls into a bucket of each method: the UTF-8 bytes of {method}:{shopper}, 32-bit FNV-1a, modulo 10000. Who is in a bucket below the share (in ten-thousandths) sees the method; raising the share only adds shoppers. Events say in or out, never the bucket.",
};

/// Pairs for the table of buckets: a method and a shopper's id.
const SAMPLES: [(&str, &str); 4] =
    [("alipay", "shopper-1"), ("wechatpay", "shopper-1"), ("wechatpay", "shopper-2"), ("unionpay", "小明")];

/// The tables and what is to be said of them, in this language, as HTML.
pub(super) fn tables(tag: &str) -> String {
    let own = if tag == "en" { ENGLISH } else { CHINESE };
    let words = Words::of(Language::find(own.tag), &[]);
    let mut page = format!("<h1>{}</h1>\n<p class=\"lead\">{}</p>\n", own.title, own.lead);
    for (device, name) in Device::ALL.into_iter().zip(own.devices) {
        table(&mut page, &own, &words, device, name);
    }
    for note in [own.quiet, own.upsdk, own.mini] {
        page.extend(["<p>", note, "</p>\n"]);
    }
    reasons(&mut page, &own);
    buckets(&mut page, &own);
    page
}

fn table(page: &mut String, own: &Own, words: &Words, device: Device, name: &str) {
    page.extend([
        "<h2 id=\"",
        device.word(),
        "\">",
        name,
        "</h2>\n<table class=\"places\">\n<thead><tr><th scope=\"col\">",
        own.app,
        "</th>",
    ]);
    for wallet in Wallet::ALL {
        page.extend(["<th scope=\"col\">", words.say(Key::method(wallet)), "</th>"]);
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    for app in App::ALL {
        let cells = Wallet::ALL.map(|wallet| cell(wallet, app, device, words)).concat();
        page.extend([
            "<tr><th scope=\"row\">",
            app_name(app),
            "<br><code>",
            app.word(),
            "</code></th>",
            &cells,
            "</tr>\n",
        ]);
    }
    page.push_str("</tbody></table>\n");
}

fn cell(wallet: Wallet, app: App, device: Device, words: &Words) -> String {
    let environment = Environment { app, version: None, os: Os::Other, device, upsdk: false, framed: false };
    let (flows, hint) = match placement(wallet, &environment) {
        Placement::Works(flows, hint) => (flows, hint),
        Placement::OpenBrowser => (Vec::new(), moongate::checkout::method::Hint::Browser),
    };
    let Some(total) = Currency::parse("CNY").and_then(|yuan| Amount::new(12_800, yuan).ok()) else {
        return String::new();
    };
    let row = Offered { method: Method::plain(wallet.into()), flows, hint, total };
    let flows: Vec<&str> = row.flows.iter().map(|flow| flow.word()).collect();
    let class = if flows.is_empty() { " class=\"quiet\"" } else { "" };
    format!("<td{class}>{}<br><code>{}</code></td>", naming::hint(&row, app, words), flows.join(" "))
}

fn reasons(page: &mut String, own: &Own) {
    let all = [
        Reason::AmountTooLow,
        Reason::AmountTooHigh,
        Reason::Currency,
        Reason::Country,
        Reason::App,
        Reason::AppVersion,
        Reason::Rollout,
    ];
    let words: Vec<String> = all.iter().map(|reason| format!("<code>{}</code>", reason.word())).collect();
    page.extend(["<p>", own.reasons, " ", &words.join(" "), "</p>\n"]);
}

fn buckets(page: &mut String, own: &Own) {
    page.extend(["<h2 id=\"rollout\">", own.rollout, "</h2>\n<p>", own.rollout_note, "</p>\n<table>\n<tbody>\n"]);
    for (method, shopper) in SAMPLES {
        if let Some(id) = MethodId::parse(method) {
            let _written =
                writeln!(page, "<tr><td><code>{method}:{shopper}</code></td><td>{}</td></tr>", bucket(&id, shopper));
        }
    }
    page.push_str("</tbody></table>\n");
}

/// The app as people call it, in its own script.
fn app_name(app: App) -> &'static str {
    match app {
        App::Wecom => "企业微信 WeCom",
        App::WechatMiniprogram => "微信小程序 WeChat mini program",
        App::WechatPc => "电脑微信 WeChat on a PC",
        App::Wechat => "微信 WeChat",
        App::Alipay => "支付宝 Alipay",
        App::AlipayHk => "支付宝香港 AlipayHK",
        App::Unionpay => "云闪付 UnionPay",
        App::Taobao => "淘宝 Taobao",
        App::Tmall => "天猫 Tmall",
        App::Eleme => "饿了么 Ele.me",
        App::Youku => "优酷 Youku",
        App::Dingtalk => "钉钉 DingTalk",
        App::Hebao => "和包",
        App::Qq => "QQ",
        App::Weibo => "微博 Weibo",
        App::Douyin => "抖音 Douyin",
        App::Baidu => "百度 Baidu",
        App::Browser => "浏览器 Browser",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wallet_in_every_app_on_every_device_has_a_cell_in_both_languages() {
        for tag in ["zh-CN", "en"] {
            let page = tables(tag);
            let rows: Vec<&str> = page.split("<th scope=\"row\">").skip(1).collect();
            assert_eq!(rows.len(), Device::ALL.len() * App::ALL.len());
            for (row, app) in rows.iter().zip(App::ALL.into_iter().cycle()) {
                assert!(row.contains(&format!("<code>{}</code></th>", app.word())), "{app:?}");
                assert_eq!(row.split("</tr>").next().unwrap().matches("<td").count(), Wallet::ALL.len(), "{app:?}");
            }
        }
    }

    #[test]
    fn a_cell_says_what_the_catalog_says() {
        let words = Words::of(Language::find("zh-CN"), &[]);
        let said = |wallet, app, device| cell(wallet, app, device, &words);
        assert_eq!(
            said(Wallet::Wechatpay, App::Wechat, Device::Phone),
            "<td>在微信里直接付款<br><code>inapp</code></td>"
        );
        assert_eq!(
            said(Wallet::Alipay, App::Wechat, Device::Phone),
            "<td class=\"quiet\">微信里打不开<br><code></code></td>"
        );
    }

    #[test]
    fn the_test_vectors_of_the_rollout_are_those_of_its_hash() {
        for (key, number) in [("alipay:shopper-1", 7832), ("wechatpay:shopper-2", 8989), ("unionpay:小明", 6674)] {
            let row = format!("<tr><td><code>{key}</code></td><td>{number}</td></tr>");
            assert!(tables("en").contains(&row), "{row}");
        }
    }
}
