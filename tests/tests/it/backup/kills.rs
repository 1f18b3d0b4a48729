//! SIGKILL in the middle: of a backup, of the restore of a server, of the restore of a pool. Nothing half is left, and the next
//! try does it all.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use cognate_crypto::seal::RootKey;
use cognate_domain::records::mac;
use cognate_store::tables::users::{self, UserRow};
use cognate_store::tables::{meta, pools};
use cognate_store::{Batch, Label, Store, StoreOptions, params};
use cognate_testkit::{Credentials, Raw};
use serde_json::json;

use super::On;
use crate::engines;
use crate::program::{self, Program, SEALING_KEY};
use crate::site::*;

const USERS: usize = 4_000;
const ROUNDS: u32 = 100;

/// A kill comes a little later each time, until one has hit the middle; in greater steps where the work takes long.
fn until_the_kill(round: u32) -> Duration {
    let (short, long) = (round.min(20), round.saturating_sub(20));
    Duration::from_millis(25) * short + Duration::from_millis(110) * long
}

/// An installation: a folder, and a database elsewhere if it is on PostgreSQL.
struct Installation {
    folder: PathBuf,
    url: Option<String>,
}

impl Installation {
    async fn new(on: On, name: &str) -> Self {
        let folder = program::scratch(name);
        let url = match on {
            On::Sqlite => None,
            On::Postgres => Some(engines::durable_postgres(&name.replace('-', "_")).await),
        };
        Self { folder, url }
    }

    async fn open(&self) -> Store {
        let options = match &self.url {
            Some(url) => StoreOptions::postgres(url.as_str()),
            None => StoreOptions::sqlite(self.folder.join(".cognate").join("cognate.db")),
        };
        Store::open(&options).await.unwrap()
    }

    fn root(&self) -> RootKey {
        let file = self.folder.join(".cognate").join("sealing.key");
        let text = match &self.url {
            Some(_) => SEALING_KEY.to_owned(),
            None => std::fs::read_to_string(file).unwrap(),
        };
        RootKey::from_base64(&text).unwrap()
    }

    async fn server(&self) -> Program {
        Program::start(&self.folder, self.url.as_deref()).await
    }

    fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = program::command(&self.folder, self.url.as_deref());
        command
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// Runs a command to its end; returns what it printed.
    fn run(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = program::command(&self.folder, self.url.as_deref());
        let done = command.args(arguments).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        match done.status.success() {
            true => Ok(text(done.stdout)),
            false => Err(text(done.stderr)),
        }
    }

    /// Makes a pool with jane and thousands of others, who have no password.
    async fn fill(&self) -> Site {
        let program = self.server().await;
        let signed = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
        let made = site(&signed, json!({}), json!({})).await;
        user(&signed, &made.pool, "jane", json!([])).await;
        sign_in(&Raw::new(&program.endpoint, None), &made.client, "jane").await;
        program.kill();
        let store = self.open().await;
        for first in (0..USERS).step_by(500) {
            let mut batch = Batch::new();
            for n in first..first + 500 {
                let id = format!("{n:08x}-0000-4000-8000-000000000000");
                batch = add(batch, &made.pool, &id, &format!("user-{n}"));
            }
            store.commit(batch).await.unwrap();
        }
        let row = pools::get(&store, &made.pool).await.unwrap().unwrap();
        let key = self
            .root()
            .unwrap_pool_key(&made.pool, &row.data_key)
            .unwrap();
        mac::sign_rows(&store, &key, &made.pool).await.unwrap();
        store.close().await;
        made
    }

    fn forget(self) {
        std::fs::remove_dir_all(self.folder).unwrap();
    }
}

fn add(batch: Batch, pool: &str, id: &str, name: &str) -> Batch {
    const TAKEN: Label = Label("taken");
    let row = UserRow {
        user_id: id.to_owned(),
        username: name.to_owned(),
        status: "CONFIRMED".into(),
        enabled: true,
        doc: json!({ "attributes": {} }).to_string(),
        credential: None,
        created: 1,
        modified: 1,
        ver: 1,
        mac: None,
    };
    let batch = users::insert(batch, pool, &row);
    let batch = users::insert_login(batch, pool, id, name, "username", TAKEN);
    users::insert_attr(batch, pool, id, "username", name)
}

/// Makes an identity in a folder; returns its file and its recipient.
fn identity(at: &Installation) -> (String, String) {
    let file = at.folder.join("identity").display().to_string();
    let recipient = at.run(&["backup", "key", "--out", &file]).unwrap();
    (file, recipient.trim().to_owned())
}

/// Returns the files of a folder: archives, and what is under way.
fn files(folder: &Path) -> (Vec<PathBuf>, usize) {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    let (half, whole): (Vec<_>, Vec<_>) = paths
        .into_iter()
        .partition(|path| path.extension().is_some_and(|end| end == "part"));
    (whole, half.len())
}

