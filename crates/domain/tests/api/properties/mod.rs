//! Properties that hold for every input, tried with random ones and shrunk to the smallest that fails.

mod aliases;
mod filter;
mod paging;
mod schema;

use std::fmt::Debug;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

/// Checks a property on so many random cases; `check` fails by panicking.
///
/// The runner of the cases is synchronous, so each case blocks this thread of the runtime while it runs.
pub fn holds<S>(cases: u32, inputs: &S, check: impl AsyncFn(S::Value))
where
    S: Strategy,
    S::Value: Debug,
{
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 100,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(inputs, |case| {
        block_in_place(|| Handle::current().block_on(check(case)));
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
