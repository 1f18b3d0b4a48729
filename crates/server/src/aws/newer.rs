//! Operations that a client asks for and this program does not know: they may belong to a newer model of the API.
//!
//! The answer is the service's, which does not explain itself; so the log names the operation, once a day. Clients can
//! invent names, so only a few are logged each day, and only if they look like one.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The most names that are remembered, and so logged, in a day.
const ROOM: usize = 64;
/// The most letters of a name; the longest one of the API has 39.
const LONGEST: usize = 64;
/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// The unknown names of today.
#[derive(Default)]
pub struct Newer {
    today: Mutex<Today>,
}

#[derive(Default)]
struct Today {
    day: i64,
    names: BTreeSet<String>,
    full: bool,
}

/// An entry for the log.
#[derive(Debug, PartialEq, Eq)]
pub enum Note {
    /// This name is new.
    Name,
    /// There is no room for more names today.
    Full,
}

impl Newer {
    /// Logs the name of an unknown operation, unless it was logged today or cannot be a name. `wall` is this machine's
    /// time in microseconds.
    pub fn note(&self, name: &str, wall: i64) {
        match self.remember(name, wall) {
            Some(Note::Name) => tracing::warn!(
                operation = name,
                "refused an operation that this program does not know: it may be newer than its model of the API"
            ),
            Some(Note::Full) => tracing::warn!(
                names = ROOM,
                "refused more operations that this program does not know; the others of today are not written"
            ),
            None => {}
        }
    }

    fn remember(&self, name: &str, wall: i64) -> Option<Note> {
        let is_name = name.len() <= LONGEST
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_name {
            return None;
        }
        let day = wall.div_euclid(DAY);
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        if today.day != day {
            *today = Today {
                day,
                ..Today::default()
            };
        }
        if today.full || today.names.contains(name) {
            return None;
        }
        if today.names.len() == ROOM {
            today.full = true;
            return Some(Note::Full);
        }
        today.names.insert(name.to_owned());
        Some(Note::Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_once_a_day() {
        let newer = Newer::default();
        assert_eq!(newer.remember("ListWonders", DAY), Some(Note::Name));
        assert_eq!(newer.remember("ListWonders", DAY * 2 - 1), None);
        assert_eq!(newer.remember("ListMarvels", DAY + 1), Some(Note::Name));
        assert_eq!(newer.remember("ListWonders", DAY * 2), Some(Note::Name));
    }

    #[test]
    fn what_is_no_name_is_never_written() {
        let newer = Newer::default();
        let long = "A".repeat(LONGEST + 1);
        for name in [
            "",
            "getUser",
            "Get User",
            "Get\nUser",
            "G\u{e4}t",
            "Get.User",
            &long,
        ] {
            assert_eq!(newer.remember(name, 0), None, "{name:?}");
        }
    }

    #[test]
    fn invented_names_fill_neither_log_nor_memory() {
        let newer = Newer::default();
        let notes: Vec<Note> = (0..10_000)
            .filter_map(|n| newer.remember(&format!("Invented{n}"), 0))
            .collect();
        assert_eq!(notes.len(), ROOM + 1);
        assert_eq!(notes.last(), Some(&Note::Full));
        assert_eq!(newer.today.lock().unwrap().names.len(), ROOM);
        assert_eq!(newer.remember("GetSomething", DAY), Some(Note::Name));
    }
}
