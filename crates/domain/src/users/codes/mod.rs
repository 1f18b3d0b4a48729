//! Codes that are sent to users: sealed, good once, for a while and for a bounded number of answers (auth.md 2.7).
//!
//! [`prepare`] (or [`compose`]) and [`judge`] are the only ways to send a code and to take an answer, whatever it is
//! for; both count ([`bounds`]) in the commit that sends or answers.
//!
//! Codes of an unknown name are decoys: they are kept and answered at the same cost in reads and commits as a user's,
//! so that the time tells nothing (auth.md 2.11).

use std::borrow::Cow;

use cognate_crypto::random;
use cognate_crypto::seal::Context;
use cognate_crypto::secret::ct_eq;
use cognate_store::tables::attempts::NOTICES_FULL;
use cognate_store::tables::codes::{self as table, JudgedRow, NewCode};
use cognate_store::tables::guards;
use cognate_store::{Batch, CommitError};
use serde::{Deserialize, Serialize};

use crate::app::gate::Guard;
use crate::clock::{DAY, HOUR};
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::contact::Contact;
use crate::messages::delivery::{self, Envelope, Prepared};
use crate::messages::{Account, Destination, Origin, Reason, Words};
use crate::records::pool::Pool;

mod bounds;

use bounds::Bound;
pub use bounds::{TOO_MANY, Worth};

/// Wrong answers after which a code is used up, whatever the hour. The hourly limits allow 15 or 20 requests, so a code
/// that lives for a day could otherwise be asked for some hundreds of times.
pub const MAX_FAILURES: i64 = 20;

/// The purpose of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// Confirming a sign-up.
    SignUp,
    /// Opening the link once more that confirmed a sign-up.
    SignedUp,
    /// Setting a new password.
    Reset,
    /// Verifying a value of an attribute.
    Verify(Contact),
    /// One step of a sign-in: a code of another step does not answer it, and does not replace its code.
    SignIn {
        /// The nonce of the step's session.
        nonce: &'a str,
        /// The end of the step, in microseconds.
        expires: i64,
    },
}

impl<'a> Purpose<'a> {
    /// Returns the worth of a right answer. It differs between the steps of a sign-in, so there it is the sender's,
    /// `said`.
    fn worth(self, said: Worth) -> Worth {
        match self {
            Self::SignUp | Self::SignedUp | Self::Verify(_) => Worth::Proof,
            Self::Reset => Worth::Reset,
            Self::SignIn { .. } => said,
        }
    }

    fn key(self) -> Cow<'a, str> {
        match self {
            Self::SignUp => "sign_up".into(),
            Self::SignedUp => "signed_up".into(),
            Self::Reset => "reset".into(),
            Self::Verify(Contact::Email) => "verify:email".into(),
            Self::Verify(Contact::PhoneNumber) => "verify:phone_number".into(),
            Self::SignIn { nonce, .. } => format!("sign_in:{nonce}").into(),
        }
    }

    /// Returns the step of an action that sends it. The nonce of a sign-in differs in each run and does not count.
    fn kind(self) -> Cow<'a, str> {
        match self {
            Self::SignIn { .. } => "sign_in".into(),
            other => other.key(),
        }
    }

    /// Returns the end of a code that is sent at `now`.
    fn expires(self, now: i64) -> i64 {
        match self {
            Self::SignUp | Self::SignedUp | Self::Verify(_) => now.saturating_add(DAY),
            Self::Reset => now.saturating_add(HOUR),
            Self::SignIn { expires, .. } => expires,
        }
    }
}

/// A code as it is kept, with where it went.
#[derive(Clone, Serialize, Deserialize)]
pub struct Code {
    /// The digits.
    pub digits: String,
    /// `email` or `phone_number`: what is verified by the right answer.
    pub attribute: String,
    /// The value of that attribute; another value is not verified by this code.
    pub value: String,
    /// True if it was not sent, to hide that there is no address to send it to: no answer to it is right.
    #[serde(rename = "pretended")]
    pub decoy: bool,
    /// The worth of the right answer; the sender says it if it depends on more than the purpose.
    #[serde(default)]
    pub worth: Worth,
}

