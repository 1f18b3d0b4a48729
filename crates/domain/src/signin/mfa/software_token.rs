//! SOFTWARE_TOKEN_MFA, and the seeds behind it (auth.md 4.4).
//!
//! A user has at most one registered seed and one that waits for its first code; the registered one stays in force until
//! a code of the other has come. The newest step whose code was used stands in the row and is a condition of every batch
//! that uses a later one, so that a code works once, whoever gives it and how often at a time.

use std::collections::BTreeMap;

use cognate_crypto::seal::Context;
use cognate_crypto::totp::{self, Seed, Verdict};
use cognate_shapes::ChallengeNameType;
use cognate_store::tables::software_tokens::{self as table, SoftwareTokenRow};
use cognate_store::{Batch, Store};
use serde::Serialize;

use crate::app::App;
use crate::attempts::hex;
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::factor::Factor;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::flows::Parameters;
use crate::signin::mfa::{name_for_srp, user_of};
use crate::signin::outcome::Outcome;
use crate::signin::progress::{Awaits, Progress};
use crate::signin::resume::Resumed;
use crate::signin::{At, advance};

/// Which of a user's two seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Registered,
    Pending,
}

fn context<'a>(pool: &'a Pool, user_id: &'a str, which: Which) -> Context<'a> {
    Context {
        table: "software_tokens",
        column: match which {
            Which::Registered => "seed",
            Which::Pending => "pending",
        },
        pool: &pool.id,
        row: user_id,
    }
}

fn open(pool: &Pool, user_id: &str, which: Which, sealed: &[u8]) -> Result<Seed> {
    let plain = pool.key.open(&context(pool, user_id, which), sealed)?;
    Seed::from_bytes(plain.expose())
        .ok_or_else(|| Fault::Internal(format!("the seed of user {user_id} has another length")))
}

fn seal(pool: &Pool, user_id: &str, which: Which, seed: &Seed) -> Vec<u8> {
    pool.key.seal(&context(pool, user_id, which), seed.expose())
}

/// A pseudonym of a seed.
fn mark(pool: &Pool, seed: &Seed) -> String {
    hex(&pool.key.mac("registered apps", seed.expose()))
}

/// What is kept of a user's seeds.
pub struct Kept {
    row: Option<SoftwareTokenRow>,
}

impl Kept {
    /// Reads a user's seeds.
    ///
    /// # Errors
    /// The store's; an internal fault for a row that is not signed.
    pub async fn read(store: &Store, pool: &Pool, user_id: &str) -> Result<Self> {
        let row = table::get(store, &pool.id, user_id).await?;
        if let Some(row) = &row {
            let signed = table::signed(user_id, row.seed.as_deref(), row.last_step);
            pool.check(&signed, row.mac.as_deref())?;
        }
        Ok(Self { row })
    }

    /// The registered seed and the newest step that was used of it.
    fn registered(&self, pool: &Pool, user_id: &str) -> Result<Option<(Seed, i64)>> {
        let Some(SoftwareTokenRow {
            seed: Some(sealed),
            last_step,
            ..
        }) = &self.row
        else {
            return Ok(None);
        };
        let seed = open(pool, user_id, Which::Registered, sealed)?;
        Ok(Some((seed, *last_step)))
    }

    /// The seed that waits for its first code.
    fn pending(&self, pool: &Pool, user_id: &str) -> Result<Option<Seed>> {
        let sealed = self.row.as_ref().and_then(|row| row.pending.as_deref());
        sealed
            .map(|sealed| open(pool, user_id, Which::Pending, sealed))
            .transpose()
    }

    /// Tells the registered app from every other one; None without one.
    ///
    /// # Errors
    /// A seed that cannot be opened.
    pub fn mark(&self, pool: &Pool, user_id: &str) -> Result<Option<String>> {
        let registered = self.registered(pool, user_id)?;
        Ok(registered.map(|(seed, _)| mark(pool, &seed)))
    }

    /// What [`Kept::mark`] says once the pending seed is registered.
    ///
    /// # Errors
    /// A seed that cannot be opened.
    pub fn pending_mark(&self, pool: &Pool, user_id: &str) -> Result<Option<String>> {
        Ok(self.pending(pool, user_id)?.map(|seed| mark(pool, &seed)))
    }

    /// Judges the first code of the pending seed. A right one gives the batch that registers the seed; the caller changes
    /// the user with it.
    ///
    /// # Errors
    /// EnableSoftwareTokenMFAException for a wrong code, and when no seed is pending.
    pub fn register(
        &self,
        cx: &Cx<'_>,
        pool: &Pool,
        user_id: &str,
        given: &str,
        batch: Batch,
    ) -> Result<Batch> {
        let (Some(row), Some(seed)) = (&self.row, self.pending(pool, user_id)?) else {
            return Err(errors::mfa::enabling_failed().into());
        };
        let Verdict::Fresh(step) = seed.judge(seconds(cx), 0, given) else {
            return Err(errors::mfa::enabling_failed().into());
        };
        let sealed = seal(pool, user_id, Which::Registered, &seed);
        let mac = pool.sign(&table::signed(user_id, Some(&sealed), step));
        Ok(table::register(
            batch, &pool.id, user_id, row.ver, sealed, step, mac,
        ))
    }
}

