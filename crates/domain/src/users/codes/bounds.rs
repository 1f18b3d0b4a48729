//! The bounds on codes that are sent and on wrong answers that are judged, by the account and by the address or number.
//!
//! A bound by account is not enough: an attacker who guesses the code of another's address signs up for it again and
//! again. So an address has counts of its own, over all users of its pool. The database sees a pseudonym by the pool's
//! key, so that it collects no addresses.
//!
//! The counts of different [`Worth`] are apart: strangers can use up what is sent to an address to prove it, and by
//! that touch neither its owner's new password nor the owner's sign-in. A decoy counts for the name that was typed and
//! for no address. A right answer clears nothing: the owner's would allow everybody else new guesses.

use cognate_store::Batch;
use cognate_store::tables::attempts::{self as table, Limit};
use serde::{Deserialize, Serialize};

use crate::clock::{DAY, HOUR};
use crate::cx::Cx;
use crate::facts::names;
use crate::records::pool::Pool;

/// Too many codes were sent, or too many wrong answers received.
pub use crate::cx::TOO_MANY_CODES as TOO_MANY;

/// The kind of the rows in `attempts` that count sent codes by address.
const SENT: &str = "code_sent";
/// The kind of the rows that count wrong answers.
pub(super) const WRONG: &str = "code_wrong";

/// The worth of a code: the use of its right answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Worth {
    /// An address or number that is not proven yet becomes the user's, and with it the alias. Anybody can have such a
    /// code sent anywhere.
    #[default]
    Proof,
    /// A new password.
    Reset,
    /// A sign-in, as its first factor.
    FirstFactor,
    /// As [`Worth::FirstFactor`], by an address that is not proven yet and is by the right answer.
    NewFirstFactor,
    /// A sign-in, behind another factor.
    SecondFactor,
    /// As [`Worth::SecondFactor`], by an address that is not proven yet and is by the right answer.
    NewSecondFactor,
}

impl Worth {
    fn tag(self) -> &'static str {
        match self {
            Self::Proof => "proof",
            Self::Reset => "reset",
            Self::FirstFactor => "first",
            Self::NewFirstFactor => "new first",
            Self::SecondFactor => "second",
            Self::NewSecondFactor => "new second",
        }
    }

    /// Returns the kind of the rows that count the codes that were sent to a user.
    fn by_user(self) -> &'static str {
        match self {
            Self::Proof => "proof_code",
            Self::Reset => "reset_code",
            Self::FirstFactor | Self::NewFirstFactor => "sign_in_code",
            Self::SecondFactor | Self::NewSecondFactor => "second_code",
        }
    }

    /// Returns the number of codes that one address or number may get in an hour, for all accounts together. The
    /// service publishes no number; every code costs the operator a message and disturbs its reader.
    fn most_sent(self) -> i64 {
        match self {
            Self::Proof => 50,
            _ => 100,
        }
    }

    /// Returns the number of wrong answers in a day to codes that went to one address or number. Six digits are guessed
    /// within a day with chance of 1 in 33,000; eight digits, or six behind a password, take the hundred failures that
    /// NIST SP 800-63B allows (section 3.2.2).
    fn most_wrong(self) -> i64 {
        match self {
            Self::Proof | Self::Reset | Self::NewSecondFactor => 30,
            Self::FirstFactor | Self::NewFirstFactor | Self::SecondFactor => 100,
        }
    }
}

/// Codes of one worth that a user may be sent in an hour; that many more than the operations themselves allow.
const TO_USER: i64 = 50;

/// The counts that a code belongs to.
pub(super) struct Bound {
    /// The subject of the rows in `attempts`.
    pub(super) subject: String,
    worth: Worth,
}

impl Bound {
    /// Returns the bound of codes that go to the `value` of `attribute`.
    pub(super) fn of_address(pool: &Pool, worth: Worth, attribute: &str, value: &str) -> Self {
        Self::of(pool, worth, attribute, &names::fold_case(value.trim()))
    }

    /// Returns the bound of decoys; `subject` is the key of the account that they seem to be for.
    pub(super) fn of_decoy(pool: &Pool, worth: Worth, subject: &str) -> Self {
        Self::of(pool, worth, "", subject)
    }

    fn of(pool: &Pool, worth: Worth, attribute: &str, value: &str) -> Self {
        let text = format!("{}/{attribute}/{value}", worth.tag());
        let pseudonym = pool.key.mac("destinations of codes", text.as_bytes());
        Self {
            subject: hex::encode(pseudonym),
            worth,
        }
    }

    /// Counts a code that is sent by this batch; [`TOO_MANY`] beyond the bound. `user`: the account that it is for,
    /// unless the batch creates it.
    pub(super) fn send(&self, cx: &Cx<'_>, batch: Batch, pool: &Pool, user: Option<&str>) -> Batch {
        let until = cx.now().saturating_add(HOUR);
        let count = |batch, subject: &str, kind, most| {
            let limit = limit(kind, most);
            table::count_within(batch, &pool.id, subject, limit, cx.now(), until)
        };
        let batch = match user {
            Some(user) => count(batch, user, self.worth.by_user(), TO_USER),
            None => batch,
        };
        count(batch, &self.subject, SENT, self.worth.most_sent())
    }

    /// True if no more answers are judged after `wrong` ones.
    pub(super) fn is_reached(&self, wrong: i64) -> bool {
        wrong >= self.worth.most_wrong()
    }

    /// Counts a wrong answer; [`TOO_MANY`] beyond the bound.
    pub(super) fn fail(&self, cx: &Cx<'_>, batch: Batch, pool: &Pool) -> Batch {
        let until = cx.now().saturating_add(DAY);
        table::count_within(
            batch,
            &pool.id,
            &self.subject,
            self.limit(),
            cx.now(),
            until,
        )
    }

    /// Requires that the bound is not reached when the batch of a right answer is applied; [`TOO_MANY`].
    pub(super) fn holds(&self, batch: Batch, pool: &Pool, now: i64) -> Batch {
        table::within(batch, &pool.id, &self.subject, self.limit(), now)
    }

    fn limit(&self) -> Limit {
        limit(WRONG, self.worth.most_wrong())
    }
}

fn limit(kind: &'static str, most: i64) -> Limit {
    Limit {
        kind,
        most,
        exceeded: TOO_MANY,
    }
}
