//! Files of JSON lines. What a call appends is on the disk when it returns (`fdatasync`); a file that has grown beyond its
//! size is renamed, and the oldest of the renamed ones are deleted.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// The files that this program writes to: one writer at a time for each path.
#[derive(Default)]
pub struct Files(Mutex<HashMap<PathBuf, Arc<tokio::sync::Mutex<()>>>>);

/// The turn of one writer at a file.
pub struct Turn {
    _guard: OwnedMutexGuard<()>,
}

/// A file and its rotation.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its path.
    pub path: PathBuf,
    /// The size after which it is renamed, in bytes.
    pub rotate: u64,
    /// Renamed files that are kept.
    pub keep: u32,
}

impl Files {
    /// Waits until nobody writes to a file: before there is a thread for it, so that a disk that does not answer keeps one thread
    /// for each file and no more.
    pub async fn turn(&self, path: &Path) -> Turn {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            turns.entry(path.to_owned()).or_default().clone()
        };
        let _guard = turn.lock_owned().await;
        Turn { _guard }
    }
}

impl Turn {
    /// Appends lines, each of which ends with a line break, and ends the turn. Blocks on the disk.
    ///
    /// # Errors
    /// Those of the disk; then a part of the lines may be there.
    pub fn append(self, place: &Place, lines: &[u8]) -> io::Result<()> {
        if let Ok(found) = std::fs::metadata(&place.path)
            && found.is_file()
            && found.len() >= place.rotate
        {
            rotate(place)?;
        }
        let mut file = open(&place.path)?;
        // A line that a crash has cut stays by itself.
        if !ends_with_break(&mut file)? {
            file.write_all(b"\n")?;
        }
        file.write_all(lines)?;
        file.sync_data()
    }
}

fn open(path: &Path) -> io::Result<File> {
    let options = || {
        let mut options = OpenOptions::new();
        options.append(true).read(true).mode(0o600);
        options
    };
    match options().open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        other => return other,
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder)?;
    }
    let file = options().create(true).open(path)?;
    // The name of a new file must be on the disk too.
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(file)
}

fn ends_with_break(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Renames the file to `PATH.1`, what was there to `PATH.2`, and so on; the last one is deleted.
fn rotate(place: &Place) -> io::Result<()> {
    let numbered = |n: u32| {
        let mut name = place.path.clone().into_os_string();
        name.push(format!(".{n}"));
        PathBuf::from(name)
    };
    let absent = |done: io::Result<()>| match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    if place.keep == 0 {
        return absent(std::fs::remove_file(&place.path));
    }
    for n in (1..place.keep).rev() {
        absent(std::fs::rename(numbered(n), numbered(n + 1)))?;
    }
    absent(std::fs::rename(&place.path, numbered(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("cognate-logs-{}-{name}", std::process::id()));
            Self(path)
        }

        fn read(&self, name: &str) -> String {
            std::fs::read_to_string(self.0.join(name)).unwrap_or_default()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[tokio::test]
    async fn files_are_appended_to_and_rotated_by_size() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = Folder::new("rotated");
        let place = Place {
            path: folder.0.join("deep/logs.jsonl"),
            rotate: 4,
            keep: 2,
        };
        let files = Files::default();
        for line in ["a\n", "b\n", "c\n", "d\n", "e\n", "f\n", "g\n"] {
            let turn = files.turn(&place.path).await;
            turn.append(&place, line.as_bytes()).unwrap();
        }
        assert_eq!(folder.read("deep/logs.jsonl"), "g\n");
        assert_eq!(folder.read("deep/logs.jsonl.1"), "e\nf\n");
        assert_eq!(folder.read("deep/logs.jsonl.2"), "c\nd\n");
        assert!(!folder.0.join("deep/logs.jsonl.3").exists());
        let mode = std::fs::metadata(&place.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[tokio::test]
    async fn a_line_that_was_cut_spoils_no_other() {
        let folder = Folder::new("cut");
        let place = Place {
            path: folder.0.join("logs.jsonl"),
            rotate: 1 << 20,
            keep: 1,
        };
        let files = Files::default();
        for line in [&b"{\"a\":"[..], b"{\"b\":1}\n"] {
            let turn = files.turn(&place.path).await;
            turn.append(&place, line).unwrap();
        }
        assert_eq!(folder.read("logs.jsonl"), "{\"a\":\n{\"b\":1}\n");
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_an_error() {
        let folder = Folder::new("none");
        std::fs::create_dir_all(folder.0.join("logs.jsonl")).unwrap();
        let place = Place {
            path: folder.0.join("logs.jsonl"),
            rotate: 1,
            keep: 1,
        };
        let turn = Files::default().turn(&place.path).await;
        assert!(turn.append(&place, b"x\n").is_err());
    }

    #[tokio::test]
    async fn a_file_that_does_not_answer_keeps_one_writer_and_no_other_file() {
        let files = Files::default();
        let (hanging, other) = (Path::new("/logs/hanging"), Path::new("/logs/other"));
        let turn = files.turn(hanging).await;
        let mut second = std::pin::pin!(files.turn(hanging));
        let waits = std::task::Poll::is_pending(&futures_poll(second.as_mut()).await);
        assert!(waits);
        drop(files.turn(other).await);
        drop(turn);
        drop(second.await);
    }

    /// Asks a future once.
    async fn futures_poll<F: Future + Unpin>(mut future: F) -> std::task::Poll<F::Output> {
        std::future::poll_fn(|cx| std::task::Poll::Ready(std::pin::Pin::new(&mut future).poll(cx)))
            .await
    }
}
