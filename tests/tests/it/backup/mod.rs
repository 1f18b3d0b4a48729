//! Backups: taken of a server that serves, restored here and elsewhere, refused when anything is wrong with them.

mod hostile;
mod kills;
mod live;
mod places;
mod pools;
mod servers;
mod trail;

use std::io::Cursor;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::age::Identity;
use cognate_crypto::random;
use cognate_crypto::seal::RootKey;
use cognate_crypto::totp::Seed;
use cognate_moving::archive::{Cell, Line, Reader, Writer};
use cognate_server::backup::create::{self, Order};
use cognate_server::backup::restore::{self, Opened, Restored};
use cognate_server::backup::verify::{self, Verified};
use cognate_store::{Store, StoreOptions};
use cognate_testkit::{Engine, Options, TestServer};
use http::Method;
use serde_json::{Value, json};

use crate::engines;
use crate::program;
use crate::site::*;

/// An archive and what opens it.
pub struct Archive {
    pub bytes: Vec<u8>,
    pub identities: Arc<Vec<Identity>>,
}

impl Archive {
    /// Takes a backup of a server that runs; of pools if some are named.
    pub async fn of(server: &TestServer, pools: &[&str]) -> Self {
        Self::try_of(server, pools).await.unwrap()
    }

    pub async fn try_of(server: &TestServer, pools: &[&str]) -> anyhow::Result<Self> {
        let identity = Identity::generate();
        let app = &server.state().app;
        let order = Order {
            recipients: vec![identity.recipient()],
            pools: (!pools.is_empty()).then(|| pools.iter().map(|&p| p.to_owned()).collect()),
            now: app.clock.service(),
        };
        let (bytes, _) = create::write(&app.store, &app.root, order, Vec::new()).await?;
        Ok(Self {
            bytes,
            identities: Arc::new(vec![identity]),
        })
    }

    pub async fn open(&self) -> anyhow::Result<Opened> {
        let input = Box::new(Cursor::new(self.bytes.clone()));
        restore::open(input, Arc::clone(&self.identities)).await
    }

    pub async fn verify(&self) -> anyhow::Result<Verified> {
        verify::run(self.open().await?).await
    }

    /// Restores pools into a server that runs.
    pub async fn restore_into(
        &self,
        server: &TestServer,
        pools: &[&str],
    ) -> anyhow::Result<Restored> {
        let app = &server.state().app;
        let wanted = pools.iter().map(|&p| p.to_owned()).collect();
        let now = app.clock.service();
        let opened = self.open().await?;
        let done = restore::pools(opened, &app.store, &app.root, wanted, now).await;
        app.cache.clear();
        done
    }

    /// Writes another archive with what `change` makes of each row: any number of rows of the same table.
    pub fn rewritten(
        &self,
        mut change: impl FnMut(&str, &[String], Vec<Cell>) -> Vec<Vec<Cell>>,
    ) -> Self {
        let (header, mut reader) =
            Reader::open(&self.identities, Cursor::new(&self.bytes)).unwrap();
        let recipients = [self.identities[0].recipient()];
        let mut writer = Writer::begin(&recipients, &header, Vec::new()).unwrap();
        let mut table = (String::new(), Vec::new());
        loop {
            match reader.next_line().unwrap() {
                Line::Table(line) => {
                    let columns: Vec<&str> = line.columns.iter().map(String::as_str).collect();
                    writer.table(&line.table, &columns).unwrap();
                    table = (line.table, line.columns);
                }
                Line::Row(cells) => {
                    for row in change(&table.0, &table.1, cells) {
                        writer.row(&row).unwrap();
                    }
                }
                Line::End(_) => break,
            }
        }
        Self {
            bytes: writer.finish().unwrap().0,
            identities: Arc::clone(&self.identities),
        }
    }

    /// Returns all rows of a table.
    pub fn rows(&self, wanted: &str) -> Vec<Vec<Cell>> {
        let mut found = Vec::new();
        self.rewritten(|table, _, row| {
            if table == wanted {
                found.push(row.clone());
            }
            vec![row]
        });
        found
    }
}

