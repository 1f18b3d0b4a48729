//! AdminListUserAuthEvents with few and with many events in the database: those of other users, and those of the user
//! themselves. Half of the rows are one user's, half are spread over others.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use cognate_crypto::random;
use cognate_crypto::seal::PoolKey;
use cognate_domain::records::auth_event::{EventContext, EventDoc};
use cognate_domain::records::mac;
use cognate_shapes::{ChallengeName, ChallengeResponse, EventResponseType, EventType};
use cognate_store::tables::events::{self, Event};
use cognate_store::tables::{pools, sessions};
use cognate_store::{Batch, Store, params};
use serde_json::json;

use crate::Arguments;
use crate::aws;
use crate::calls::{Kind, Requests};
use crate::floors::median;
use crate::http::Connection;
use crate::machine::{self, Server};
use crate::report::Table;
use crate::rows::slice;
use crate::seed::{self, Seeded};
use crate::world::{self, World, signer, text};

/// The highest permitted ratio of a call's cost among many events to its cost among few.
const RATIO: f64 = 1.2;
/// How long events are kept, in microseconds: two years.
pub const KEPT: i64 = 63_072_000_000_000;
/// Events in one batch.
const BATCH: u64 = 5_000;
/// Events of each of the other users.
const EACH: u64 = 100;
/// Slices of a row for each size.
const SLICES: u64 = 6;
/// The signer with half of all events, and one with a page of them.
const MANY: u64 = 0;
const PAGE: u64 = 1;

/// A server and what is asked of it.
struct Size {
    server: Server,
    requests: Rc<Requests>,
}

/// Measures each row for `seconds` with `few` and with `many` events.
pub async fn run(arguments: &Arguments, few: u64, many: u64, seconds: u64) -> Result<()> {
    if arguments.database_url.is_some() {
        return Err(anyhow!(
            "each size needs a database of its own: only SQLite can be measured like this"
        ));
    }
    let base = machine::folder()?;
    let outcome = measure(arguments, &base, [few, many], seconds).await;
    std::fs::remove_dir_all(&base)?;
    outcome
}

async fn measure(arguments: &Arguments, base: &Path, sizes: [u64; 2], seconds: u64) -> Result<()> {
    let mut servers = Vec::new();
    for size in sizes {
        let folder = base.join(format!("events-{size}"));
        std::fs::create_dir_all(&folder)?;
        let world = world::prepare(arguments, &folder, 0).await?;
        let ids = watch(arguments, &folder, &world).await?;
        fill(arguments, &folder, &world.pool, &ids, size, KEPT).await?;
        machine::warm(&folder)?;
        let server = Server::start(arguments, &folder, false).await?;
        let world = World {
            host: server.host.clone(),
            ..world
        };
        let requests = Rc::new(Requests {
            world,
            kind: Cell::new(Kind::Events(MANY)),
        });
        servers.push(Size { server, requests });
    }
    let [few, many] = sizes;
    let mut table = Table::new(&[
        "CPU µs a request",
        &format!("{few} events"),
        &format!("{many} events"),
        "Ratio",
        "Must",
        "Verdict",
    ]);
    let next = Rc::new(Cell::new(0));
    for (name, kind) in [
        (
            "AdminListUserAuthEvents, half are the user's",
            Kind::Events(MANY),
        ),
        (
            "AdminListUserAuthEvents, 60 are the user's",
            Kind::Events(PAGE),
        ),
    ] {
        let length = Duration::from_millis(seconds * 1_000 / SLICES);
        let mut costs = [Vec::new(), Vec::new()];
        for round in 0..=SLICES {
            for (size, costs) in servers.iter().zip(&mut costs) {
                let (cost, _) = slice(&size.server, &size.requests, kind, length, &next).await?;
                // The first slices warm up.
                if round > 0 {
                    costs.push(cost);
                }
            }
        }
        let [few, many] = costs.each_mut().map(|costs| median(costs));
        let ratio = many / few;
        table.row(&[
            name,
            &format!("{few:.1}"),
            &format!("{many:.1}"),
            &format!("{ratio:.2}"),
            &format!("≤ {RATIO} ×"),
            if ratio <= RATIO { "met" } else { "MISSED" },
        ]);
    }
    table.print();
    Ok(())
}

/// Turns threat protection on; returns the ids of the two signers.
pub async fn watch(arguments: &Arguments, folder: &Path, world: &World) -> Result<[String; 2]> {
    let server = Server::start(arguments, folder, false).await?;
    let mut connection = Connection::open(&server.host).await?;
    let on = json!({
        "UserPoolId": world.pool, "UserPoolTier": "PLUS", "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" },
    });
    let request = aws::signed(&server.host, "UpdateUserPool", &on);
    connection.send(&request).await?.json()?;
    let mut ids = [MANY, PAGE].map(signer);
    for id in &mut ids {
        let named = json!({ "UserPoolId": world.pool, "Username": id });
        let request = aws::signed(&server.host, "AdminGetUser", &named);
        *id = text(
            &connection.send(&request).await?.json()?,
            "/UserAttributes/0/Value",
        )?;
    }
    Ok(ids)
}

