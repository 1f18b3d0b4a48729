//! The bodies of the fuzz targets for what providers write, with numbers that are the same in every run; `fuzz/README.md`
//! says more.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a test fails by panicking"
)]

#[path = "../../../fuzz/federation/mod.rs"]
mod bodies;

use std::panic::{AssertUnwindSafe, catch_unwind};

use bodies::{TARGETS, Target};

/// Cases of each target in every run of the tests.
const CASES: u64 = 400;

/// Numbers that look random (xorshift).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = 8 + self.next() % 56;
        (0..length).map(|_| self.next().to_be_bytes()[3]).collect()
    }
}

fn tried((name, body): Target, cases: u64) {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let began = std::time::Instant::now();
    let mut accepted = 0;
    for case in 0..cases {
        let data = numbers.bytes();
        let outcome = catch_unwind(AssertUnwindSafe(|| body(&data)));
        let taken =
            outcome.unwrap_or_else(|_| panic!("{name}, case {case}: {}", hex::encode(&data)));
        accepted += u64::from(taken);
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{name}: {cases} cases, {accepted} accepted, none with another meaning, {seconds:.1} s"
    );
    // Some edits change nothing that counts; without them, nothing behind the first checks would be reached.
    assert!(
        accepted > 0 && accepted < cases,
        "{name}: {accepted} accepted"
    );
}

/// More of one target, or of all of them:
/// `FUZZ_CASES=1000000 FUZZ_TARGET=id_token cargo test -p cognate-federation --test fuzz -- --nocapture`.
#[test]
fn nothing_is_accepted_with_another_meaning() {
    #[allow(clippy::disallowed_methods, reason = "how long to go on")]
    let wanted = |name| std::env::var(name).ok();
    let cases = wanted("FUZZ_CASES").and_then(|cases| cases.parse().ok());
    let only = wanted("FUZZ_TARGET");
    let chosen = |(name, _): &Target| only.as_deref().is_none_or(|only| only == *name);
    let targets: Vec<Target> = TARGETS.into_iter().filter(chosen).collect();
    assert!(!targets.is_empty(), "no target of the name");
    for target in targets {
        tried(target, cases.unwrap_or(CASES));
    }
}
