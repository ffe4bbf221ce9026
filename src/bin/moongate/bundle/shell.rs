//! Decides what `moongate.js` must know before the wasm arrives: tables generated from the core, so that no fact has two sources.
//!
//! It does not decide how they are packed, nor what the script draws.

use moongate::checkout::environment::{App, Device, Environment, Os, Sign, sign};
use moongate::checkout::method::{Flow, Hint, Placement, Wallet, placement};
use moongate::checkout::money::{Currency, KNOWN_BY_HEART};
use moongate::view::naming;
use moongate::view::picture::Mark;
use moongate::words::language::RULES;
use moongate::words::{Key, Language};
use serde_json::{Map, Value, json};

/// The words that the shell says itself, beside the names of wallets and apps and the lines under them.
const SAID: &[Key] = &[
    Key::Choose,
    Key::ChooseLarge,
    Key::Total,
    Key::Pay,
    Key::PayLarge,
    Key::NoFee,
    Key::FeeAdded,
    Key::More,
    Key::LargePrint,
    Key::Test,
    Key::CopyLink,
    Key::AppOther,
    Key::Sending,
    Key::SendingDo,
    Key::Returned,
    Key::ConfirmingDo,
    Key::Asking,
    Key::AskNow,
    Key::NoNetwork,
];

/// The words that only the form way says.
const SAID_BY_FORM: [Key; 7] =
    [Key::Succeeded, Key::Refunded, Key::Done, Key::NotPaid, Key::Failed, Key::Canceled, Key::Expired];

const HINTS: [Hint; 8] =
    [Hint::Scan, Hint::ScanOrPage, Hint::Here, Hint::OpensApp, Hint::BankApps, Hint::Page, Hint::Plain, Hint::Browser];

/// The tables, an object; the bundle adds what it knows of its files: `css`, `sheet`, `glue`, `parts`, `form`, `words` and `tongues`.
///
/// - `apps`, `devices`: `[[sign, word], …]`, the first sign that the user agent shows counts: tokens in small letters, `|` between
///   groups of them, `&` between those of one. [`Sign`] has the rule. Then `ipad`, the token of an iPad that can be touched at two points.
/// - `versions`: the tokens that stand before an app's version, where they are not those of its sign; the first with a number
///   after it counts.
/// - `wallets`: `[[id, tile], …]` in the usual order.
/// - `places`: what the wallets can do, in that order, each as its rank among the rows (0 works, 1 only by a code on a phone, 2 opens
///   in a browser) and its hint. The key is a device, an app and a device, or these and `upsdk`; the narrowest counts.
/// - `by_heart`: the tags of languages in which yuan are known by heart, with spaces between.
/// - `clock`: the lines of the mark above an attempt that is asked about, as the data of an SVG path.
/// - `digits`: the currencies without decimal places and those with three, with spaces between; others have two.
/// - `rules`: `language=start|start`, with spaces between: the first with a start of the tag asked for; a language that has only
///   its own name for a start stands alone; `languages`: the shell's words in the two languages that it brings along, in the order of `keys`.
pub(crate) fn tables() -> Value {
    json!({
        "apps": signs(sign::APPS, App::word),
        "devices": signs(sign::DEVICES, Device::word),
        "versions": versions(),
        "ipad": token(sign::MACINTOSH),
        "wallets": Wallet::ALL.map(|wallet| [wallet.id(), naming::wallet_tile(wallet)]),
        "places": places(),
        "by_heart": KNOWN_BY_HEART.join(" "),
        "clock": Mark::Clock.path(),
        "digits": { "0": Currency::with_digits(0).join(" "), "3": Currency::with_digits(3).join(" ") },
        "rules": rules(),
        "keys": keys().map(Key::name).collect::<Vec<_>>(),
        "languages": at_hand().map(|language| (language.tag.to_owned(), spoken(language))).collect::<Map<_, _>>(),
    })
}

fn signs<T: Copy>(table: &[Sign<T>], word: fn(T) -> &'static str) -> Vec<[String; 2]> {
    table.iter().map(|line| [sign(line.groups), word(line.means).to_owned()]).collect()
}

fn sign(groups: &[&[&str]]) -> String {
    let group = |tokens: &&[&str]| tokens.iter().map(|text| token(text)).collect::<Vec<_>>().join("&");
    groups.iter().map(group).collect::<Vec<_>>().join("|")
}

