//! A shop's checkout server for Moongate, with axum and SQLite: WeChat Pay by code. README.md says how to run it.
//!
//! It decides what is served where; what a payment may become, `payments` does.

mod answer;
mod notification;
mod payments;
mod store;
mod wallet;

use answer::{Problem, Session, around, json_of};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router, middleware};
use payments::{Wish, is_attempt};
use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::env;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::Store;
use wallet::{Deed, Wallet};

/// What the shop stands on.
pub(crate) struct Shop {
    /// Its own origin: no other page may pay here or be returned to.
    home: String,
    /// Seconds that a code can be paid.
    life: i64,
    store: Store,
    wallet: Wallet,
    busy: Mutex<HashSet<String>>,
    /// Held by whoever works off what is due, so that nothing is done twice.
    due: tokio::sync::Mutex<()>,
}

type Shared = State<Arc<Shop>>;
type Answer = Result<Response, Problem>;

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs().cast_signed())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = env::var("PORT").map_or(Ok(8000), |port| port.parse())?;
    let home = env::var("SHOP_ORIGIN").unwrap_or_else(|_| format!("http://127.0.0.1:{port}"));
    let life = env::var("SHOP_CODE_SECONDS").map_or(Ok(15 * 60), |life| life.parse())?;
    let data = PathBuf::from(env::var_os("SHOP_DATA").unwrap_or_else(|| ".".into()));
    let (store, wallet) = (Store::open(&data.join("shop.db"))?, Wallet::open(&data.join("wallet.db"))?);
    let shop = Arc::new(Shop { home, life, store, wallet, busy: Mutex::default(), due: tokio::sync::Mutex::default() });
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("{}/orders/SO-1001", shop.home);
    tokio::spawn(every_minute(shop.clone()));
    axum::serve(listener, site(shop)).await?;
    Ok(())
}

