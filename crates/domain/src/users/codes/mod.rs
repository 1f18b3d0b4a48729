//! Codes that are sent to users: sealed, good once, for a while and for a bounded number of answers (auth.md 2.7).
//!
//! [`send`] and [`judge`] are the only ways to send a code and to take an answer, whatever it is for; both count
//! ([`bounds`]) in the commit that sends or answers.
//!
//! A subject is a user id or the pseudonym of a name nobody has: both are asked for codes and answered at the same
//! cost in reads and commits, so that the time tells nothing (auth.md 2.11).

use std::borrow::Cow;

use cognate_crypto::random;
use cognate_crypto::seal::Context;
use cognate_crypto::secret::ct_eq;
use cognate_store::tables::codes::{self as table, CODE_STALE, JudgedRow, NewCode};
use cognate_store::tables::users::{ID_TAKEN, USER_STALE, guard_user};
use cognate_store::{Batch, CommitError};
use serde::{Deserialize, Serialize};

use crate::clock::{DAY, HOUR};
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::contact::Contact;
use crate::messages::{self, Addressee, Destination, Kind, Message, Rendered};
use crate::records::pool::Pool;

mod bounds;

use bounds::Bound;
pub use bounds::{TOO_MANY, Worth};

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
    /// What the right answer gives; of the steps of a sign-in, which differ in that, the sender says it.
    fn worth(self, said: Worth) -> Worth {
        match self {
            Self::SignUp | Self::Verify(_) => Worth::Proof,
            Self::Reset => Worth::Reset,
            Self::SignIn { .. } => said,
        }
    }

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
#[derive(Clone, Serialize, Deserialize)]
pub struct Code {
    /// The digits.
    pub digits: String,
    /// `email` or `phone_number`: what is verified by the right answer.
    pub attribute: String,
    /// The value of that attribute; another value is not verified by this code.
    pub value: String,
    /// Sent to nobody, to hide that there is nobody to send it to: no answer to it is right.
    pub pretended: bool,
    /// What the right answer gives; where that depends on more than the purpose, the sender says it.
    #[serde(default)]
    pub worth: Worth,
}

impl Code {
    /// A new code of six digits.
    pub fn to(destination: &Destination) -> Self {
        Self::of_length(6, destination)
    }

    /// A new code of `digits` digits.
    pub fn of_length(digits: usize, destination: &Destination) -> Self {
        Self {
            digits: random::digits(digits),
            attribute: destination.contact.attribute().to_owned(),
            value: destination.value.clone(),
            pretended: false,
            worth: Worth::default(),
        }
    }

