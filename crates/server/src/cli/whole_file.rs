//! A file that is there whole or not at all, for its owner alone or for everybody to read.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use cognate_crypto::random;

/// Writes to a file of another name in the same folder, which takes its place at the end. Dropped before, it leaves nothing.
pub(super) struct WholeFile {
    file: Option<File>,
    temporary: PathBuf,
    path: PathBuf,
}

impl WholeFile {
    /// Begins a file, which only its owner can read.
    ///
    /// # Errors
    /// If there is something at `path` that is no file, or the folder cannot be written to.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        Self::with_mode(path, 0o600)
    }

    /// Begins a file that everybody can read.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn readable(path: &Path) -> anyhow::Result<Self> {
        Self::with_mode(path, 0o644)
    }

    fn with_mode(path: &Path, mode: u32) -> anyhow::Result<Self> {
        let shown = || format!("cannot write {}", path.display());
        let name = path.file_name().with_context(shown)?;
        // What stands there is replaced, and a device must not be.
        if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
            bail!(
                "{} is no file; `-` writes to standard output",
                path.display()
            );
        }
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.part", random::uuid_v4()));
        let temporary = path.with_file_name(hidden);
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&temporary)
            .with_context(shown)?;
        Ok(Self {
            file: Some(file),
            temporary,
            path: path.to_owned(),
        })
    }

    /// Gives the file its name, once it is on the disk.
    ///
    /// # Errors
    /// Those of the disk; then nothing is left, and what was there before still is.
    pub fn finish(mut self) -> anyhow::Result<()> {
        let shown = format!("cannot write {}", self.path.display());
        let file = self.file.take().context(shown.clone())?;
        let placed = file.sync_all().and_then(|()| {
            fs::rename(&self.temporary, &self.path)?;
            // So that the name is on the disk too.
            let folder = self.path.parent().filter(|p| !p.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
        });
        if placed.is_err() {
            self.file = Some(file);
        }
        placed.context(shown)
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if self.file.is_some() {
            // There is nobody to tell, and the file has no name that anything reads.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A folder that is deleted at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            let path = std::env::temp_dir().join(format!("cognate-whole-{}", random::uuid_v4()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            entries
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_finished_file_has_its_name_and_is_its_owner_s_alone() {
        let folder = Folder::new();
        let path = folder.0.join("users.jsonl");
        fs::write(&path, "old").unwrap();
        let mut file = WholeFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        file.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(folder.names(), ["users.jsonl"]);
    }

    #[test]
    fn an_unfinished_file_leaves_nothing() {
        let folder = Folder::new();
        let path = folder.0.join("users.jsonl");
        let mut file = WholeFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        let [name] = folder.names().try_into().unwrap();
        assert!(name.starts_with(".users.jsonl.") && name.ends_with(".part"));
        let mode = fs::metadata(folder.0.join(name)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        drop(file);
        assert!(folder.names().is_empty());
    }

    #[test]
    fn what_is_no_file_is_not_replaced() {
        let folder = Folder::new();
        for path in [folder.0.as_path(), Path::new("/dev/null"), Path::new("/")] {
            assert!(WholeFile::create(path).is_err(), "{}", path.display());
        }
        assert!(WholeFile::create(&folder.0.join("none/users.jsonl")).is_err());
    }
}
