//! Stands for WeChat Pay, so that the shop can be tried: makes codes, closes and refunds them, says how they stand, and
//! notifies as WeChat Pay does.
//!
//! Replace `native`, `close`, `query` and `refund` by your calls (`../providers.md`), the keys by WeChat Pay's, and leave the rest out.

use crate::notification::Keys;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rand::RngCore;
use rand::rngs::OsRng;
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::sha2::Sha256;
use rsa::signature::{Keypair, SignatureEncoding, Signer};
use rusqlite::{Connection, OptionalExtension, Result, params};
use serde_json::{Value, json};
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) const MERCHANT: &str = "1900000001";
pub(crate) const APP: &str = "wxd678efh567hg6787";
const BITS: usize = 2048;

/// The provider.
pub(crate) struct Wallet {
    store: Mutex<Connection>,
    key: SigningKey<Sha256>,
    api: [u8; 32],
}

/// How a payment stands at the provider.
pub(crate) enum Standing {
    /// With what a notification would tell.
    Paid(Value),
    Open,
    /// Nobody can pay it any more.
    Over,
}

/// The provider could not be asked, or gave no clear answer: nothing is known.
#[derive(Debug)]
pub(crate) struct Unclear(String);

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<rusqlite::Error> for Unclear {
    fn from(fault: rusqlite::Error) -> Self {
        Self(fault.to_string())
    }
}

/// What somebody who has the code does with it.
pub(crate) struct Deed {
    pub(crate) id: String,
    /// Another sum than the code's.
    pub(crate) total: Option<i64>,
    /// Signed by somebody else.
    pub(crate) forged: bool,
}

