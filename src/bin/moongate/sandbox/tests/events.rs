//! Contract 3.2, the event stream: what it says, when, and when it ends.

use super::*;
use axum::body::BodyDataStream;
use tokio_stream::StreamExt;

/// A stream as a browser reads it.
struct Stream {
    body: BodyDataStream,
    text: String,
}

/// One message: its event's name, empty for an unnamed one, and its data.
type Message = (String, String);

impl Stream {
    async fn open(trial: &Trial, path: &str) -> Self {
        let response = trial.router.clone().oneshot(trial.request("GET", path, ())).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next message; `None` when the stream has ended.
    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some((message, rest)) = self.text.clone().split_once("\n\n") {
                self.text = rest.to_owned();
                let field = |name: &str| message.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
                return Some((field("event: ").to_owned(), field("data: ").to_owned()));
            }
            let chunk = tokio::time::timeout(Duration::from_secs(5), self.body.next()).await.expect("silence")?;
            self.text.push_str(str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }

    /// The next message that is not a ping, as a payment.
    async fn payment(&mut self) -> Value {
        loop {
            let (event, data) = self.next().await.expect("the stream has ended");
            if event != "ping" {
                assert_eq!(event, "");
                return serde_json::from_str(&data).unwrap();
            }
        }
    }
}

async fn streaming() -> (Trial, Value, Stream) {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    let stream = Stream::open(&trial, made["events"].as_str().unwrap()).await;
    (trial, made, stream)
}

#[tokio::test]
async fn the_first_message_comes_at_once_and_is_the_whole_payment() {
    let (_trial, made, mut stream) = streaming().await;
    assert_eq!(stream.payment().await, made);
}

#[tokio::test]
async fn each_change_is_told_once_and_the_stream_ends_with_the_outcome() {
    let (mut trial, made, mut stream) = streaming().await;
    assert_eq!(stream.payment().await["status"], json!("pending"));
    trial.app(&made["id"], "process").await.ok();
    assert_eq!(stream.payment().await["status"], json!("processing"));
    trial.put("/sandbox/orders/SO-77", json!({ "amount": 1, "currency": "CNY" })).await.ok();
    trial.app(&made["id"], "pay").await.ok();
    assert_eq!(stream.payment().await["status"], json!("succeeded"));
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn after_an_outcome_asking_again_is_answered_204() {
    let (mut trial, made, _stream) = streaming().await;
    trial.app(&made["id"], "pay").await.ok();
    let answer = trial.get(made["events"].as_str().unwrap()).await;
    assert_eq!((answer.status, answer.text.as_deref()), (StatusCode::NO_CONTENT, Some("")));
    assert_eq!(trial.get("/checkout/payments/pay_none/events").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_ping_says_that_the_stream_lives() {
    let (_trial, _made, mut stream) = streaming().await;
    stream.payment().await;
    for _ in 0..2 {
        assert_eq!(stream.next().await.unwrap().0, "ping");
    }
}

#[tokio::test]
async fn a_ping_comes_however_much_happens_to_other_orders() {
    let (mut trial, _made, mut stream) = streaming().await;
    stream.payment().await;
    let busy = async {
        loop {
            trial.put("/sandbox/orders/SO-77", json!({ "amount": 1, "currency": "CNY" })).await.ok();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        () = busy => (),
        said = stream.next() => assert_eq!(said.unwrap().0, "ping"),
    }
}

#[tokio::test]
async fn an_expiry_is_told_without_anybody_asking() {
    let mut trial = Trial::new();
    trial.put("/sandbox/orders/SO-1001", json!({ "amount": 12800, "currency": "CNY", "expires_in": 60 })).await.ok();
    let made = trial.made("1", "wechatpay").await;
    assert_eq!(made["expires_at"], json!("2031-01-05T10:11:00Z"));
    let mut stream = Stream::open(&trial, made["events"].as_str().unwrap()).await;
    stream.payment().await;
    trial.pass(60);
    assert_eq!(stream.payment().await["status"], json!("expired"));
}

#[tokio::test]
async fn a_refreshed_code_can_be_followed_again() {
    let (mut trial, made, mut stream) = streaming().await;
    stream.payment().await;
    trial.app(&made["id"], "expire").await.ok();
    assert_eq!(stream.payment().await["status"], json!("expired"));
    let renewed = trial.post(&format!("/checkout/payments/{}/refresh", attempt("1"))).await.ok();
    let mut stream = Stream::open(&trial, made["events"].as_str().unwrap()).await;
    assert_eq!(stream.payment().await["action"], renewed["action"]);
}

#[tokio::test]
async fn a_stranger_hears_status_and_echo_only() {
    let (trial, made, _stream) = streaming().await;
    let mut stream = Stream::open(&trial.stranger(), made["events"].as_str().unwrap()).await;
    let heard = stream.payment().await;
    assert_eq!(
        (&heard["status"], &heard["action"], &heard["attempt"]),
        (&json!("pending"), &Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn a_stream_can_be_made_to_break_off_to_fall_silent_and_to_repeat_itself() {
    let mut trial = Trial::new();
    let made = trial.made("1", "wechatpay").await;
    let path = made["events"].as_str().unwrap();
    trial.put("/sandbox/faults", json!([{ "kind": "disconnect-events" }])).await.ok();
    let mut broken = Stream::open(&trial, path).await;
    assert_eq!(broken.payment().await["status"], json!("pending"));
    assert_eq!(broken.next().await, None);
    trial.put("/sandbox/faults", json!([{ "kind": "duplicate" }])).await.ok();
    let mut twice = Stream::open(&trial, path).await;
    assert_eq!(twice.payment().await, twice.payment().await);
    trial.put("/sandbox/faults", json!([{ "kind": "malformed" }])).await.ok();
    let (_, half) = Stream::open(&trial, path).await.next().await.unwrap();
    assert!(half.starts_with('{') && serde_json::from_str::<Value>(&half).is_err(), "{half}");
    trial.put("/sandbox/faults", json!([{ "kind": "silent-events" }])).await.ok();
    let mut silent = Stream::open(&trial, path).await;
    assert!(tokio::time::timeout(Duration::from_millis(200), silent.next()).await.is_err());
}

#[tokio::test]
async fn requests_are_counted_by_kind() {
    let (mut trial, made, _stream) = streaming().await;
    let id = made["id"].as_str().unwrap();
    for path in ["", "/cancel", "/refresh"] {
        let path = format!("/checkout/payments/{id}{path}");
        if path.ends_with(id) {
            trial.get(&path).await
        } else {
            trial.post(&path).await
        };
    }
    trial.create(&wish("1", "wechatpay")).await.ok();
    let counted = json!({ "create": 2, "status": 1, "events": 1, "refresh": 1, "cancel": 1 });
    assert_eq!(trial.listing().await[0]["requests"], counted);
}
