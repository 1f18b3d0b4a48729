//! Codes that are sent to users: sealed, good once, for a while and for a bounded number of answers (auth.md 2.7).
//!
//! A subject is a user id or the pseudonym of a name nobody has: both are asked for codes and answered at the same
//! cost in reads and commits, so that the time tells nothing (auth.md 2.11).

use std::borrow::Cow;

use cognate_crypto::random;
use cognate_crypto::seal::Context;
use cognate_crypto::secret::ct_eq;
use cognate_store::Batch;
use cognate_store::tables::codes::{self as table, CODE_STALE, CodeRow};
use cognate_store::tables::users::{ID_TAKEN, USER_STALE, guard_user};
use serde::{Deserialize, Serialize};

use crate::clock::{DAY, HOUR};
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::messages::destination::Contact;
use crate::records::pool::Pool;

/// Wrong answers after which a code is burnt, whatever the hour. The hourly limits allow 15 or 20 requests, so a code
/// that lives for a day could otherwise be asked for some hundreds of times.
pub const MAX_FAILURES: i64 = 20;

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// Confirming a sign-up.
    SignUp,
    /// Setting a new password.
    Reset,
    /// Verifying a value of an attribute.
    Verify(Contact),
    /// One step of a sign-in: a code of another step does not answer it, and does not replace its code.
    SignIn {
        /// Of the step's session.
        nonce: &'a str,
        /// When the step ends, in microseconds.
        expires: i64,
    },
}

impl<'a> Purpose<'a> {
    fn key(self) -> Cow<'a, str> {
        match self {
            Self::SignUp => "sign_up".into(),
            Self::Reset => "reset".into(),
            Self::Verify(Contact::Email) => "verify:email".into(),
            Self::Verify(Contact::PhoneNumber) => "verify:phone_number".into(),
            Self::SignIn { nonce, .. } => format!("sign_in:{nonce}").into(),
        }
    }

    /// The end of a code that is sent at `now`.
    fn expires(self, now: i64) -> i64 {
        match self {
            Self::SignUp | Self::Verify(_) => now.saturating_add(DAY),
            Self::Reset => now.saturating_add(HOUR),
            Self::SignIn { expires, .. } => expires,
        }
    }
}

/// A code on its way, and where it goes.
#[derive(Serialize, Deserialize)]
pub struct Code {
    /// The digits.
    pub digits: String,
    /// `email` or `phone_number`: what is verified by the right answer.
    pub attribute: String,
    /// The value of that attribute; another value is not verified by this code.
    pub value: String,
    /// Sent to nobody, to hide that there is nobody to send it to: no answer to it is right.
    pub pretended: bool,
}

impl Code {
    /// A new code of six digits that goes to `value`.
    pub fn new(attribute: &str, value: &str) -> Self {
        Self::of_length(6, attribute, value)
    }

    /// A new code of `digits` digits that goes to `value`.
    pub fn of_length(digits: usize, attribute: &str, value: &str) -> Self {
        Self {
            digits: random::digits(digits),
            attribute: attribute.to_owned(),
            value: value.to_owned(),
            pretended: false,
        }
    }
}