fn versions() -> Map<String, Value> {
    let before = |tokens: &[&str]| tokens.iter().map(|text| token(text)).collect::<Vec<_>>().join("|");
    let own = |app: App| sign::APPS.iter().find(|line| line.means == app).map(|line| sign(line.groups));
    let tables = sign::VERSIONS.iter().map(|(app, tokens)| (*app, before(tokens)));
    let others = tables.filter(|(app, before)| own(*app).as_ref() != Some(before));
    others.map(|(app, before)| (app.word().to_owned(), before.into())).collect()
}

/// A token as the script looks for it, in a user agent in small letters.
fn token(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// What is usual on a device once, then only the apps that differ from it.
fn places() -> Map<String, Value> {
    let mut places = Map::new();
    for device in Device::ALL {
        let usual = usual(device);
        for app in App::ALL {
            let (bare, upsdk) = (place(app, device, false), place(app, device, true));
            let name = format!("{} {}", app.word(), device.word());
            if upsdk != bare {
                places.insert(format!("{name} upsdk"), upsdk.into());
            }
            if bare != usual {
                places.insert(name, bare.into());
            }
        }
        places.insert(device.word().to_owned(), usual.into());
    }
    places
}

fn usual(device: Device) -> String {
    let all = App::ALL.map(|app| place(app, device, false));
    let often = |place: &&String| all.iter().filter(|other| other == place).count();
    all.iter().max_by_key(often).cloned().unwrap_or_default()
}

fn place(app: App, device: Device, upsdk: bool) -> String {
    let environment = Environment { app, version: None, os: Os::Other, device, upsdk, framed: false };
    Wallet::ALL.map(|wallet| row(placement(wallet, &environment), device)).join(" ")
}

/// The rank is that of [`moongate::checkout::offer::Offer::make`].
fn row(placement: Placement, device: Device) -> String {
    match placement {
        Placement::OpenBrowser => format!("2{}", Hint::Browser.word()),
        Placement::Works(flows, hint) if flows == [Flow::Qr] && device == Device::Phone => format!("1{}", hint.word()),
        Placement::Works(_, hint) => format!("0{}", hint.word()),
    }
}

/// The words of the shell: its own, the names of wallets and their apps, and the lines under them.
pub(crate) fn keys() -> impl Iterator<Item = Key> {
    let wallets = Wallet::ALL.into_iter().flat_map(|wallet| [Key::method(wallet), Key::app(wallet)]);
    SAID.iter().copied().chain(wallets).chain(HINTS.into_iter().filter_map(Key::hint))
}

fn spoken(language: &Language) -> Value {
    keys().map(|key| language.text(key)).collect()
}

/// The tables of the form way: `words`, for each language at hand, those that the shell does not have, by their keys; and `marks`, as
/// the shell's `clock`.
pub(crate) fn tables_of_the_form() -> Value {
    let texts = |language: &Language| {
        SAID_BY_FORM.iter().map(|key| (key.name().to_owned(), language.text(*key).into())).collect::<Map<_, _>>()
    };
    json!({
        "words": at_hand().map(|language| (language.tag.to_owned(), texts(language).into())).collect::<Map<_, _>>(),
        "marks": { "done": Mark::Done.path(), "back": Mark::Back.path(), "back_in_rtl": Mark::BackInRtl.path() },
    })
}

/// The languages whose first words the script brings along: Chinese, which most shoppers read, and English, in which others
/// are spoken to when their own language does not come.
pub(crate) fn at_hand() -> impl Iterator<Item = &'static Language> {
    ["zh-CN", "en"].into_iter().map(Language::find)
}