async fn every_minute(shop: Arc<Shop>) {
    loop {
        shop.tidy().await;
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}

fn site(shop: Arc<Shop>) -> Router {
    let shops = Router::new()
        .route("/checkout/payments", post(creation))
        .route("/checkout/payments/{key}", get(standing))
        .route("/checkout/payments/{key}/cancel", post(cancel))
        // The page cancels, and begins anew.
        .route("/checkout/payments/{key}/refresh", post(|| async { Problem::of(501, "not_supported") }))
        .route("/notify/wechatpay", post(notified))
        .route("/pay/{key}", get(code_page))
        .route("/orders/{order}", get(order_page))
        .route("/wallet", get(wallet_page))
        .route("/wallet/codes", get(wallet_codes))
        .route("/wallet/pay", post(wallet_pay))
        .route("/wallet/fail", post(wallet_fail))
        .fallback(|| async { Problem::of(404, "not_found") })
        .layer(DefaultBodyLimit::max(65_536))
        .layer(middleware::from_fn_with_state(shop.clone(), around))
        .with_state(shop);
    match env::var_os("MOONGATE") {
        Some(widget) => shops.nest_service("/moongate", tower_http::services::ServeDir::new(widget)),
        None => shops,
    }
}

async fn creation(
    State(shop): Shared,
    Extension(Session(session)): Extension<Session>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let form = text("content-type").starts_with("application/x-www-form-urlencoded");
    let wish = if form { posted(&body) } else { wished(&body, text("idempotency-key")) };
    let wish = wish.filter(|wish| is_attempt(&wish.attempt)).ok_or_else(|| Problem::of(400, "malformed"))?;
    let (payment, new) = shop.create(&wish, &session).await?;
    if form {
        // A browser without WebAssembly: it gets a page.
        return Ok(Redirect::to(&format!("/pay/{}", payment.id)).into_response());
    }
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok(json_of(status, &payment.shown(&session, "")))
}

fn wished(body: &[u8], key: &str) -> Option<Wish> {
    let wish: Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| wish.get(name)?.as_str().map(str::to_owned);
    let sum = Some((wish.get("amount")?.as_i64()?, text("currency")?));
    let attempt = text("attempt").filter(|attempt| attempt == key)?;
    Some(Wish { order: text("order")?, method: text("method")?, attempt, return_url: text("return_url")?, sum })
}

fn posted(body: &[u8]) -> Option<Wish> {
    let fields = fields(body);
    let text = |name: &str| fields.get(name).cloned();
    let (order, method) = (text("order")?, text("method")?);
    Some(Wish { order, method, attempt: text("attempt")?, return_url: text("return_url")?, sum: None })
}

fn fields(body: &[u8]) -> HashMap<String, String> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

async fn standing(
    State(shop): Shared,
    Extension(Session(session)): Extension<Session>,
    Path(key): Path<String>,
) -> Answer {
    Ok(json_of(StatusCode::OK, &shop.stands(&key).await?.shown(&session, &key)))
}

async fn cancel(
    State(shop): Shared,
    Extension(Session(session)): Extension<Session>,
    Path(key): Path<String>,
) -> Answer {
    let payment = shop.close(shop.to_cancel(&key, &session)?, "canceled").await?;
    Ok(json_of(StatusCode::OK, &payment.shown(&session, &key)))
}

/// The provider's word: the only thing that ships.
async fn notified(State(shop): Shared, headers: HeaderMap, body: Bytes) -> Answer {
    let believed = match notification::opened(&headers, &body, &shop.wallet.keys(), now().unsigned_abs()) {
        Ok(told) if shop.hears(&told).await? => Ok(()),
        Ok(_) => Err("it is of another merchant, payment or sum"),
        Err(why) => Err(why),
    };
    Ok(match believed {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(why) => {
            println!("refused a notification: {why}");
            // WeChat Pay tells again.
            json_of(StatusCode::UNAUTHORIZED, &json!({ "code": "FAIL", "message": "refused" }))
        }
    })
}

/// The form way: the code, looked after until it is paid; then back to the shop.
async fn code_page(
    State(shop): Shared,
    Extension(Session(session)): Extension<Session>,
    Path(key): Path<String>,
) -> Answer {
    let payment = shop.stands(&key).await?;
    if payment.session != session {
        return Err(Problem::of(404, "not_found"));
    }
    if payment.status != "pending" {
        let back = payment.return_url.and_then(|back| url::Url::parse(&back).ok());
        let mut back = back.ok_or_else(|| Problem::of(404, "not_found"))?;
        back.query_pairs_mut().append_pair("moongate_attempt", &payment.attempt);
        return Ok(Redirect::to(back.as_str()).into_response());
    }
    let action: Option<Value> = payment.action.and_then(|action| serde_json::from_str(&action).ok());
    let code = action.as_ref().and_then(|action| action["code_url"].as_str()).and_then(drawn).unwrap_or_default();
    let text = format!(
        "<p>Scan with WeChat: {} 分 {}</p>{code}",
        payment.amount.unwrap_or(0),
        payment.currency.unwrap_or_default()
    );
    Ok(page("Pay", &text, "<meta http-equiv=\"refresh\" content=\"3\">"))
}

fn drawn(text: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let side = code.size();
    let dark = (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    let path: String = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + 4, y + 4)).collect();
    let whole = side + 8;
    Some(format!(
        "<svg width=\"240\" viewBox=\"0 0 {whole} {whole}\"><path fill=\"#fff\" d=\"M0 0h{whole}v{whole}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

async fn order_page(State(shop): Shared, Path(order): Path<String>) -> Answer {
    let order = shop.store.change(|store| store::order(store, &order))?.ok_or_else(|| Problem::of(404, "not_found"))?;
    let standing = if order.shipped { "Shipped" } else { "Not paid yet" };
    let content = format!(
        "<p id=\"standing\">{standing}</p><moongate-checkout endpoint=\"/checkout\" order=\"{}\" amount=\"{}\" currency=\"{}\"
         methods=\"wechatpay\" shop=\"山茶咖啡\" test-mode></moongate-checkout>
         <p><a href=\"/wallet\" target=\"_blank\">The simulated wallet</a></p>",
        order.id, order.amount, order.currency
    );
    Ok(page(
        &format!("Order {}", order.id),
        &content,
        "<script type=\"module\" src=\"/moongate/moongate.js\"></script>",
    ))
}

fn page(title: &str, content: &str, head: &str) -> Response {
    Html(format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{title}</title>
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">{head}</head>
         <body><main><h1>{title}</h1>{content}</main></body></html>"
    ))
    .into_response()
}

async fn wallet_page(State(shop): Shared) -> Answer {
    let row = |code: &Value| {
        let text = |name: &str| code[name].as_str().unwrap_or_default().to_owned();
        let (id, state) = (text("id"), text("state"));
        format!(
            "<li>{id}: {}, {state} <form method=\"post\" action=\"/wallet/pay\"><button name=\"id\" value=\"{id}\">Pay</button></form></li>",
            code["total"]
        )
    };
    let rows: String = shop.wallet.codes()?.iter().rev().map(row).collect();
    Ok(page("The simulated wallet", &format!("<ul>{rows}</ul>"), ""))
}

async fn wallet_codes(State(shop): Shared) -> Answer {
    Ok(json_of(StatusCode::OK, &Value::from(shop.wallet.codes()?)))
}

/// `total` tells of another sum, `forged` signs wrongly, `silent` tells nothing.
async fn wallet_pay(State(shop): Shared, body: Bytes) -> Answer {
    let fields = fields(&body);
    let total = fields.get("total").and_then(|total| total.parse().ok());
    let deed = Deed { id: fields.get("id").cloned().unwrap_or_default(), total, forged: fields.contains_key("forged") };
    let (mut headers, body) = shop.wallet.pay(&deed)?.ok_or_else(|| Problem::of(404, "not_found"))?;
    if fields.contains_key("silent") {
        return Ok(json_of(StatusCode::OK, &json!({ "answered": 0 })));
    }
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    let answered = notified(State(shop), headers, body.into()).await?.status().as_u16();
    Ok(json_of(StatusCode::OK, &json!({ "answered": answered })))
}

/// From now on the calls that `calls` names fail for this payment.
async fn wallet_fail(State(shop): Shared, body: Bytes) -> Answer {
    let fields = fields(&body);
    let text = |name: &str| fields.get(name).map_or("", String::as_str);
    if !shop.wallet.fail(text("id"), text("calls"))? {
        return Err(Problem::of(404, "not_found"));
    }
    Ok(json_of(StatusCode::OK, &json!({ "answered": 0 })))
}