/// Returns the text of a cell.
pub fn cell_text(cell: &Cell) -> &str {
    match cell {
        Cell::Text(text) => text,
        other => panic!("{other:?} is no text"),
    }
}

/// A database that nobody has used, for a restore, and the sealing key of the place.
pub struct Empty {
    pub options: Options,
    pub root: String,
    store: StoreOptions,
}

/// The two engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

impl Empty {
    /// Makes a place with a sealing key of its own.
    pub async fn on(engine: On, name: &str) -> Self {
        let root = RootKey::generate().to_base64().expose().clone();
        let options = Options {
            sealing_key: Some(root.clone()),
            ..Options::default()
        };
        // Tokens name the same issuer whatever the port of a test's server is.
        let options = options.with("issuer", "aws");
        let (options, store) = match engine {
            On::Sqlite => {
                let folder = program::scratch(name);
                let store = StoreOptions::sqlite(folder.join("cognate.db"));
                let folder = Some(folder);
                (Options { folder, ..options }, store)
            }
            On::Postgres => {
                let url = engines::durable_postgres(&name.replace('-', "_")).await;
                let store = StoreOptions::postgres(url.as_str());
                let engine = Engine::Postgres(url);
                (Options { engine, ..options }, store)
            }
        };
        Self {
            options,
            root,
            store,
        }
    }

    pub async fn store(&self) -> Store {
        Store::open(&self.store).await.unwrap()
    }

    pub fn root(&self) -> RootKey {
        RootKey::from_base64(&self.root).unwrap()
    }

    /// Restores a server; nothing is started.
    pub async fn restore(&self, archive: &Archive) -> anyhow::Result<Restored> {
        let store = self.store().await;
        let now = i64::try_from(wall()).unwrap() * 1_000_000;
        let opened = archive.open().await?;
        let restored = restore::whole(opened, &store, &self.root(), now).await;
        store.close().await;
        restored
    }

    pub async fn start(&self) -> TestServer {
        TestServer::start(self.options.clone()).await.unwrap()
    }

    /// Starts a server that must be refused; returns why.
    pub async fn refusal(&self) -> String {
        match TestServer::start(self.options.clone()).await {
            Ok(_) => panic!("a server started"),
            Err(error) => format!("{error:#}"),
        }
    }

