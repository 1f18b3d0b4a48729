//! Proving an archive: it is restored into a scratch database of its own, and a user signs in there.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use cognate_crypto::random;
use cognate_crypto::seal::RootKey;
use cognate_crypto::srp::client::{self, Answer};
use cognate_domain::clock::Clock;
use cognate_domain::{App, Caller, ClientInfo, Cx, Settings, dispatch};
use cognate_moving::archive::Manifest;
use cognate_shapes::{Auth, Op};
use cognate_store::tables::{copies, keys, pools};
use cognate_store::{Store, StoreOptions, Synchronous};
use serde_json::{Value, json};

use super::restore::{self, Opened};
use crate::settings::data_dir::DataDir;

/// Pools in which a user is made and signs in; an archive may have thousands.
const SIGN_INS: i64 = 20;

/// What was proven.
#[derive(Debug)]
pub struct Verified {
    /// What the archive holds.
    pub manifest: Manifest,
    /// The pools in which a user signed in.
    pub pools: Vec<String>,
}

/// Restores an archive into a scratch database, whose folder is deleted afterwards, and checks it: every row by its MAC, every
/// name for its user, the published keys, and a sign-in by SRP of a new user in each of the first pools.
///
/// # Errors
/// A text that says what does not hold.
pub async fn run(opened: Opened) -> anyhow::Result<Verified> {
    let folder = DataDir::temporary()?;
    folder.prepare()?;
    let mut options = StoreOptions::sqlite(folder.path().join("scratch.db"));
    if let StoreOptions::Sqlite(options) = &mut options {
        // It is thrown away.
        options.synchronous = Synchronous::Off;
    }
    let store = Store::open(&options).await?;
    let verified = inside(opened, &store).await;
    store.close().await;
    verified
}

async fn inside(opened: Opened, store: &Store) -> anyhow::Result<Verified> {
    let root = RootKey::generate();
    let now = Clock::default().wall();
    let restored = match opened.header.pools.clone() {
        None => restore::whole(opened, store, &root, now).await?,
        Some(all) => restore::pools(opened, store, &root, all, now).await?,
    };
    if let Some((pool, _)) = copies::dangling_login(store).await? {
        bail!("a name of the pool {pool} leads to no user");
    }
    let app = App::open(Settings::dev(), store.clone(), root).await;
    let app = app.map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    let mut signed_in = Vec::new();
    for pool in pools::newest(store, SIGN_INS).await? {
        let checked = async {
            published_keys(&app, &pool).await?;
            canary(&app, &pool).await
        };
        checked.await.with_context(|| format!("pool {pool}"))?;
        signed_in.push(pool);
    }
    Ok(Verified {
        manifest: restored.manifest,
        pools: signed_in,
    })
}

/// The key set that the pool publishes has the archived keys and no others.
async fn published_keys(app: &Arc<App>, pool: &str) -> anyhow::Result<()> {
    let mut archived = BTreeSet::new();
    for row in app.store.all(keys::of_pool(pool)).await? {
        if row.int(2)? != keys::RETIRED {
            archived.insert(row.text(4)?.to_owned());
        }
    }
    if archived.is_empty() {
        // It gets its keys at the first use.
        return Ok(());
    }
    let cx = cx(app, Op::DescribeUserPool, pool);
    let fault = |fault| anyhow::anyhow!("{fault:?}");
    let found = cx.pool(pool).await.map_err(fault)?;
    let published = cx.cached_signers(&found).await.map_err(fault)?;
    let published = published.published.iter().map(|key| key.jwk.clone());
    ensure!(
        published.collect::<BTreeSet<_>>() == archived,
        "the published keys are not the archived ones"
    );
    Ok(())
}

