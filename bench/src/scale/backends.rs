//! What PostgreSQL's processes of a database use, where they run on this machine: most of a request's work is theirs.

use std::collections::BTreeMap;

use anyhow::Result;

/// CPU time of each process of a database, in nanoseconds as the scheduler counts it, by its number.
#[derive(Default)]
pub struct Backends(BTreeMap<u32, u64>);

impl Backends {
    /// Reads those of the database `name` that are there now; none where the server is on another machine.
    ///
    /// # Errors
    /// When the system does not show processes.
    pub fn read(name: &str) -> Result<Self> {
        let mut spent = BTreeMap::new();
        for entry in std::fs::read_dir("/proc")? {
            let entry = entry?;
            let Some(pid) = entry.file_name().to_str().and_then(|n| n.parse().ok()) else {
                continue;
            };
            // A process may end meanwhile.
            let text = |file| std::fs::read(entry.path().join(file)).unwrap_or_default();
            if !works_for(&String::from_utf8_lossy(&text("cmdline")), name) {
                continue;
            }
            let cpu = String::from_utf8_lossy(&text("schedstat")).into_owned();
            let cpu = cpu.split_whitespace().next().and_then(|n| n.parse().ok());
            spent.insert(pid, cpu.unwrap_or(0));
        }
        Ok(Self(spent))
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the nanoseconds that were used since `earlier`. A process that has ended since is not seen.
    pub fn since(&self, earlier: &Self) -> u64 {
        let used = self.0.iter().map(|(pid, spent)| {
            let before = earlier.0.get(pid).copied().unwrap_or(0);
            spent.saturating_sub(before)
        });
        used.sum()
    }
}

/// True for the title of a process that answers clients of a database: `postgres: USER NAME ADDRESS STATE`, with a word for the
/// cluster before the user on some systems. Autovacuum is for no request.
fn works_for(title: &str, name: &str) -> bool {
    let Some(words) = title.strip_prefix("postgres:") else {
        return false;
    };
    let mut words = words.split(|c: char| c.is_whitespace() || c == '\0');
    !title.contains(" autovacuum ") && words.any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processes_of_a_database_are_known_by_their_titles() {
        for title in [
            "postgres: cognate scale_1000 127.0.0.1(50312) idle\0\0\0",
            "postgres: 15/main: cognate scale_1000 [local] SELECT",
        ] {
            assert!(works_for(title, "scale_1000"), "{title}");
        }
        for title in [
            "postgres: cognate scale_10000 127.0.0.1(50312) idle",
            "postgres: autovacuum worker scale_1000",
            "postgres: checkpointer ",
            "psql postgres://cognate@h/scale_1000",
            "vi scale_1000",
        ] {
            assert!(!works_for(title, "scale_1000"), "{title}");
        }
    }

    #[test]
    fn what_was_used_is_of_those_that_are_there_without_what_they_used_before() {
        let before = Backends([(1, 100), (2, 50)].into());
        let after = Backends([(1, 130), (3, 7)].into());
        assert_eq!(after.since(&before), 37);
        assert_eq!(after.since(&Backends::default()), 137);
    }
}
