//! SOFTWARE_TOKEN_MFA, and its seeds (auth.md 4.4).
//!
//! A user has at most one registered seed and one that waits for its first code; the registered one stays in force
//! until a code of the other has come. The newest step whose code was used is in the row and a condition of every batch
//! that uses a later one, so that a code works once, however often it is sent at a time.

use cognate_crypto::seal::Context;
use cognate_crypto::totp::{self, Seed};
use cognate_store::tables::guards;
use cognate_store::tables::software_tokens::{self as table, SoftwareTokenRow};
use cognate_store::{Batch, Store};
use serde::Serialize;

use crate::app::App;
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::factor::Factor;
use crate::records::before_image;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::At;
use crate::signin::challenge::{Ask, Challenge};
use crate::signin::further::Further;
use crate::signin::state::{Expected, SignInState};
use crate::signin::verdict::{Pass, Step, Verdict, Wrong};

/// One of a user's two seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Registered,
    Pending,
}

fn context<'a>(pool: &'a Pool, user_id: &'a str, slot: Slot) -> Context<'a> {
    Context {
        table: "software_tokens",
        column: match slot {
            Slot::Registered => "seed",
            Slot::Pending => "pending",
        },
        pool: &pool.id,
        row: user_id,
    }
}

fn open(pool: &Pool, user_id: &str, slot: Slot, sealed: &[u8]) -> Result<Seed> {
    let plain = pool.key.open(&context(pool, user_id, slot), sealed)?;
    Seed::from_bytes(plain.expose())
        .ok_or_else(|| Fault::Internal(format!("the seed of user {user_id} has another length")))
}

fn seal(pool: &Pool, user_id: &str, slot: Slot, seed: &Seed) -> Vec<u8> {
    pool.key.seal(&context(pool, user_id, slot), seed.expose())
}

/// Returns a pseudonym of a seed.
fn mark(pool: &Pool, seed: &Seed) -> String {
    hex::encode(pool.key.mac("registered apps", seed.expose()))
}

/// The row of a user's seeds, if there is one.
pub struct TokenRow {
    row: Option<SoftwareTokenRow>,
}

impl TokenRow {
    /// Reads a user's seeds.
    ///
    /// # Errors
    /// The store's; an internal fault for a row that is not signed.
    pub async fn read(store: &Store, pool: &Pool, user_id: &str) -> Result<Self> {
        let row = table::get(store, &pool.id, user_id).await?;
        Self::of(pool, user_id, row)
    }

    /// Takes the row that was read with the user, or reads it.
    ///
    /// # Errors
    /// Those of [`TokenRow::read`].
    pub async fn known(cx: &Cx<'_>, pool: &Pool, user_id: &str, further: &Further) -> Result<Self> {
        let Some(rows) = further.app(cx) else {
            return Self::read(&cx.store, pool, user_id).await;
        };
        let mut row = rows.first().cloned();
        let row = row.as_mut().map(SoftwareTokenRow::read);
        Self::of(pool, user_id, row.transpose()?)
    }

    /// Takes a row that was read already.
    ///
    /// # Errors
    /// An internal fault for a row that is not signed.
    pub fn of(pool: &Pool, user_id: &str, row: Option<SoftwareTokenRow>) -> Result<Self> {
        if let Some(row) = &row {
            let signed = table::signed(user_id, row.seed.as_deref(), row.last_step);
            pool.check(&signed, row.mac.as_deref())?;
        }
        Ok(Self { row })
    }