    fn bound(&self, pool: &Pool, owner: Owner<'_>) -> Bound {
        if self.pretended {
            Bound::of_nobody(pool, self.worth, owner.subject())
        } else {
            Bound::of_address(pool, self.worth, &self.attribute, &self.value)
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

/// A code and the message that brings it.
pub struct Dispatch<'a> {
    /// Who is asked for the code.
    pub owner: Owner<'a>,
    /// How the message calls them.
    pub name: &'a str,
    /// What the code is for.
    pub purpose: Purpose<'a>,
    /// The code.
    pub code: &'a Code,
    /// Where it goes.
    pub destination: &'a Destination,
    /// Why.
    pub kind: Kind,
    /// What the message says.
    pub rendered: Rendered,
}

/// Keeps a code, in the place of any older one of the same purpose, and adds its message, which nobody gets if the code is
/// pretended. A batch that goes beyond a bound fails with [`TOO_MANY`], which [`Cx::commit`] words. After the commit, call
/// [`messages::posted`].
///
/// # Errors
/// None that can arise.
pub fn send(cx: &Cx<'_>, batch: Batch, pool: &Pool, what: Dispatch<'_>) -> Result<Batch> {
    let subject = what.owner.subject();
    let code = Code {
        pretended: what.code.pretended || matches!(what.owner, Owner::Nobody(_)),
        worth: what.purpose.worth(what.code.worth),
        ..what.code.clone()
    };
    let expires = what.purpose.expires(cx.now());
    let batch = put(cx, batch, pool, what.owner, what.purpose, &code)?;
    let message = Message {
        addressee: if code.pretended {
            Addressee::Nobody(subject, what.name)
        } else {
            Addressee::User(subject, what.name)
        },
        destination: what.destination,
        kind: what.kind,
        rendered: what.rendered,
        code: &code.digits,
        expires,
    };
    messages::post(cx, batch, pool, message)
}

fn put(
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
    let bound = code.bound(pool, owner);
    let counted = match owner {
        Owner::NewUser(_) => None,
        Owner::User(_) | Owner::Nobody(_) => Some(subject),
    };
    let batch = bound.send(cx, batch, pool, counted);
    let batch = match owner {
        Owner::User(id) => guard_user(batch, &pool.id, id, USER_STALE),
        Owner::NewUser(_) => batch,
        Owner::Nobody(pseudonym) => table::guard_nobody(batch, &pool.id, pseudonym, ID_TAKEN),
    };
    let row = NewCode {
        subject,
        purpose: &key,
        sealed,
        created: cx.now(),
        expires: purpose.expires(cx.now()),
        counted: &bound.subject,
    };
    Ok(table::put(batch, &pool.id, row))
}

/// A code that was answered rightly; nothing is used up yet.
pub struct Correct {
    subject: String,
    key: String,
    ver: i64,
    bound: Bound,
    now: i64,
    /// What the code was sent to.
    pub code: Code,
}

impl Correct {
    /// Uses the code up, in the batch that does what it is for; [`CODE_STALE`] if somebody else did, [`TOO_MANY`] if the
    /// bound of wrong answers was reached in between.
    pub fn consume(&self, batch: Batch, pool: &Pool) -> Batch {
        let batch = table::consume(batch, &pool.id, &self.subject, &self.key, self.ver);
        self.bound.holds(batch, pool, self.now)
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
    /// Too many wrong answers were given to codes that went to the same address or number; this one was not judged.
    TooMany,
}

/// Judges an answer; a wrong one is counted durably before this returns, against the code and against the address that it
/// went to, and `also` is written with it.
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
    let wanted = table::judge_key(&pool.id, subject, &key, bounds::WRONG, cx.now());
    let row = cx.store.row(table::READ_TO_JUDGE, wanted).await?;
    let row = row.map(|mut row| JudgedRow::read(&mut row)).transpose()?;
    let live = row.filter(|row| row.code.expires > cx.now());
    let mut also = also;
    let mut bound = None;
    let wrong = match live {
        None => Wrong::Expired,
        Some(row) if row.code.failures >= MAX_FAILURES => Wrong::Burnt,
        Some(row) => {
            let id = row_id(subject, &key);
            let plain = pool.key.open(&context(pool, &id), &row.code.sealed)?;
            let code: Code = serde_json::from_slice(plain.expose())?;
            let of_code = code.bound(pool, owner);
            let right = ct_eq(code.digits.as_bytes(), given.as_bytes());
            if of_code.subject != row.counted {
                // Sent before answers were counted by address.
                Wrong::Expired
            } else if of_code.is_reached(row.wrong) {
                // Not judged, so that it counts neither here nor where `also` would.
                also = Batch::new();
                Wrong::TooMany
            } else if right && !code.pretended && !matches!(owner, Owner::Nobody(_)) {
                return Ok(Ok(Correct {
                    subject: subject.to_owned(),
                    key: key.into_owned(),
                    ver: row.code.ver,
                    bound: of_code,
                    now: cx.now(),
                    code,
                }));
            } else {
                // Whoever guesses a code that was sent to nobody gets nothing.
                bound = Some(of_code);
                Wrong::Mismatch
            }
        }
    };
    also = table::fail(also, &pool.id, subject, &key, cx.now());
    if let Some(bound) = bound {
        also = bound.fail(cx, also, pool);
    }
    match cx.store.commit(also).await {
        Ok(_) => Ok(Err(wrong)),
        // Others were counted since: this answer is one too many, right or wrong.
        Err(CommitError::Conflict(TOO_MANY)) => Ok(Err(Wrong::TooMany)),
        Err(error) => Err(Fault::Internal(format!("a code was not counted: {error}"))),
    }
}

/// [`judge`] with the texts of the operations that confirm and verify.
///
/// # Errors
/// ExpiredCodeException without a live code, CodeMismatchException for a wrong answer, TooManyFailedAttemptsException
/// for a burnt code, LimitExceededException beyond the bound of an address.
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
        Wrong::Burnt => errors::users::too_many_failed_attempts(cx.action),
        Wrong::Expired => errors::users::code_expired(),
        Wrong::TooMany => errors::challenges::too_many_codes(cx.action),
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
