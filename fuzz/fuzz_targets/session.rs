//! [`cognate_fuzz::bodies::session`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cognate_fuzz::bodies::session(data));