    /// Deletes what is in a folder.
    pub fn forget(self) {
        if let Some(folder) = &self.options.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// A pool with one user of each kind, and what a client holds of it.
pub struct World {
    pub site: Site,
    pub tokens: Value,
    pub seed: Seed,
    pub jwks: Value,
}

/// Makes a pool: jane with a password and in a group, tom with an app for codes.
pub async fn world(server: &TestServer) -> World {
    let (raw, open) = (server.raw(), server.unsigned());
    let site = site(&raw, json!({}), json!({})).await;
    let pool = &site.pool;
    let config = json!({ "UserPoolId": pool, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    raw.ok("SetUserPoolMfaConfig", config).await.unwrap();
    let mail = json!([{ "Name": "email", "Value": "jane@example.com" }]);
    user(&raw, pool, "jane", mail).await;
    raw.ok(
        "CreateGroup",
        json!({ "UserPoolId": pool, "GroupName": "admins" }),
    )
    .await
    .unwrap();
    let member = json!({ "UserPoolId": pool, "Username": "jane", "GroupName": "admins" });
    raw.ok("AdminAddUserToGroup", member).await.unwrap();
    let tokens = sign_in(&open, &site.client, "jane").await;

    user(&raw, pool, "tom", json!([])).await;
    let token = sign_in(&open, &site.client, "tom").await["AccessToken"].clone();
    let secret = open
        .ok("AssociateSoftwareToken", json!({ "AccessToken": token }))
        .await
        .unwrap();
    let seed = seed(&text(&secret["SecretCode"]));
    let code = seed.code_at(i64::try_from(wall()).unwrap());
    let verify = json!({ "AccessToken": token, "UserCode": code.expose() });
    open.ok("VerifySoftwareToken", verify).await.unwrap();
    let prefer = json!({ "AccessToken": token, "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    open.ok("SetUserMFAPreference", prefer).await.unwrap();
    let jwks = jwks(server, pool).await;
    World {
        site,
        tokens,
        seed,
        jwks,
    }
}

/// Reads a SecretCode, which is base32.
fn seed(text: &str) -> Seed {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for c in text.chars() {
        bits = bits << 5 | u32::try_from(alphabet.find(c).unwrap()).unwrap();
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    Seed::from_bytes(&bytes).unwrap()
}

pub async fn jwks(server: &TestServer, pool: &str) -> Value {
    let path = format!("/{pool}/.well-known/jwks.json");
    let reply = server
        .unsigned()
        .fetch(Method::GET, &path, &[], "")
        .await
        .unwrap();
    reply.json()
}

/// Returns the claims of a token.
pub fn claims(token: &Value) -> Value {
    let body = token.as_str().unwrap().split('.').nth(1).unwrap();
    let padded = body.replace('-', "+").replace('_', "/");
    let padded = format!("{padded}{}", "=".repeat((4 - body.len() % 4) % 4));
    serde_json::from_slice(&STANDARD.decode(padded).unwrap()).unwrap()
}

impl World {
    /// Everything that worked before the backup works on the server: passwords both ways, codes of apps, tokens, keys.
    pub async fn goes_on(&self, server: &TestServer) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = &self.site;
        assert_eq!(jwks(server, pool).await, self.jwks);
        // A token from before is good for what it was good for.
        let me = json!({ "AccessToken": self.tokens["AccessToken"] });
        let me = open.ok("GetUser", me).await.unwrap();
        assert_eq!(me["Username"], "jane");
        // So is the refresh token.
        let refresh = json!({ "REFRESH_TOKEN": self.tokens["RefreshToken"] });
        let again = initiate(client, "REFRESH_TOKEN_AUTH", refresh);
        let again = open.ok("InitiateAuth", again).await.unwrap();
        let (old, new) = (
            claims(&self.tokens["AccessToken"]),
            claims(&again["AuthenticationResult"]["AccessToken"]),
        );
        for claim in ["sub", "iss", "client_id", "cognito:groups", "origin_jti"] {
            assert_eq!(old[claim], new[claim], "{claim}");
        }
        assert_eq!(new["cognito:groups"], json!(["admins"]));
        // By password, and by SRP.
        sign_in(&open, client, "jane").await;
        let srp = Srp::start(&open, client, "jane").await;
        let answer = verify(client, srp.responses(pool, PASSWORD));
        open.ok("RespondToAuthChallenge", answer).await.unwrap();
        refused(
            &open,
            "InitiateAuth",
            by_password(client, "jane", "Wr0ng!pass"),
            WRONG,
        )
        .await;
        // With the app for codes; not by a code of before.
        server.advance("90s").await.unwrap();
        let asked = open
            .ok("InitiateAuth", by_password(client, "tom", PASSWORD))
            .await
            .unwrap();
        assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        let code = self
            .seed
            .code_at(server.state().app.clock.service() / 1_000_000);
        let answer = json!({
            "ClientId": client, "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": asked["Session"],
            "ChallengeResponses": { "USERNAME": "tom", "SOFTWARE_TOKEN_MFA_CODE": code.expose() },
        });
        open.ok("RespondToAuthChallenge", answer).await.unwrap();
        // Searching finds what was there.
        let find = json!({ "UserPoolId": pool, "Filter": "email = \"jane@example.com\"" });
        let found = raw.ok("ListUsers", find).await.unwrap();
        assert_eq!(found["Users"].as_array().unwrap().len(), 1);
        // And more can be made.
        user(&raw, pool, &format!("new-{}", random::uuid_v4()), json!([])).await;
    }
}
