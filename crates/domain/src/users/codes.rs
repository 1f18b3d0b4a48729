//! Confirmation codes: six digits, sealed, good once, for a while and for a bounded number of answers (auth.md 2.7).
//!
//! A subject is a user id or the pseudonym of a name nobody has: both are asked for codes and answered at the same
//! cost in reads and commits, so that the time tells nothing (auth.md 2.11).

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
pub enum Purpose {
    /// Confirming a sign-up.
    SignUp,
    /// Setting a new password.
    Reset,
    /// Verifying a value of an attribute.
    Verify(Contact),
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Reset => "reset",
            Self::Verify(Contact::Email) => "verify:email",
            Self::Verify(Contact::PhoneNumber) => "verify:phone_number",
        }
    }

    fn lifetime(self) -> i64 {
        match self {
            Self::SignUp | Self::Verify(_) => DAY,
            Self::Reset => HOUR,
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
    /// A new code that goes to `value`.
    pub fn new(attribute: &str, value: &str) -> Self {
        Self {
            digits: random::digits(6),
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

fn row_id(subject: &str, purpose: Purpose) -> String {
    format!("{subject}/{}", purpose.as_str())
}

/// Keeps a code, in the place of any older one of the same purpose.
pub fn put(
    cx: &Cx<'_>,
    batch: Batch,
    pool: &Pool,
    owner: Owner<'_>,
    purpose: Purpose,
    code: &Code,
) -> Result<Batch> {
    let subject = owner.subject();
    let sealed = pool.key.seal(
        &context(pool, &row_id(subject, purpose)),
        &serde_json::to_vec(code)?,
    );
    let batch = match owner {
        Owner::User(id) => guard_user(batch, &pool.id, id, USER_STALE),
        Owner::NewUser(_) => batch,
        Owner::Nobody(pseudonym) => table::guard_nobody(batch, &pool.id, pseudonym, ID_TAKEN),
    };
    let expires = cx.now.saturating_add(purpose.lifetime());
    Ok(table::put(
        batch,
        &pool.id,
        subject,
        purpose.as_str(),
        sealed,
        cx.now,
        expires,
    ))
}

/// A code that was answered rightly; nothing is used up yet.
pub struct Correct {
    subject: String,
    purpose: Purpose,
    ver: i64,
    /// What the code was sent to.
    pub code: Code,
}

impl Correct {
    /// Uses the code up, in the batch that does what it is for; [`CODE_STALE`] if somebody else did.
    pub fn consume(&self, batch: Batch, pool: &Pool) -> Batch {
        table::consume(
            batch,
            &pool.id,
            &self.subject,
            self.purpose.as_str(),
            self.ver,
        )
    }
}

/// Checks an answer; a wrong one is counted before the refusal.
///
/// # Errors
/// ExpiredCodeException without a live code, CodeMismatchException for a wrong answer, TooManyFailedAttemptsException
/// for a burnt code.
pub async fn check(
    cx: &Cx<'_>,
    pool: &Pool,
    owner: Owner<'_>,
    purpose: Purpose,
    given: &str,
) -> Result<Correct> {
    let subject = owner.subject();
    let row = cx
        .store
        .row(table::READ, table::key(&pool.id, subject, purpose.as_str()))
        .await?;
    let row = row.map(|mut row| CodeRow::read(&mut row)).transpose()?;
    let live = row.filter(|row| row.expires > cx.now);
    let refusal = match live {
        None => errors::users::code_expired(),
        Some(row) if row.failures >= MAX_FAILURES => errors::users::too_many_failed_attempts(cx.op),
        Some(row) => {
            let plain = pool
                .key
                .open(&context(pool, &row_id(subject, purpose)), &row.sealed)?;
            let code: Code = serde_json::from_slice(plain.expose())?;
            let right = ct_eq(code.digits.as_bytes(), given.as_bytes());
            // Whoever guesses a code that was sent to nobody gets nothing.
            if right && !code.pretended && !matches!(owner, Owner::Nobody(_)) {
                return Ok(Correct {
                    subject: subject.to_owned(),
                    purpose,
                    ver: row.ver,
                    code,
                });
            }
            errors::users::code_mismatch()
        }
    };
    let batch = table::fail(Batch::new(), &pool.id, subject, purpose.as_str(), cx.now);
    cx.commit(batch, |label| {
        Fault::Internal(format!("a code was not counted: {}", label.0))
    })
    .await?;
    Err(refusal.into())
}

/// Forgets a code of a user, if there is one.
pub fn forget(batch: Batch, pool: &Pool, user_id: &str, purpose: Purpose) -> Batch {
    table::delete(batch, &pool.id, user_id, purpose.as_str())
}

/// Whether a conflict means that the code is no longer what was checked.
pub fn is_stale(label: cognate_store::Label) -> bool {
    label == CODE_STALE
}
