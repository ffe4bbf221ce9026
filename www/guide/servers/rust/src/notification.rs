//! Opens a notification of WeChat Pay (APIv3): nothing in it counts before its signature was checked.
//!
//! With WeChat Pay's own public key and your APIv3 key this is the real check; the stand-in of `wallet.rs` signs in the same way.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use axum::http::HeaderMap;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::sha2::Sha256;
use rsa::signature::Verifier;
use serde_json::Value;

/// Seconds after which a notification is taken for one that somebody kept and sends again.
const OLD: u64 = 300;
/// Bytes of the nonce that it is sealed with.
const NONCE: usize = 12;

/// The keys that a notification is opened with.
pub(crate) struct Keys {
    /// WeChat Pay's.
    pub(crate) public: VerifyingKey<Sha256>,
    /// The merchant's APIv3 key.
    pub(crate) api: [u8; 32],
}

/// The transaction that it tells of, for example `{"out_trade_no": "pay_…", "trade_state": "SUCCESS", "amount": {…}}`; why it
/// is not to be believed, if so.
pub(crate) fn opened(headers: &HeaderMap, body: &[u8], keys: &Keys, now: u64) -> Result<Value, &'static str> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).ok_or("a header is missing");
    let (stamp, nonce) = (header("wechatpay-timestamp")?, header("wechatpay-nonce")?);
    let made: u64 = stamp.parse().map_err(|_| "its time is none")?;
    if made.abs_diff(now) > OLD {
        return Err("it is old");
    }
    let signature = BASE64_STANDARD.decode(header("wechatpay-signature")?).map_err(|_| "its signature is none")?;
    let signature = Signature::try_from(signature.as_slice()).map_err(|_| "its signature is none")?;
    let signed = [format!("{stamp}\n{nonce}\n").as_bytes(), body, b"\n"].concat();
    keys.public.verify(&signed, &signature).map_err(|_| "it is not signed by WeChat Pay")?;
    unsealed(body, &keys.api).ok_or("it can't be opened with the APIv3 key")
}

fn unsealed(body: &[u8], key: &[u8; 32]) -> Option<Value> {
    let told: Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| told.pointer(name)?.as_str();
    let nonce = text("/resource/nonce").filter(|nonce| nonce.len() == NONCE)?;
    let sealed = BASE64_STANDARD.decode(text("/resource/ciphertext")?).ok()?;
    let aad = text("/resource/associated_data").unwrap_or_default().as_bytes();
    let cipher = Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key));
    let plain = cipher.decrypt(Nonce::from_slice(nonce.as_bytes()), Payload { msg: &sealed, aad }).ok()?;
    serde_json::from_slice(&plain).ok()
}