/// Makes the archive of an installation after some backups that were killed; returns its name.
async fn backup(at: &Installation, pool: Option<&str>) -> (String, String) {
    let (file, recipient) = identity(at);
    let out = at.folder.join("backups");
    let to = out.display().to_string();
    let mut arguments = vec!["backup", "create", "--to", &to, "--recipient", &recipient];
    arguments.extend(pool.iter().flat_map(|pool| ["--pool", pool]));
    let mut in_the_middle = 0;
    for round in 0..ROUNDS {
        let mut child = at.spawn(&arguments);
        tokio::time::sleep(until_the_kill(round)).await;
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let (whole, half) = files(&out);
        if ended.is_some() {
            assert_eq!(whole.len(), 1);
            break;
        }
        in_the_middle = half;
        // A kill right after the end leaves a whole one.
        if let Some(whole) = whole.first() {
            std::fs::remove_file(whole).unwrap();
        }
    }
    assert!(in_the_middle > 0, "no kill hit the middle of a backup");
    let (whole, _) = files(&out);
    let [archive] = whole.as_slice() else {
        panic!("{whole:?}")
    };
    let archive = archive.display().to_string();
    let proven = at.run(&["backup", "verify", &archive, "--identity", &file]);
    let proven = proven.unwrap();
    assert!(proven.contains("the archive is whole"), "{proven}");
    let listed = at.run(&["backup", "list", &to]).unwrap();
    assert_eq!(listed.lines().count(), 1, "{listed}");
    (archive, file)
}

async fn count(store: &Store) -> i64 {
    let rows = store
        .rows("SELECT COUNT(*) FROM users", params![])
        .await
        .unwrap();
    rows[0].int(0).unwrap()
}

async fn a_server_survives(on: On, name: &str) {
    let there = Installation::new(on, &format!("{name}-from")).await;
    let site = there.fill().await;
    let (archive, file) = backup(&there, None).await;
    let here = Installation::new(on, &format!("{name}-to")).await;
    let restore = ["backup", "restore", &archive, "--identity", &file];
    let mut in_the_middle = 0;
    for round in 0..ROUNDS {
        let mut child = here.spawn(&restore);
        tokio::time::sleep(until_the_kill(round)).await;
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        if let Some(status) = ended {
            assert!(status.success(), "round {round}");
            break;
        }
        if here.url.is_none() && !here.folder.join(".cognate").is_dir() {
            continue;
        }
        let store = here.open().await;
        let mark = meta::get(&store, "restoring").await.unwrap();
        let rows = count(&store).await;
        store.close().await;
        if mark.as_deref().is_some_and(|mark| !mark.is_empty()) {
            in_the_middle += 1;
            println!("round {round}: killed with {rows} users");
            let refused = here.run(&["dev", "--listen", "127.0.0.1:0"]).unwrap_err();
            assert!(refused.contains("did not come to its end"), "{refused}");
        } else if mark.is_some() {
            // The kill came after the end.
            break;
        }
    }
    assert!(in_the_middle > 1, "no kill hit the middle of the restore");
    let program = here.server().await;
    sign_in(&Raw::new(&program.endpoint, None), &site.client, "jane").await;
    program.kill();
    let store = here.open().await;
    assert_eq!(count(&store).await, i64::try_from(USERS + 1).unwrap());
    store.close().await;
    there.forget();
    here.forget();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backup_and_restore_of_a_server_survive_kills_on_sqlite() {
    a_server_survives(On::Sqlite, "bkill-s").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn backup_and_restore_of_a_server_survive_kills_on_postgresql() {
    a_server_survives(On::Postgres, "bkill-p").await;
}

/// The leases of a killed server last a minute; the tests do not wait for that.
async fn end_leases(store: &Store) {
    let sql = "UPDATE jobs SET lease_until = 0 WHERE kind = ?1";
    let batch = Batch::new().run(sql, params!["delete_pool"]);
    store.commit(batch).await.unwrap();
}

async fn a_pool_survives(on: On, name: &str) {
    let there = Installation::new(on, &format!("{name}-from")).await;
    let site = there.fill().await;
    let (archive, file) = backup(&there, Some(&site.pool)).await;
    let here = Installation::new(on, &format!("{name}-to")).await;
    let restore = ["backup", "restore", &archive, "--identity", &file];
    let mut in_the_middle = 0;
    for round in 0..ROUNDS {
        // On SQLite the server does the work, and is killed with the command.
        let program = here.server().await;
        let mut child = here.spawn(&restore);
        tokio::time::sleep(until_the_kill(round)).await;
        let unsigned = Raw::new(&program.endpoint, None);
        let asked = by_password(&site.client, "jane", PASSWORD);
        let seen = unsigned.call("InitiateAuth", asked).await.unwrap();
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        program.kill();
        let store = here.open().await;
        let state = pools::state(&store, &site.pool).await.unwrap();
        println!(
            "round {round}: state {state:?}, {} users",
            count(&store).await
        );
        end_leases(&store).await;
        store.close().await;
        if state == Some(1) {
            in_the_middle += 1;
            assert_eq!(seen.error(), "ResourceNotFoundException", "{}", seen.text());
        }
        if state == Some(0) {
            break;
        }
        assert!(
            ended.is_none_or(|status| !status.success()),
            "it was not there"
        );
    }
    assert!(in_the_middle > 1, "no kill hit the middle of the restore");
    let program = here.server().await;
    sign_in(&Raw::new(&program.endpoint, None), &site.client, "jane").await;
    program.kill();
    let store = here.open().await;
    assert_eq!(count(&store).await, i64::try_from(USERS + 1).unwrap());
    let jobs = store
        .rows("SELECT 1 FROM jobs WHERE kind = 'delete_pool'", params![])
        .await;
    assert!(jobs.unwrap().is_empty());
    store.close().await;
    there.forget();
    here.forget();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backup_and_restore_of_a_pool_survive_kills_on_sqlite() {
    a_pool_survives(On::Sqlite, "pkill-s").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn backup_and_restore_of_a_pool_survive_kills_on_postgresql() {
    a_pool_survives(On::Postgres, "pkill-p").await;
}
