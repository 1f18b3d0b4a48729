//! Texts of a pool in files that people and other programs read, and the names that are made of them there.

use std::collections::{BTreeMap, BTreeSet};

/// False for what no editor shows, for what turns the direction of a line, and for what YAML 1.1 takes in no file or takes for the
/// end of a line (its 4.1.1 and 4.2).
pub fn is_shown(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fffe}'..='\u{ffff}'
        )
}

/// Names that are taken.
#[derive(Debug, Default)]
pub struct Names {
    taken: BTreeSet<String>,
    /// By name: the last number that was put behind it.
    last: BTreeMap<String, usize>,
}

impl Names {
    /// Takes a name; of one that is taken one with a number behind it, `between` the two.
    pub fn take(&mut self, name: &str, between: &str) -> String {
        if self.taken.insert(name.to_owned()) {
            return name.to_owned();
        }
        // Users choose names, and may choose as many as they like that fall together.
        let last = self.last.entry(name.to_owned()).or_insert(1);
        loop {
            *last += 1;
            let unique = format!("{name}{between}{last}");
            if self.taken.insert(unique.clone()) {
                return unique;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_gets_the_next_number() {
        let mut names = Names::default();
        let mut take = |name: &str| names.take(name, "_");
        assert_eq!(
            ["a", "a_3", "a", "a", "a_3", "a", "b"].map(&mut take),
            ["a", "a_3", "a_2", "a_4", "a_3_2", "a_5", "b"]
        );
    }
}
