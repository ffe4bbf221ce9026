//! Decides what UnionPay's responses ask for: the gateway's form, a code, a transaction number for its app.
//!
//! It does not verify signatures, and loads nothing: `upsdk` is the page's business.
//!
//! # Source
//! egzosn/pay-java-parent, as section 1.4 of the payload reference cites it, read 2026-11-22.

use super::{ADDRESS, Draft, FORM, Recogniser, address_on, form, has, listed, need, need_object, text, word};
use crate::action::{Bridge, Refusal, Seconds, Standing, time, url};
use crate::checkout::json::Json;

pub(super) const ROWS: &[Recogniser] = &[
    row("unionpay", |json| has(json, "respCode") && has(json, "merId"), reply),
    row("unionpay form", is_form, read_form),
    row("unionpay address", |json| address_on(json, HOSTS), address),
];

const HOSTS: &str = "gateway.95516.com cashier.95516.com mcashier.95516.com appcashier.95516.com qr.95516.com \
?gateway.test.95516.com";

/// `respCode`s that say nothing yet: ask.
const UNCLEAR: &str = "03|04|05";

type Read = fn(&Json) -> Result<Draft, Refusal>;

const fn row(name: &'static str, matches: fn(&Json) -> bool, read: Read) -> Recogniser {
    Recogniser { name, hosts: HOSTS, codes: "qr.95516.com", matches, read }
}

/// How it stands by a code that is not `00`.
fn refused(code: &str) -> Draft {
    Draft::nothing(if listed(UNCLEAR, code) { Standing::Pending } else { Standing::Failed }, code)
}

fn reply(json: &Json) -> Result<Draft, Refusal> {
    let code = need(json, "respCode")?;
    let asked = has(json, "origRespCode") || word(json, "txnType") == "00";
    let draft = match (asked, code, word(json, "origRespCode")) {
        (true, "00", "00") => Draft::nothing(Standing::Succeeded, ""),
        (true, "00", "") => Draft::nothing(Standing::Pending, ""),
        (true, "00", order) if listed(UNCLEAR, order) => refused(order),
        (true, "00", order) => Draft::nothing(Standing::Failed, "").code(order),
        // That asking failed says nothing of the payment.
        (true, ..) => Draft::nothing(Standing::Pending, code),
        (false, "00", _) => payable(json)?,
        (false, ..) => refused(code),
    };
    Ok(draft.wallet("unionpay"))
}

fn payable(json: &Json) -> Result<Draft, Refusal> {
    let draft = match text(json, "tn")? {
        Some(tn) => Draft::inapp_with(Bridge::UnionpayUpsdk, "tn", tn),
        None => Draft::qr(Some(need(json, "qrCode")?)),
    };
    Ok(draft.expires(timeout(json)?))
}

/// `payTimeout`, in Beijing's time.
fn timeout(json: &Json) -> Result<Option<Seconds>, Refusal> {
    text(json, "payTimeout")?.map(|text| time::beijing(text).ok_or(Refusal::BadType)).transpose()
}

fn is_form(json: &Json) -> bool {
    let Some(form) = json.get(FORM) else { return false };
    let sent = |key| form.at(&["fields", key]).is_some();
    sent("merId") && sent("txnType") || url::host(word(form, "action")).is_ok_and(|host| url::Hosts(HOSTS).name(host))
}

fn read_form(json: &Json) -> Result<Draft, Refusal> {
    let sent = need_object(json, FORM)?;
    let expires = sent.get("fields").map_or(Ok(None), timeout)?;
    Ok(form(sent)?.wallet("unionpay").expires(expires))
}

fn address(json: &Json) -> Result<Draft, Refusal> {
    let address = need(json, ADDRESS)?;
    let code = url::host(address).is_ok_and(|host| host.eq_ignore_ascii_case("qr.95516.com"));
    Ok(if code { Draft::qr(Some(address)) } else { Draft::get(address) }.wallet("unionpay"))
}
