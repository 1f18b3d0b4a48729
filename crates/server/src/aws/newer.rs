//! Operations that a client asks for and this program does not know: they may belong to a newer model of the API.
//!
//! The answer is the service's. The log says so as well, since for the client's owner "no such operation" is a riddle:
//! once for each name and day. Anybody can invent names, so a day has room for few, and they must look like one.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Names that are remembered, and so written, in a day.
const ROOM: usize = 64;
/// Letters of a name at most; the longest one of the API has 39.
const LONGEST: usize = 64;
/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// The names that were asked for today.
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

/// What the log is to say.
#[derive(Debug, PartialEq, Eq)]
pub enum Note {
    /// This name is new.
    Name,
    /// There is no room for more names today.
    Full,
}

impl Newer {
    /// Writes the name of an unknown operation to the log, unless it stands there or is no name. `wall` is this machine's
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
