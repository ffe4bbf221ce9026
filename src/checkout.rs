//! The core: pure, deterministic, tested natively. It decides everything about a checkout and performs nothing.
//!
//! It knows no browser, no clock, no Yew: time, ids and user agents come in as data. In the order a payment takes:

pub mod json;

pub mod money;
pub mod options;

pub mod environment;
pub mod method;
pub mod offer;

pub mod fault;
pub mod log;
pub mod machine;
pub mod patience;
pub mod replay;
pub mod wire;