/// Random bytes as hexadecimal digits.
pub(crate) fn random(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    OsRng.fill_bytes(&mut random);
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What notifications and queries tell of a payment.
fn transaction(payment: &str, total: i64, currency: String) -> Value {
    json!({ "mchid": MERCHANT, "appid": APP, "out_trade_no": payment, "trade_state": "SUCCESS",
        "transaction_id": format!("42{}", random(13)), "amount": { "total": total, "currency": currency } })
}

impl Wallet {
    pub(crate) fn open(file: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let store = Connection::open(file)?;
        store.execute_batch("CREATE TABLE IF NOT EXISTS codes (id TEXT PRIMARY KEY, code TEXT, total INTEGER, currency TEXT, state TEXT,
            fails TEXT NOT NULL DEFAULT '') -- calls that are to fail, for a trial")?;
        let mut api = [0; 32];
        OsRng.fill_bytes(&mut api);
        Ok(Self { store: Mutex::new(store), key: SigningKey::new(RsaPrivateKey::new(&mut OsRng, BITS)?), api })
    }

    /// What notifications are opened with.
    pub(crate) fn keys(&self) -> Keys {
        Keys { public: self.key.verifying_key(), api: self.api }
    }

    fn store(&self) -> MutexGuard<'_, Connection> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store, if this call is not to fail.
    fn reached(&self, call: &str, payment: &str) -> Result<MutexGuard<'_, Connection>, Unclear> {
        let store = self.store();
        let fails = store.query_row("SELECT fails FROM codes WHERE id = ?1", [payment], |row| row.get::<_, String>(0));
        let fails = fails.optional()?.is_some_and(|fails| fails.split(' ').any(|fails| fails == call));
        if fails { Err(Unclear(format!("{call} is to fail"))) } else { Ok(store) }
    }

    /// `POST /v3/pay/transactions/native`: what it answers. The same payment again: the same code.
    pub(crate) async fn native(
        &self,
        payment: &str,
        total: i64,
        currency: &str,
        _expires: i64,
    ) -> Result<Value, Unclear> {
        let (store, code) = (self.store(), format!("weixin://wxpay/bizpayurl?pr={}", random(4)));
        let made = params![payment, code, total, currency];
        store.execute(
            "INSERT OR IGNORE INTO codes (id, code, total, currency, state) VALUES (?1, ?2, ?3, ?4, 'NOTPAY')",
            made,
        )?;
        let code: String = store.query_row("SELECT code FROM codes WHERE id = ?1", [payment], |row| row.get(0))?;
        Ok(json!({ "code_url": code }))
    }

    /// `POST …/out-trade-no/{id}/close`: whether nobody can pay it any more. If not, it was paid, or is over: `query` says which.
    pub(crate) async fn close(&self, payment: &str) -> Result<bool, Unclear> {
        let store = self.reached("close", payment)?;
        store.execute("UPDATE codes SET state = 'CLOSED' WHERE id = ?1 AND state = 'NOTPAY'", [payment])?;
        let state = store.query_row("SELECT state FROM codes WHERE id = ?1", [payment], |row| row.get::<_, String>(0));
        Ok(state.optional()?.is_none_or(|state| state == "CLOSED"))
    }

    /// `POST /v3/refund/domestic/refunds` with `out_refund_no` = the payment's id: asked twice, it is paid back once.
    pub(crate) async fn refund(&self, payment: &str, _total: i64, _currency: &str) -> Result<(), Unclear> {
        let store = self.reached("refund", payment)?;
        store.execute("UPDATE codes SET state = 'REFUND' WHERE id = ?1 AND state = 'SUCCESS'", [payment])?;
        Ok(())
    }

    /// `GET …/out-trade-no/{id}`: how it stands.
    pub(crate) async fn query(&self, payment: &str) -> Result<Standing, Unclear> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let store = self.reached("query", payment)?;
        let found = store.query_row("SELECT state, total, currency FROM codes WHERE id = ?1", [payment], read);
        Ok(match found.optional()? {
            Some((state, total, currency)) => match String::as_str(&state) {
                "SUCCESS" => Standing::Paid(transaction(payment, total, currency)),
                "NOTPAY" => Standing::Open,
                _ => Standing::Over,
            },
            None => Standing::Open,
        })
    }

    /// From now on these calls about this payment fail, words with blanks between; whether there is such a payment.
    pub(crate) fn fail(&self, payment: &str, calls: &str) -> Result<bool> {
        Ok(self.store().execute("UPDATE codes SET fails = ?1 WHERE id = ?2", [calls, payment])? > 0)
    }

    /// Every code there was.
    pub(crate) fn codes(&self) -> Result<Vec<Value>> {
        let store = self.store();
        let mut asked = store.prepare("SELECT id, code, total, currency, state FROM codes ORDER BY rowid")?;
        let read = |row: &rusqlite::Row<'_>| {
            let text = |at| row.get::<_, String>(at);
            Ok(
                json!({ "id": text(0)?, "code": text(1)?, "total": row.get::<_, i64>(2)?, "currency": text(3)?, "state": text(4)? }),
            )
        };
        asked.query_map([], read)?.collect()
    }

    /// Pays a code, even one that was just closed, as happens: the notification of it, signed and sealed.
    pub(crate) fn pay(&self, deed: &Deed) -> Result<Option<(HeaderMap, Vec<u8>)>> {
        let store = self.store();
        let sum = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let sum = store.query_row("SELECT total, currency FROM codes WHERE id = ?1", [&deed.id], sum).optional()?;
        let Some::<(i64, String)>((owed, currency)) = sum else { return Ok(None) };
        let total = deed.total.unwrap_or(owed);
        if total == owed && !deed.forged {
            store.execute("UPDATE codes SET state = 'SUCCESS' WHERE id = ?1", [&deed.id])?;
        }
        Ok(self.notification(&transaction(&deed.id, total, currency), deed.forged))
    }

    fn notification(&self, told: &Value, forged: bool) -> Option<(HeaderMap, Vec<u8>)> {
        let (nonce, stamp) = (random(6), crate::now().to_string());
        let cipher = Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(&self.api));
        let plain = told.to_string();
        let payload = Payload { msg: plain.as_bytes(), aad: b"transaction" };
        let sealed = cipher.encrypt(Nonce::from_slice(nonce.as_bytes()), payload).ok()?;
        let resource = json!({ "algorithm": "AEAD_AES_256_GCM", "original_type": "transaction", "nonce": nonce,
            "associated_data": "transaction", "ciphertext": BASE64_STANDARD.encode(sealed) });
        let body = json!({ "id": "EV-1", "event_type": "TRANSACTION.SUCCESS", "resource": resource }).to_string();
        let signature = self.key.sign(format!("{stamp}\n{nonce}\n{body}\n").as_bytes()).to_vec();
        let signature = BASE64_STANDARD.encode(if forged { vec![0; signature.len()] } else { signature });
        let mut headers = HeaderMap::new();
        for (name, value) in [("timestamp", stamp), ("nonce", nonce), ("signature", signature)] {
            let name: axum::http::HeaderName = format!("wechatpay-{name}").parse().ok()?;
            headers.insert(name, HeaderValue::try_from(value).ok()?);
        }
        Some((headers, body.into_bytes()))
    }
}
