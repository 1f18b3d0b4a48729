//! Numbers that are the same in every run.

use std::cell::Cell;

/// A generator of numbers (splitmix64).
pub struct Random(Cell<u64>);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    pub fn next(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..end`.
    pub fn below(&self, end: u64) -> u64 {
        self.next() % end
    }

    /// True in so many of a hundred.
    pub fn percent(&self, share: u64) -> bool {
        self.below(100) < share
    }

    pub fn pick<'a, T>(&self, list: &'a [T]) -> &'a T {
        &list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }

    /// Around `middle`, as the sum of several dice.
    pub fn around(&self, middle: i64, spread: i64) -> i64 {
        let dice = (0..6)
            .map(|_| self.below(2_001) as i64 - 1_000)
            .sum::<i64>();
        middle + dice * spread / 2_000
    }
}
