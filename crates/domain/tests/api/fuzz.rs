//! The bodies of the fuzz targets with random bytes; `fuzz/README.md` says more.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::fuzz_bodies::{TARGETS, Target};

/// Bytes of the forms that the bodies understand: few edits of a right value, or anything.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let edits = (any::<[u8; 3]>(), prop::collection::vec(any::<u8>(), 3..10));
    let edits = edits.prop_map(|(head, edits)| [head.as_slice(), &edits].concat());
    prop_oneof![edits, prop::collection::vec(any::<u8>(), 0..400)]
}

fn tried((name, body): Target) {
    let config = Config {
        cases: 96,
        failure_persistence: None,
        max_shrink_iters: 100,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&bytes(), |data| {
        body(&data);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{name}: {failure}");
    }
}

#[test]
fn no_bytes_break_what_they_are_given_to() {
    TARGETS.into_iter().for_each(tried);
}