    /// True if an app is registered.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.row.as_ref().is_some_and(|row| row.seed.is_some())
    }

    /// Returns the registered seed and the newest step that was used of it.
    ///
    /// # Errors
    /// A seed that cannot be opened.
    pub fn registered(&self, pool: &Pool, user_id: &str) -> Result<Option<(Seed, i64)>> {
        let Some(SoftwareTokenRow {
            seed: Some(sealed),
            last_step,
            ..
        }) = &self.row
        else {
            return Ok(None);
        };
        let seed = open(pool, user_id, Slot::Registered, sealed)?;
        Ok(Some((seed, *last_step)))
    }

    /// Returns the seed that waits for its first code.
    fn pending(&self, pool: &Pool, user_id: &str) -> Result<Option<Seed>> {
        let sealed = self.row.as_ref().and_then(|row| row.pending.as_deref());
        sealed
            .map(|sealed| open(pool, user_id, Slot::Pending, sealed))
            .transpose()
    }

    /// Returns a pseudonym of the registered app; None without one.
    ///
    /// # Errors
    /// A seed that cannot be opened.
    pub fn mark(&self, pool: &Pool, user_id: &str) -> Result<Option<String>> {
        let registered = self.registered(pool, user_id)?;
        Ok(registered.map(|(seed, _)| mark(pool, &seed)))
    }

    /// True if this is the registered seed.
    ///
    /// # Errors
    /// A seed that cannot be opened.
    pub fn has(&self, pool: &Pool, user_id: &str, seed: &Seed) -> Result<bool> {
        let registered = self.registered(pool, user_id)?;
        Ok(registered.is_some_and(|(own, _)| mark(pool, &own) == mark(pool, seed)))
    }

    /// Returns the result of [`TokenRow::mark`] once the pending seed is registered.
    ///
    /// # Errors
    /// A seed that cannot be opened.
    pub fn pending_mark(&self, pool: &Pool, user_id: &str) -> Result<Option<String>> {
        Ok(self.pending(pool, user_id)?.map(|seed| mark(pool, &seed)))
    }

    /// Judges the first code of the pending seed. A right one returns the batch that registers the seed; the caller
    /// changes the user with it.
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
        let totp::Verdict::Fresh(step) = seed.judge(seconds(cx), 0, given) else {
            return Err(errors::mfa::enabling_failed().into());
        };
        let sealed = seal(pool, user_id, Slot::Registered, &seed);
        let mac = pool.sign(&table::signed(user_id, Some(&sealed), step));
        let batch = before_image::keep(batch, pool, cx.now(), |keep, batch| {
            keep.token(batch, user_id)
        });
        Ok(table::register(
            batch, &pool.id, user_id, row.ver, sealed, step, mac,
        ))
    }
}

/// Returns the service's time in seconds.
fn seconds(cx: &Cx<'_>) -> i64 {
    cx.now().div_euclid(SECOND)
}

/// The display of an authenticator app, for `GET /_dev/totp`. Without `Debug`, since it holds a secret.
#[derive(Serialize)]
pub struct DevCode {
    /// SecretCode.
    pub secret: String,
    /// A code that is accepted now and was not used; None while all that are accepted were.
    pub code: Option<String>,
    /// Seconds until there is one.
    pub wait: i64,
    /// Seconds for which the code is accepted from now on; 0 without one.
    pub seconds: i64,
}

impl DevCode {
    fn of(seed: &Seed, now: i64, last_step: i64) -> Self {
        // The code of the next step is accepted already.
        let step = now.div_euclid(totp::STEP).max(last_step.saturating_add(1));
        let wait = (step - 1) * totp::STEP - now;
        // So is the code of the step before.
        let end = (step + 2) * totp::STEP;
        Self {
            seconds: if wait <= 0 { end - now } else { 0 },
            secret: seed.secret_code().expose().clone(),
            code: (wait <= 0).then(|| seed.code_at(step * totp::STEP).expose().clone()),
            wait: wait.max(0),
        }
    }
}

/// Both apps of a user: the registered one and the one being set up.
#[derive(Serialize)]
pub struct DevApps {
    /// In force.
    pub registered: Option<DevCode>,
    /// Waits for its first code.
    pub pending: Option<DevCode>,
}

