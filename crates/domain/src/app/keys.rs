//! A pool's signing keys: two RSA keys, made at the first use, one for ID and one for access tokens (auth.md 5.1).

use std::sync::Arc;

use cognate_crypto::jws::{PublicKey, SigningKey, header_json};
use cognate_crypto::random;
use cognate_crypto::seal::Context;
use cognate_store::tables::keys::{self as table, KeyState, NewKey};
use cognate_store::{Batch, CommitError, Row};

use crate::app::sources::Sources;
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;

/// The use of the key that signs ID tokens.
pub const ID: &str = "id";
/// The use of the key that signs access tokens.
pub const ACCESS: &str = "access";

/// A key that signs, with what every token of its begins with.
pub struct Signer {
    /// The key id.
    pub kid: String,
    /// `{"kid":"…","alg":"RS256"}`.
    pub header: String,
    /// The private key.
    pub key: SigningKey,
}

impl Signer {
    /// Returns the token with this payload; slow, so call it on the workers.
    pub fn sign(&self, payload: &[u8]) -> String {
        self.key.sign_compact(self.header.as_bytes(), payload)
    }
}

/// A key that verifies.
pub struct Published {
    /// The state in its row.
    pub state: KeyState,
    /// Its entry in the JWKS, JSON.
    pub jwk: String,
    /// The public key.
    pub key: PublicKey,
}

/// All that is needed of a pool's keys, cached.
pub struct PoolSigners {
    /// When the newest key was made: grows when keys are added.
    pub ver: i64,
    /// Signs ID tokens.
    pub id: Signer,
    /// Signs access tokens.
    pub access: Signer,
    /// Every key that is published and believed.
    pub published: Vec<Published>,
}

impl PoolSigners {
    /// Reads the pool's keys, or makes them if it has none. `known` is returned when nothing changed.
    pub async fn load(
        from: Sources<'_>,
        pool: &Pool,
        known: Option<Arc<Self>>,
    ) -> Result<Arc<Self>> {
        if let Some(known) = known
            && known.is_still_true(from.store.all(table::list(&pool.id)).await?)?
        {
            return Ok(known);
        }
        for _ in 0..3 {
            let rows = from.store.all(table::of_pool(&pool.id)).await?;
            if !rows.is_empty() {
                return Self::from_rows(pool, rows).map(Arc::new);
            }
            make(from, pool).await?;
        }
        Err(Fault::Internal(format!(
            "pool {} has no signing keys",
            pool.id
        )))
    }

    /// Returns the key with this id, if it may verify tokens of this use.
    pub fn verifier(&self, kid: &str, key_use: &str) -> Option<&PublicKey> {
        let found = self
            .published
            .iter()
            .find(|p| p.state.kid == kid && p.state.key_use == key_use)?;
        Some(&found.key)
    }

    /// Returns the JWKS document: the keys that verify, ID token keys first.
    pub fn jwks(&self) -> String {
        let of = |key_use: &'static str| {
            self.published
                .iter()
                .filter(move |p| p.state.key_use == key_use)
        };
        let entries: Vec<&str> = of(ID).chain(of(ACCESS)).map(|p| p.jwk.as_str()).collect();
        format!(r#"{{"keys":[{}]}}"#, entries.join(","))
    }

    fn is_still_true(&self, rows: Vec<Row>) -> Result<bool> {
        let mut seen = 0;
        for mut row in rows {
            let state = KeyState::read(&mut row)?;
            if state.state == table::RETIRED {
                continue;
            }
            if self.published.iter().all(|p| p.state != state) {
                return Ok(false);
            }
            seen += 1;
        }
        Ok(seen == self.published.len())
    }

    fn from_rows(pool: &Pool, rows: Vec<Row>) -> Result<Self> {
        let broken =
            |what: &str| Fault::Internal(format!("signing keys of pool {}: {what}", pool.id));
        let (mut id, mut access, mut published, mut ver) = (None, None, Vec::new(), 0);
        for mut row in rows {
            let state = KeyState::read(&mut row)?;
            ver = ver.max(row.int(6)?);
            let jwk = row.take_text(4)?;
            let sealed = row.take_bytes(5)?;
            let signed = table::signed(&state.kid, &state.key_use, state.state, &jwk, &sealed);
            pool.check(&signed, row.opt_bytes(7)?)?;
            if state.current {
                if state.state != table::SIGNS {
                    return Err(broken("a key that does not sign is the current one"));
                }
                let der = pool.key.open(&context(pool, &state.kid), &sealed)?;
                let key =
                    SigningKey::from_pkcs8(der.expose()).map_err(|e| broken(&e.to_string()))?;
                let signer = Some(Signer {
                    kid: state.kid.clone(),
                    header: header_json(&state.kid),
                    key,
                });
                match state.key_use.as_str() {
                    ID => id = signer,
                    ACCESS => access = signer,
                    other => return Err(broken(other)),
                }
            }
            if state.state != table::RETIRED {
                let key = PublicKey::from_jwk_json(&jwk).map_err(|e| broken(&e.to_string()))?;
                published.push(Published { state, jwk, key });
            }
        }
        let id = id.ok_or_else(|| broken("no ID token key"))?;
        let access = access.ok_or_else(|| broken("no access token key"))?;
        Ok(Self {
            ver,
            id,
            access,
            published,
        })
    }
}

