//! Fills a pool with users and groups by writing rows, so that a million take minutes.
//!
//! Each kind of row is written for all users before the next kind, in the order of its key, so that a tree grows at few places
//! and its pages are written once, however large it is. Users alone are written in the order of their numbers, as if they had
//! signed up so: their ids lie apart, as they do in a pool that has grown.

mod fill;
mod psql;

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use cognate_crypto::seal::RootKey;
use cognate_store::{Store, StoreOptions, Synchronous};

use crate::Arguments;
use crate::machine::{self, SEALING_KEY};

pub use fill::{ROWS, load_of, write};
pub use psql::{Indexes, psql};

/// Bytes on disk of a seeded user, rounded up: 2,899 were measured with 100,000.
pub const USER_BYTES: u64 = 2_950;

/// From so many rows on, tables of PostgreSQL are filled without their indexes.
pub const LARGE: u64 = 1_000_000;
/// The tables that have rows for each seeded user.
const TABLES: [&str; 4] = ["users", "logins", "group_members", "user_attrs"];

/// The group that every user is in.
pub const EVERYONE: &str = "everyone";
/// The number of teams, for any number of users: a team has a hundredth of them.
pub const TEAMS: u64 = 100;
/// The largest number of squads, unless another is asked for.
pub const SQUADS: u64 = 9_000;
/// Groups of a pool that are no squads.
pub const OTHER_GROUPS: u64 = 1 + TEAMS;
/// The groups of each seeded user: everyone, a team and a squad.
pub const GROUPS_EACH: usize = 3;

/// What a pool is filled with.
#[derive(Clone, Copy)]
pub struct Fill {
    /// Users.
    pub users: u64,
    /// Squads at most; a squad has at least a hundred users.
    pub squads: u64,
    /// The time within which it must be done.
    pub within: Duration,
}

impl Fill {
    /// Returns what a pool with so many users has unless something else is asked for.
    pub fn of(users: u64) -> Self {
        Self {
            users,
            squads: SQUADS,
            within: Duration::from_secs(2 * 3_600),
        }
    }

    /// Returns the number of rows.
    fn rows(&self) -> u64 {
        self.users * fill::ALL_ROWS.len() as u64
    }

    /// Returns the number of squads that there are.
    pub fn squads(&self) -> u64 {
        self.users.div_ceil(TEAMS).min(self.squads)
    }
}

/// A seeded user by number.
#[derive(Clone, Copy)]
pub struct Seeded(pub u64);

impl Seeded {
    /// Returns the place of the id among all others.
    fn order(self) -> u128 {
        let hash = cognate_crypto::hash::sha256(format!("seeded {}", self.0).as_bytes());
        let (half, _) = hash.split_first_chunk().unwrap_or((&[0; 16], &[]));
        u128::from_be_bytes(*half)
    }

    /// Returns the id: as random to an index as a real one, and known from the number.
    pub fn id(self) -> String {
        let mut hash = cognate_crypto::hash::sha256_hex(format!("seeded {}", self.0).as_bytes());
        hash.truncate(32);
        for dash in [20, 16, 12, 8] {
            hash.insert(dash, '-');
        }
        hash
    }

    /// Returns the attribute's value, by which ListUsers finds the user.
    pub fn value(self, attribute: &str) -> String {
        let i = self.0;
        match attribute {
            "sub" => self.id(),
            "username" => format!("seeded-{i:08}"),
            "email" => format!("seeded-{i:08}@example.com"),
            "phone_number" => format!("+1555{i:08}"),
            "name" => format!("seeded person {i:08}"),
            "preferred_username" => format!("preferred-{i:08}"),
            "given_name" => format!("given-{:02}", i % 100),
            "family_name" => format!("family-{:02}", i / 10 % 100),
            "cognito:user_status" => "confirmed".to_owned(),
            _ => "Enabled".to_owned(),
        }
    }

    /// Returns the user's team.
    pub fn team(self) -> String {
        format!("team-{}", self.0 % TEAMS)
    }

    /// Returns the user's squad of so many.
    pub fn squad(self, squads: u64) -> String {
        format!("squad-{}", self.0 / TEAMS % squads.max(1))
    }
}