/// Returns the displays of a user's apps; None without such a pool or user. For `cognate dev` only.
///
/// # Errors
/// The store's.
pub async fn shown(app: &App, pool_id: &str, name: &str) -> Result<Option<DevApps>> {
    let Some(pool) = app.cached_pool(pool_id).await? else {
        return Ok(None);
    };
    let Some(user) = User::find(&app.store, &pool, name).await? else {
        return Ok(None);
    };
    let row = TokenRow::read(&app.store, &pool, &user.id).await?;
    let now = app.clock.service().div_euclid(SECOND);
    let registered = row.registered(&pool, &user.id)?;
    let pending = row.pending(&pool, &user.id)?;
    Ok(Some(DevApps {
        registered: registered.map(|(seed, last_step)| DevCode::of(&seed, now, last_step)),
        pending: pending.map(|seed| DevCode::of(&seed, now, 0)),
    }))
}

/// Stores a new seed that waits for its first code, in the place of an older one that does. Returns SecretCode too.
pub fn associate(pool: &Pool, user_id: &str, batch: Batch) -> (Batch, String) {
    let seed = Seed::generate();
    let sealed = seal(pool, user_id, Slot::Pending, &seed);
    let mac = pool.sign(&table::signed(user_id, None, 0));
    let batch = table::put_pending(batch, &pool.id, user_id, sealed, mac);
    (batch, seed.secret_code().expose().clone())
}

/// Registers the app that a user brings from elsewhere, in the place of one that is there. `last_step`: the newest step
/// whose code was used.
pub fn bring(pool: &Pool, user_id: &str, seed: &Seed, last_step: i64, batch: Batch) -> Batch {
    let sealed = seal(pool, user_id, Slot::Registered, seed);
    let mac = pool.sign(&table::signed(user_id, Some(&sealed), last_step));
    table::put_registered(batch, &pool.id, user_id, sealed, last_step, mac)
}

/// Asks for the code that the user's app shows.
///
/// # Errors
/// Those of sealing the session.
pub fn challenge(cx: &Cx<'_>, at: At<'_>, user: &User, state: SignInState) -> Result<Challenge> {
    let state = state.next(cx, at.client, Expected::SoftwareToken);
    let ask = Ask::SoftwareToken {
        app_name: user.doc.mfa.software_token_name.clone(),
        name_for_srp: state.name_for_srp(),
    };
    Ok(Challenge::new(ask, Some(state.seal(cx, at.pool)?)))
}

/// Judges the code. One that is wrong or was used counts towards the lockout; the session stays good for another.
///
/// # Errors
/// SoftwareTokenMFANotFoundException when an administrator deleted the app meanwhile.
pub async fn judge(cx: &Cx<'_>, at: At<'_>, step: &Step, code: &str) -> Result<Verdict> {
    let user_id = &step.known()?.id;
    let token = TokenRow::known(cx, at.pool, user_id, &step.further).await?;
    let registered = token.registered(at.pool, user_id)?;
    let (Some((seed, last_step)), Some(row)) = (registered, &token.row) else {
        return Err(errors::mfa::software_token_not_enabled().into());
    };
    let refusal = match seed.judge(seconds(cx), last_step, code) {
        totp::Verdict::Fresh(now) => {
            let signed = table::signed(user_id, row.seed.as_deref(), now);
            // The use of a code is a change that waits for a recovery (moving.md 5.3).
            let batch = guards::require_pool_writable(Batch::new(), &at.pool.id);
            let mac = at.pool.sign(&signed);
            return Ok(Verdict::Passed(Pass {
                factor: Some(Factor::SoftwareToken),
                writes: table::use_step(batch, &at.pool.id, user_id, row.ver, now, mac),
                after: None,
            }));
        }
        totp::Verdict::Used => errors::mfa::code_used(),
        totp::Verdict::Wrong => errors::mfa::code_mismatch(),
    };
    let one_time = true;
    Ok(Verdict::Wrong(Wrong {
        one_time,
        ..Wrong::new(refusal)
    }))
}
