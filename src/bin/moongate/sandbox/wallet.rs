//! Decides what the simulated wallets do: their pages open, people decide in them, and the shopper is sent back.
//!
//! It does not decide whether a payment may change ([`super::ledger`]). No wallet's screen is imitated.

mod screen;

use super::Shop;
use super::form::{back, posting};
use super::gate::{Asker, SIGNED_IN, is_form};
use super::ledger::Ledger;
use super::page::with_query;
use super::payment::Payment;
use super::problem::Problem;
use super::provider::{Tokens, named_in, return_address};
use super::verdict::Deed;
use axum::Extension;
use axum::extract::{Form, FromRequest, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use moongate::action::Standing;
use moongate::checkout::method::Flow;
use screen::{Screen, Words};
use std::collections::BTreeMap;
use std::sync::Arc;

type Shared = State<Arc<Shop>>;
type Fields = BTreeMap<String, String>;

/// Addresses that stand for a provider's pages; opened by GET or by a form, from any page.
pub(super) const PAGES: [&str; 4] = [
    "/sandbox/wechatpay/checkmweb",
    "/sandbox/alipay/gateway.do",
    "/sandbox/unionpay/frontTransReq.do",
    "/sandbox/hebao/index.xhtml",
];

/// `GET /sandbox/wallet.css`.
pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../../../../www/sandbox/wallet.css"))
}

/// `GET /sandbox/wallet.js`.
pub(super) async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("../../../../www/sandbox/wallet.js"))
}

/// The payment that a text names, by whatever code, address or number, and the generation of that code. The latest wins.
pub(super) fn found<'a>(ledger: &'a Ledger, text: &str) -> Option<(&'a Payment, u32)> {
    let named = |payment: &'a Payment| Some((payment, named_in(payment, text)?));
    ledger.payments().into_iter().rev().find_map(named)
}

/// A provider's page: finds the payment in the address or the form, and goes on to the wallet's page.
pub(super) async fn open(
    shop: Shared,
    Extension(asker): Extension<Asker>,
    request: Request,
) -> Result<Response, Problem> {
    let mut text = request.uri().query().unwrap_or_default().to_owned();
    if is_form(request.headers()) {
        let form = Form::<Vec<(String, String)>>::from_request(request, &()).await;
        text.extend(form.into_iter().flat_map(|Form(fields)| fields).map(|(name, value)| format!("&{name}={value}")));
    }
    let code = shop.with(|ledger, _| {
        found(ledger, &text).map(|(payment, generation)| Tokens::at(payment, generation).reference())
    })?;
    let code = code.unwrap_or_default();
    let address = with_query(&format!("{}/sandbox/wallet", asker.place.origin), &[("code", &code), ("page", "1")]);
    Ok(Redirect::to(&address).into_response())
}

/// `GET /sandbox/wallet?code=…`.
pub(super) async fn show(shop: Shared, headers: HeaderMap, Query(query): Query<Fields>) -> Result<Response, Problem> {
    let code = query.get("code").map(String::as_str).unwrap_or_default().trim();
    let found =
        shop.with(|ledger, _| found(ledger, code).map(|(payment, generation)| (payment.clone(), generation)))?;
    let screen = Screen {
        words: Words::of(query.get("lang").map(String::as_str), &headers),
        code,
        page: query.contains_key("page"),
        payment: found.as_ref().map(|(payment, _)| payment),
        void: found.as_ref().is_some_and(|(payment, generation)| payment.generation != *generation),
    };
    Ok(screen.show())
}

/// `POST /sandbox/wallet`: what the person decided, in `decision`.
pub(super) async fn decide(
    shop: Shared,
    Extension(asker): Extension<Asker>,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let code = field("code");
    let deed = match field("decision") {
        "approve" => Some(Deed::Pay),
        "refuse" => Some(Deed::Cancel),
        "expire" => Some(Deed::Expire),
        "process" => Some(Deed::Process),
        "leave" => None,
        _ => return Err(Problem::bad_value("decision", "approve, refuse, expire, process or leave")),
    };
    let payment = shop.with(|ledger, now| decided(ledger, code, deed, now))??;
    let on_page = fields.contains_key("page") && deed != Some(Deed::Expire);
    if on_page {
        return Ok(returned(&payment, deed, &asker.place.origin));
    }
    let pairs = [("code", code), ("lang", field("lang"))];
    Ok(Redirect::to(&with_query(&format!("{}/sandbox/wallet", asker.place.origin), &pairs)).into_response())
}

