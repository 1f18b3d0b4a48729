//! What failed, to be said once more at the end: a run prints tens of thousands of lines.

use super::slowest::ended;

/// The failures that are said at most.
const MOST: usize = 40;
/// The characters of a line that are said at most.
const LONGEST: usize = 300;

/// The failures of a run, in the order in which they were printed.
#[derive(Debug, Default)]
pub struct Failures {
    lines: Vec<String>,
    /// The session whose lines are read.
    session: String,
    /// True after a line that failed, until one that did not: what it got and wanted comes in between.
    explains: bool,
}

impl Failures {
    /// Notes what nextest says of a test that failed.
    pub fn see_test(&mut self, line: &str) {
        // A failed test is printed again at the end.
        if let Some((status, _, name)) = ended(line)
            && status != "PASS"
            && !self.lines.iter().any(|known| known == name)
        {
            self.lines.push(name.to_owned());
        }
    }

    /// Notes what a session of clients says of a check that failed, with the lines that explain it.
    pub fn see_session(&mut self, line: &str) {
        let said = line.trim();
        if let Some((session, _)) = said
            .strip_prefix("# ")
            .and_then(|said| said.split_once(": "))
        {
            session.clone_into(&mut self.session);
        }
        let fails = said.starts_with("not ok");
        self.explains =
            fails || (self.explains && !said.starts_with("ok") && !said.starts_with('#'));
        if self.explains {
            let session = &self.session;
            let line = format!("{session}: {said}");
            self.lines.push(line.chars().take(LONGEST).collect());
        }
    }

    /// Returns the failures as lines that begin with `label`.
    pub fn into_lines(self, label: &str) -> Vec<String> {
        let lines = self.lines.into_iter().take(MOST);
        lines.map(|line| format!("{label}{line}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_tests_are_named_once() {
        let mut failures = Failures::default();
        failures.see_test("        PASS [  12.300s] ( 12/400) xtask tests::two");
        failures.see_test("        FAIL [   1.000s] (13/400) xtask tests::three");
        failures.see_test("        FAIL [   1.000s] (13/400) xtask tests::three");
        failures.see_test("        FAIL [   1.000s] xtask tests::three");
        failures.see_test("     TIMEOUT [  15.000s] (14/400) xtask tests::four");
        failures.see_test("     SIGABRT [   0.100s] (15/400) xtask tests::five");
        assert_eq!(
            failures.into_lines("unit: "),
            [
                "unit: xtask tests::three",
                "unit: xtask tests::four",
                "unit: xtask tests::five"
            ]
        );
    }

    #[test]
    fn failed_checks_are_explained() {
        let mut failures = Failures::default();
        for line in [
            "# python/a.py: 1 passed, 0 failed, 0.1 s",
            "  ok - one",
            "# python/b.py: 1 passed, 1 failed, 0.1 s",
            "  not ok - two",
            "      got  1",
            "      want 2",
            "  ok - three",
            "# the last lines of the server's log:",
            "#   nothing",
        ] {
            failures.see_session(line);
        }
        assert_eq!(
            failures.into_lines("sqlite | "),
            [
                "sqlite | python/b.py: not ok - two",
                "sqlite | python/b.py: got  1",
                "sqlite | python/b.py: want 2",
            ]
        );
    }
}
