//! Writes the rows of a pool, kind by kind.

use std::borrow::Cow;
use std::cell::RefCell;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use cognate_crypto::seal::{PoolKey, RootKey};
use cognate_domain::records::mac;
use cognate_store::tables::copies::Copied;
use cognate_store::tables::groups::{self, GroupRow};
use cognate_store::tables::pools;
use cognate_store::tables::users::{self, UserRow};
use cognate_store::{Batch, Load, Store, Value, params};
use serde_json::json;

use super::{EVERYONE, Fill, Seeded, TEAMS, by_id};
use crate::aws;

/// Rows of one load.
pub const ROWS: usize = 10_000;
/// Users that are counted in one commit.
const COUNTED: usize = 200_000;
/// From this many rows on it is told how far the filling has come.
const TOLD_FROM: u64 = 10_000_000;
/// Lets older programs open the database. Opening it here migrates its schema, which an older program that is measured
/// beside this one can still use.
const FOR_OLD_PROGRAMS: &str = "UPDATE migrations SET min_program = 1";
/// The length of a sealed SRP credential: 384 bytes of the verifier, the salt, the versions and the seal. Nobody signs
/// in as a seeded user, so random bytes suffice.
const CREDENTIAL_BYTES: usize = 464;

/// Stored in the user's document, and all of it searched.
const ATTRIBUTES: [&str; 6] = [
    "email",
    "phone_number",
    "name",
    "preferred_username",
    "given_name",
    "family_name",
];

/// Returns the load of rows of a table, each with a value for each of the columns.
///
/// # Errors
/// When the table has not all of the columns.
pub fn load_of(
    table: &str,
    columns: &[&'static str],
    rows: impl Iterator<Item = Vec<Value>>,
) -> Result<Load> {
    let copied = Copied::named(table).context("no such table")?;
    let load = copied.load(columns, rows.collect(), Batch::new());
    load.context("no such column")
}

/// Writes loads in their order. Three are on their way at a time, so that one is made, and PostgreSQL has another, while the
/// database is at the first; each is made when there is a place for it.
///
/// # Errors
/// Of the first load that fails.
pub async fn write(store: &Store, loads: impl Iterator<Item = Result<Load>>) -> Result<()> {
    let loads = RefCell::new(loads);
    let some = async || -> Result<()> {
        loop {
            let next = loads.borrow_mut().next();
            let Some(load) = next else {
                return Ok(());
            };
            let done = store.load(load?).await;
            done.map_err(|e| anyhow!("filling: {e}"))?;
        }
    };
    tokio::try_join!(some(), some(), some()).map(drop)
}

/// A kind of rows.
#[derive(Clone, Copy)]
pub enum Rows {
    Users,
    Logins,
    Attribute(&'static str),
    Members(fn(Seeded, u64) -> String),
}

/// All kinds, users first: that is what takes the longest, so that one soon knows how long all of it takes.
pub const ALL_ROWS: [Rows; 14] = [
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

    /// Returns the table that they are in.
    fn table(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Logins => "logins",
            Self::Attribute(_) => "user_attrs",
            Self::Members(_) => "group_members",
        }
    }

    /// Returns the columns that are written.
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Users => &[
                "pool_id",
                "user_id",
                "username",
                "status",
                "enabled",
                "doc",
                "credential",
                "created",
                "modified",
                "ver",
                "mac",
            ],
            Self::Logins => &["pool_id", "name", "kind", "user_id"],
            Self::Attribute(_) => &["pool_id", "attr", "value", "user_id"],
            Self::Members(_) => &["pool_id", "group_id", "user_id", "mac"],
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

/// Fills the pool in a database whose sealing key is `root`.
///
/// # Errors
/// When a row is refused, or when it takes longer than it may.
pub async fn fill(store: &Store, root: &RootKey, pool: &str, fill: &Fill) -> Result<()> {
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
    let names = group_names(fill.squads());
    let groups = names.chunks(ROWS).map(|part| filler.groups(part));
    write(store, groups).await?;
    let numbers: Vec<_> = (0..fill.users).collect();
    let by_id = by_id(fill.users);
    let mut progress = Progress::new(fill);
    for rows in ALL_ROWS {
        let order = rows.order(&numbers, &by_id);
        let loads = order.chunks(ROWS).map(|part| {
            progress.add(rows, part.len())?;
            filler.load(rows, part)
        });
        write(store, loads).await?;
        if matches!(rows, Rows::Users) {
            for part in numbers.chunks(COUNTED) {
                let ids: Vec<_> = part.iter().map(|i| Seeded(*i).id()).collect();
                let ids = ids.iter().map(String::as_str);
                commit(store, users::count(Batch::new(), pool, ids)).await?;
            }
        }
    }
    Ok(())
}

async fn commit(store: &Store, batch: Batch) -> Result<()> {
    let done = store.commit(batch).await;
    done.map(drop).map_err(|e| anyhow!("filling: {e}"))
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
    fn groups(&self, names: &[String]) -> Result<Load> {
        let columns = [
            "pool_id", "name", "folded", "group_id", "created", "modified", "ver", "mac",
        ];
        let rows = names.iter().map(|name| {
            let row = GroupRow {
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
            let mac = mac::sign(self.key, self.pool, &row.signed());
            params![
                self.pool,
                name,
                name,
                row.group_id,
                row.created,
                row.modified,
                row.ver,
                mac
            ]
        });
        load_of("user_groups", &columns, rows)
    }

    /// Returns the rows of a kind of the users with these numbers.
    fn load(&self, rows: Rows, numbers: &[u64]) -> Result<Load> {
        let squads = self.fill.squads();
        let values = numbers.iter().map(|i| {
            let (user, pool) = (Seeded(*i), self.pool);
            let id = user.id();
            match rows {
                Rows::Users => self.user(user, id),
                Rows::Logins => params![pool, user.value("username"), "username", id],
                Rows::Attribute(attr) => params![pool, attr, user.value(attr), id],
                Rows::Members(group) => {
                    let group = group_id(&group(user, squads));
                    let mac = mac::sign(self.key, pool, &groups::signed_member(&group, &id));
                    params![pool, group, id, mac]
                }
            }
        });
        load_of(rows.table(), rows.columns(), values)
    }

    fn user(&self, user: Seeded, id: String) -> Vec<Value> {
        let mut attributes = json!({ "email_verified": "true", "phone_number_verified": "true" });
        for attribute in ATTRIBUTES {
            if let Some(place) = attributes.as_object_mut() {
                place.insert(attribute.to_owned(), user.value(attribute).into());
            }
        }
        let row = UserRow {
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
        let mac = mac::sign(self.key, self.pool, &row.signed());
        params![
            self.pool,
            row.user_id,
            row.username,
            row.status,
            row.enabled,
            row.doc,
            row.credential,
            row.created,
            row.modified,
            row.ver,
            mac
        ]
    }
}