/// A wallet pays only a code that is alive: what is over or void it shows, and changes nothing. Paying late is a
/// test's privilege.
fn decided(ledger: &mut Ledger, code: &str, deed: Option<Deed>, now: i64) -> Result<Payment, Problem> {
    let (payment, generation) = found(ledger, code).ok_or_else(Problem::not_found)?;
    let (id, payable) = (payment.id.clone(), payment.live() && payment.generation == generation);
    if let Some(deed) = deed.filter(|_| payable) {
        ledger.act(&id, deed, None, now).map_err(|refusal| Problem::of(refusal, &serde_json::Value::Null))?;
    }
    ledger.find(&id).cloned().ok_or_else(Problem::not_found)
}

/// The way back to the shop, with what the provider would add. UnionPay returns by a form to the merchant's server.
fn returned(payment: &Payment, deed: Option<Deed>, origin: &str) -> Response {
    let by_form = payment.wish.method == "unionpay" && payment.terms.flow == Flow::Redirect && deed.is_some();
    if by_form {
        let fields = unionpay_return(payment);
        return posting(&return_address(payment, origin), &fields, &payment.wish.return_url);
    }
    let added = if deed.is_some() { additions(payment) } else { Vec::new() };
    let added: Vec<_> = added.iter().map(|(name, value)| (*name, value.as_str())).collect();
    (StatusCode::FOUND, [(header::LOCATION, with_query(&back(payment), &added))]).into_response()
}

fn unionpay_return(payment: &Payment) -> Vec<(&'static str, String)> {
    let tokens = Tokens::of(payment);
    let (code, words) = if payment.status == Standing::Succeeded { ("00", "success") } else { ("77", "not paid") };
    vec![
        ("version", "5.1.0".to_owned()),
        ("encoding", "UTF-8".to_owned()),
        ("orderId", tokens.reference()),
        ("queryId", tokens.tn()),
        ("txnAmt", payment.amount.to_string()),
        ("respCode", code.to_owned()),
        ("respMsg", words.to_owned()),
        ("signature", tokens.signature()),
    ]
}

fn additions(payment: &Payment) -> Vec<(&'static str, String)> {
    let tokens = Tokens::of(payment);
    let paid = payment.status == Standing::Succeeded;
    match (payment.terms.provider.as_str(), payment.wish.method.as_str()) {
        ("wallet", "alipay") if paid => vec![
            ("charset", "utf-8".to_owned()),
            ("method", "alipay.trade.page.pay.return".to_owned()),
            ("out_trade_no", tokens.reference()),
            ("trade_no", tokens.trade_no()),
            ("sign_type", "RSA2".to_owned()),
            ("sign", tokens.signature()),
        ],
        ("wallet", "hebao") if paid => {
            vec![("returnCode", "000000".to_owned()), ("orderId", tokens.reference()), ("status", "SUCCESS".to_owned())]
        }
        ("stripe", _) => vec![("redirect_status", if paid { "succeeded" } else { "failed" }.to_owned())],
        ("adyen", _) => vec![("redirectResult", tokens.signature())],
        _ => Vec::new(),
    }
}

/// `/sandbox/return/{attempt}`: the merchant's address for providers that return by a form; answers `303` to the shop's
/// page. Wallets return to browsers without cookies, so the attempt is in it: whoever knows an id is not told another.
pub(super) async fn come_back(shop: Shared, Path(key): Path<String>) -> Result<Response, Problem> {
    let found = shop.with(|ledger, _| ledger.find(&key).cloned())?;
    let payment = found.filter(|payment| payment.wish.attempt == key).ok_or_else(Problem::not_found)?;
    Ok(Redirect::to(&back(&payment)).into_response())
}

/// `GET /sandbox/sign-in?return_url=…`.
pub(super) async fn sign_in(
    Extension(asker): Extension<Asker>,
    headers: HeaderMap,
    Query(query): Query<Fields>,
) -> Response {
    let return_url = query.get("return_url").filter(|url| asker.returns_to(url)).map(String::as_str).unwrap_or("/");
    screen::sign_in(&Words::of(query.get("lang").map(String::as_str), &headers), return_url)
}

/// `POST /sandbox/sign-in`.
pub(super) async fn signed_in(Extension(asker): Extension<Asker>, Form(fields): Form<Fields>) -> Response {
    let return_url = fields.get("return_url").filter(|url| asker.returns_to(url)).map(String::as_str).unwrap_or("/");
    let cookie = format!("{SIGNED_IN}=1; Path=/; HttpOnly; SameSite=Lax");
    ([(header::SET_COOKIE, cookie)], Redirect::to(return_url)).into_response()
}
