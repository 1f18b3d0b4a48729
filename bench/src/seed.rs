//! Fills a pool with users and groups by writing rows, so that a million take minutes.

use std::path::Path;

use anyhow::{Context, Result};
use cognate_crypto::seal::{PoolKey, RootKey};
use cognate_domain::records::mac;
use cognate_store::tables::groups::{self, GroupRow};
use cognate_store::tables::pools;
use cognate_store::tables::users::{self, UserRow};
use cognate_store::{Batch, Label, Store, StoreOptions};
use serde_json::json;

use crate::Arguments;
use crate::aws;
use crate::machine::SEALING_KEY;

/// Users in one batch.
const BATCH: u64 = 2_000;
/// Lets older programs open the database. Opening it here migrates its schema, which an older program that is measured
/// beside this one can still use.
const FOR_OLD_PROGRAMS: &str = "UPDATE migrations SET min_program = 1";
const TAKEN: Label = Label("seed_name_taken");

/// The group that every user is in.
pub const EVERYONE: &str = "everyone";
/// The number of teams, for any number of users: a team has a hundredth of them.
pub const TEAMS: u64 = 100;
/// The largest number of squads.
const SQUADS: u64 = 9_000;
/// The groups of each seeded user: everyone, a team and a squad.
pub const GROUPS_EACH: usize = 3;
/// The length of a sealed SRP credential: 384 bytes of the verifier, the salt, the versions and the seal. Nobody signs
/// in as a seeded user, so random bytes suffice.
const CREDENTIAL_BYTES: usize = 464;

/// A seeded user by number.
#[derive(Clone, Copy)]
pub struct Seeded(pub u64);

impl Seeded {
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

    fn squad(self) -> String {
        format!("squad-{}", self.0 / TEAMS % SQUADS)
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

/// Opens the database that a stopped server left in `folder`.
pub async fn open(arguments: &Arguments, folder: &Path) -> Result<Store> {
    let options = match &arguments.database_url {
        Some(url) => StoreOptions::postgres(url.as_str()),
        None => StoreOptions::sqlite(folder.join(".cognate").join("cognate.db")),
    };
    Ok(Store::open(&options).await?)
}

/// Adds `count` users and their groups to `pool` in the database that the stopped server left in `folder`. A file is
/// filled in memory, where nothing waits for a disk, if the system has a folder for that.
pub async fn users(arguments: &Arguments, folder: &Path, pool: &str, count: u64) -> Result<()> {
    let root = match &arguments.database_url {
        Some(_) => RootKey::from_base64(SEALING_KEY)?,
        None => {
            let file = folder.join(".cognate").join("sealing.key");
            RootKey::from_base64(&std::fs::read_to_string(file)?)?
        }
    };
    let memory = Path::new("/dev/shm");
    if arguments.database_url.is_some() || !memory.is_dir() {
        return fill(&open(arguments, folder).await?, &root, pool, count).await;
    }
    let file = folder.join(".cognate").join("cognate.db");
    let copy = memory.join(format!("cognate-bench-{}.db", std::process::id()));
    std::fs::copy(&file, &copy)?;
    let filled = match Store::open(&StoreOptions::sqlite(&copy)).await {
        Ok(store) => fill(&store, &root, pool, count).await,
        Err(error) => Err(error.into()),
    };
    let back = filled.and_then(|()| Ok(std::fs::copy(&copy, &file)?));
    for suffix in ["", ".lock"] {
        std::fs::remove_file(format!("{}{suffix}", copy.display()))?;
    }
    back.map(drop)
}

async fn fill(store: &Store, root: &RootKey, pool: &str, count: u64) -> Result<()> {
    let row = pools::get(store, pool).await?.context("the pool is gone")?;
    let key = match root.unwrap_pool_key(pool, &row.data_key) {
        Ok(key) => key,
        Err(_) => {
            // The program is older than signed rows, and continues to use the database.
            let done = store
                .commit(Batch::new().run(FOR_OLD_PROGRAMS, vec![]))
                .await;
            done.map_err(|e| anyhow::anyhow!("seeding: {e}"))?;
            root.unwrap_unsigned_pool_key(pool, &row.data_key)?
        }
    };
    let key = &key;
    let now = aws::now() * 1_000_000;
    let commit = async |batch| {
        let done = store.commit(batch).await;
        done.map_err(|e| anyhow::anyhow!("seeding: {e}"))
            .context("seed")
    };
    let mut batch = Batch::new();
    for name in group_names(count) {
        let mut row = GroupRow {
            group_id: group_id(&name),
            name: name.clone(),
            description: None,
            role: None,
            precedence: None,
            created: now,
            modified: now,
            ver: 1,
            mac: None,
        };
        row.mac = Some(mac::sign(key, pool, &row.signed()));
        batch = groups::insert(batch, pool, &name, &row);
    }
    commit(batch).await?;
    for first in (0..count).step_by(usize::try_from(BATCH)?) {
        let mut batch = Batch::new();
        for i in first..(first + BATCH).min(count) {
            batch = insert(batch, pool, key, Seeded(i), now);
        }
        commit(batch).await?;
    }
    store.close().await;
    Ok(())
}

fn group_id(name: &str) -> String {
    format!("id-of-{name}")
}

fn group_names(users: u64) -> Vec<String> {
    let mut names = vec![EVERYONE.to_owned()];
    names.extend((0..TEAMS).map(|i| Seeded(i).team()));
    names.extend((0..users.div_ceil(TEAMS).min(SQUADS)).map(|i| Seeded(i * TEAMS).squad()));
    names
}

fn insert(mut batch: Batch, pool: &str, key: &PoolKey, user: Seeded, now: i64) -> Batch {
    let (id, name) = (user.id(), user.value("username"));
    let mut attributes = json!({ "email_verified": "true", "phone_number_verified": "true" });
    for attribute in ATTRIBUTES {
        if let Some(place) = attributes.as_object_mut() {
            place.insert(attribute.to_owned(), user.value(attribute).into());
        }
    }
    let mut row = UserRow {
        user_id: id.clone(),
        username: name.clone(),
        status: "CONFIRMED".into(),
        enabled: true,
        doc: json!({ "attributes": attributes }).to_string(),
        credential: Some(cognate_crypto::random::bytes::<CREDENTIAL_BYTES>().to_vec()),
        created: now,
        modified: now,
        ver: 1,
        mac: None,
    };
    row.mac = Some(mac::sign(key, pool, &row.signed()));
    batch = users::insert(batch, pool, &row);
    batch = users::insert_login(batch, pool, &id, &name, "username", TAKEN);
    for attr in ATTRIBUTES
        .into_iter()
        .chain(["username", "cognito:user_status", "status"])
    {
        batch = users::insert_attr(batch, pool, &id, attr, &user.value(attr));
    }
    for group in [EVERYONE.to_owned(), user.team(), user.squad()] {
        let group = group_id(&group);
        let mac = mac::sign(key, pool, &groups::signed_member(&group, &id));
        batch = groups::join(batch, pool, &group, &id, 100, mac);
    }
    batch
}
