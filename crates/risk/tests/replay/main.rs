//! Replays a generated history of sign-ins, ordinary ones and attacks, and counts what each rule and each level makes of
//! them. The weights are tuned by one seed; the bounds are asserted of another.
//!
//! `cargo nextest run --workspace -E 'test(/^replay/)' --no-capture` prints the tables of docs/THREATS.md.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod attacks;
mod random;
mod replay;
mod table;
mod world;

use cognate_risk::judge::Level;

use crate::replay::Sight;

/// The seed by which the weights were tuned.
const TUNED: u64 = 20_261_130;
/// The seeds of which the bounds are asserted.
const KEPT_APART: [u64; 3] = [7_777_777, 424_242, 90_210];

#[test]
fn replay_of_the_tuned_seed_is_printed() {
    println!(
        "{}",
        table::print(
            &replay::run(TUNED, Sight::Whole),
            &replay::run(TUNED, Sight::NoDatabase)
        )
    );
}

#[test]
fn replay_of_seeds_kept_apart_holds_the_bounds() {
    for seed in KEPT_APART {
        let (with, without) = (
            replay::run(seed, Sight::Whole),
            replay::run(seed, Sight::NoDatabase),
        );
        println!("{seed}\n{}", table::print(&with, &without));
        assert!(with.ordinary().total() >= 10_000);
        assert!(with.attacks().total() >= 300, "{}", with.attacks().total());
        assert!(with.attacks().share(Level::Medium) >= 0.95);
        assert!(with.ordinary().share(Level::Medium) <= 0.02);
        assert!(with.ordinary().share(Level::High) <= 0.002);
        // Without a database of places there is less to see.
        assert!(without.attacks().share(Level::Medium) >= 0.80);
        assert!(without.ordinary().share(Level::Medium) <= 0.03);
        assert!(without.ordinary().share(Level::High) <= 0.002);
    }
}

#[test]
fn replay_is_the_same_each_time() {
    let run = || {
        table::print(
            &replay::run(TUNED, Sight::Whole),
            &replay::run(TUNED, Sight::NoDatabase),
        )
    };
    assert_eq!(run(), run());
}