fn context<'a>(pool: &'a Pool, kid: &'a str) -> Context<'a> {
    Context {
        table: "signing_keys",
        column: "sealed",
        pool: &pool.id,
        row: kid,
    }
}

/// Returns the sealing context of a spare key, which belongs to no pool yet.
pub fn spare_context(spare_id: &str) -> Context<'_> {
    Context {
        table: "spare_keys",
        column: "sealed",
        pool: "",
        row: spare_id,
    }
}

/// Generates one spare key on the low-priority worker, unless there are `enough` already.
///
/// # Errors
/// The store's.
pub async fn add_spare(from: Sources<'_>, enough: usize) -> Result<Spares> {
    let wanted = i64::try_from(enough).unwrap_or(i64::MAX);
    if from.store.all(table::spare(wanted)).await?.len() >= enough {
        return Ok(Spares::Enough);
    }
    let key = from.workers.run_background(SigningKey::generate).await;
    let (kid, spare_id) = (key.public().kid(), random::uuid_v4());
    let sealed = from
        .root
        .seal(&spare_context(&spare_id), key.to_pkcs8().expose());
    let public = key.public().jwk_json(&kid);
    let batch = table::insert_spare(
        Batch::new(),
        &spare_id,
        &public,
        sealed,
        from.clock.service(),
    );
    match from.store.commit(batch).await {
        Ok(_) => Ok(Spares::Added),
        Err(error) => Err(Fault::Internal(format!("commit: {error}"))),
    }
}

/// The result of [`add_spare`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spares {
    /// There are as many as wanted.
    Enough,
    /// There is one more than before; ask again.
    Added,
}

/// Creates the pool's first two keys, from the spares if there are any. Another node may be faster: the caller reads
/// afterwards which keys there are.
async fn make(from: Sources<'_>, pool: &Pool) -> Result<()> {
    let mut batch = Batch::new();
    let mut fresh = Vec::with_capacity(2);
    for mut row in from.store.all(table::spare(2)).await? {
        let spare_id = row.take_text(0)?;
        let der = from.root.open(&spare_context(&spare_id), row.bytes(2)?)?;
        let key = SigningKey::from_pkcs8(der.expose())
            .map_err(|e| Fault::Internal(format!("spare key: {e}")))?;
        batch = table::take_spare(batch, &spare_id);
        fresh.push(key);
    }
    while fresh.len() < 2 {
        fresh.push(from.workers.run(SigningKey::generate).await);
    }
    insert(from, pool, batch, &fresh).await.map(|_| ())
}

/// Adds the first two keys of a pool. Returns false if it has keys already.
async fn insert(
    from: Sources<'_>,
    pool: &Pool,
    batch: Batch,
    fresh: &[SigningKey],
) -> Result<bool> {
    let described: Vec<(String, &str, String, Vec<u8>)> = fresh
        .iter()
        .zip([ID, ACCESS])
        .map(|(key, key_use)| {
            let kid = key.public().kid();
            let sealed = pool.key.seal(&context(pool, &kid), key.to_pkcs8().expose());
            let public = key.public().jwk_json(&kid);
            (kid, key_use, public, sealed)
        })
        .collect();
    let keys = described
        .iter()
        .map(|(kid, key_use, public, sealed)| NewKey {
            mac: pool.sign(&table::signed(kid, key_use, table::SIGNS, public, sealed)),
            kid,
            key_use,
            public,
            sealed: sealed.clone(),
        })
        .collect();
    let batch = table::insert_first(batch, &pool.id, keys, from.clock.service());
    match from.store.commit(batch).await {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict(table::MADE | table::SPARE_TAKEN)) => Ok(false),
        Err(CommitError::Conflict(_)) => Err(Fault::Stale),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}

/// The signing keys of a pool as somebody else knows them: that of ID tokens and that of access tokens.
pub struct Private(pub [SigningKey; 2]);

/// What became of keys that were given to a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// They are the pool's now; or would be.
    Taken,
    /// They were already.
    Same,
    /// It has others, with which tokens may be signed.
    Others,
}

/// Gives a pool the keys that sign its tokens, unless it has some. With `only_look` nothing is written.
///
/// # Errors
/// The store's.
pub async fn give(
    from: Sources<'_>,
    pool: &Pool,
    Private(keys): Private,
    batch: Batch,
    only_look: bool,
) -> Result<Given> {
    let kids = keys.each_ref().map(|key| key.public().kid());
    let rows = from.store.all(table::of_pool(&pool.id)).await?;
    if !rows.is_empty() {
        let known = PoolSigners::from_rows(pool, rows)?;
        let same = [known.id.kid, known.access.kid] == kids;
        return Ok(if same { Given::Same } else { Given::Others });
    }
    if only_look || insert(from, pool, batch, &keys).await? {
        return Ok(Given::Taken);
    }
    Ok(Given::Others)
}

/// Returns the keys that sign a pool's tokens; None if it has none yet.
///
/// # Errors
/// The store's; an internal fault for a key that does not open.
pub async fn private(from: Sources<'_>, pool: &Pool) -> Result<Option<Private>> {
    let rows = from.store.all(table::of_pool(&pool.id)).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let known = PoolSigners::from_rows(pool, rows)?;
    Ok(Some(Private([known.id.key, known.access.key])))
}
