//! Decides how the guide tells whose responses are read: by the responses that the tests hold, as the program reads them now.
//!
//! Which unit a provider counts in is not in its responses for certain, so it is written here by hand.

use super::Say;
use super::markup::{head, slug};
use crate::escape::escaped;
use anyhow::{Context, Result};
use moongate::action::{Action, Trust};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// A provider: the name in an action, its own, how it counts, and an example of 128 yuan.
struct Provider {
    id: &'static str,
    name: &'static str,
    unit: &'static str,
    example: &'static str,
}

const fn provider(id: &'static str, name: &'static str, unit: &'static str, example: &'static str) -> Provider {
    Provider { id, name, unit, example }
}

/// The wallets themselves, then the aggregators.
///
/// # Source
/// The providers' documents and public code that `tests/fixtures/payloads` names, read 2026-11-22.
const PROVIDERS: &[Provider] = &[
    provider("wechatpay", "微信支付 WeChat Pay, v2 and v3", "分, a whole number", "\"amount\": { \"total\": 12800 }"),
    provider("alipay", "支付宝 Alipay", "元, as text with two decimals", "\"total_amount\": \"128.00\""),
    provider(
        "unionpay",
        "银联云闪付 UnionPay",
        "分, as text; the currency as a number",
        "txnAmt=12800&currencyCode=156",
    ),
    provider("hebao", "和包 China Mobile", "分, as text", "amount=12800"),
    provider(
        "adyen",
        "Adyen",
        "minor units, a whole number",
        "\"amount\": { \"currency\": \"CNY\", \"value\": 12800 }",
    ),
    provider("airwallex", "Airwallex", "main units, a number with decimals", "\"amount\": 128.00"),
    provider(
        "antom",
        "Antom, Alipay+",
        "minor units, as text",
        "\"paymentAmount\": { \"currency\": \"CNY\", \"value\": \"12800\" }",
    ),
    provider("checkout", "Checkout.com", "minor units, a whole number", "\"amount\": 12800"),
    provider("chinaums", "银联商务 ChinaUMS", "分, a whole number", "\"totalAmount\": 12800"),
    provider("hyperswitch", "Hyperswitch", "minor units, a whole number", "\"amount\": 12800"),
    provider("jeepay", "Jeepay", "分, a whole number", "\"amount\": 12800"),
    provider("omise", "Omise, Opn", "minor units, a whole number", "\"amount\": 12800"),
    provider("pingpp", "Ping++", "分, a whole number", "\"amount\": 12800"),
    provider("qfpay", "QFPay", "minor units, as text", "\"txamt\": \"12800\""),
    provider(
        "stripe",
        "Stripe",
        "minor units, a whole number; the currency in lower case",
        "\"amount\": 12800, \"currency\": \"cny\"",
    ),
    provider("xendit", "Xendit", "not confirmed: look it up", "\"request_amount\": …"),
];

/// The flows, in the order of the columns.
const FLOWS: [(&str, &str); 4] =
    [("qr", "QR code"), ("redirect", "Page"), ("inapp", "In-app call"), ("deeplink", "App link")];

/// What was read of one provider: by flow, the shortest response of that kind and what became of it; and the wallets.
#[derive(Debug, Default)]
struct Seen {
    flows: BTreeMap<String, (Value, String)>,
    wallets: BTreeSet<String>,
}

/// Every provider: what its responses become, how it counts, and an example of each flow.
///
/// # Errors
/// If the responses can't be read.
pub(super) fn table(fixtures: &Path, say: Say<'_>) -> Result<String> {
    let seen = seen(fixtures)?;
    let columns = ["Provider"].into_iter().chain(FLOWS.map(|(_, name)| name)).chain(["Wallets seen"]);
    let mut table = head(&columns.map(say).collect::<Vec<_>>()).replacen("<table>", "<table class=\"ticks\">", 1);
    let mut examples = String::new();
    let none = Seen::default();
    for Provider { id, name, unit, example } in PROVIDERS {
        let Seen { flows, wallets } = seen.get(*id).unwrap_or(&none);
        let tick = |flow: &str| {
            if flows.contains_key(flow) {
                format!("<td class=\"yes\"><span>{}</span></td>", say("yes"))
            } else {
                "<td>–</td>".to_owned()
            }
        };
        let ticks: String = FLOWS.iter().map(|(flow, _)| tick(flow)).collect();
        let wallets = wallets.iter().cloned().collect::<Vec<_>>().join(" ");
        let _ = writeln!(
            table,
            "<tr><th scope=\"row\"><a href=\"#{id}\">{name}</a></th>{ticks}<td><code>{wallets}</code></td></tr>"
        );
        let _ = writeln!(
            examples,
            "<h2 id=\"{id}\">{name}</h2>\n<p>{}{} <code>{}</code></p>",
            say("Counts in: "),
            say(unit),
            escaped(example)
        );
        for (flow, word) in FLOWS {
            if let Some((response, action)) = flows.get(flow) {
                examples.push_str(&one(&say(word), response, action, &slug(&format!("{id}-{flow}")), say));
            }
        }
    }
    Ok([table.as_str(), "</tbody>\n</table>\n", examples.as_str()].concat())
}

