//! The time that each test took, read from what nextest prints.

use std::time::Duration;

/// The tests of a run with their times.
#[derive(Debug, Default)]
pub struct Slowest(Vec<(Duration, String)>);

impl Slowest {
    /// Notes the test of a line such as `PASS [   0.004s] (1/9) cognate-domain::api users::list`; other lines have none.
    pub fn see(&mut self, line: &str) {
        if let Some((_, time, name)) = ended(line) {
            self.0.push((time, name.to_owned()));
        }
    }

    /// Returns up to `count` tests, the slowest first, one a line; nothing when no times were printed.
    pub fn lines(mut self, count: usize) -> Vec<String> {
        self.0.sort_by(|one, other| other.cmp(one));
        // A failed test is printed again at the end.
        self.0.dedup();
        self.0
            .iter()
            .take(count)
            .map(|(time, name)| format!("{:>8.1} s  {name}", time.as_secs_f64()))
            .collect()
    }
}

/// Reads how a test has ended, its time, and its name.
pub(super) fn ended(line: &str) -> Option<(&str, Duration, &str)> {
    let (status, rest) = line.trim().split_once('[')?;
    // `SLOW` is printed while a test runs; its end comes in a line of its own.
    let status = status.trim();
    if !(matches!(status, "PASS" | "FAIL" | "TIMEOUT") || status.starts_with("SIG")) {
        return None;
    }
    let (time, name) = rest.split_once("s]")?;
    let time = Duration::try_from_secs_f64(time.trim().parse().ok()?).ok()?;
    let name = match name.trim().strip_prefix('(') {
        Some(counted) => counted.split_once(')')?.1,
        None => name,
    };
    Some((status, time, name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_come_first() {
        let mut slowest = Slowest::default();
        slowest.see("        SLOW [>  5.000s] (---) xtask tests::two");
        slowest.see("        PASS [  12.300s] ( 12/400) xtask tests::two");
        slowest.see("        FAIL [   1.000s] xtask tests::three");
        slowest.see("        FAIL [   1.000s] (3/4) xtask tests::three");
        slowest.see("     Summary [   0.013s] 3 tests run: 2 passed, 1 failed, 0 skipped");
        assert_eq!(
            slowest.lines(3),
            [
                "    12.3 s  xtask tests::two",
                "     1.0 s  xtask tests::three"
            ]
        );
    }
}
