//! [`cognate_fuzz::bodies::passkey_registration`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cognate_fuzz::bodies::passkey_registration(data));
