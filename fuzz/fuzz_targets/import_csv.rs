//! [`cognate_fuzz::moving::csv`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = cognate_fuzz::moving::csv(data);
});