/// How each counts, for the page about amounts.
pub(super) fn units(say: Say<'_>) -> String {
    let mut table = head(&[say("Provider"), say("Counts in"), "¥128.00".to_owned()]);
    for Provider { id, name, unit, example } in PROVIDERS {
        let _ = writeln!(
            table,
            "<tr><th scope=\"row\"><a href=\"/guide/providers#{id}\">{name}</a></th><td>{}</td><td><code>{}</code></td></tr>",
            say(unit),
            escaped(example)
        );
    }
    table + "</tbody>\n</table>"
}

/// A response and what it becomes, folded.
fn one(flow: &str, response: &Value, action: &str, id: &str, say: Say<'_>) -> String {
    let passed = response.as_str().map_or_else(|| format!("{response:#}"), str::to_owned);
    let action =
        serde_json::from_str::<Value>(action).map_or_else(|_| action.to_owned(), |action| format!("{action:#}"));
    format!(
        "<details class=\"example\" id=\"{id}\"><summary>{flow}{}</summary>\n\
         <pre><code class=\"language-json\">{}</code></pre>\n<pre><code class=\"language-json\">{}</code></pre></details>\n",
        say(": the response, and the action that it becomes"),
        escaped(&passed),
        escaped(&action)
    )
}

fn seen(fixtures: &Path) -> Result<BTreeMap<String, Seen>> {
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    let files = fs::read_dir(fixtures).with_context(|| format!("could not look into {}", fixtures.display()))?;
    let mut files: Vec<_> = files.filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind == "json")) {
        let fixture: Value =
            serde_json::from_str(&super::read(file)?).with_context(|| format!("in {}", file.display()))?;
        let Some(response) = fixture.get("response") else { continue };
        let body = response.as_str().map_or_else(|| response.to_string(), str::to_owned);
        // Read now, by the program that serves: at a time at which the made-up responses are not over.
        let Ok(action) = Action::read(&body, 1_800_000_000, &Trust::default()) else { continue };
        let one = seen.entry(action.provider.clone()).or_default();
        one.wallets.extend(action.wallet.clone());
        let flow = action.step.word().to_owned();
        let shorter =
            one.flows.get(&flow).is_none_or(|(known, _)| response.to_string().len() < known.to_string().len());
        if shorter {
            one.flows.insert(flow, (response.clone(), action.to_json().to_string()));
        }
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixtures() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/payloads")
    }

    #[test]
    fn every_provider_that_the_program_reads_is_told_and_no_other() {
        let code = include_str!("../../../../action/provider.rs");
        let modules = code.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
        let mut of_the_code: Vec<&str> = modules.filter(|name| !["aggregator", "normalised"].contains(name)).collect();
        for name in &mut of_the_code {
            *name = name.trim_end_matches("_com");
        }
        let mut told: Vec<&str> = PROVIDERS.iter().map(|provider| provider.id).collect();
        told.sort_unstable();
        assert_eq!(told, of_the_code);
        let seen = seen(&fixtures()).unwrap();
        for id in told {
            assert!(
                FLOWS.iter().any(|(flow, _)| seen[id].flows.contains_key(*flow)),
                "a response of {id} becomes an action"
            );
        }
    }

    #[test]
    fn the_table_says_what_the_program_makes_of_a_response() {
        let table = table(&fixtures(), &str::to_owned).unwrap();
        let row = table.split("<a href=\"#qfpay\">").nth(1).unwrap().split("</tr>").next().unwrap();
        assert_eq!((row.matches("class=\"yes\"").count(), row.matches("<td>–</td>").count()), (2, 2), "{row}");
        assert!(table.contains("id=\"stripe-qr\"") && table.contains("weixin://wxpay/"));
    }
}
