//! The bodies of the fuzz targets for files of users, with other bytes in each run.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::fuzz_bodies::{csv, formats};

/// Runs a body on as many cases as proptest is set to.
fn tried(body: fn(&[u8]) -> bool) {
    let accepted = Cell::new(0_u32);
    let cases = Cell::new(0_u32);
    let bytes = proptest::collection::vec(any::<u8>(), 0..96);
    let run = TestRunner::default().run(&bytes, |bytes| {
        cases.set(cases.get() + 1);
        accepted.set(accepted.get() + u32::from(body(&bytes)));
        Ok(())
    });
    run.unwrap();
    // Some edits leave rows that can be read; without them nothing behind the first checks would be reached.
    let (accepted, cases) = (accepted.get(), cases.get());
    assert!(
        accepted > cases / 20 && accepted < cases,
        "{accepted} of {cases}"
    );
}

#[test]
fn rows_of_csv_do_not_depend_on_the_pieces_of_a_file() {
    tried(csv);
}

#[test]
fn rows_of_other_systems_do_not_depend_on_the_pieces_of_a_file() {
    tried(formats);
}
