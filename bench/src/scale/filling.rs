//! The pools of the sizes: what of them is there, what room they need, and filling them.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail, ensure};

use super::databases::Database;
use super::{Options, gib};
use crate::Arguments;
use crate::events::{self, EACH_WATCHED};
use crate::machine;
use crate::seed;
use crate::world::{self, World};

/// Bytes that are to stay free when every database is filled: logs, and what the rows add.
const SPARE: u64 = 2 << 30;
/// The most that the log of PostgreSQL takes besides, with the settings of docs/PERFORMANCE.md.
const LOG: u64 = 3 << 30;
/// Kept databases with fewer users are filled again.
const REUSED_FROM: u64 = 100_000;
/// Bytes of a user and of an event on PostgreSQL, rounded up: 4,581 were measured with 100,000 users, and 834 with 60,000 events.
const USER_BYTES: u64 = 4_700;
const EVENT_BYTES: u64 = 850;
/// The file in a folder with the name of the database of PostgreSQL that belongs to it.
const NAME: &str = "database";
/// The file in a folder whose database is not filled to its end.
const UNFINISHED: &str = "unfinished";

/// The place of a size.
pub struct Site {
    /// Users.
    pub users: u64,
    /// Where it has its notes, and SQLite its file.
    pub folder: PathBuf,
    /// On PostgreSQL.
    pub database: Option<Database>,
    /// How its server is started.
    pub arguments: Arguments,
}

impl Site {
    /// Returns that of a size in `base`.
    ///
    /// # Errors
    /// When the database URL is not one for sizes.
    pub fn of(arguments: &Arguments, base: &Path, users: u64) -> Result<Self> {
        let url = arguments.database_url.as_deref();
        let database = url.map(|url| Database::of(url, users)).transpose()?;
        Ok(Self {
            users,
            folder: base.join(format!("users-{users}")),
            arguments: Arguments {
                database_url: database.as_ref().map(|database| database.url.clone()),
                ..arguments.clone()
            },
            database,
        })
    }

    /// Returns the bytes of the database.
    ///
    /// # Errors
    /// When there is none.
    pub fn bytes(&self) -> Result<u64> {
        match &self.database {
            Some(database) => database.bytes(),
            None => machine::disk(&self.folder),
        }
    }

    /// True if an earlier run has filled the database, and it can be used again. What is there and cannot is removed.
    ///
    /// # Errors
    /// When something is there that is not of an earlier run of the same kind.
    fn is_filled(&self) -> Result<bool> {
        let own = self.folder.exists();
        let name = std::fs::read_to_string(self.folder.join(NAME)).ok();
        let there = match &self.database {
            Some(database) => database.exists()?,
            None => own,
        };
        let expected = self.database.as_ref().map(|database| &database.name);
        ensure!(
            !own || name.as_ref() == expected,
            "{} is of another database: choose another folder, or remove it",
            self.folder.display()
        );
        if let Some(database) = &self.database {
            ensure!(
                own || !there,
                "the database {0} is there and no folder {1} belongs to it: `dropdb {0}`, or name another",
                database.name,
                self.folder.display()
            );
        }
        // The rows that add users make a small pool several times as large.
        let has = |file| self.folder.join(file).exists();
        if there && self.users >= REUSED_FROM && has(world::NOTE) && !has(UNFINISHED) {
            return Ok(true);
        }
        self.remove()?;
        Ok(false)
    }

    /// Removes what this program has made, if it has.
    ///
    /// # Errors
    /// When that fails.
    pub fn remove(&self) -> Result<()> {
        if self.folder.join(NAME).exists()
            && let Some(database) = &self.database
        {
            database.remove()?;
        }
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder)?;
        }
        Ok(())
    }

    /// Returns the world of the database: filled now, or by an earlier run with the same groups and events.
    ///
    /// # Errors
    /// When it cannot be filled, or has been with something else.
    pub async fn fill(&self, options: &Options) -> Result<World> {
        let (arguments, folder) = (&self.arguments, &self.folder);
        std::fs::create_dir_all(folder)?;
        if let Some(database) = &self.database
            && !folder.join(NAME).exists()
        {
            std::fs::write(folder.join(NAME), &database.name)?;
            database.create()?;
        }
        let fill = options.fill(self.users);
        let (count, note) = (options.events_of(self.users), folder.join("events"));
        let had = match std::fs::read_to_string(&note) {
            Ok(text) => text.trim().parse()?,
            Err(_) => 0,
        };
        let unfinished = folder.join(UNFINISHED);
        if !folder.join(world::NOTE).exists() {
            std::fs::write(&unfinished, "")?;
        }
        let begun = Instant::now();
        let mut world = world::prepare_with(arguments, folder, &fill).await?;
        if world.filled.squads != fill.squads() {
            bail!(
                "{} has {} groups: remove it, or ask for as many",
                folder.display(),
                world.filled.squads + seed::OTHER_GROUPS
            );
        }
        if had == 0 && count > 0 {
            std::fs::write(&unfinished, "")?;
            events::spread(arguments, folder, &world, count).await?;
            std::fs::write(&note, count.to_string())?;
        } else if had != count {
            bail!(
                "{} has {had} events: remove it, or ask for as many",
                folder.display()
            );
        }
        world.filled.watched = count / EACH_WATCHED;
        let filled = begun.elapsed();
        if unfinished.exists() {
            if let Some(database) = &self.database {
                database.settle()?;
            }
            std::fs::remove_file(&unfinished)?;
        }
        println!(
            "{} users, {count} events: filled after {:.0} s, ready after {:.0} s",
            self.users,
            filled.as_secs_f64(),
            begun.elapsed().as_secs_f64()
        );
        Ok(world)
    }
}

/// Removes what is not used again, and checks before anything is filled that the disk has room for it all.
///
/// # Errors
/// When it has not, or when something is in the way.
pub fn check_space(options: &Options, sites: &[Site], base: &Path) -> Result<()> {
    let mut needed = 0;
    let mut folder = Some(base.to_owned());
    for site in sites {
        if !site.is_filled()? {
            let on_postgres = site.database.is_some();
            needed += bytes(site.users, options.events_of(site.users), on_postgres);
        }
        if let Some(database) = &site.database {
            folder = database.folder();
        }
    }
    let on_postgres = sites.iter().any(|site| site.database.is_some());
    if on_postgres {
        // The log of little is little.
        needed += needed.min(LOG);
    }
    needed += SPARE;
    let Some(folder) = folder else {
        println!(
            "filling needs about {} where PostgreSQL has its files; how much is free there is not known",
            gib(needed)
        );
        return Ok(());
    };
    let free = machine::free_space(&folder)?;
    println!(
        "filling needs about {} in {}, where {} are free",
        gib(needed),
        folder.display(),
        gib(free)
    );
    ensure!(
        needed <= free,
        "there is no room: choose fewer --users or --events, or another folder with --keep (or TMPDIR)"
    );
    Ok(())
}

/// Returns the bytes that the database of a pool takes.
fn bytes(users: u64, events: u64, on_postgres: bool) -> u64 {
    match on_postgres {
        true => users * USER_BYTES + events * EVENT_BYTES,
        false => users * seed::USER_BYTES + events * events::BYTES,
    }
}
