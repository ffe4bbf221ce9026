//! Decides what an answer of the merchant's server means: a payment of this order, a fault, or nothing usable.
//!
//! It believes nothing about another order, amount or currency, and reads text as an action only where text counts.

use super::{Answer, AttemptId, Payment};
use crate::action::{Action, Refusal, Seconds, Standing, Step, time};
use crate::checkout::fault::{Fault, ServerCode, ServerFault};
use crate::checkout::json::Json;
use crate::checkout::machine::Request;
use crate::checkout::method::MethodId;
use crate::checkout::money::Amount;

/// Largest body that is read: 256 KiB.
const MAX_BODY: usize = 256 * 1024;

/// An answer as it came.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Whether it was redirected on its way: then text does not count, a login page is not a form.
    pub redirected: bool,
    /// The body.
    pub body: String,
    /// The server's clock: its `Date` header, or the page's own clock where that is hidden.
    pub date: Seconds,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
}

/// What an answer must agree with to be believed.
pub struct Expected<'a> {
    /// The order's id.
    pub order: &'a str,
    /// The order's sum.
    pub amount: Amount,
    /// The sum of the attempt that was asked about, with its method's fee.
    pub asked: Amount,
    /// The sum for each method that is shown, with its fee.
    pub totals: Vec<(MethodId, Amount)>,
    /// The attempt that was asked about.
    pub attempt: &'a AttemptId,
    /// Origin of the endpoint, which `events` and `sign_in` addresses must have.
    pub origin: &'a str,
    /// Reads and checks a provider's response for this sum: [`Action::checked`], here or in the reader's module.
    pub reads: &'a dyn Fn(&str, Seconds, &Amount) -> Result<Action, Refusal>,
}

impl std::fmt::Debug for Expected<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Expected").field("order", &self.order).field("amount", &self.amount).finish_non_exhaustive()
    }
}

impl Reply {
    /// Whether reading it takes [`Expected::reads`]: it may hold an action, or be nothing but a provider's response, which
    /// may well have a `status` of its own, but no attempt.
    pub fn may_hold_an_action(&self) -> bool {
        let has = |key: &str| self.body.contains(key);
        matches!(self.status, 200..=299 | 409) && (has_action(&self.body) || !(has("\"status\"") && has("\"attempt\"")))
    }
}

/// Whether this text of the server may hold an action, which takes [`Expected::reads`].
pub fn has_action(text: &str) -> bool {
    text.contains("\"action\"")
}

/// Reads an answer to this request.
pub fn read(request: Request, reply: &Reply, expected: &Expected<'_>) -> Answer {
    if reply.body.len() > MAX_BODY {
        return server(ServerCode::AnswerTooLarge, u64::from(reply.status).to_string());
    }
    let json = Json::read(&reply.body).ok().filter(Json::is_object);
    match (reply.status, json) {
        (200..=299, Some(json)) => success(request, &json, reply, expected),
        (200..=299, None) if !reply.redirected => bare(request, reply, expected),
        (200..=299, None) => malformed(reply),
        (501, _) => Answer::Unsupported,
        (status, json) => refusal(request, status, &json.unwrap_or(Json::Null), reply, expected),
    }
}

fn server(code: ServerCode, about: String) -> Answer {
    Answer::Fault(Fault::Server(ServerFault { code, about }))
}

fn malformed(reply: &Reply) -> Answer {
    let start: String = reply.body.chars().take(60).collect();
    server(ServerCode::MalformedAnswer, [&u64::from(reply.status).to_string(), " ", start.trim()].concat())
}

fn success(request: Request, json: &Json, reply: &Reply, expected: &Expected<'_>) -> Answer {
    if request == Request::Cancel && is_recorded_key(json, expected) {
        return Answer::Payment(Box::new(recorded(json, reply)));
    }
    if is_payment(json) {
        return match payment(json, reply.date, expected) {
            Some(payment) if payment.attempt.as_ref().is_none_or(|id| id == expected.attempt) => {
                Answer::Payment(Box::new(payment))
            }
            _ => server(ServerCode::AnotherOrder, echo(json)),
        };
    }
    bare(request, reply, expected)
}

