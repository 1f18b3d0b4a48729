//! One program per file: a lock file beside the database, held as long as the store is open.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{OpenError, StoreError};

/// The number of tries for the lock, and the pause between them: a store of the same process that was dropped without
/// `close` releases it a moment later.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(25);

/// Held until dropped. The operating system releases it when the process ends, however it ends.
pub(super) struct FileLock {
    _file: File,
}

impl FileLock {
    pub(super) async fn take(database: &Path) -> Result<Self, OpenError> {
        let path = beside(database);
        let file = create_private(&path)
            .map_err(|error| StoreError::Unavailable(format!("{}: {error}", path.display())))?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
                Err(TryLockError::Error(error)) => {
                    return Err(
                        StoreError::Unavailable(format!("{}: {error}", path.display())).into(),
                    );
                }
            }
        }
        Err(OpenError::InUse(database.display().to_string()))
    }
}

/// Opens a file, or creates it if it is missing, readable by its owner only. SQLite creates the files beside its
/// database with the mode that the database has.
pub(super) fn create_private(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}
