//! What a template may make of what is in it: references, substitutions and joins multiply.

use std::cell::Cell;

use crate::seed::SeedError;
use crate::seed::document::{MOST_BYTES, MOST_VALUES};

/// The most levels of lists, tables, functions and what references lead to.
const MOST_LEVELS: usize = 128;
/// The most members that are looked through for names.
const MOST_LOOKS: usize = 50_000_000;

/// What was made so far.
#[derive(Default)]
pub(super) struct Bounds {
    levels: Cell<usize>,
    values: Cell<usize>,
    bytes: Cell<usize>,
    looks: Cell<usize>,
}

/// One level more, until it is dropped.
pub(super) struct Level<'a>(&'a Cell<usize>);

impl Drop for Level<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

impl Bounds {
    /// Goes one level down.
    pub(super) fn enter(&self, line: usize) -> Result<Level<'_>, SeedError> {
        self.levels.set(self.levels.get() + 1);
        let level = Level(&self.levels);
        match self.levels.get() > MOST_LEVELS {
            true => Err(SeedError::limit(
                line,
                "the template has more than 128 levels, with what its references lead to",
            )),
            false => Ok(level),
        }
    }

    /// Counts a value with a text of so many bytes.
    pub(super) fn made(&self, bytes: usize, line: usize) -> Result<(), SeedError> {
        add(&self.values, 1, MOST_VALUES, line)?;
        add(&self.bytes, bytes, MOST_BYTES, line)
    }

    /// Counts members that are looked through.
    pub(super) fn looked(&self, members: usize, line: usize) -> Result<(), SeedError> {
        add(&self.looks, members, MOST_LOOKS, line)
    }
}

/// Adds to a count, which is refused beyond a bound.
fn add(count: &Cell<usize>, more: usize, most: usize, line: usize) -> Result<(), SeedError> {
    count.set(count.get().saturating_add(more));
    match count.get() > most {
        true => Err(SeedError::limit(
            line,
            "the template makes too much of what is in it",
        )),
        false => Ok(()),
    }
}
