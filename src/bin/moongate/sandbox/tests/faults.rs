//! Every kind of fault, at the router: what the shopper's browser gets and what the server did.

use super::*;

async fn faulty(rules: Value) -> Trial {
    let mut trial = Trial::new();
    trial.put("/sandbox/faults", rules).await.ok();
    trial
}

#[tokio::test]
async fn an_answer_dropped_before_the_server_acts_leaves_nothing_behind() {
    let mut trial = faulty(json!([{ "kind": "drop-before", "times": 1 }])).await;
    assert_eq!(trial.create(&wish("1", "alipay")).await.text, None);
    assert!(trial.listing().await.is_empty());
    assert_eq!(trial.create(&wish("1", "alipay")).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn an_answer_dropped_after_the_server_acted_leaves_the_payment() {
    let mut trial = faulty(json!([{ "kind": "drop-after", "times": 1 }])).await;
    assert_eq!(trial.create(&wish("1", "alipay")).await.text, None);
    assert_eq!(trial.listing().await.len(), 1);
    assert_eq!(trial.create(&wish("1", "alipay")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_status_is_answered_without_acting() {
    let rules =
        json!([{ "kind": "status", "status": 503, "retry_after": 7, "path": "/checkout/payments", "times": 1 }]);
    let mut trial = faulty(rules).await;
    let answer = trial.create(&wish("1", "alipay")).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "7"));
    assert_eq!(answer.code(), "sandbox_fault");
    assert!(trial.listing().await.is_empty());
}

#[tokio::test]
async fn a_malformed_answer_is_no_payment_though_one_was_made() {
    for shape in ["truncated", "html", "empty", "wrong-types"] {
        let mut trial = faulty(json!([{ "kind": "malformed", "as": shape, "times": 1 }])).await;
        let answer = trial.create(&wish("1", "alipay")).await;
        let read: Option<Value> = serde_json::from_str(&answer.text.unwrap()).ok();
        assert!(!read.is_some_and(|payment| payment["status"].is_string()), "{shape}");
        assert_eq!(trial.listing().await.len(), 1, "{shape}");
    }
}

#[tokio::test]
async fn latency_holds_the_answer_back() {
    let mut trial = faulty(json!([{ "kind": "latency", "ms": 80 }])).await;
    let start = std::time::Instant::now();
    trial.get("/checkout/payments/nothing").await;
    assert!(start.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn a_request_delivered_twice_makes_one_payment() {
    let mut trial = faulty(json!([{ "kind": "duplicate" }])).await;
    assert_eq!(trial.create(&wish("1", "alipay")).await.status, StatusCode::OK);
    let listing = trial.listing().await;
    assert_eq!((listing.len(), &listing[0]["requests"]["create"]), (1, &json!(2)));
    assert_eq!(
        trial.post(&format!("/checkout/payments/{}/cancel", attempt("1"))).await.ok()["status"],
        json!("canceled")
    );
}

#[tokio::test]
async fn a_clock_that_is_off_is_off_everywhere_alike() {
    let mut trial = faulty(json!([{ "kind": "clock-skew", "ms": 600_000 }])).await;
    let answer = trial.create(&wish("1", "alipay")).await;
    assert_eq!(answer.header("date"), "Sun, 05 Jan 2031 10:20:00 GMT");
    let payment = answer.json();
    assert_eq!(
        (&payment["now"], &payment["expires_at"]),
        (&json!("2031-01-05T10:20:00Z"), &json!("2031-01-05T12:20:00Z"))
    );
    trial.put("/sandbox/faults", json!([])).await.ok();
    let right = trial.get(&format!("/checkout/payments/{}", attempt("1"))).await.ok();
    assert_eq!((&right["now"], &right["expires_at"]), (&json!("2031-01-05T10:10:00Z"), &json!("2031-01-05T12:10:00Z")));
    assert_eq!(right["action"], payment["action"]);
}

#[tokio::test]
async fn the_same_seed_drops_the_same_requests() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let mut trial = faulty(json!([{ "kind": "drop-after", "rate": 0.5, "seed": 42 }])).await;
        let mut run = Vec::new();
        for _ in 0..12 {
            run.push(trial.get("/checkout/payments/nothing").await.text.is_some());
        }
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].contains(&true) && runs[0].contains(&false));
}

#[tokio::test]
async fn controls_meet_no_fault_and_no_rules_clear_them() {
    let mut trial = faulty(json!([{ "kind": "status", "status": 500, "path": "/" }])).await;
    assert_eq!(trial.get("/checkout/payments/nothing").await.status.as_u16(), 500);
    trial.listing().await;
    assert_eq!(trial.get("/sandbox/faults").await.ok()[0]["seen"], json!(1));
    assert_eq!(trial.put("/sandbox/faults", json!([])).await.ok(), json!([]));
    assert_eq!(trial.get("/checkout/payments/nothing").await.status.as_u16(), 404);
    assert_eq!(trial.put("/sandbox/faults", json!([{ "kind": "x" }])).await.code(), "bad_fault");
}

#[tokio::test]
async fn a_preflight_meets_no_fault() {
    let mut trial = faulty(json!([{ "kind": "status", "status": 500 }])).await;
    trial.headers =
        vec![("origin", "http://localhost:3000".to_owned()), ("access-control-request-method", "POST".to_owned())];
    assert_eq!(trial.send(trial.request("OPTIONS", "/checkout/payments", ())).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_fault_can_be_read_across_origins_like_any_answer() {
    let mut trial = faulty(json!([{ "kind": "status", "status": 500 }])).await;
    trial.headers = vec![("origin", "http://localhost:3000".to_owned())];
    let answer = trial.get("/checkout/payments/nothing").await;
    assert_eq!(answer.header("access-control-allow-origin"), "http://localhost:3000");
}