/// Whether this is a payment and no provider's response, which may have a `status` too, and an object for an `order`.
pub fn is_payment(json: &Json) -> bool {
    let names = |key: &str| json.get(key).and_then(Json::scalar).is_some();
    json.get("status").is_some() && (names("attempt") || names("order"))
}

/// Whether the server says of this very key that it is canceled, which is all that counts then: of a key that it had never
/// seen it can't name the order, and the sum may be of an earlier cart.
fn is_recorded_key(json: &Json, expected: &Expected<'_>) -> bool {
    let text = |key: &str| json.get(key).and_then(Json::text);
    let ours = text("attempt") == Some(expected.attempt.as_str());
    ours && text("status") == Some("canceled") && text("order").is_none_or(|order| order == expected.order)
}

fn recorded(json: &Json, reply: &Reply) -> Payment {
    let reason = json.get("reason").and_then(Json::text).map(str::to_owned);
    Payment { reason, ..Payment::bare(Standing::Canceled, None, reply.date) }
}

/// The order, sum and attempt that an answer names, for the developer.
fn echo(json: &Json) -> String {
    let said = |key| json.get(key).and_then(Json::scalar).unwrap_or("?");
    [said("order"), " ", said("amount"), " ", said("currency"), " ", said("attempt")].concat()
}

/// A provider's response without the payment around it: the widget then asks by the attempt.
fn bare(request: Request, reply: &Reply, expected: &Expected<'_>) -> Answer {
    let action = (expected.reads)(&reply.body, reply.date, &expected.asked);
    let status = match &action {
        Ok(Action { step: Step::Nothing { status: Standing::Failed, code }, .. }) if request == Request::Create => {
            return server(ServerCode::Refused, code.clone().unwrap_or_default());
        }
        // A query that was refused says nothing of the payment: to ask again is safe, to call it failed is not.
        Ok(Action { refused: true, .. }) => Standing::Pending,
        // A creation's word that it is paid is asked about first; a status answer's is the server's own.
        Ok(Action { step: Step::Nothing { status, .. }, .. }) if request != Request::Create => *status,
        Err(Refusal::Unrecognised | Refusal::Malformed) => return malformed(reply),
        Err(refusal) if request != Request::Create => return server(ServerCode::BadAction, refusal.about()),
        _ => Standing::Pending,
    };
    let test = action.as_ref().is_ok_and(|action| action.test);
    Answer::Payment(Box::new(Payment { test, ..Payment::bare(status, Some(action), reply.date) }))
}

/// Reads a payment, if it is of this order and sum. Also what the event stream says.
pub fn payment(json: &Json, date: Seconds, expected: &Expected<'_>) -> Option<Payment> {
    let text = |key: &str| json.get(key).and_then(Json::text);
    let method = text("method").and_then(MethodId::parse);
    let is_sum = |sum: &Amount| {
        json.get("amount").and_then(Json::integer) == Some(sum.minor())
            && text("currency") == Some(sum.currency().code())
    };
    // The attempt that was asked about has the sum that it was made with, also after the cart has changed.
    let ours = text("attempt").is_none_or(|attempt| attempt == expected.attempt.as_str());
    let asked = ours && is_sum(&expected.asked);
    // A stranger is not told the method: any that adds to the sum what was added, and the order's own sum before it.
    let is_row = |(id, total): &&(MethodId, Amount)| match &method {
        Some(method) => id == method,
        None => !asked && !is_sum(&expected.amount) && is_sum(total),
    };
    let row = expected.totals.iter().find(is_row);
    let total = if asked { expected.asked } else { row.map_or(expected.amount, |(_, total)| *total) };
    if text("order") != Some(expected.order) || !is_sum(&total) {
        return None;
    }
    let method = row.map(|(id, _)| id.clone()).or(method);
    let now = text("now").and_then(time::instant).unwrap_or(date);
    let id = text("id").filter(|id| is_payment_id(id)).map(str::to_owned);
    Some(Payment {
        events: text("events").and_then(|url| on_origin(url, expected.origin)),
        id,
        attempt: text("attempt").and_then(AttemptId::parse),
        method,
        status: Standing::of_word(text("status").unwrap_or_default()),
        action: json.get("action").map(|action| (expected.reads)(&action.to_string(), now, &total)),
        expires: text("expires_at").and_then(time::instant),
        now: Some(now),
        reason: text("reason").map(|reason| reason.chars().take(64).collect()),
        refunded: json.get("refunded").and_then(Json::flag) == Some(true),
        test: json.get("test").and_then(Json::flag) == Some(true),
    })
}

