//! Counts of tests, read from what the test runners print.

use std::fmt;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed, and tests that were skipped: the project has none of those.
    pub failed: u64,
}

impl Tally {
    /// A stage that counts as one passed test.
    pub fn success() -> Self {
        Self {
            passed: 1,
            failed: 0,
        }
    }

    /// A stage that counts as one failed test.
    pub fn failure() -> Self {
        Self {
            passed: 0,
            failed: 1,
        }
    }

    /// Adds the counts of another run.
    pub fn add(&mut self, other: Self) {
        self.passed = self.passed.saturating_add(other.passed);
        self.failed = self.failed.saturating_add(other.failed);
    }

    /// Reads the summary line of nextest (`Summary [ 1.2s] 3 tests run: 2 passed, 1 failed, 0 skipped`) or one of
    /// cargo test (`test result: ok. 3 passed; 0 failed; 0 ignored; …`); any other line gives nothing.
    pub fn from_test_line(line: &str) -> Option<Self> {
        let line = line.trim();
        if let Some(counts) = line.strip_prefix("test result: ") {
            let (_, counts) = counts.split_once(". ")?;
            return Some(Self::from_counts(counts, ';'));
        }
        let (_, counts) = line.strip_prefix("Summary [")?.split_once(" run: ")?;
        Some(Self::from_counts(counts, ','))
    }

    /// Reads the line `N passed, N failed`.
    pub fn from_last_line(line: &str) -> Option<Self> {
        let (passed, failed) = line.strip_suffix(" failed")?.split_once(" passed, ")?;
        Some(Self {
            passed: passed.parse().ok()?,
            failed: failed.parse().ok()?,
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
                Some("failed" | "skipped" | "ignored" | "timed" | "exec") => {
                    tally.failed = tally.failed.saturating_add(count);
                }
                _ => {}
            }
        }
        tally
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_counts_are_read() {
        let line = "     Summary [   0.013s] 9 tests run: 5 passed (1 slow), 2 failed, 1 timed out, 1 exec failed, 0 skipped";
        assert_eq!(
            Tally::from_test_line(line),
            Some(Tally {
                passed: 5,
                failed: 4
            })
        );
    }

    #[test]
    fn an_interrupted_nextest_run_is_read() {
        let line = "     Summary [   0.013s] 3/9 tests run: 2 passed, 1 failed, 0 skipped";
        assert_eq!(
            Tally::from_test_line(line),
            Some(Tally {
                passed: 2,
                failed: 1
            })
        );
    }

    #[test]
    fn cargo_test_counts_are_read_and_ignored_tests_are_failures() {
        let line = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s";
        assert_eq!(
            Tally::from_test_line(line),
            Some(Tally {
                passed: 3,
                failed: 1
            })
        );
    }

    #[test]
    fn other_lines_are_no_counts() {
        assert_eq!(
            Tally::from_test_line("        PASS [   0.004s] xtask tests::one"),
            None
        );
        assert_eq!(Tally::from_last_line("ok - 3 passed"), None);
    }

    #[test]
    fn the_last_line_reads_back() {
        let tally = Tally {
            passed: 12,
            failed: 3,
        };
        assert_eq!(Tally::from_last_line(&tally.to_string()), Some(tally));
    }
}
