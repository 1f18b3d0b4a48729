//! Archives that somebody else wrote, or changed: nothing of them is believed, and nothing stays.

use cognate_crypto::age::Identity;
use cognate_crypto::seal::PoolKey;
use cognate_moving::archive::{Cell, Header, Line, Reader, Writer};
use cognate_store::newest_migration;
use cognate_store::tables::pools;
use cognate_testkit::TestServer;
use serde_json::json;

use super::{Archive, Empty, On, World, cell_text, world};
use crate::site::*;

/// A server, a pool of it, the archives of both, and a second server into which nothing of them may get.
struct Scene {
    there: Empty,
    here: Empty,
    world: World,
    other: Site,
    pool: Archive,
    whole: Archive,
    server: TestServer,
}

impl Scene {
    async fn new(name: &str) -> Self {
        let there = Empty::on(On::Sqlite, &format!("{name}-from")).await;
        let server = there.start().await;
        let world = world(&server).await;
        let other = site(&server.raw(), json!({}), json!({})).await;
        user(&server.raw(), &other.pool, "olga", json!([])).await;
        let whole = Archive::of(&server, &[]).await;
        let pool = Archive::of(&server, &[&world.site.pool]).await;
        server.stop().await;
        let here = Empty::on(On::Sqlite, &format!("{name}-to")).await;
        let server = here.start().await;
        Self {
            there,
            here,
            world,
            other,
            pool,
            whole,
            server,
        }
    }

    /// The restore is refused with a text that has `why`, and leaves nothing.
    #[track_caller]
    fn judge(&self, done: anyhow::Result<()>, why: &str) {
        let Err(error) = done else {
            panic!("accepted, though {why}")
        };
        let text = format!("{error:#}");
        assert!(text.contains(why), "{text:?} instead of {why:?}");
    }

    async fn refuses(&self, archive: &Archive, why: &str) {
        let done = archive.restore_into(&self.server, &[]).await.map(drop);
        self.judge(done, why);
        let store = &self.server.state().app.store;
        let state = pools::state(store, &self.world.site.pool).await.unwrap();
        assert!(matches!(state, None | Some(2)), "{why}: {state:?}");
        let asked = by_password(&self.world.site.client, "jane", PASSWORD);
        let reply = self
            .server
            .unsigned()
            .call("InitiateAuth", asked)
            .await
            .unwrap();
        assert_eq!(reply.error(), "ResourceNotFoundException", "{why}");
        for table in ["users", "clients", "client_pools", "sessions", "logins"] {
            let sql: &'static str = format!("SELECT COUNT(*) FROM {table}").leak();
            let rows = store.rows(sql, Vec::new()).await.unwrap();
            assert_eq!(rows[0].int(0).unwrap(), 0, "{why}: {table}");
        }
        self.judge(archive.verify().await.map(drop), why);
    }

    async fn end(self) {
        self.server.stop().await;
        self.there.forget();
        self.here.forget();
    }
}

