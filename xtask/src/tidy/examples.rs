//! A tidy rule: the documentation of the code has no Rust examples, since no stage of the tests compiles them.

/// Returns the lines of a Rust file on which an example begins that `cargo test --doc` would run.
pub fn lines(text: &str) -> Vec<usize> {
    let mut open = false;
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let comment = line
            .strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"));
        let Some(language) = comment.and_then(|text| text.trim().strip_prefix("```")) else {
            continue;
        };
        if !open && matches!(language, "" | "rust" | "no_run" | "should_panic") {
            found.push(number + 1);
        }
        open = !open;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_rust_are_found_and_others_are_not() {
        let text = "//! ```text\n//! a\n//! ```\n/// ```\n/// let x = 1;\n/// ```\nfn x() {}\n    /// ```rust\n";
        assert_eq!(lines(text), [4, 8]);
    }
}
