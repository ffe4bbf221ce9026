//! Decides what a browser without script gets: contract 3.2, the form way.
//!
//! It does not decide whether a payment begins: [`super::merchant`] does, for both ways alike.

use super::Shop;
use super::creation::{self, Creation};
use super::gate::{Asker, origin_of};
use super::merchant::begin;
use super::page::{Page, with_query};
use super::payment::Payment;
use super::problem::Problem;
use super::provider::{self, Place};
use super::verdict::Made;
use crate::escape::escaped;
use axum::Extension;
use axum::extract::{Form, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use moongate::action::Standing;
use moongate::checkout::method::Flow;
use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::Value;
use std::sync::Arc;

/// `POST /checkout/payments` with a form's body.
pub(super) async fn create(shop: &Shop, asker: &Asker, request: Request) -> Response {
    let phone = is_phone(request.headers());
    let Ok(Form(fields)) = Form::<Vec<(String, String)>>::from_request(request, &()).await else {
        return Problem::new(StatusCode::BAD_REQUEST, "bad_form", "The body is not a form.").into_response();
    };
    let field = |name: &'static str| {
        let value = fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        value.ok_or_else(|| Problem::bad_value(name, "a field of the form"))
    };
    let made = creation::wish(&field, asker).and_then(|mut wish| {
        wish.device = if phone { "phone" } else { "desktop" }.to_owned();
        let flows = preferred(&wish.method, phone);
        begin(shop, asker, Creation { wish, flows })
    });
    match made {
        Ok((Made::New(id) | Made::Same(id), _)) => onward(shop, &id, &asker.place),
        Ok((Made::Nothing(_), _)) => sorry("canceled", "这笔付款已经取消。", "This payment was canceled.", None),
        Err(problem) => refused(shop, &problem, asker, field("return_url").unwrap_or_default()),
    }
}

fn is_phone(headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    ["Mobile", "Android", "iPhone"].iter().any(|token| agent.contains(token))
}

/// What is preferred here: a page; but a computer without script scans WeChat Pay's code, which has no page for it.
fn preferred(method: &str, phone: bool) -> Vec<Flow> {
    if method == "wechatpay" && !phone { vec![Flow::Qr, Flow::Redirect] } else { vec![Flow::Redirect, Flow::Qr] }
}

/// Where the shopper pays: the provider's page, the merchant's own that shows the code, or, if it has ended, the shop.
fn onward(shop: &Shop, id: &str, place: &Place) -> Response {
    let found = shop.with(|ledger, _| ledger.find(id).cloned());
    match found {
        Ok(Some(payment)) => next_page(&payment, place),
        Ok(None) => Problem::not_found().into_response(),
        Err(problem) => problem.into_response(),
    }
}

fn next_page(payment: &Payment, place: &Place) -> Response {
    if let Some(instead) = instead(payment) {
        return instead;
    }
    if payment.terms.flow == Flow::Qr {
        return Redirect::to(&format!("{}/sandbox/code/{}", place.origin, payment.id)).into_response();
    }
    let (url, fields) = provider::page_to_pay(payment, place);
    if fields.is_empty() {
        Redirect::to(&url).into_response()
    } else {
        posting(&url, &fields, &payment.wish.return_url)
    }
}

/// What is shown where there is nothing to pay with: the shop's page of what has ended, else a page that says why.
fn instead(payment: &Payment) -> Option<Response> {
    let way_on = back(payment);
    match payment.status {
        Standing::Pending if payment.terms.refuse.is_none() => None,
        Standing::Pending => Some(sorry(
            "refused",
            "钱包没有受理这笔付款，现在还不能付。",
            "The wallet did not take this payment up; it can't be paid now.",
            Some(&way_on),
        )),
        Standing::Processing => Some(sorry(
            "processing",
            "付款正在处理，请勿重复付款。",
            "It is being processed. Do not pay again.",
            Some(&way_on),
        )),
        Standing::Succeeded | Standing::Failed | Standing::Canceled | Standing::Expired => {
            Some(Redirect::to(&way_on).into_response())
        }
    }
}

/// The return address with the attempt, which the shop's page takes up.
pub(super) fn back(payment: &Payment) -> String {
    let (address, attempt) = (&payment.wish.return_url, &payment.wish.attempt);
    let named = address.contains("moongate_attempt=");
    if named { address.clone() } else { with_query(address, &[("moongate_attempt", attempt)]) }
}