fn is_payment_id(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    (1..=64).contains(&id.len()) && id.bytes().all(plain)
}

/// The address made absolute, if it lies on this origin.
fn on_origin(url: &str, origin: &str) -> Option<String> {
    let path = url.strip_prefix(origin).unwrap_or(url);
    (path.starts_with('/') && !path.starts_with("//") && !path.contains('\\')).then(|| [origin, path].concat())
}

/// What an answer other than 2xx means, by its `code`.
fn refusal(request: Request, status: u16, json: &Json, reply: &Reply, expected: &Expected<'_>) -> Answer {
    let text = |key: &str| json.get(key).and_then(Json::text);
    let code = text("code").unwrap_or_default();
    let known = json.get("payment").and_then(|known| payment(known, reply.date, expected));
    match (status, code) {
        (409, "payment_in_progress" | "order_paid") if known.is_some() => {
            known.map_or(Answer::Unsupported, |known| Answer::Payment(Box::new(known)))
        }
        // Of what was made already it says that this shopper may not hear of it.
        (401, "sign_in") if request == Request::Create => {
            match text("url").and_then(|url| on_origin(url, expected.origin)) {
                Some(url) => Answer::SignIn(url),
                None => server(ServerCode::NotAllowed, "sign_in without a url on the endpoint's origin".to_owned()),
            }
        }
        (409, "in_flight") | (429, _) => Answer::Busy(reply.retry_after.unwrap_or(1)),
        (503, _) if reply.retry_after.is_some() => Answer::Busy(reply.retry_after.unwrap_or(1)),
        _ => server(meaning(status, code), about(status, code, json)),
    }
}

fn meaning(status: u16, code: &str) -> ServerCode {
    match (status, code) {
        (409, "amount_changed") => ServerCode::AmountChanged,
        (409, "payment_in_progress") => ServerCode::PaymentInProgress,
        (409, "order_paid") => ServerCode::OrderPaid,
        (422, "key_reused") => ServerCode::KeyReused,
        (422, "bad_return_url") => ServerCode::BadReturnUrl,
        (401 | 403, _) => ServerCode::NotAllowed,
        (404 | 410, _) => ServerCode::NotFound,
        (400..=499, _) => ServerCode::Refused,
        _ => ServerCode::ServerError,
    }
}

/// What the server said, for the developer.
fn about(status: u16, code: &str, json: &Json) -> String {
    let mut about = u64::from(status).to_string();
    for part in [
        code,
        json.get("title").and_then(Json::text).unwrap_or_default(),
        json.get("detail").and_then(Json::text).unwrap_or_default(),
    ] {
        if !part.is_empty() {
            about.push_str(" · ");
            about.extend(part.chars().take(200));
        }
    }
    about
}

#[cfg(test)]
mod tests {
    #![allow(clippy::wildcard_enum_match_arm)]
    use super::*;
    use crate::action::Trust;
    use crate::action::terms::Terms;
    use crate::checkout::environment::Device;
    use crate::checkout::money::Currency;