fn rules() -> String {
    let rule = |(tag, starts): &(&str, &str)| if starts == tag { (*tag).to_owned() } else { format!("{tag}={starts}") };
    RULES.iter().map(rule).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use moongate::checkout::json::Json;
    use moongate::checkout::offer::Offer;
    use moongate::checkout::options::Options;

    const SCRIPT: &str =
        concat!(include_str!("../../../../www/shell/drawing.js"), include_str!("../../../../www/shell/shell.js"));
    const FORM: &str = include_str!("../../../../www/form.js");

    #[test]
    fn a_sign_is_its_tokens_and_no_token_holds_what_stands_between_them() {
        let table = [Sign { means: App::Qq, groups: &[&["A/", "(b"], &["c."]] }];
        assert_eq!(signs(&table, App::word), [["a/&(b|c.", "qq"]]);
        assert_eq!(versions().get("unionpay"), Some(&json!("(version ")), "its sign is another");
        assert_eq!(versions().get("alipay"), None, "its sign is followed by it");
        let lines = sign::APPS.iter().map(|line| line.groups).chain(sign::DEVICES.iter().map(|line| line.groups));
        let tokens: Vec<_> = lines.flatten().copied().flatten().collect();
        assert!(!tokens.is_empty() && tokens.iter().all(|token| !token.contains(['|', '&'])), "{tokens:?}");
    }

    /// What the script reads out of the table, the narrowest key first.
    fn found(places: &Map<String, Value>, app: App, device: Device, upsdk: bool) -> Vec<String> {
        let (app, device) = (app.word(), device.word());
        let wide = [format!("{app} {device}"), device.to_owned()];
        let narrow = upsdk.then(|| format!("{app} {device} upsdk"));
        let place = narrow.iter().chain(&wide).find_map(|key| places.get(key)).unwrap();
        place.as_str().unwrap().split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn rows_read_from_the_table_are_those_of_the_offer_in_its_order_everywhere() {
        let places = places();
        let raw = Json::read(r#"{"order":"SO-1","amount":1,"currency":"CNY"}"#).unwrap();
        let options = Options::from_file(&raw).0.unwrap();
        for app in App::ALL {
            for device in Device::ALL {
                for upsdk in [false, true] {
                    let found = found(&places, app, device, upsdk);
                    let mut rows: Vec<_> = Wallet::ALL.iter().map(|wallet| wallet.id()).zip(found).collect();
                    rows.sort_by_key(|(_, row)| row[..1].to_owned());
                    let rows: Vec<_> = rows.iter().map(|(id, row)| (*id, &row[1..])).collect();
                    let environment = Environment { app, version: None, os: Os::Ios, device, upsdk, framed: false };
                    let offer = Offer::make(&options, environment, "");
                    let offered: Vec<_> =
                        offer.shown.iter().map(|row| (row.method.id.as_str(), row.hint.word())).collect();
                    assert_eq!(rows, offered, "{app:?} {device:?} {upsdk}");
                }
            }
        }
    }

    #[test]
    fn keys_that_the_script_puts_together_are_the_cores() {
        for wallet in Wallet::ALL {
            assert_eq!(Key::method(wallet).name(), format!("method_{}", wallet.id()));
            assert_eq!(Key::app(wallet).name(), format!("app_{}", wallet.id()));
        }
        for app in App::ALL {
            let start = app.word().trim_end_matches("_pc").trim_end_matches("_hk");
            let wallet = Wallet::ALL.into_iter().find(|wallet| wallet.id().starts_with(start));
            assert_eq!(Key::here(app), wallet.map_or(Key::AppOther, Key::app), "{app:?}");
        }
        for hint in HINTS {
            assert!(Key::hint(hint).is_none_or(|key| key.name() == format!("hint_{}", hint.word())));
        }
    }

    #[test]
    fn what_is_said_of_a_copied_link_comes_with_the_rest_of_the_words() {
        for said in [Key::LinkCopied, Key::LinkCopiedMenu] {
            assert!(SCRIPT.contains(&format!("'{}'", said.name())) && !keys().any(|key| key == said), "{said:?}");
        }
    }

    #[test]
    fn every_word_that_the_script_says_is_given_and_every_word_given_is_said() {
        // `app_other` is put together, as the names of apps are.
        for key in SAID.iter().filter(|key| **key != Key::AppOther) {
            assert!(SCRIPT.contains(&format!("'{}'", key.name())), "{} is given in vain", key.name());
        }
        for key in SAID_BY_FORM {
            assert!(FORM.contains(&format!("'{}'", key.name())), "{} is given in vain", key.name());
        }
        let said = SCRIPT.split("say('").skip(1).map(|rest| rest.split('\'').next().unwrap());
        for name in said {
            assert!(SAID.iter().any(|key| key.name() == name), "{name} is not given");
        }
    }

    #[test]
    fn the_tables_stay_small() {
        let (tables, budget) = (tables().to_string(), 12_000);
        assert!(tables.len() < budget, "{} bytes", tables.len());
    }
}