/// A page that posts these fields: by itself with script, by a press without. `last` is the page that the answer leads
/// on to: browsers hold the policy for forms against redirects too.
pub(super) fn posting(url: &str, fields: &[(&str, String)], last: &str) -> Response {
    let field = |(name, value): &(&str, String)| {
        format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value))
    };
    let body = format!(
        "<main class=\"phone\"><p class=\"ribbon\">模拟 · simulated</p><form method=\"post\" action=\"{}\" data-auto>{}\
         <button class=\"main\">继续 · Continue</button></form></main>",
        escaped(url),
        fields.iter().map(field).collect::<String>()
    );
    let leads_to = [url, last].iter().filter_map(|address| origin_of(address)).collect::<Vec<_>>().join(" ");
    let title = "继续 · Continue";
    Page { status: StatusCode::OK, language: "zh-CN", title, body, leads_to: &leads_to }.into_response()
}

/// `GET /sandbox/code/{id}`: the merchant's own page that shows the code, to the browser that may pay. The way back on
/// it names the attempt.
pub(super) async fn code_page(
    State(shop): State<Arc<Shop>>,
    Extension(asker): Extension<Asker>,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let found = shop.with(|ledger, _| ledger.find(&key).cloned())?;
    let payment = found.filter(|payment| payment.belongs_to(&asker.session)).ok_or_else(Problem::not_found)?;
    if let Some(instead) = instead(&payment) {
        return Ok(instead);
    }
    let text = provider::code(&payment, &asker.place);
    let body = format!(
        "<main class=\"phone\"><p class=\"ribbon\">模拟 · simulated</p><h1>{sum}</h1>\
         <p>请用钱包扫码付款。 Scan this code with the wallet.</p>{drawing}\
         <p class=\"code\">{text}</p><p><a href=\"{back}\">我已付款 · I have paid</a></p></main>",
        sum = escaped(&sum(&payment)),
        drawing = drawing(&text),
        text = escaped(&text),
        back = escaped(&back(&payment)),
    );
    let title = "扫码付款 · Scan to pay";
    Ok(Page { status: StatusCode::OK, language: "zh-CN", title, body, leads_to: "" }.into_response())
}

/// The sum for people, for example `128.00 CNY`.
pub(super) fn sum(payment: &Payment) -> String {
    use moongate::checkout::money::{Amount, Currency};
    let amount = Currency::parse(&payment.currency).and_then(|currency| Amount::new(payment.amount, currency).ok());
    amount.map(|amount| amount.to_string()).unwrap_or_default()
}

fn drawing(text: &str) -> String {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return String::new() };
    let size = code.size();
    let dark = (0..size).flat_map(|y| (0..size).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    let path: String = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + 4, y + 4)).collect();
    let side = size + 8;
    format!(
        "<svg class=\"qr\" role=\"img\" aria-label=\"QR\" viewBox=\"0 0 {side} {side}\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    )
}

/// A refusal as a page with a way on.
fn refused(shop: &Shop, problem: &Problem, asker: &Asker, return_url: &str) -> Response {
    if problem.code == "sign_in" {
        let url = problem.members.get("url").and_then(Value::as_str).unwrap_or_default();
        return Redirect::to(&with_query(url, &[("return_url", return_url)])).into_response();
    }
    let id = problem.members.get("payment").and_then(|payment| payment.get("id")).and_then(Value::as_str);
    if let Some(id) = id.filter(|_| problem.code == "payment_in_progress") {
        return onward(shop, id, &asker.place);
    }
    let way_on = Some(return_url).filter(|url| asker.returns_to(url));
    let mut page = match problem.code {
        "order_paid" => sorry(problem.code, "这笔订单已经付过款了。", "This order is paid already.", way_on),
        _ => sorry(problem.code, "现在不能付款，请联系商家。", "It can't be paid now. Ask the shop.", way_on),
    };
    *page.status_mut() = problem.status;
    page
}

fn sorry(code: &str, chinese: &str, english: &str, way_on: Option<&str>) -> Response {
    let link = way_on.map(|url| format!("<p><a href=\"{}\">返回 · Back</a></p>", escaped(url))).unwrap_or_default();
    let body = format!(
        "<main class=\"phone\" data-code=\"{code}\"><p class=\"ribbon\">模拟 · simulated</p>\
         <h1>{chinese}</h1><p>{english}</p>{link}</main>"
    );
    Page { status: StatusCode::OK, language: "zh-CN", title: chinese, body, leads_to: "" }.into_response()
}
