//! Decides the words a shopper reads: one key for each, one file a language under `words/`.
//!
//! It does not format sums or dates; they are put in where a text says `{sum}`.