/// Who is asked for a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner<'a> {
    /// A user, by id.
    User(&'a str),
    /// A user that the same batch creates.
    NewUser(&'a str),
    /// The pseudonym of a name that nobody has, or of a user who gets no code.
    Nobody(&'a str),
}

impl<'a> Owner<'a> {
    fn subject(self) -> &'a str {
        match self {
            Self::User(id) | Self::NewUser(id) | Self::Nobody(id) => id,
        }
    }
}

fn context<'a>(pool: &'a Pool, row: &'a str) -> Context<'a> {
    Context {
        table: "codes",
        column: "sealed",
        pool: &pool.id,
        row,
    }
}

fn row_id(subject: &str, purpose: &str) -> String {
    format!("{subject}/{purpose}")
}

/// Keeps a code, in the place of any older one of the same purpose.
pub fn put(
    cx: &Cx<'_>,
    batch: Batch,
    pool: &Pool,
    owner: Owner<'_>,
    purpose: Purpose<'_>,
    code: &Code,
) -> Result<Batch> {
    let (subject, key) = (owner.subject(), purpose.key());
    let sealed = pool.key.seal(
        &context(pool, &row_id(subject, &key)),
        &serde_json::to_vec(code)?,
    );
    let batch = match owner {
        Owner::User(id) => guard_user(batch, &pool.id, id, USER_STALE),
        Owner::NewUser(_) => batch,
        Owner::Nobody(pseudonym) => table::guard_nobody(batch, &pool.id, pseudonym, ID_TAKEN),
    };
    Ok(table::put(
        batch,
        &pool.id,
        subject,
        &key,
        sealed,
        cx.now,
        purpose.expires(cx.now),
    ))
}

/// A code that was answered rightly; nothing is used up yet.
pub struct Correct {
    subject: String,
    key: String,
    ver: i64,
    /// What the code was sent to.
    pub code: Code,
}

impl Correct {
    /// Uses the code up, in the batch that does what it is for; [`CODE_STALE`] if somebody else did.
    pub fn consume(&self, batch: Batch, pool: &Pool) -> Batch {
        table::consume(batch, &pool.id, &self.subject, &self.key, self.ver)
    }
}

/// Why an answer is not right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is another code, or nobody's.
    Mismatch,
    /// The code was answered wrongly too often ([`MAX_FAILURES`]).
    Burnt,
    /// There is no such code any more.
    Expired,
}

/// Judges an answer; a wrong one is counted durably before this returns, and `also` is written with it.
///
/// # Errors
/// The store's.
pub async fn judge(
    cx: &Cx<'_>,
    pool: &Pool,
    owner: Owner<'_>,
    purpose: Purpose<'_>,
    given: &str,
    also: Batch,
) -> Result<std::result::Result<Correct, Wrong>> {
    let (subject, key) = (owner.subject(), purpose.key());
    let row = cx
        .store
        .row(table::READ, table::key(&pool.id, subject, &key))
        .await?;
    let row = row.map(|mut row| CodeRow::read(&mut row)).transpose()?;
    let live = row.filter(|row| row.expires > cx.now);
    let wrong = match live {
        None => Wrong::Expired,
        Some(row) if row.failures >= MAX_FAILURES => Wrong::Burnt,
        Some(row) => {
            let plain = pool
                .key
                .open(&context(pool, &row_id(subject, &key)), &row.sealed)?;
            let code: Code = serde_json::from_slice(plain.expose())?;
            let right = ct_eq(code.digits.as_bytes(), given.as_bytes());
            // Whoever guesses a code that was sent to nobody gets nothing.
            if right && !code.pretended && !matches!(owner, Owner::Nobody(_)) {
                return Ok(Ok(Correct {
                    subject: subject.to_owned(),
                    key: key.into_owned(),
                    ver: row.ver,
                    code,
                }));
            }
            Wrong::Mismatch
        }
    };
    let batch = table::fail(also, &pool.id, subject, &key, cx.now);
    cx.commit(batch, |label| {
        Fault::Internal(format!("a code was not counted: {}", label.0))
    })
    .await?;
    Ok(Err(wrong))
}

/// [`judge`] with the texts of the operations that confirm and verify.
///
/// # Errors
/// ExpiredCodeException without a live code, CodeMismatchException for a wrong answer, TooManyFailedAttemptsException
/// for a burnt code.
pub async fn check(
    cx: &Cx<'_>,
    pool: &Pool,
    owner: Owner<'_>,
    purpose: Purpose<'_>,
    given: &str,
) -> Result<Correct> {
    let judged = judge(cx, pool, owner, purpose, given, Batch::new()).await?;
    Ok(judged.map_err(|wrong| match wrong {
        Wrong::Mismatch => errors::users::code_mismatch(),
        Wrong::Burnt => errors::users::too_many_failed_attempts(cx.op),
        Wrong::Expired => errors::users::code_expired(),
    })?)
}

/// Forgets a code of a user, if there is one.
pub fn forget(batch: Batch, pool: &Pool, user_id: &str, purpose: Purpose<'_>) -> Batch {
    table::delete(batch, &pool.id, user_id, &purpose.key())
}

/// Whether a conflict means that the code is no longer what was checked.
pub fn is_stale(label: cognate_store::Label) -> bool {
    label == CODE_STALE
}
