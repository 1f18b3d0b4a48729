//! The operator's files about addresses (docs/THREATS.md): a database of places and a list of networks that attacks come
//! from. Both are read whole, on a thread that may wait, and again when they change.

mod database;
mod networks;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use cognate_domain::app::places::{Place, Places};

use crate::places::database::Database;
use crate::places::networks::Networks;

/// The interval at which the files are looked at.
const LOOK: Duration = Duration::from_secs(10);

/// The files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceFiles {
    /// A database of places in the format of MaxMind.
    pub places: Option<PathBuf>,
    /// A list of networks, one a line.
    pub bad_networks: Option<PathBuf>,
}

/// Time and length of a file: a change of it is a change of these.
type Stamp = Option<(SystemTime, u64)>;

/// A file that was read, and is read again when it changes. One that cannot be used leaves the former in force.
struct Watched<T> {
    path: PathBuf,
    read: fn(&Path) -> anyhow::Result<T>,
    seen: Mutex<Stamp>,
    current: RwLock<Arc<T>>,
}

impl<T> Watched<T> {
    fn open(path: PathBuf, read: fn(&Path) -> anyhow::Result<T>) -> anyhow::Result<Self> {
        let seen = Mutex::new(stamp(&path));
        let first = read(&path).with_context(|| path.display().to_string())?;
        Ok(Self {
            path,
            read,
            seen,
            current: RwLock::new(Arc::new(first)),
        })
    }

    fn look(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = stamp(&self.path);
        // A file that is away is about to be replaced.
        if now.is_none() || now == *seen {
            return;
        }
        *seen = now;
        let path = self.path.display();
        match (self.read)(&self.path) {
            Ok(read) => {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                *current = Arc::new(read);
                tracing::info!(%path, "a file about addresses was read again");
            }
            Err(error) => {
                tracing::error!(%path, error = %format!("{error:#}"), "a changed file about addresses cannot be used: the former stays in force");
            }
        }
    }

    fn current(&self) -> Arc<T> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone()
    }
}

fn stamp(path: &Path) -> Stamp {
    let facts = std::fs::metadata(path).ok()?;
    Some((facts.modified().ok()?, facts.len()))
}

/// What the files say.
struct Known {
    places: Option<Watched<Database>>,
    bad: Option<Watched<Networks>>,
}

/// What the files say, as the domain asks for it.
#[derive(Clone)]
pub struct KnownPlaces(Arc<Known>);

impl KnownPlaces {
    /// Reads the files, on a thread that may wait.
    ///
    /// # Errors
    /// A file that cannot be read, or is not what it should be.
    pub async fn open(files: PlaceFiles) -> anyhow::Result<Self> {
        tokio::task::spawn_blocking(move || Self::read(files)).await?
    }

    fn read(files: PlaceFiles) -> anyhow::Result<Self> {
        let places = files.places.map(|path| Watched::open(path, Database::read));
        let bad = files
            .bad_networks
            .map(|path| Watched::open(path, Networks::read));
        Ok(Self(Arc::new(Known {
            places: places.transpose().context("places")?,
            bad: bad.transpose().context("bad_networks")?,
        })))
    }

    /// Reads what has changed, until the task is ended; without files there is nothing to do.
    pub async fn watch(self) {
        if self.0.places.is_none() && self.0.bad.is_none() {
            return;
        }
        loop {
            tokio::time::sleep(LOOK).await;
            let known = self.clone();
            // A panic while reading leaves the former in force.
            let _ = tokio::task::spawn_blocking(move || known.look()).await;
        }
    }

    fn look(&self) {
        if let Some(places) = &self.0.places {
            places.look();
        }
        if let Some(bad) = &self.0.bad {
            bad.look();
        }
    }
}

impl Places for KnownPlaces {
    fn find(&self, ip: IpAddr) -> Option<Place> {
        self.0.places.as_ref()?.current().find(ip)
    }

    fn is_bad(&self, ip: IpAddr) -> bool {
        let bad = self.0.bad.as_ref();
        bad.is_some_and(|bad| bad.current().contains(ip))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_again_and_broken_ones_change_nothing() {
        let folder = std::env::temp_dir().join(format!("cognate-places-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (places, bad) = (folder.join("places.mmdb"), folder.join("bad.txt"));
        let berlin = database::sample("Berlin");
        std::fs::write(&places, &berlin).unwrap();
        std::fs::write(&bad, "192.0.2.0/24\n").unwrap();
        let known = KnownPlaces::read(PlaceFiles {
            places: Some(places.clone()),
            bad_networks: Some(bad.clone()),
        })
        .unwrap();
        let (ip, other) = (
            "192.0.2.7".parse().unwrap(),
            "198.51.100.7".parse().unwrap(),
        );
        let city = |known: &KnownPlaces| known.find(ip).map(|place| place.city);
        assert_eq!(city(&known).as_deref(), Some("Berlin"));
        assert!(known.is_bad(ip) && !known.is_bad(other));
        std::fs::write(&bad, "198.51.100.0/24 # others\n").unwrap();
        std::fs::write(&places, database::sample("Potsdam")).unwrap();
        known.look();
        assert_eq!(city(&known).as_deref(), Some("Potsdam"));
        assert!(!known.is_bad(ip) && known.is_bad(other));
        // Half a file, no file, and one that is no list.
        std::fs::write(&places, &berlin[..berlin.len() / 2]).unwrap();
        std::fs::write(&bad, "192.0.2.0/33\n").unwrap();
        known.look();
        std::fs::remove_file(&places).unwrap();
        known.look();
        assert_eq!(city(&known).as_deref(), Some("Potsdam"));
        assert!(known.is_bad(other));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_server_does_not_begin_with_a_file_that_it_cannot_use() {
        let missing = PlaceFiles {
            places: Some(PathBuf::from("/nowhere.mmdb")),
            ..PlaceFiles::default()
        };
        let error = KnownPlaces::read(missing).err().unwrap();
        assert!(
            format!("{error:#}").starts_with("places: /nowhere.mmdb"),
            "{error:#}"
        );
        let none = KnownPlaces::read(PlaceFiles::default()).unwrap();
        let ip = "192.0.2.7".parse().unwrap();
        assert!(none.find(ip).is_none() && !none.is_bad(ip));
    }
}