    const PAYMENT: &str = r#""id":"pay_81","attempt":"mg_abababababababababababababababab","order":"SO-1001","method":"wechatpay","amount":12800,"currency":"CNY""#;

    fn amount(minor: u64) -> Amount {
        Amount::new(minor, Currency::parse("CNY").unwrap()).unwrap()
    }

    fn answered(request: Request, status: u16, body: &str) -> Answer {
        answered_by(request, &Reply { status, body: body.to_owned(), date: 1_000_000, ..Reply::default() })
    }

    fn answered_by(request: Request, reply: &Reply) -> Answer {
        let attempt = AttemptId::from_random([0xab; 16]);
        let reads = |response: &str, now: Seconds, amount: &Amount| {
            let terms = Terms {
                trust: Trust::default(),
                amount: *amount,
                methods: "wechatpay".to_owned(),
                device: Device::Phone,
            };
            Action::checked(response, now, &terms)
        };
        let expected = Expected {
            order: "SO-1001",
            amount: amount(12800),
            asked: amount(12800),
            totals: vec![(MethodId::parse("alipay").unwrap(), amount(12900))],
            attempt: &attempt,
            origin: "https://shop.example",
            reads: &reads,
        };
        read(request, reply, &expected)
    }

    fn taken(request: Request, status: u16, body: &str) -> Payment {
        match answered(request, status, body) {
            Answer::Payment(payment) => *payment,
            other => panic!("{other:?}"),
        }
    }