/// Returns users with the numbers below `count`, in the order of their ids.
pub fn by_id(count: u64) -> Vec<u64> {
    let mut all: Vec<_> = (0..count).map(|i| (Seeded(i).order(), i)).collect();
    all.sort_unstable();
    all.into_iter().map(|(_, i)| i).collect()
}

/// Opens a file so that nothing waits for the disk.
async fn open_unsynced(file: &Path) -> Result<Store> {
    let mut options = StoreOptions::sqlite(file);
    if let StoreOptions::Sqlite(options) = &mut options {
        options.synchronous = Synchronous::Off;
    }
    Ok(Store::open(&options).await?)
}

/// Opens the database that a stopped server left in `folder` to fill it: nothing waits for the disk in a file.
pub async fn open_to_fill(arguments: &Arguments, folder: &Path) -> Result<Store> {
    // The writer is a thread of the store and stays on the core on which it was started.
    machine::pin(machine::SERVER_CORE);
    let store = match &arguments.database_url {
        Some(_) => open(arguments, folder).await,
        None => open_unsynced(&folder.join(".cognate").join("cognate.db")).await,
    };
    machine::pin_generator();
    store
}

/// Opens the database that a stopped server left in `folder`.
pub async fn open(arguments: &Arguments, folder: &Path) -> Result<Store> {
    let options = match &arguments.database_url {
        Some(url) => StoreOptions::postgres(url.as_str()),
        None => StoreOptions::sqlite(folder.join(".cognate").join("cognate.db")),
    };
    Ok(Store::open(&options).await?)
}

/// Fills tables of the database that a stopped server left in `folder`; on PostgreSQL, if it is much, without their indexes.
///
/// # Errors
/// Of the filling, and when the indexes cannot be made again.
pub async fn without_indexes(
    arguments: &Arguments,
    folder: &Path,
    large: bool,
    tables: &[&str],
    fill: impl AsyncFnOnce(Store) -> Result<()>,
) -> Result<()> {
    let url = arguments.database_url.as_deref().filter(|_| large);
    let indexes = url.map(|url| Indexes::take(url, tables)).transpose()?;
    let store = open_to_fill(arguments, folder).await?;
    let filled = fill(store.clone()).await;
    store.close().await;
    filled?;
    indexes.map_or(Ok(()), |indexes| indexes.make())
}

/// Returns the sealing key of the database of `folder`.
///
/// # Errors
/// When the server has left none there.
pub fn root_key(arguments: &Arguments, folder: &Path) -> Result<RootKey> {
    let key = match &arguments.database_url {
        Some(_) => SEALING_KEY.to_owned(),
        None => std::fs::read_to_string(folder.join(".cognate").join("sealing.key"))?,
    };
    Ok(RootKey::from_base64(&key)?)
}

/// Adds users and their groups to `pool` in the database that the stopped server left in `folder`. A file that is small beside
/// the memory is filled there, if the system has a folder for that.
pub async fn users(arguments: &Arguments, folder: &Path, pool: &str, fill: &Fill) -> Result<()> {
    let root = root_key(arguments, folder)?;
    let memory = Path::new("/dev/shm");
    let small = || machine::free_space(memory).is_ok_and(|free| fill.users * USER_BYTES < free / 4);
    if arguments.database_url.is_some() || !memory.is_dir() || !small() {
        let large = fill.rows() >= LARGE;
        return without_indexes(arguments, folder, large, &TABLES, async |store| {
            fill::fill(&store, &root, pool, fill).await
        })
        .await;
    }
    let file = folder.join(".cognate").join("cognate.db");
    let copy = memory.join(format!("cognate-bench-{}.db", std::process::id()));
    std::fs::copy(&file, &copy)?;
    machine::pin(machine::SERVER_CORE);
    let store = open_unsynced(&copy).await;
    machine::pin_generator();
    let filled = match store {
        Ok(store) => {
            let filled = fill::fill(&store, &root, pool, fill).await;
            store.close().await;
            filled
        }
        Err(error) => Err(error),
    };
    let back = filled.and_then(|()| Ok(std::fs::copy(&copy, &file)?));
    for suffix in ["", ".lock"] {
        std::fs::remove_file(format!("{}{suffix}", copy.display()))?;
    }
    back.map(drop)
}
