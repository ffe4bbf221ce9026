//! Decides what may be opened, and which hosts are a provider's own.
//!
//! It does not resolve or re-encode: an address is judged and kept as it was given, since signatures cover its text.
