//! Decides what every story has at hand: a browser, a shop, a trial page, a checkout in it, readers of codes.
//!
//! It holds no rule of the product; the stories do.

pub mod browser;
pub mod checkout;
pub mod decode;
pub mod engine;
pub mod process;
pub mod recipe;
pub mod shop;
pub mod trial;
pub mod wait;

pub use browser::{ALIPAY, Browser, DESK, Kind, PHONE, UNIONPAY, WECHAT};
pub use checkout::{Checkout, untroubled};
pub use engine::{Engine, Feat, can, skipped};
pub use recipe::Recipe;
pub use shop::Shop;
pub use trial::Trial;