/// Makes a user in the scratch pool and signs in as it.
async fn canary(app: &Arc<App>, pool: &str) -> anyhow::Result<()> {
    // No function of the pool may be called from here, and nothing but the password asked for.
    call(
        app,
        pool,
        Op::UpdateUserPool,
        json!({"UserPoolId": pool, "MfaConfiguration": "OFF"}),
    )
    .await?;
    let made = call(
        app,
        pool,
        Op::CreateUserPoolClient,
        json!({"UserPoolId": pool, "ClientName": "canary", "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]}),
    )
    .await?;
    let client = made.pointer("/UserPoolClient/ClientId");
    let client = client.and_then(Value::as_str).context("no client")?;
    let mark = random::uuid_v4();
    let digits = random::digits(7);
    // What the pool takes for a name depends on its settings.
    let names = [
        format!("canary-{mark}"),
        format!("canary-{mark}@example.com"),
        format!("+1555{digits}"),
    ];
    let mut refused = None;
    for name in &names {
        let input = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"});
        match call(app, pool, Op::AdminCreateUser, input).await {
            Ok(_) => return sign_in(app, pool, client, name).await,
            Err(error) => refused = Some(error),
        }
    }
    Err(refused.unwrap_or_else(|| anyhow::anyhow!("no name for a user")))
}

async fn sign_in(app: &Arc<App>, pool: &str, client: &str, name: &str) -> anyhow::Result<()> {
    let password = format!("Aa1!{}", random::uuid_v4());
    call(
        app,
        pool,
        Op::AdminSetUserPassword,
        json!({"UserPoolId": pool, "Username": name, "Password": password, "Permanent": true}),
    )
    .await?;
    let proof = client::Client::new();
    let asked = call(
        app,
        pool,
        Op::InitiateAuth,
        json!({"ClientId": client, "AuthFlow": "USER_SRP_AUTH",
               "AuthParameters": {"USERNAME": name, "SRP_A": proof.srp_a()}}),
    )
    .await?;
    let given = |name: &str| {
        let found = asked
            .get("ChallengeParameters")
            .and_then(|all| all.get(name));
        found
            .and_then(Value::as_str)
            .with_context(|| format!("no {name} in the challenge"))
    };
    let seconds = app.clock.service() / 1_000_000;
    let timestamp = client::timestamp(u64::try_from(seconds)?);
    let signature = proof.answer(&Answer {
        pool_name: pool.split_once('_').context("a pool id without _")?.1,
        user_id: given("USER_ID_FOR_SRP")?,
        password: &password,
        salt: given("SALT")?,
        srp_b: given("SRP_B")?,
        secret_block: given("SECRET_BLOCK")?,
        timestamp: &timestamp,
    })?;
    let answered = call(
        app,
        pool,
        Op::RespondToAuthChallenge,
        json!({"ClientId": client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": {
            "USERNAME": given("USERNAME")?, "PASSWORD_CLAIM_SECRET_BLOCK": given("SECRET_BLOCK")?,
            "PASSWORD_CLAIM_SIGNATURE": signature, "TIMESTAMP": timestamp}}),
    )
    .await?;
    let token = answered.pointer("/AuthenticationResult/AccessToken");
    ensure!(
        token.is_some_and(Value::is_string),
        "the user did not get tokens"
    );
    Ok(())
}

fn cx<'a>(app: &'a Arc<App>, op: Op, pool: &str) -> Cx<'a> {
    let caller = match op.auth() {
        Auth::Public => Caller::Public,
        _ => Caller::Key {
            id: "verify".into(),
            region: pool.split('_').next().unwrap_or_default().to_owned(),
        },
    };
    let from = ClientInfo {
        ip: String::new(),
        user_agent: String::new(),
        base_url: Some("http://127.0.0.1".into()),
        domain_pool: None,
        path_pool: None,
    };
    Cx::new(app, op, caller, from, random::uuid_v4())
}

/// Calls an operation of the scratch server.
async fn call(app: &Arc<App>, pool: &str, op: Op, input: Value) -> anyhow::Result<Value> {
    let mut input = input;
    let valid = cognate_shapes::validate::validate(op, &mut input);
    valid.map_err(|_| anyhow::anyhow!("{} takes no such input", op.name()))?;
    match dispatch(&cx(app, op, pool), input).await {
        Ok(answer) => {
            let body = answer.body.unwrap_or_default();
            Ok(serde_json::from_slice(&body).unwrap_or(Value::Null))
        }
        Err(error) => bail!("{} {}: {}", op.name(), error.code.as_str(), error.message),
    }
}