impl Code {
    fn bound(&self, pool: &Pool, account: &Account<'_>) -> Bound {
        if self.decoy {
            Bound::of_decoy(pool, self.worth, account.key())
        } else {
            Bound::of_address(pool, self.worth, &self.attribute, &self.value)
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

/// A code that is to be sent.
#[derive(Clone, Copy)]
pub struct Sending<'a> {
    /// The account whose code it is.
    pub account: &'a Account<'a>,
    /// True if the same batch creates the user.
    pub created: bool,
    /// For a user who must get nothing and look like one who does: the name by which the decoy calls them.
    pub decoy: Option<&'a str>,
    /// The purpose of the code.
    pub purpose: Purpose<'a>,
    /// The worth of the right answer, if it depends on more than the purpose.
    pub worth: Worth,
    /// The number of digits.
    pub length: usize,
    /// The destination of the code.
    pub destination: &'a Destination,
    /// Why it is sent.
    pub reason: Reason<'a>,
}

impl<'a> Sending<'a> {
    /// Returns a code of six digits.
    pub fn new(
        account: &'a Account<'a>,
        purpose: Purpose<'a>,
        destination: &'a Destination,
        reason: Reason<'a>,
    ) -> Self {
        Self {
            account,
            created: false,
            decoy: None,
            purpose,
            worth: Worth::default(),
            length: 6,
            destination,
            reason,
        }
    }

    /// Returns the digits: the same in every run of an action, as long as they go to the same address.
    fn digits(&self, cx: &Cx<'_>) -> String {
        let (key, to) = (self.account.key(), &self.destination.value);
        let name = format!("code {}\n{}\n{key}\n{to}", self.purpose.kind(), self.length);
        cx.memory().once(&name, || random::digits(self.length))
    }

    fn envelope<'e>(&'e self, cx: &Cx<'_>, digits: &'e str) -> Envelope<'e> {
        Envelope {
            account: self.account,
            decoy: self.decoy,
            destination: self.destination,
            reason: self.reason,
            secret: digits,
            expires: self.purpose.expires(cx.now()),
        }
    }
}

/// Prepares a code and its message, which the pool's function may word, for an action that holds no lock. The batch
/// puts the code in the place of any older one of the same purpose; beyond a bound it fails with [`TOO_MANY`], which
/// [`Cx::commit`] words.
///
/// # Errors
/// [`delivery::prepare`].
pub async fn prepare(
    cx: &Cx<'_>,
    pool: &Pool,
    sending: &Sending<'_>,
    origin: Origin<'_>,
) -> Result<Prepared> {
    let digits = sending.digits(cx);
    let message = delivery::prepare(cx, pool, &sending.envelope(cx, &digits), origin).await?;
    Ok(message.after(put(cx, pool, sending, digits)?))
}

/// Calls the pool's function that words the message of a code, for an action that holds a lock.
///
/// # Errors
/// [`delivery::ask`].
pub async fn ask<'g>(
    cx: &Cx<'_>,
    pool: &Pool,
    guard: Option<Guard<'g>>,
    sending: &Sending<'_>,
    origin: Origin<'_>,
) -> Result<(Option<Words>, Option<Guard<'g>>)> {
    let digits = sending.digits(cx);
    delivery::ask(cx, pool, guard, &sending.envelope(cx, &digits), origin).await
}

/// As [`prepare`], with the words that [`ask`] returned.
///
/// # Errors
/// [`delivery::compose`].
pub fn compose(
    cx: &Cx<'_>,
    pool: &Pool,
    sending: &Sending<'_>,
    origin: Origin<'_>,
    words: Option<&Words>,
) -> Result<Prepared> {
    let digits = sending.digits(cx);
    let envelope = sending.envelope(cx, &digits);
    let message = delivery::compose(cx, pool, &envelope, origin, words)?;
    Ok(message.after(put(cx, pool, sending, digits)?))
}