/// Writes `count` events: half of them the first user's, 60 the second's, the rest of users who are not there. `kept`: how long
/// each is kept, in microseconds.
pub async fn fill(
    arguments: &Arguments,
    folder: &Path,
    pool: &str,
    ids: &[String; 2],
    count: u64,
    kept: i64,
) -> Result<()> {
    let store = seed::open(arguments, folder).await?;
    let key = pool_key(arguments, &store, folder, pool).await?;
    let [many, page] = ids;
    let doc = document()?;
    let now = aws::now() * 1_000_000;
    let mut made: u64 = 0;
    while made < count {
        let mut batch = Batch::new();
        for i in made..(made + BATCH).min(count) {
            let user = match i {
                i if i < 60 => page.clone(),
                i if i % 2 == 0 => many.clone(),
                i => Seeded(i / (2 * EACH)).id(),
            };
            let at = now - i64::try_from(i)? * 1_000;
            batch = insert(batch, pool, &key, &user, (at, at + kept), &doc);
        }
        let done = store.commit(batch).await;
        done.map_err(|e| anyhow!("filling: {e}"))?;
        made += BATCH;
    }
    store.close().await;
    Ok(())
}

/// Bytes on disk of an event, rounded up: 753 were measured with 60,000.
pub const BYTES: u64 = 770;
/// Events of each seeded user who has any: a page of them.
pub const EACH_WATCHED: u64 = 60;

/// Turns threat protection on and writes `count` events of seeded users, [`EACH_WATCHED`] of each of the first ones, in the order
/// of their key.
pub async fn spread(arguments: &Arguments, folder: &Path, world: &World, count: u64) -> Result<()> {
    watch(arguments, folder, world).await?;
    let pool = world.pool.as_str();
    let large = count >= seed::LARGE;
    let tables = ["auth_events"];
    seed::without_indexes(arguments, folder, large, &tables, async |store| {
        let key = pool_key(arguments, &store, folder, pool).await?;
        let doc = document()?;
        let now = aws::now() * 1_000_000;
        let columns = [
            "pool_id", "user_id", "at", "event_id", "doc", "expires", "bucket", "mac",
        ];
        let (each, all) = (
            i64::try_from(EACH_WATCHED)?,
            i64::try_from(count / EACH_WATCHED)?,
        );
        let users = seed::by_id(count / EACH_WATCHED);
        let loads = users
            .chunks(seed::ROWS / EACH_WATCHED as usize)
            .map(|part| {
                let events = part.iter().flat_map(|user| {
                    let (key, doc, subject) = (&key, doc.as_str(), Seeded(*user).id());
                    (0..each).map(move |turn| {
                        // The users' events lie between each other's.
                        let age = (each - turn) * all + *user as i64;
                        let at = now - age * 1_000;
                        let id = random::uuid_v4();
                        let signed = events::signed_row(&subject, at, &id, doc);
                        let mac = mac::sign(key, pool, &signed);
                        let bucket = sessions::bucket(&id);
                        params![pool, &subject, at, id, doc, at + KEPT, bucket, mac]
                    })
                });
                seed::load_of("auth_events", &columns, events)
            });
        seed::write(&store, loads).await
    })
    .await
}

/// Returns the key under which the rows of a pool in `folder` are signed.
async fn pool_key(
    arguments: &Arguments,
    store: &Store,
    folder: &Path,
    pool: &str,
) -> Result<PoolKey> {
    let root = seed::root_key(arguments, folder)?;
    let row = pools::get(store, pool).await?;
    let row = row.context("the pool is gone")?;
    Ok(root.unwrap_pool_key(pool, &row.data_key)?)
}

fn document() -> Result<String> {
    let context = EventContext {
        client: "1".repeat(26),
        ip: "192.0.2.1".to_owned(),
        agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
            .to_owned(),
        device: "Chrome 126, Windows 10".to_owned(),
        request_id: random::uuid_v4(),
        ..EventContext::default()
    };
    let answered = vec![(ChallengeName::Password, ChallengeResponse::Success)];
    let doc = EventDoc::new(
        EventType::SignIn,
        EventResponseType::Pass,
        answered,
        context,
        None,
    );
    Ok(serde_json::to_string(&doc)?)
}

fn insert(
    batch: Batch,
    pool: &str,
    key: &PoolKey,
    user: &str,
    (at, expires): (i64, i64),
    doc: &str,
) -> Batch {
    let id = random::uuid_v4();
    let signed = events::signed_row(user, at, &id, doc);
    let event = Event {
        subject: user,
        event_id: &id,
        doc,
        at,
        expires,
        mac: mac::sign(key, pool, &signed),
    };
    events::insert(batch, pool, event)
}
