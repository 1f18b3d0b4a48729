//! Fills a pool with users and groups by writing rows, so that a million take minutes.
//!
//! Each kind of row is written for all users before the next kind, in the order of its key, so that a tree grows at few places
//! and its pages are written once, however large it is. Users alone are written in the order of their numbers, as if they had
//! signed up so: their ids lie apart, as they do in a pool that has grown.

use std::borrow::Cow;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use cognate_crypto::seal::{PoolKey, RootKey};
use cognate_domain::records::mac;
use cognate_store::tables::groups::{self, GroupRow};
use cognate_store::tables::pools;
use cognate_store::tables::users::{self, UserRow};
use cognate_store::{Batch, Label, Store, StoreOptions, Synchronous, params};
use serde_json::json;

use crate::Arguments;
use crate::aws;
use crate::machine::{self, SEALING_KEY};

/// Rows in one batch.
const BATCH: usize = 10_000;
/// From this many rows on it is told how far the filling has come.
const TOLD_FROM: u64 = 10_000_000;
/// Bytes on disk of a seeded user, rounded up: 2,899 were measured with 100,000.
pub const USER_BYTES: u64 = 2_950;
/// Lets older programs open the database. Opening it here migrates its schema, which an older program that is measured
/// beside this one can still use.
const FOR_OLD_PROGRAMS: &str = "UPDATE migrations SET min_program = 1";
/// A membership, without the look at the user's row by which a group is joined.
const JOIN: &str =
    "INSERT INTO group_members (pool_id, group_id, user_id, mac) VALUES (?1, ?2, ?3, ?4)";
const TAKEN: Label = Label("seed_name_taken");

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
/// The length of a sealed SRP credential: 384 bytes of the verifier, the salt, the versions and the seal. Nobody signs
/// in as a seeded user, so random bytes suffice.
const CREDENTIAL_BYTES: usize = 464;

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

/// Stored in the user's document, and all of it searched.
const ATTRIBUTES: [&str; 6] = [
    "email",
    "phone_number",
    "name",
    "preferred_username",
    "given_name",
    "family_name",
];

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