fn put(cx: &Cx<'_>, pool: &Pool, sending: &Sending<'_>, digits: String) -> Result<Batch> {
    let (account, purpose) = (sending.account, sending.purpose);
    let code = Code {
        digits,
        attribute: sending.destination.contact.attribute().to_owned(),
        value: sending.destination.value.clone(),
        decoy: sending.decoy.is_some() || account.user().is_none(),
        worth: purpose.worth(sending.worth),
    };
    let (subject, key) = (account.key(), purpose.key());
    let sealed = seal(pool, subject, &key, &code)?;
    let bound = code.bound(pool, account);
    let counted = (!sending.created).then_some(subject);
    let batch = bound.send(cx, Batch::new(), pool, counted);
    let batch = match account {
        Account::User(_) if sending.created => batch,
        Account::User(user) => guards::require_user_exists(batch, &pool.id, &user.id),
        Account::Unknown { pseudonym, .. } => {
            guards::require_user_absent(batch, &pool.id, pseudonym)
        }
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

fn seal(pool: &Pool, subject: &str, key: &str, code: &Code) -> Result<Vec<u8>> {
    let text = serde_json::to_vec(code)?;
    Ok(pool.key.seal(&context(pool, &row_id(subject, key)), &text))
}

/// A code that was answered rightly; nothing is used up yet.
pub struct Correct {
    subject: String,
    key: String,
    ver: i64,
    bound: Bound,
    now: i64,
    /// The code, with the value that it was sent to.
    pub code: Code,
}

impl Correct {
    /// Uses the code up, in the batch of the action that the code is for; `CODE_STALE` if another answer did,
    /// [`TOO_MANY`] if the bound of wrong answers was reached in between.
    pub fn consume(&self, batch: Batch, pool: &Pool) -> Batch {
        let batch = table::consume(batch, &pool.id, &self.subject, &self.key, self.ver);
        self.bound.holds(batch, pool, self.now)
    }

    /// As [`consume`](Self::consume), and keeps the code for [`Purpose::SignedUp`].
    ///
    /// # Errors
    /// Those of serialization.
    pub fn consume_and_keep(&self, batch: Batch, pool: &Pool) -> Result<Batch> {
        let purpose = Purpose::SignedUp;
        let key = purpose.key();
        let row = NewCode {
            subject: &self.subject,
            purpose: &key,
            sealed: seal(pool, &self.subject, &key, &self.code)?,
            created: self.now,
            expires: purpose.expires(self.now),
            counted: &self.bound.subject,
        };
        Ok(table::put(self.consume(batch, pool), &pool.id, row))
    }
}

/// The fault of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is another code, or a decoy's.
    Mismatch,
    /// The code was answered wrongly too often ([`MAX_FAILURES`]).
    Burnt,
    /// The code does not exist any more.
    Expired,
    /// Too many wrong answers were given to codes that went to the same address or number; this one was not judged.
    TooMany,
}

/// Judges an answer; a wrong one is counted durably before this returns, against the code and against the address that
/// it went to, and `also` is written with it.
///
/// # Errors
/// The store's.
pub async fn judge(
    cx: &Cx<'_>,
    pool: &Pool,
    account: &Account<'_>,
    purpose: Purpose<'_>,
    given: &str,
    also: impl AsyncFnOnce() -> Result<Batch>,
) -> Result<std::result::Result<Correct, Wrong>> {
    let (subject, key) = (account.key(), purpose.key());
    let wanted = table::to_judge(&pool.id, subject, &key, bounds::WRONG, cx.now());
    let row = cx.store.first(wanted).await?;
    let row = row.map(|mut row| JudgedRow::read(&mut row)).transpose()?;
    let live = row.filter(|row| row.code.expires > cx.now());
    let mut bound = None;
    let wrong = match live {
        None => Wrong::Expired,
        Some(row) if row.code.failures >= MAX_FAILURES => Wrong::Burnt,
        Some(row) => {
            let id = row_id(subject, &key);
            let plain = pool.key.open(&context(pool, &id), &row.code.sealed)?;
            let code: Code = serde_json::from_slice(plain.expose())?;
            let of_code = code.bound(pool, account);
            let right = ct_eq(code.digits.as_bytes(), given.as_bytes());
            if of_code.subject != row.counted {
                // Sent before answers were counted by address.
                Wrong::Expired
            } else if of_code.is_reached(row.wrong) {
                Wrong::TooMany
            } else if right && !code.decoy && account.user().is_some() {
                return Ok(Ok(Correct {
                    subject: subject.to_owned(),
                    key: key.into_owned(),
                    ver: row.code.ver,
                    bound: of_code,
                    now: cx.now(),
                    code,
                }));
            } else {
                // A decoy has no right answer.
                bound = Some(of_code);
                Wrong::Mismatch
            }
        }
    };
    let mut also = match wrong {
        // Not judged, so that it counts neither here nor where `also` would.
        Wrong::TooMany => Batch::new(),
        _ => also().await?,
    };
    also = table::fail(also, &pool.id, subject, &key, cx.now());
    if let Some(bound) = bound {
        also = bound.fail(cx, also, pool);
    }
    match cx.apply(also).await {
        Ok(_) => Ok(Err(wrong)),
        Err(CommitError::Conflict(NOTICES_FULL)) => Err(Fault::Stale),
        // Others were counted since: this answer is one too many, right or wrong.
        Err(CommitError::Conflict(TOO_MANY)) => Ok(Err(Wrong::TooMany)),
        Err(error) => Err(Fault::Internal(format!("a code was not counted: {error}"))),
    }
}

/// [`judge`] with the texts of the operations that confirm and verify.
///
/// # Errors
/// ExpiredCodeException without a live code, CodeMismatchException for a wrong answer, TooManyFailedAttemptsException
/// for a code that is used up, LimitExceededException beyond the bound of an address.
pub async fn check(
    cx: &Cx<'_>,
    pool: &Pool,
    account: &Account<'_>,
    purpose: Purpose<'_>,
    given: &str,
) -> Result<Correct> {
    let judged = judge(cx, pool, account, purpose, given, async || Ok(Batch::new())).await?;
    Ok(judged.map_err(|wrong| match wrong {
        Wrong::Mismatch => errors::users::code_mismatch(),
        Wrong::Burnt => errors::users::too_many_failed_attempts(cx.action),
        Wrong::Expired => errors::users::code_expired(),
        Wrong::TooMany => errors::challenges::too_many_codes(cx.action),
    })?)
}

/// Deletes a code of a user, if there is one.
pub fn forget(batch: Batch, pool: &Pool, user_id: &str, purpose: Purpose<'_>) -> Batch {
    table::delete(batch, &pool.id, user_id, &purpose.key())
}
