//! [`cognate_fuzz::bodies::secret_block`] under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cognate_fuzz::bodies::secret_block(data));
