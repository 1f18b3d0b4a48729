//! The data folder: readable by its owner only, ignored by git, deleted afterwards if it is temporary.

use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cognate_crypto::random;

/// The file in the folder with the URL of the `dev` that runs on it.
pub const ENDPOINT_FILE: &str = "endpoint";

/// The file in the folder that is the embedded database.
pub const DATABASE_FILE: &str = "cognate.db";

/// A data folder.
pub struct DataDir {
    path: PathBuf,
    temporary: bool,
}

impl DataDir {
    /// Returns a folder that stays; [`prepare`](Self::prepare) creates it.
    pub fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            temporary: false,
        }
    }

    /// Creates a new folder that is deleted with this value.
    pub fn temporary() -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("cognate-{}", random::uuid_v4()));
        Ok(Self {
            path,
            temporary: true,
        })
    }

    /// Returns its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// True if it is deleted with this value.
    pub fn is_temporary(&self) -> bool {
        self.temporary
    }

    /// Creates the folder if it is missing, for its owner only, with a `.gitignore`, which is written once and then
    /// left to the user.
    pub fn prepare(&self) -> anyhow::Result<()> {
        let shown = || format!("cannot make the folder {}", self.path.display());
        if self.path.is_dir() {
            return Ok(());
        }
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.path)
            .with_context(shown)?;
        std::fs::write(self.path.join(".gitignore"), "*\n").with_context(shown)
    }

    /// Warns if other users of this machine can read the folder or the files of the database: this program creates them
    /// for their owner alone, but leaves existing ones as they are.
    pub fn warn_of_readers(&self) {
        let files = ["cognate.db", "cognate.db-wal", "cognate.db-shm"].map(|n| self.path.join(n));
        for path in std::iter::once(&self.path).chain(&files) {
            if let Ok(facts) = std::fs::metadata(path)
                && facts.mode() & 0o077 != 0
            {
                let (mode, tight) = (facts.mode() & 0o777, if facts.is_dir() { 700 } else { 600 });
                tracing::warn!(
                    path = %path.display(),
                    mode = %format_args!("{mode:o}"),
                    "other users of this machine may use what holds the database: chmod {tight} it"
                );
            }
        }
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        if self.temporary
            && let Err(error) = std::fs::remove_dir_all(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %self.path.display(), "the temporary folder could not be deleted");
        }
    }
}
