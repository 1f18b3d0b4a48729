//! [`cognate_fuzz::bodies::access_token`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cognate_fuzz::bodies::access_token(data));