/// Adds users and their groups to `pool` in the database that the stopped server left in `folder`. A file that is small beside
/// the memory is filled there, if the system has a folder for that.
pub async fn users(arguments: &Arguments, folder: &Path, pool: &str, fill: &Fill) -> Result<()> {
    let root = match &arguments.database_url {
        Some(_) => RootKey::from_base64(SEALING_KEY)?,
        None => {
            let file = folder.join(".cognate").join("sealing.key");
            RootKey::from_base64(&std::fs::read_to_string(file)?)?
        }
    };
    let memory = Path::new("/dev/shm");
    let small = || machine::free_space(memory).is_ok_and(|free| fill.users * USER_BYTES < free / 4);
    if arguments.database_url.is_some() || !memory.is_dir() || !small() {
        let store = open_to_fill(arguments, folder).await?;
        let filled = fill_with(&store, &root, pool, fill).await;
        store.close().await;
        return filled;
    }
    let file = folder.join(".cognate").join("cognate.db");
    let copy = memory.join(format!("cognate-bench-{}.db", std::process::id()));
    std::fs::copy(&file, &copy)?;
    machine::pin(machine::SERVER_CORE);
    let store = open_unsynced(&copy).await;
    machine::pin_generator();
    let filled = match store {
        Ok(store) => {
            let filled = fill_with(&store, &root, pool, fill).await;
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

/// A kind of rows.
#[derive(Clone, Copy)]
enum Rows {
    Users,
    Logins,
    Attribute(&'static str),
    Members(fn(Seeded, u64) -> String),
}

/// All kinds, users first: that is what takes the longest, so that one soon knows how long all of it takes.
const ALL_ROWS: [Rows; 14] = [
    Rows::Users,
    Rows::Logins,
    Rows::Members(|_, _| EVERYONE.to_owned()),
    Rows::Members(|user, _| user.team()),
    Rows::Members(Seeded::squad),
    Rows::Attribute("cognito:user_status"),
    Rows::Attribute("email"),
    Rows::Attribute("family_name"),
    Rows::Attribute("given_name"),
    Rows::Attribute("name"),
    Rows::Attribute("phone_number"),
    Rows::Attribute("preferred_username"),
    Rows::Attribute("status"),
    Rows::Attribute("username"),
];

impl Rows {
    /// Returns how many others a row of this kind costs.
    fn weight(self) -> u64 {
        match self {
            Self::Users => 4,
            Self::Members(_) => 2,
            Self::Logins | Self::Attribute(_) => 1,
        }
    }

    /// Returns the numbers of the users in the order in which their rows are written.
    fn order<'a>(self, numbers: &'a [u64], by_id: &'a [u64]) -> Cow<'a, [u64]> {
        let shared = |part: fn(u64) -> u64| {
            let mut sorted = by_id.to_vec();
            // Equal values stay in the order of the ids.
            sorted.sort_by_key(|i| part(*i));
            Cow::Owned(sorted)
        };
        match self {
            Self::Members(_) | Self::Attribute("cognito:user_status" | "status") => by_id.into(),
            Self::Attribute("given_name") => shared(|i| i % 100),
            Self::Attribute("family_name") => shared(|i| i / 10 % 100),
            Self::Users | Self::Logins | Self::Attribute(_) => numbers.into(),
        }
    }
}

/// Who fills which pool, and with what.
struct Filler<'a> {
    pool: &'a str,
    key: &'a PoolKey,
    fill: &'a Fill,
    now: i64,
}

async fn fill_with(store: &Store, root: &RootKey, pool: &str, fill: &Fill) -> Result<()> {
    let row = pools::get(store, pool).await?.context("the pool is gone")?;
    let key = match root.unwrap_pool_key(pool, &row.data_key) {
        Ok(key) => key,
        Err(_) => {
            // The program is older than signed rows, and continues to use the database.
            commit(store, Batch::new().run(FOR_OLD_PROGRAMS, vec![])).await?;
            root.unwrap_unsigned_pool_key(pool, &row.data_key)?
        }
    };
    let filler = Filler {
        pool,
        key: &key,
        fill,
        now: aws::now() * 1_000_000,
    };
    let squads = fill.squads();
    for names in group_names(squads).chunks(BATCH) {
        commit(store, filler.groups(names)).await?;
    }
    let numbers: Vec<_> = (0..fill.users).collect();
    let by_id = by_id(fill.users);
    let mut progress = Progress::new(fill);
    let mut ready = Batch::new();
    for rows in ALL_ROWS {
        for part in rows.order(&numbers, &by_id).chunks(BATCH) {
            // The next batch is made while the writer has this one.
            let (done, next) =
                tokio::join!(commit(store, ready), async { filler.batch(rows, part) });
            done?;
            ready = next;
            progress.add(rows, part.len())?;
        }
    }
    commit(store, ready).await
}

async fn commit(store: &Store, batch: Batch) -> Result<()> {
    let done = store.commit(batch).await;
    done.map(drop).map_err(|e| anyhow!("seeding: {e}"))
}

/// How far the filling of a pool has come.
struct Progress {
    begun: Instant,
    told: Instant,
    within: Duration,
    done: u64,
    all: u64,
}

impl Progress {
    fn new(fill: &Fill) -> Self {
        let weights: u64 = ALL_ROWS.iter().map(|rows| rows.weight()).sum();
        Self {
            begun: Instant::now(),
            told: Instant::now(),
            within: fill.within,
            done: 0,
            all: fill.users * weights,
        }
    }

    /// Counts rows.
    ///
    /// # Errors
    /// When it takes too long, or will take more than twice as long as it may.
    fn add(&mut self, rows: Rows, count: usize) -> Result<()> {
        self.done += rows.weight() * count as u64;
        let spent = self.begun.elapsed();
        let share = self.done as f64 / self.all as f64;
        let whole = spent.as_secs_f64() / share;
        let far = spent > Duration::from_secs(60) && whole > 2.0 * self.within.as_secs_f64();
        if spent > self.within || far {
            bail!(
                "filling the pool would take about {:.0} minutes on this disk, more than the {:.0} that it may; {:.0} % are done",
                whole / 60.0,
                self.within.as_secs_f64() / 60.0,
                100.0 * share
            );
        }
        if self.all >= TOLD_FROM && self.told.elapsed() > Duration::from_secs(30) {
            self.told = Instant::now();
            println!(
                "… filling: {:.0} % after {} s",
                100.0 * share,
                spent.as_secs()
            );
        }
        Ok(())
    }
}

fn group_id(name: &str) -> String {
    format!("id-of-{name}")
}

fn group_names(squads: u64) -> Vec<String> {
    let mut names = vec![EVERYONE.to_owned()];
    names.extend((0..TEAMS).map(|i| Seeded(i).team()));
    names.extend((0..squads).map(|i| Seeded(i * TEAMS).squad(squads)));
    names.sort_unstable();
    names
}

impl Filler<'_> {
    fn groups(&self, names: &[String]) -> Batch {
        names.iter().fold(Batch::new(), |batch, name| {
            let mut row = GroupRow {
                group_id: group_id(name),
                name: name.clone(),
                description: None,
                role: None,
                precedence: None,
                created: self.now,
                modified: self.now,
                ver: 1,
                mac: None,
            };
            row.mac = Some(mac::sign(self.key, self.pool, &row.signed()));
            groups::insert(batch, self.pool, name, &row)
        })
    }

    /// Returns the rows of a kind of the users with these numbers.
    fn batch(&self, rows: Rows, numbers: &[u64]) -> Batch {
        let pool = self.pool;
        let squads = self.fill.squads();
        let all = numbers.iter().map(|i| Seeded(*i));
        let batch = all.clone().fold(Batch::new(), |batch, user| {
            let id = user.id();
            match rows {
                Rows::Users => users::insert_uncounted(batch, pool, &self.user(user, id)),
                Rows::Logins => {
                    let name = user.value("username");
                    users::insert_login(batch, pool, &id, &name, "username", TAKEN)
                }
                Rows::Attribute(attr) => {
                    users::insert_attr(batch, pool, &id, attr, &user.value(attr))
                }
                Rows::Members(group) => {
                    let group = group_id(&group(user, squads));
                    let mac = mac::sign(self.key, pool, &groups::signed_member(&group, &id));
                    batch.run(JOIN, params![pool, group, id, mac])
                }
            }
        });
        match rows {
            Rows::Users => {
                let ids: Vec<_> = all.map(Seeded::id).collect();
                users::count(batch, pool, ids.iter().map(String::as_str))
            }
            _ => batch,
        }
    }

    fn user(&self, user: Seeded, id: String) -> UserRow {
        let mut attributes = json!({ "email_verified": "true", "phone_number_verified": "true" });
        for attribute in ATTRIBUTES {
            if let Some(place) = attributes.as_object_mut() {
                place.insert(attribute.to_owned(), user.value(attribute).into());
            }
        }
        let mut row = UserRow {
            user_id: id,
            username: user.value("username"),
            status: "CONFIRMED".into(),
            enabled: true,
            doc: json!({ "attributes": attributes }).to_string(),
            credential: Some(cognate_crypto::random::bytes::<CREDENTIAL_BYTES>().to_vec()),
            created: self.now,
            modified: self.now,
            ver: 1,
            mac: None,
        };
        row.mac = Some(mac::sign(self.key, self.pool, &row.signed()));
        row
    }
}