    fn fault(status: u16, body: &str) -> &'static str {
        match answered(Request::Create, status, body) {
            Answer::Fault(fault) => fault.code(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_question_that_the_wallet_refused_says_nothing_of_the_payment() {
        for refused in [
            r#"{"return_code":"FAIL","return_msg":"x"}"#,
            r#"{"return_code":"SUCCESS","result_code":"FAIL","err_code":"SIGNERROR"}"#,
        ] {
            for request in [Request::Ask, Request::Cancel, Request::Refresh] {
                assert_eq!(taken(request, 200, refused).status, Standing::Pending, "{request:?} {refused}");
            }
            assert_eq!(fault(201, refused), "refused");
        }
        let query =
            r#"{"return_code":"SUCCESS","result_code":"SUCCESS","trade_state":"PAYERROR","trade_type":"NATIVE"}"#;
        assert_eq!(taken(Request::Ask, 200, query).status, Standing::Failed, "this is said of the payment");
    }

    #[test]
    fn a_payment_that_was_declined_has_failed_whatever_code_says_why() {
        for declined in [
            r#"{"object":"charge","id":"chrg_1","status":"failed","failure_code":"payment_rejected"}"#,
            r#"{"object":"payment_intent","status":"requires_payment_method","last_payment_error":{"code":"declined"}}"#,
            r#"{"pspReference":"K","resultCode":"Refused","refusalReasonCode":"2"}"#,
            r#"{"id":"pay_1","_links":{},"status":"Declined","response_code":"20005"}"#,
            r#"{"payment_request_id":"pr-1","status":"FAILED","failure_code":"DECLINED","actions":[]}"#,
            r#"{"payOrderId":"P1","orderState":3,"errCode":"E1"}"#,
            r#"{"payment_id":"1","status":"failed","error_code":"E1"}"#,
            r#"{"object":"charge","channel":"wx_wap","credential":{},"paid":false,"failure_code":"E1"}"#,
            r#"{"respCode":"00","merId":"1","origRespCode":"61"}"#,
        ] {
            for request in [Request::Ask, Request::Cancel] {
                assert_eq!(taken(request, 200, declined).status, Standing::Failed, "{request:?} {declined}");
            }
            assert_eq!(fault(201, declined), "refused");
        }
    }

    #[test]
    fn a_host_that_is_not_trusted_is_named_and_what_can_be_done() {
        let body = r#"{"h5_url":"https://pay.other.example/"}"#;
        for request in [Request::Ask, Request::Cancel, Request::Refresh] {
            let Answer::Fault(fault) = answered(request, 200, body) else { panic!("{request:?}") };
            let message = fault.message();
            assert!(message.contains("pay.other.example") && message.contains("option hosts"), "{message}");
        }
    }

    #[test]
    fn a_providers_response_with_an_order_of_its_own_kind_is_no_payment_of_another_order() {
        let response = |order: &str| {
            [
                r#"{"id":"int_1","status":"REQUIRES_CUSTOMER_ACTION","amount":128.00,"currency":"CNY","next_action":"#,
                r#"{"type":"render_qrcode","qrcode":"weixin://wxpay/bizpayurl?pr=Zt4kQ8b"},"order":"#,
                order,
                "}",
            ]
            .concat()
        };
        assert!(
            taken(Request::Create, 201, &response(r#"{"products":[]}"#)).action.is_some_and(|action| action.is_ok())
        );
        assert_eq!(fault(201, &response(r#""SO-2""#)), "another_order");
    }

    #[test]
    fn a_payment_with_a_raw_response_becomes_one_with_an_action() {
        let body = ["{", PAYMENT, r#","status":"pending","action":{"code_url":"weixin://wxpay/bizpayurl?pr=Zt4kQ8b"},"events":"/checkout/payments/pay_81/events","expires_at":"1970-01-12T13:46:50Z"}"#].concat();
        let payment = taken(Request::Create, 201, &body);
        assert!(matches!(payment.action, Some(Ok(Action { step: Step::Qr { .. }, .. }))));
        assert_eq!(payment.events.as_deref(), Some("https://shop.example/checkout/payments/pay_81/events"));
        assert_eq!(payment.deadline(5_000), Some(5_000 + 10_000));
    }

    #[test]
    fn an_id_that_would_change_the_address_asked_is_not_taken() {
        let id = |id: &str| {
            let body = ["{", &PAYMENT.replace("pay_81", id), r#","status":"pending"}"#].concat();
            taken(Request::Create, 201, &body).id
        };
        let longest = "p".repeat(64);
        for right in ["pay_81", "pay-81", "P", &longest] {
            assert_eq!(id(right).as_deref(), Some(right));
        }
        for wrong in ["", "..", "pay/81", "pay?81", "pay#81", "pay 81", "\u{652f}", &"p".repeat(65)] {
            assert_eq!(id(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_developer_reads_what_the_server_said_and_whose_payment_it_named() {
        let about = |status: u16, body: &str| match answered(Request::Create, status, body) {
            Answer::Fault(Fault::Server(fault)) => fault.about,
            other => panic!("{other:?}"),
        };
        let problem = r#"{"code":"closed","title":"Closed","detail":"until nine"}"#;
        assert_eq!(about(409, problem), "409 · closed · Closed · until nine");
        assert_eq!(about(502, "<html>"), "502");
        let other = ["{", &PAYMENT.replace("SO-1001", "SO-1002"), r#","status":"succeeded"}"#].concat();
        assert!(about(200, &other).contains("SO-1002 12800 CNY mg_abab"), "{}", about(200, &other));
    }

    #[test]
    fn an_unknown_status_counts_as_pending() {
        let body = ["{", PAYMENT, r#","status":"on_hold"}"#].concat();
        assert_eq!(taken(Request::Ask, 200, &body).status, Standing::Pending);
    }

    #[test]
    fn an_answer_for_another_order_sum_or_attempt_is_never_believed() {
        for (right, wrong) in [("SO-1001", "SO-1002"), ("12800", "12801"), ("CNY", "HKD"), ("mg_abab", "mg_cdcd")] {
            let body = ["{", &PAYMENT.replace(right, wrong), r#","status":"succeeded"}"#].concat();
            assert_eq!(fault(200, &body), "another_order", "{wrong}");
        }
    }

    #[test]
    fn a_bare_response_is_taken_and_a_refusal_to_create_is_no_outcome() {
        let payment = taken(Request::Create, 201, r#"{"code_url":"weixin://wxpay/bizpayurl?pr=Zt4kQ8b"}"#);
        assert_eq!((payment.status, payment.id), (Standing::Pending, None));
        let paid = r#"{"return_code":"SUCCESS","result_code":"FAIL","err_code":"ORDERPAID"}"#;
        assert_eq!(taken(Request::Create, 200, paid).status, Standing::Pending);
        let queried = r#"{"trade_state":"SUCCESS","out_trade_no":"SO-1001"}"#;
        assert_eq!(taken(Request::Create, 200, queried).status, Standing::Pending, "asked about first");
        assert_eq!(taken(Request::Ask, 200, queried).status, Standing::Succeeded, "the server's own word");
        let refused = r#"{"return_code":"SUCCESS","result_code":"FAIL","err_code":"NOAUTH"}"#;
        assert_eq!(fault(200, refused), "refused");
        assert_eq!(
            taken(Request::Ask, 200, refused).status,
            Standing::Pending,
            "the query was refused, not the payment"
        );
    }

    #[test]
    fn a_page_that_a_redirect_led_to_is_not_taken_for_a_wallets_form() {
        let form = "<form action=\"https://openapi.alipay.com/gateway.do\" method=\"post\"></form>";
        assert!(matches!(taken(Request::Create, 200, form).action, Some(Ok(_))), "the server's own answer is read");
        let reply = Reply { status: 200, redirected: true, body: form.to_owned(), ..Reply::default() };
        let told = answered_by(Request::Create, &reply);
        assert!(matches!(&told, Answer::Fault(fault) if fault.code() == "malformed_answer"), "{told:?}");
    }

    #[test]
    fn what_is_no_payment_is_the_servers_fault() {
        for body in ["", "<html>Sign in</html>", "{}", "[]", "null", "ok", r#"{"status":"succeeded"}"#] {
            assert_eq!(fault(200, body), "malformed_answer", "{body}");
        }
        assert_eq!(fault(200, &" ".repeat(256 * 1024 + 1)), "answer_too_large");
        assert_eq!(fault(500, "<html>oops</html>"), "server_error");
    }

    #[test]
    fn whatever_may_be_a_providers_response_is_read_as_one() {
        let holds = |body: &str| Reply { status: 200, body: body.to_owned(), ..Reply::default() }.may_hold_an_action();
        for body in [
            r#"{"id":"int_1","status":"REQUIRES_CUSTOMER_ACTION","next_action":{}}"#,
            r#"{"object":"payment_intent","status":"succeeded"}"#,
            r#"{"id":"pay_81","attempt":"mg_1","status":"pending","action":{}}"#,
            "<form></form>",
        ] {
            assert!(holds(body), "{body}");
        }
        assert!(!holds(&["{", PAYMENT, r#","status":"processing"}"#].concat()), "a payment without an action is not");
    }

    #[test]
    fn each_refusal_has_its_meaning() {
        for (status, code, meaning) in [
            (409, "amount_changed", "amount_changed"),
            (409, "payment_in_progress", "payment_in_progress"),
            (409, "order_paid", "order_paid"),
            (422, "key_reused", "key_reused"),
            (422, "bad_return_url", "bad_return_url"),
            (403, "", "not_allowed"),
            (404, "not_found", "not_found"),
            (410, "", "not_found"),
            (418, "", "refused"),
        ] {
            assert_eq!(fault(status, &["{\"code\":\"", code, "\"}"].concat()), meaning);
        }
        assert_eq!(answered(Request::Refresh, 501, ""), Answer::Unsupported);
        assert_eq!(answered(Request::Create, 409, r#"{"code":"in_flight"}"#), Answer::Busy(1));
    }

    #[test]
    fn an_order_that_is_being_paid_is_taken_up_with_its_own_attempt() {
        let theirs = PAYMENT.replace("mg_abab", "mg_cdcd");
        let body = ["{\"code\":\"payment_in_progress\",\"payment\":{", &theirs, ",\"status\":\"pending\"}}"].concat();
        let payment = taken(Request::Create, 409, &body);
        assert_eq!(payment.attempt.unwrap().as_str(), "mg_cdcdabababababababababababababab");
    }

    #[test]
    fn signing_in_leads_to_the_endpoints_origin_only() {
        let to = |url: &str| answered(Request::Create, 401, &["{\"code\":\"sign_in\",\"url\":\"", url, "\"}"].concat());
        assert_eq!(to("/login"), Answer::SignIn("https://shop.example/login".to_owned()));
        for wrong in ["https://evil.example/", "//evil.example", "https://shop.example.evil/", "/\\\\evil.example"] {
            assert!(matches!(to(wrong), Answer::Fault(_)), "{wrong}");
        }
    }

    #[test]
    fn an_attempt_of_an_earlier_cart_can_still_be_closed() {
        let body = PAYMENT.replace("\"wechatpay\",\"amount\":12800", "\"alipay\",\"amount\":12800");
        assert_eq!(
            taken(Request::Cancel, 200, &["{", &body, ",\"status\":\"canceled\"}"].concat()).status,
            Standing::Canceled
        );
        let elsewhere = body.replace("SO-1001", "SO-1002");
        let answer = answered(Request::Cancel, 200, &["{", &elsewhere, ",\"status\":\"canceled\"}"].concat());
        assert!(matches!(answer, Answer::Fault(_)), "{answer:?}");
        assert_eq!(
            taken(Request::Ask, 200, &["{", &body, ",\"status\":\"pending\"}"].concat()).status,
            Standing::Pending
        );
        let lower = body.replace("12800", "12801");
        let answer = answered(Request::Ask, 200, &["{", &lower, ",\"status\":\"pending\"}"].concat());
        assert!(matches!(answer, Answer::Fault(_)), "{answer:?}");
    }

    #[test]
    fn a_key_that_was_never_seen_is_canceled_by_recording_it() {
        let body = r#"{"attempt":"mg_abababababababababababababababab","status":"canceled"}"#;
        assert_eq!(taken(Request::Cancel, 200, body).status, Standing::Canceled);
        assert!(matches!(answered(Request::Ask, 200, body), Answer::Fault(_)));
    }

    #[test]
    fn only_a_creation_is_answered_by_a_way_to_sign_in() {
        let body = r#"{"code":"sign_in","url":"https://shop.example/sign-in"}"#;
        assert!(matches!(answered(Request::Create, 401, body), Answer::SignIn(_)));
        for request in [Request::Ask, Request::Cancel, Request::Refresh] {
            let answer = answered(request, 401, body);
            assert!(matches!(&answer, Answer::Fault(fault) if fault.code() == "not_allowed"), "{request:?} {answer:?}");
        }
    }

    #[test]
    fn a_stranger_is_told_the_sum_with_a_fee_and_no_method() {
        let echo = |amount: &str| {
            let body = r#"{"id":"pay_81","attempt":"mg_abababababababababababababababab","order":"SO-1001","amount":"#;
            answered(Request::Ask, 200, &[body, amount, r#","currency":"CNY","status":"succeeded"}"#].concat())
        };
        for (amount, method) in [("12800", None), ("12900", Some("alipay"))] {
            let answer = echo(amount);
            let Answer::Payment(payment) = answer else { panic!("{amount}: {answer:?}") };
            assert!(payment.is_paid() && payment.method.as_ref().map(MethodId::as_str) == method, "{amount}");
        }
        assert!(matches!(echo("12850"), Answer::Fault(_)));
    }
}