/// The service's time in seconds.
fn seconds(cx: &Cx<'_>) -> i64 {
    cx.now().div_euclid(SECOND)
}

/// What an authenticator app shows, for `GET /_dev/totp`. Without `Debug`, since it holds a secret.
#[derive(Serialize)]
pub struct Shown {
    /// SecretCode.
    pub secret: String,
    /// A code that is accepted now and was not used; None while all that are accepted were.
    pub code: Option<String>,
    /// Seconds until there is one.
    pub wait: i64,
}

impl Shown {
    fn of(seed: &Seed, now: i64, last_step: i64) -> Self {
        // The code of the next step is accepted already.
        let step = now.div_euclid(totp::STEP).max(last_step.saturating_add(1));
        let wait = (step - 1) * totp::STEP - now;
        Self {
            secret: seed.secret_code().expose().clone(),
            code: (wait <= 0).then(|| seed.code_at(step * totp::STEP).expose().clone()),
            wait: wait.max(0),
        }
    }
}

/// Both apps of a user: the registered one and the one being set up.
#[derive(Serialize)]
pub struct ShownApps {
    /// In force.
    pub registered: Option<Shown>,
    /// Waits for its first code.
    pub pending: Option<Shown>,
}

/// What the apps of a user show; None without such a pool or user. For `cognate dev` only.
///
/// # Errors
/// The store's.
pub async fn shown(app: &App, pool_id: &str, name: &str) -> Result<Option<ShownApps>> {
    let Some(pool) = app.cached_pool(pool_id).await? else {
        return Ok(None);
    };
    let Some(user) = User::find(&app.store, &pool, name).await? else {
        return Ok(None);
    };
    let kept = Kept::read(&app.store, &pool, &user.id).await?;
    let now = app.clock.service().div_euclid(SECOND);
    let registered = kept.registered(&pool, &user.id)?;
    let pending = kept.pending(&pool, &user.id)?;
    Ok(Some(ShownApps {
        registered: registered.map(|(seed, last_step)| Shown::of(&seed, now, last_step)),
        pending: pending.map(|seed| Shown::of(&seed, now, 0)),
    }))
}

/// A new seed that waits for its first code, in the place of an older one that does: SecretCode, and what keeps it.
pub fn associate(pool: &Pool, user_id: &str, batch: Batch) -> (Batch, String) {
    let seed = Seed::generate();
    let sealed = seal(pool, user_id, Which::Pending, &seed);
    let mac = pool.sign(&table::signed(user_id, None, 0));
    let batch = table::put_pending(batch, &pool.id, user_id, sealed, mac);
    (batch, seed.secret_code().expose().clone())
}

/// Asks for the code that the user's app shows.
///
/// # Errors
/// None that can arise.
pub fn challenge(cx: &Cx<'_>, at: At<'_>, user: &User, progress: Progress) -> Result<Outcome> {
    let progress = progress.next(cx, at.client, Awaits::SoftwareToken);
    let mut parameters = BTreeMap::new();
    name_for_srp(&progress, &mut parameters);
    if let Some(name) = &user.doc.mfa.software_token_name {
        parameters.insert("FRIENDLY_DEVICE_NAME".to_owned(), name.clone());
    }
    let session = Some(progress.seal(cx, at.pool)?);
    let name = ChallengeNameType::SoftwareTokenMfa;
    Ok(Outcome::challenge(name, session, parameters))
}

/// Takes the code. One that is wrong or was used counts towards the lockout; the session stays good for another.
///
/// # Errors
/// auth.md 6.5: CodeMismatchException, ExpiredCodeException for a code that was used; SoftwareTokenMFANotFoundException
/// when an administrator took the app away in between.
pub async fn answer(
    cx: &Cx<'_>,
    at: At<'_>,
    resumed: Resumed<'_>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let code = given.required("SOFTWARE_TOKEN_MFA_CODE")?;
    let user_id = user_of(&resumed)?.id.clone();
    let kept = Kept::read(&cx.store, at.pool, &user_id).await?;
    let registered = kept.registered(at.pool, &user_id)?;
    let (Some((seed, last_step)), Some(row)) = (registered, &kept.row) else {
        return Err(errors::mfa::software_token_not_enabled().into());
    };
    let refusal = match seed.judge(seconds(cx), last_step, code) {
        Verdict::Fresh(step) => {
            let signed = table::signed(&user_id, row.seed.as_deref(), step);
            let (batch, mac) = (Batch::new(), at.pool.sign(&signed));
            let batch = table::use_step(batch, &at.pool.id, &user_id, row.ver, step, mac);
            return advance::proved(cx, at, resumed, Factor::SoftwareToken, batch).await;
        }
        Verdict::Used => errors::mfa::code_used(),
        Verdict::Wrong => errors::mfa::code_mismatch(),
    };
    Err(advance::wrong(cx, at, resumed, refusal).await)
}
