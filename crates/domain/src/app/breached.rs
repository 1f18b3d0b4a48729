//! The list of breached passwords of the operator's settings: read again when the file changes, looked up on the workers,
//! never held in memory (docs/BREACHED.md).

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use cognate_crypto::hash::sha1;
use cognate_crypto::secret::SecretString;
use cognate_crypto::workers::Workers;
use cognate_moving::breached::list::List;

/// The list, or that there is none.
#[derive(Default)]
pub struct BreachedPasswords(Option<Arc<Watched>>);

impl BreachedPasswords {
    /// Returns the list in a file. It need not be there yet: it is opened at the first lookup.
    #[must_use]
    pub fn new(path: Option<PathBuf>) -> Self {
        Self(path.map(|path| {
            Arc::new(Watched {
                path,
                state: Mutex::default(),
            })
        }))
    }

    /// True if the settings name a list.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// True if the list has the password. A list that cannot be read has none: sign-ins do not depend on it, and the log
    /// says so.
    pub async fn has(&self, workers: &Workers, password: &SecretString) -> bool {
        let Some(watched) = self.0.clone() else {
            return false;
        };
        let password = password.duplicate();
        let look = move || watched.has(&sha1(password.expose().as_bytes()));
        workers.run(look).await
    }
}

/// What tells a file from the one that took its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    place: (u64, u64),
    length: u64,
    changed: (i64, i64),
}

impl Stamp {
    fn of(path: &Path) -> io::Result<Self> {
        let found = fs::metadata(path)?;
        Ok(Self {
            place: (found.dev(), found.ino()),
            length: found.len(),
            changed: (found.mtime(), found.mtime_nsec()),
        })
    }
}

struct Watched {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The list that was opened last, which goes on if what took its place is no list.
    list: Option<Arc<List>>,
    /// The file that was looked at last; None where there was none.
    seen: Option<Stamp>,
    /// True if the log says already that the file, as it is, cannot be used.
    complained: bool,
}

impl Watched {
    fn has(&self, hash: &[u8; 20]) -> bool {
        let Some(list) = self.current() else {
            return false;
        };
        match list.has(hash) {
            Ok(found) => found,
            Err(error) => {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                self.complain(&mut state, &error);
                false
            }
        }
    }

    fn current(&self) -> Option<Arc<List>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = match Stamp::of(&self.path) {
            Ok(stamp) => stamp,
            Err(error) => {
                if state.seen.take().is_some() {
                    state.complained = false;
                }
                self.complain(&mut state, &error);
                return state.list.clone();
            }
        };
        if state.seen == Some(stamp) {
            return state.list.clone();
        }
        state.seen = Some(stamp);
        state.complained = false;
        match List::open(&self.path) {
            Ok(list) => {
                tracing::info!(
                    entries = list.entries(),
                    "the list of breached passwords was opened"
                );
                state.list = Some(Arc::new(list));
            }
            Err(error) => self.complain(&mut state, &error),
        }
        state.list.clone()
    }

    fn complain(&self, state: &mut State, error: &io::Error) {
        if !state.complained {
            state.complained = true;
            let (path, old) = (self.path.display(), state.list.is_some());
            tracing::error!(%path, %error, old, "the list of breached passwords cannot be used; `old`: that of before is");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cognate_crypto::random;
    use cognate_moving::breached::import::{Source, import};

    fn put(path: &Path, passwords: &[&str]) {
        let line = |password: &&str| format!("{}:1\n", hex::encode(sha1(password.as_bytes())));
        let lines: String = passwords.iter().map(line).collect();
        let new = path.with_extension("new");
        let source = Source::Lines(Box::new(lines.as_bytes()), "lines");
        let folder = path.parent().unwrap();
        import(source, fs::File::create(&new).unwrap(), folder, 1).unwrap();
        fs::rename(&new, path).unwrap();
    }

    #[tokio::test]
    async fn the_list_is_read_again_when_it_changes_and_kept_when_it_breaks() {
        let folder = std::env::temp_dir().join(format!("cognate-list-{}", random::uuid_v4()));
        fs::create_dir(&folder).unwrap();
        let path = folder.join("list");
        let workers = Workers::new(1, 8);
        let none = BreachedPasswords::default();
        let list = BreachedPasswords::new(Some(path.clone()));
        let has = async |password: &str| {
            let password = SecretString::new(password.to_owned());
            assert!(!none.has(&workers, &password).await);
            list.has(&workers, &password).await
        };
        assert!(!none.is_there() && list.is_there());
        assert!(!has("one").await, "no file is no list");
        put(&path, &["one", "two"]);
        assert!(has("one").await && has("two").await && !has("three").await);
        put(&path, &["three"]);
        assert!(has("three").await && !has("one").await);
        fs::write(folder.join("x"), "no list").unwrap();
        fs::rename(folder.join("x"), &path).unwrap();
        assert!(has("three").await, "the one of before goes on");
        fs::remove_file(&path).unwrap();
        assert!(has("three").await);
        put(&path, &["four"]);
        assert!(has("four").await && !has("three").await);
        fs::remove_dir_all(&folder).unwrap();
    }
}
