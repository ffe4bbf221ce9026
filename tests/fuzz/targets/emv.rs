//! Gives the fuzzer's input to the entry of this name.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| moongate_fuzz::emv(input));