fn place(columns: &[String], name: &str) -> usize {
    columns.iter().position(|column| column == name).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_the_program_did_not_write_are_refused() {
    let scene = Scene::new("hostile").await;
    let archive = &scene.pool;
    // A row of each table that decides something, with one column of it changed.
    for (table, column, value) in [
        ("users", "status", Cell::Text("ARCHIVED".into())),
        ("users", "doc", Cell::Text("{}".into())),
        ("users", "credential", Cell::Null),
        ("clients", "doc", Cell::Text("{}".into())),
        (
            "user_groups",
            "role",
            Cell::Text("arn:aws:iam::1:role/a".into()),
        ),
        ("signing_keys", "public", Cell::Text("{}".into())),
        ("software_tokens", "last_step", Cell::Int(0)),
        ("sessions", "expires", Cell::Int(i64::MAX)),
        ("group_members", "mac", Cell::Null),
        ("pools", "doc", Cell::Text("{}".into())),
    ] {
        let changed = archive.rewritten(|of, columns, mut row| {
            if of == table {
                row[place(columns, column)] = value.clone();
            }
            vec![row]
        });
        scene
            .refuses(&changed, "was not written by this program")
            .await;
    }
    // Her membership for him.
    let tom = archive.rows("users");
    let jane = archive.rows("group_members")[0][2].clone();
    let tom = tom.iter().map(|row| row[1].clone()).find(|id| *id != jane);
    let swapped = archive.rewritten(|of, columns, mut row| {
        if of == "group_members" {
            row[place(columns, "user_id")] = tom.clone().unwrap();
        }
        vec![row]
    });
    scene
        .refuses(&swapped, "was not written by this program")
        .await;
    // Another key of the pool, by which its rows are not signed; and one that is none.
    let other = PoolKey::generate().export().expose().to_vec();
    for (key, why) in [
        (other, "was not written by this program"),
        (vec![1; 31], "the key of the pool"),
    ] {
        let changed = archive.rewritten(|of, columns, mut row| {
            if of == "pools" {
                row[place(columns, "data_key")] = Cell::Bytes(key.clone());
            }
            vec![row]
        });
        scene.refuses(&changed, why).await;
    }
    // The honest one, after all that.
    archive.restore_into(&scene.server, &[]).await.unwrap();
    scene.world.goes_on(&scene.server).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_others_twice_or_out_of_order_are_refused() {
    let scene = Scene::new("smuggled").await;
    let archive = &scene.pool;
    // Rows of the server's other pool in the archive of one pool.
    for table in ["users", "clients", "client_pools", "user_attrs", "audit"] {
        let foreign: Vec<_> = scene.whole.rows(table);
        let foreign = foreign.into_iter().find(|row| {
            row.iter()
                .any(|cell| *cell == Cell::Text(scene.other.pool.clone()))
        });
        let mut foreign = foreign;
        assert!(foreign.is_some(), "{table}");
        let smuggled = archive.rewritten(|of, _, row| match foreign.take_if(|_| of == table) {
            Some(foreign) => vec![row, foreign],
            None => vec![row],
        });
        let done = smuggled.restore_into(&scene.server, &[]).await.map(drop);
        let text = format!("{:#}", done.expect_err(table));
        assert!(
            text.contains("is not of this archive") || text.contains("not in its place"),
            "{text}"
        );
    }
    let twice = archive.rewritten(|of, _, row| match of {
        "users" => vec![row.clone(), row],
        _ => vec![row],
    });
    scene
        .refuses(&twice, "the row is there twice, or not in its place")
        .await;
    let mut held = None;
    let turned = archive.rewritten(|of, _, row| {
        if of == "logins" && held.is_none() {
            held = Some(row);
            return Vec::new();
        }
        let held = held.take_if(|_| of == "logins");
        [row].into_iter().chain(held).collect()
    });
    scene.refuses(&turned, "not in its place").await;
    // A client to which no entry leads.
    let without = archive.rewritten(|of, _, row| match of {
        "client_pools" => Vec::new(),
        _ => vec![row],
    });
    scene
        .refuses(&without, "no entry of client_pools leads to the client")
        .await;
    // A user without its pool.
    let without = archive.rewritten(|of, _, row| match of {
        "pools" => Vec::new(),
        _ => vec![row],
    });
    scene.refuses(&without, "the archive has no pool").await;
    // A name that leads to nobody is found by the proof.
    let without = archive.rewritten(|of, _, row| match of {
        "users" if cell_text(&row[2]) == "tom" => Vec::new(),
        _ => vec![row],
    });
    scene.judge(without.verify().await.map(drop), "leads to no user");
    scene.end().await;
}

/// Names of tables with their columns.
type Tables<'a> = &'a [(&'a str, &'a [&'a str])];

/// Returns an archive with these tables, for an identity.
fn made(header: &Header, tables: Tables<'_>) -> Archive {
    let identity = Identity::generate();
    let mut writer = Writer::begin(&[identity.recipient()], header, Vec::new()).unwrap();
    for (table, columns) in tables {
        writer.table(table, columns).unwrap();
    }
    Archive {
        bytes: writer.finish().unwrap().0,
        identities: vec![identity].into(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_and_columns_that_are_none_are_refused() {
    let scene = Scene::new("columns").await;
    let pool = Some(vec![scene.world.site.pool.clone()]);
    let header = Header::new("0.1.0", newest_migration(), pool);
    let cases: [(Tables<'_>, &str); 6] = [
        (&[("sqlite_schema", &["name"])], "a table that is none"),
        (&[("spare_keys", &["spare_id"])], "a table that is none"),
        (
            &[("users", &["pool_id", "user_id", "root"])],
            "a column that is none",
        ),
        (&[("users", &["pool_id", "user_id", "user_id"])], "twice"),
        (&[("users", &["pool_id"])], "lacks the column user_id"),
        (&[("access_keys", &["key_id"])], "which is the server's"),
    ];
    for (tables, why) in cases {
        scene.refuses(&made(&header, tables), why).await;
    }
    scene.refuses(&made(&header, &[]), "has no pool").await;
    let newer = Header::new("9.0.0", newest_migration() + 1, None);
    let newer = made(&newer, &[]).open().await;
    scene.judge(newer.map(drop), "of a newer program (9.0.0)");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_half_restored_does_not_start() {
    let scene = Scene::new("half").await;
    let empty = Empty::on(On::Sqlite, "half-empty").await;
    // What cannot be opened is not begun with.
    let mut cut = Archive {
        bytes: scene.whole.bytes.clone(),
        identities: scene.whole.identities.clone(),
    };
    cut.bytes.truncate(100);
    empty.restore(&cut).await.unwrap_err();
    let lying = scene.whole.rewritten(|of, columns, mut row| {
        if of == "users" {
            row[place(columns, "enabled")] = Cell::Int(0);
        }
        vec![row]
    });
    empty.restore(&lying).await.unwrap_err();
    let why = empty.refusal().await;
    assert!(
        why.contains("a restore into this database did not come to its end"),
        "{why}"
    );
    let pool = empty.restore(&scene.pool).await.unwrap_err().to_string();
    assert!(pool.contains("the archive of a pool"), "{pool}");
    // The whole one, over what the others have left.
    empty.restore(&scene.whole).await.unwrap();
    let server = empty.start().await;
    scene.world.goes_on(&server).await;
    server.stop().await;
    empty.forget();
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flipped_bits_of_a_real_archive_are_found() {
    let scene = Scene::new("bits").await;
    let file = &scene.pool.bytes;
    let identities = &scene.pool.identities;
    let read = |bytes: &[u8]| {
        let (_, mut reader) = Reader::open(identities, bytes).ok()?;
        loop {
            if let Line::End(manifest) = reader.next_line().ok()? {
                return Some(manifest);
            }
        }
    };
    read(file).unwrap();
    let step = (file.len() / 600).max(1);
    let mut tried = 0;
    for at in (0..file.len()).step_by(step) {
        let mut changed = file.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(read(&changed).is_none(), "bit at {at}");
        tried += 1;
    }
    assert!(tried >= 500, "{tried}");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_with_a_foreign_row_is_not_backed_up() {
    let there = Empty::on(On::Sqlite, "foreign").await;
    let server = there.start().await;
    let world = world(&server).await;
    let swap = "UPDATE users SET enabled = 0 WHERE pool_id = ?1 AND username = 'jane'";
    let params = cognate_store::params![&world.site.pool];
    let batch = cognate_store::Batch::new().run(swap, params);
    server.state().app.store.commit(batch).await.unwrap();
    let Err(error) = Archive::try_of(&server, &[]).await else {
        panic!("a backup was made")
    };
    assert!(
        error
            .to_string()
            .contains("was not written by this program"),
        "{error}"
    );
    server.stop().await;
    there.forget();
}
