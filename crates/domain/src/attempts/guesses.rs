//! Wrong answers to one factor, counted over codes, sessions and days.
//!
//! The lockout (`attempts`) delays guesses and forgets them after 15 quiet minutes, and a code that is sent takes a
//! bounded number of answers. Neither bounds what adds up over weeks. Two counts do:
//!
//! - Per factor, the wrong answers in a row: at [`IN_A_ROW`] that factor is closed and no other. A right answer to it
//!   ends the row, and so does an administrator ([`forget`]), and [`QUIET`] without a wrong one.
//! - Over all second factors together, the wrong answers of [`WINDOW`]: a caller who can answer one knows the first
//!   factor. Right answers do not end this window, so that the user's own sign-ins give a thief of the password no
//!   further guesses.
//!
//! Passkeys are not counted here: what would have to be guessed is a signature, and a stranger could close them.

use cognate_shapes::ChallengeNameType;
use cognate_store::Batch;
use cognate_store::tables::attempts as table;

use crate::attempts::failed::{FailedAttempts, Subject};
use crate::clock::DAY;
use crate::errors::{Result, auth};
use crate::facts::factor::MfaFactor;
use crate::records::pool::Pool;

/// Wrong answers in a row that close a factor (NIST SP 800-63B section 5.2.2: no more than 100).
pub const IN_A_ROW: i64 = 100;
/// How long without a wrong answer until a row of them is forgotten: guesses at eight digits then need some 80,000
/// years for an even chance, and a stranger who closes somebody's factor has not closed it for ever.
const QUIET: i64 = 30 * DAY;
/// Wrong second factors in [`WINDOW`]. Of six digits three values are right at a time, so that ten answers a day find
/// one in a hundred accounts a year; a user who mistypes as often has been delayed by the lockout for a minute already.
pub const A_DAY: i64 = 10;
/// Begins with the first wrong answer in it, in microseconds.
const WINDOW: i64 = DAY;
/// The kind of the rows that count the window.
const SECOND: &str = "wrong:second factors";

/// A factor that can be guessed at. One that comes first and one that comes second are two: a stranger who guesses at
/// the first must not close the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// SMS_OTP.
    FirstSms,
    /// EMAIL_OTP in the place of a password.
    FirstEmail,
    /// SMS_MFA.
    Sms,
    /// EMAIL_OTP after a first factor, and in MFA_SETUP.
    Email,
    /// SOFTWARE_TOKEN_MFA.
    SoftwareToken,
    /// DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER.
    Device,
}

impl Guess {
    /// Returns the factor of a challenge of USER_AUTH.
    pub fn first(challenge: ChallengeNameType) -> Option<Self> {
        match challenge {
            ChallengeNameType::SmsOtp => Some(Self::FirstSms),
            ChallengeNameType::EmailOtp => Some(Self::FirstEmail),
            _ => None,
        }
    }

    /// Returns a second factor.
    pub fn second(factor: MfaFactor) -> Self {
        match factor {
            MfaFactor::Sms => Self::Sms,
            MfaFactor::Email => Self::Email,
            MfaFactor::SoftwareToken => Self::SoftwareToken,
        }
    }

    fn is_second(self) -> bool {
        !matches!(self, Self::FirstSms | Self::FirstEmail)
    }

    /// Returns the kind of the rows that count wrong answers in a row.
    fn kind(self) -> &'static str {
        match self {
            Self::FirstSms => "wrong:first SMS_OTP",
            Self::FirstEmail => "wrong:first EMAIL_OTP",
            Self::Sms => "wrong:SMS_MFA",
            Self::Email => "wrong:EMAIL_OTP",
            Self::SoftwareToken => "wrong:SOFTWARE_TOKEN_MFA",
            Self::Device => "wrong:DEVICE",
        }
    }

    /// True if no more answers are judged at `now`.
    pub fn is_worn_out(self, tally: &FailedAttempts, now: i64) -> bool {
        reached(tally, self.kind(), IN_A_ROW, now)
            || (self.is_second() && reached(tally, SECOND, A_DAY, now))
    }

    /// Refuses while no more answers are judged, right ones too.
    ///
    /// # Errors
    /// NotAuthorizedException `Password attempts exceeded`, the text of every lock.
    pub fn refuse_worn_out(self, tally: &FailedAttempts, now: i64) -> Result<()> {
        if self.is_worn_out(tally, now) {
            Err(auth::password_attempts_exceeded().into())
        } else {
            Ok(())
        }
    }

    /// Counts a wrong answer at `now`. The rows are the same for a user and for an unknown name.
    pub fn count(self, batch: Batch, pool: &Pool, subject: &Subject, now: i64) -> Batch {
        let (id, subject) = (&pool.id, subject.as_str());
        let until = now.saturating_add(QUIET);
        let batch = table::count_wrong(batch, id, subject, self.kind(), now, until);
        if !self.is_second() {
            return batch;
        }
        let until = now.saturating_add(WINDOW);
        table::count(batch, id, subject, SECOND, now, until)
    }

    /// Adds to the batch of a right answer that the row of wrong ones ends.
    pub fn forgive(self, batch: Batch, pool: &Pool, tally: &FailedAttempts) -> Batch {
        let kind = self.kind();
        match tally.of_factor(kind) {
            Some(seen) => {
                let subject = tally.subject().as_str();
                table::clear_wrong(batch, &pool.id, subject, kind, seen)
            }
            None => batch,
        }
    }
}

/// True if no second factor may be answered at `now`, whichever it is.
pub fn second_factors_worn_out(tally: &FailedAttempts, now: i64) -> bool {
    reached(tally, SECOND, A_DAY, now)
}

/// Forgets the wrong answers to all factors of a user: an administrator takes the account in hand.
pub fn forget(batch: Batch, pool: &Pool, user_id: &str) -> Batch {
    table::forget_wrong(batch, &pool.id, user_id)
}

fn reached(tally: &FailedAttempts, kind: &str, most: i64, now: i64) -> bool {
    tally
        .of_factor(kind)
        .is_some_and(|seen| seen.n >= most && now < seen.expires)
}
