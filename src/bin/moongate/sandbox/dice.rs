//! Decides which random ids the sandbox gives out, and how a payment's codes follow from its id.
//!
//! It does not decide what the ids are for. Good enough for a simulation; a real server asks its operating system.

use sha2::{Digest, Sha256};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// The digits.
pub(super) const DIGITS: &[u8] = b"0123456789";
/// Hexadecimal digits in lower case.
pub(super) const HEX: &[u8] = b"0123456789abcdef";
/// Lower-case letters and digits.
pub(super) const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// Letters and digits.
pub(super) const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A source of ids that nobody can guess from outside.
#[derive(Debug)]
pub(super) struct Dice {
    key: String,
    thrown: AtomicU64,
}

impl Dice {
    /// Keyed by what the standard library draws for its hash maps.
    pub(super) fn new() -> Self {
        let key = (0_u64..4).map(|n| {
            let mut hasher = RandomState::new().build_hasher();
            hasher.write_u64(n);
            format!("{:016x}", hasher.finish())
        });
        Self { key: key.collect(), thrown: AtomicU64::new(0) }
    }

    /// This prefix and 22 letters and digits: about 130 bits.
    pub(super) fn id(&self, prefix: &str) -> String {
        let thrown = self.thrown.fetch_add(1, Ordering::Relaxed);
        format!("{prefix}{}", drawn(&format!("{}/{thrown}", self.key), ALNUM, 22))
    }
}

/// This many characters of the alphabet that follow from the seed alone.
pub(super) fn drawn(seed: &str, alphabet: &[u8], length: usize) -> String {
    let blocks = (0_u32..).flat_map(|block| Sha256::digest(format!("{seed}#{block}")).to_vec());
    let pick = |byte: u8| alphabet.get(usize::from(byte) % alphabet.len().max(1)).copied();
    blocks.filter_map(pick).map(char::from).take(length).collect()
}

/// A number from 0 up to 1 that follows from the seed alone.
pub(super) fn fraction(seed: &str) -> f64 {
    let first = Sha256::digest(seed).iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    f64::from(first) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_from_throw_to_throw_and_from_dice_to_dice() {
        let (one, other) = (Dice::new(), Dice::new());
        let ids = [one.id("pay_"), one.id("pay_"), other.id("pay_"), other.id("pay_")];
        for (at, id) in ids.iter().enumerate() {
            assert_eq!(id.len(), 26);
            assert!(!ids[at + 1..].contains(id));
        }
    }

    #[test]
    fn what_follows_from_a_seed_is_always_the_same() {
        assert_eq!(drawn("a", DIGITS, 40), drawn("a", DIGITS, 40));
        assert_ne!(drawn("a", DIGITS, 40), drawn("b", DIGITS, 40));
        assert!(drawn("a", DIGITS, 40).bytes().all(|b| b.is_ascii_digit()));
        let mean = (0..1000).map(|n| fraction(&format!("seed/{n}"))).sum::<f64>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
    }
}
