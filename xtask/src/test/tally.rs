//! Counts of tests, read from what the test runners print.

use std::fmt;

/// The number of tests that passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that did not run: those that need a database where there is none, and those that a filter left out.
    pub skipped: u64,
}

impl Tally {
    /// Counts a stage as one passed test.
    pub fn success() -> Self {
        Self {
            passed: 1,
            ..Self::default()
        }
    }

    /// Counts a stage as one failed test.
    pub fn failure() -> Self {
        Self {
            failed: 1,
            ..Self::default()
        }
    }

    /// Adds the counts of another run.
    pub fn add(&mut self, other: Self) {
        self.passed = self.passed.saturating_add(other.passed);
        self.failed = self.failed.saturating_add(other.failed);
        self.skipped = self.skipped.saturating_add(other.skipped);
    }

    /// Reads the summary line of nextest (`Summary [ 1.2s] 3 tests run: 2 passed, 1 failed, 0 skipped`); any other line
    /// has no counts, not even what a failed test printed of itself.
    pub fn from_nextest_line(line: &str) -> Option<Self> {
        let (_, counts) = line
            .trim()
            .strip_prefix("Summary [")?
            .split_once(" run: ")?;
        Some(Self::from_counts(counts, ','))
    }

    /// Reads a line of cargo test (`test result: ok. 3 passed; 0 failed; 0 ignored; …`); any other line has no counts.
    pub fn from_cargo_test_line(line: &str) -> Option<Self> {
        let (_, counts) = line
            .trim()
            .strip_prefix("test result: ")?
            .split_once(". ")?;
        Some(Self::from_counts(counts, ';'))
    }

    /// Reads the line `N passed, N failed`.
    pub fn from_last_line(line: &str) -> Option<Self> {
        let (passed, failed) = line.strip_suffix(" failed")?.split_once(" passed, ")?;
        Some(Self {
            passed: passed.parse().ok()?,
            failed: failed.parse().ok()?,
            skipped: 0,
        })
    }

    /// Sorts counts such as `2 passed (1 slow)`; those of unknown words are no results (`0 measured`).
    fn from_counts(counts: &str, separator: char) -> Self {
        let mut tally = Self::default();
        for part in counts.split(separator) {
            let mut words = part.split_whitespace();
            let Some(count) = words.next().and_then(|count| count.parse::<u64>().ok()) else {
                continue;
            };
            match words.next() {
                Some("passed") => tally.passed = tally.passed.saturating_add(count),
                // `timed out` and `exec failed` are nextest's other ways to fail.
                Some("failed" | "timed" | "exec") => {
                    tally.failed = tally.failed.saturating_add(count);
                }
                Some("skipped" | "ignored") => {
                    tally.skipped = tally.skipped.saturating_add(count);
                }
                _ => {}
            }
        }
        tally
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(out, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_counts_are_read() {
        let line = "     Summary [   0.013s] 9 tests run: 5 passed (1 slow), 2 failed, 1 timed out, 1 exec failed, 6 skipped";
        assert_eq!(
            Tally::from_nextest_line(line),
            Some(Tally {
                passed: 5,
                failed: 4,
                skipped: 6
            })
        );
    }

    #[test]
    fn an_interrupted_nextest_run_is_read() {
        let line = "     Summary [   0.013s] 3/9 tests run: 2 passed, 1 failed, 0 skipped";
        assert_eq!(
            Tally::from_nextest_line(line),
            Some(Tally {
                passed: 2,
                failed: 1,
                skipped: 0
            })
        );
    }

    #[test]
    fn cargo_test_counts_are_read_and_ignored_tests_are_skipped() {
        let line = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s";
        assert_eq!(
            Tally::from_cargo_test_line(line),
            Some(Tally {
                passed: 3,
                failed: 0,
                skipped: 1
            })
        );
    }

    #[test]
    fn other_lines_are_no_counts() {
        assert_eq!(
            Tally::from_nextest_line("        PASS [   0.004s] xtask tests::one"),
            None
        );
        // A failed test's own output.
        let own = "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(Tally::from_nextest_line(own), None);
        assert_eq!(Tally::from_last_line("ok - 3 passed"), None);
    }

    #[test]
    fn the_last_line_reads_back() {
        let tally = Tally {
            passed: 12,
            failed: 3,
            skipped: 0,
        };
        assert_eq!(Tally::from_last_line(&tally.to_string()), Some(tally));
    }

    #[test]
    fn skipped_tests_are_named_where_there_are_any() {
        let tally = Tally {
            skipped: 7,
            ..Tally::success()
        };
        assert_eq!(tally.to_string(), "1 passed, 0 failed, 7 skipped");
    }
}
