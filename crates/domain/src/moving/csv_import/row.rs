//! What a pool makes of a row: a user, or the reason why not (moving.md 1.2, 1.6).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use cognate_crypto::credential::Credential;
use cognate_crypto::imported::{BadHash, Bounds, ImportedHash};
use cognate_crypto::random;
use cognate_moving::csv::{Header, Line, MFA_ENABLED, PASSWORD_HASH, USERNAME};
use cognate_shapes::{
    PasswordHashingAlgorithmType as Algorithm, UserPoolMfaType, UserStatusType,
    VerifiedAttributeType,
};
use regex_syntax::hir::ClassUnicode;

use crate::errors::unconfirmed::imports as unconfirmed;
use crate::errors::{Fault, imports};
use crate::facts::char_class;
use crate::facts::contact::Contact;
use crate::facts::factor::MfaFactor;
use crate::records::mfa;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::first_factors;
use crate::users::attributes::{self, Given, Writer};

/// The longest user name, in characters (the model's UsernameType).
const LONGEST_USERNAME: usize = 128;
/// The longest value, in characters (the model's AttributeValueType).
const LONGEST_VALUE: usize = 2048;

/// The characters of user names (the model's UsernameType). None when the pattern does not parse, which a test rules out.
static OF_USERNAMES: LazyLock<Option<ClassUnicode>> =
    LazyLock::new(|| char_class::parse(r"[\p{L}\p{M}\p{S}\p{N}\p{P}]"));

/// Why a row is no user. Nothing of the row is in it.
pub type Reason = Cow<'static, str>;

/// What decides about the rows of a job.
#[derive(Clone)]
pub struct Rules {
    /// The pool.
    pub pool: Arc<Pool>,
    /// The columns of the file.
    pub header: Header,
    /// What the column of password hashes holds; without it the column is not looked at.
    pub algorithm: Option<Algorithm>,
    /// The service's time, in microseconds.
    pub now: i64,
}

impl Rules {
    /// Returns the user of a row.
    ///
    /// # Errors
    /// The reason why there is none.
    pub fn user(&self, line: Line) -> Result<User, Reason> {
        let text = line.text.map_err(unconfirmed::row)?;
        let mut values: BTreeMap<&str, String> = self
            .header
            .row(&text)
            .map_err(unconfirmed::row)?
            .into_iter()
            .collect();
        let username = values.remove(USERNAME).ok_or(unconfirmed::NO_USERNAME)?;
        check_username(&username)?;
        let mfa = flag(values.remove(MFA_ENABLED).as_deref())
            .map_err(|()| unconfirmed::INVALID_MFA_ENABLED)?;
        self.check_mfa(mfa)?;
        let hash = match (self.algorithm, values.remove(PASSWORD_HASH)) {
            (Some(algorithm), Some(text)) => {
                Some(read_hash(algorithm, &text).map_err(unconfirmed::hash)?)
            }
            _ => None,
        };
        let attributes = self.attributes(&username, values)?;
        let mut user = User::new(
            &self.pool,
            random::uuid_v4(),
            &username,
            attributes,
            UserStatusType::ResetRequired,
            self.now,
        );
        self.check_verified(&user)?;
        if let Some(hash) = hash {
            let credential = Credential::Imported(hash);
            user.credential = Some(User::seal_credential(&self.pool, &user.id, &credential));
        }
        if user.credential.is_some() || self.needs_no_password(&user) {
            user.status = UserStatusType::Confirmed;
        }
        if mfa == Some(true) {
            self.turn_on(&mut user);
        }
        Ok(user)
    }

    fn check_mfa(&self, given: Option<bool>) -> Result<(), Reason> {
        let contradicts = match self.pool.doc.mfa_configuration {
            UserPoolMfaType::On => given == Some(false),
            UserPoolMfaType::Off => given == Some(true),
            UserPoolMfaType::Optional => false,
        };
        match contradicts {
            true => Err(unconfirmed::INVALID_MFA_ENABLED.into()),
            false => Ok(()),
        }
    }

    /// Returns the attributes in the form in which they are kept.
    fn attributes(
        &self,
        username: &str,
        values: BTreeMap<&str, String>,
    ) -> Result<BTreeMap<String, String>, Reason> {
        let pool = &self.pool;
        let mut given = Given::new();
        for (name, value) in &values {
            if value.chars().count() > LONGEST_VALUE {
                return Err(unconfirmed::value_too_long(name).into());
            }
            let value = match *name {
                "birthdate" => birthdate(value).ok_or(unconfirmed::INVALID_BIRTHDATE)?,
                // A flag of an address that is not there, as files have it in every row.
                "email_verified" | "phone_number_verified"
                    if flag(Some(value)) == Ok(Some(false)) =>
                {
                    let address = name.trim_end_matches("_verified");
                    if !values.contains_key(address) {
                        continue;
                    }
                    value.clone()
                }
                _ => value.clone(),
            };
            given.push(((*name).to_owned(), Some(value)));
        }
        attributes::check_username(pool, username).map_err(told)?;
        attributes::validate_new(pool, Writer::Import, username, given).map_err(told)
    }

    /// Refuses a user none of whose addresses that the pool verifies is verified.
    fn check_verified(&self, user: &User) -> Result<(), Reason> {
        let verified = self.pool.doc.auto_verified_attributes.iter().flatten();
        let mut names = verified.map(|attribute| match attribute {
            VerifiedAttributeType::Email => "email",
            VerifiedAttributeType::PhoneNumber => "phone_number",
        });
        match names.any(|name| user.verified(name)) {
            true => Ok(()),
            false => Err(imports::NOTHING_VERIFIED.into()),
        }
    }

    /// True if a one-time password lets the user in.
    fn needs_no_password(&self, user: &User) -> bool {
        let reaches = |contact: Contact| {
            let value = user.attribute(contact.attribute());
            value.is_some_and(|value| !value.is_empty())
                && first_factors::allows_code_to(&self.pool, contact)
        };
        Contact::ALL.into_iter().any(reaches)
    }

    /// Turns on the first factor that the pool offers and the user can answer to; in a pool that demands one there is
    /// nothing to turn on.
    fn turn_on(&self, user: &mut User) {
        let usable = |factor: &MfaFactor| {
            mfa::is_offered(&self.pool, *factor) && mfa::is_set_up(user, *factor)
        };
        let factor = [MfaFactor::Sms, MfaFactor::Email].into_iter().find(usable);
        if let Some(factor) = factor
            && self.pool.doc.mfa_configuration == UserPoolMfaType::Optional
        {
            user.doc.mfa.set(factor, true);
        }
    }
}

fn told(fault: Fault) -> Reason {
    match fault {
        // These name attributes and never values.
        Fault::Api(error) => error.message,
        Fault::Stale | Fault::Internal(_) => unconfirmed::CANNOT_STORE.into(),
    }
}

fn check_username(username: &str) -> Result<(), Reason> {
    let of_class = |c| {
        let class = OF_USERNAMES.as_ref();
        class.is_some_and(|class| char_class::holds(class, c))
    };
    let fits = username.chars().count() <= LONGEST_USERNAME && username.chars().all(of_class);
    match fits {
        true => Ok(()),
        false => Err(unconfirmed::INVALID_USERNAME.into()),
    }
}

/// Reads a boolean in any case; None if there is none.
fn flag(text: Option<&str>) -> Result<Option<bool>, ()> {
    match text {
        None => Ok(None),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(_) => Err(()),
    }
}

/// Returns the API's form of `mm/dd/yyyy`. Whether there is such a day is judged as everywhere.
fn birthdate(text: &str) -> Option<String> {
    let mut parts = text.split('/');
    let mut part = |digits: usize| {
        let part = parts.next()?;
        let fits = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
        fits.then_some(part)
    };
    let (month, day, year) = (part(2)?, part(2)?, part(4)?);
    parts
        .next()
        .is_none()
        .then(|| format!("{year}-{month}-{day}"))
}

/// Reads a hash of this algorithm, in the one form that files have.
fn read_hash(algorithm: Algorithm, text: &str) -> Result<ImportedHash, BadHash> {
    let begins = match algorithm {
        Algorithm::Bcrypt => ["$2a$", "$2b$", "$2x$", "$2y$"]
            .iter()
            .any(|prefix| text.starts_with(prefix)),
        Algorithm::Scrypt => text.starts_with(|c: char| c.is_ascii_digit()),
        Algorithm::Argon2id => text.starts_with("$argon2id$"),
        Algorithm::Pbkdf2Sha256 => text.starts_with("$pbkdf2-sha256$"),
    };
    match begins {
        true => ImportedHash::read(text, &Bounds::CSV),
        false => Err(BadHash::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_have_no_blanks() {
        assert!(OF_USERNAMES.is_some());
        for good in ["jane", "jörg", "漢字", "a@b.co", "👍", "=1+1"] {
            assert!(check_username(good).is_ok(), "{good}");
        }
        let long = "x".repeat(LONGEST_USERNAME + 1);
        for bad in [
            "a b",
            "a\tb",
            "a\u{a0}b",
            "a\u{0}",
            "a\u{e000}",
            long.as_str(),
        ] {
            assert!(check_username(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn birthdates_are_turned_into_the_form_of_the_api() {
        assert_eq!(birthdate("02/29/2024").as_deref(), Some("2024-02-29"));
        for bad in [
            "2024-02-29",
            "2/29/2024",
            "02/29/24",
            "02/29/2024/",
            "aa/bb/cccc",
            "",
        ] {
            assert_eq!(birthdate(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_hash_is_of_the_algorithm_of_the_job() {
        let hashes = [
            (
                Algorithm::Bcrypt,
                "$2b$10$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq6",
            ),
            (
                Algorithm::Scrypt,
                "65536$8$1$304dbaef7c5e828dc19c98f0600d18fe$4f69c498c12cd102d057356facf8d77e8d42407090491ea32c5b038f5a18c099",
            ),
            (
                Algorithm::Argon2id,
                "$argon2id$v=19$m=19456,t=2,p=1$ko/G5o1ms+ML08P95sQ8DA$AkVbvWSOqz7Hs3qthhWKxicOWnGLN+MBmpwc3emi5VA",
            ),
            (
                Algorithm::Pbkdf2Sha256,
                "$pbkdf2-sha256$600000$1XZlmwLQ2hhM3JYuCPiArQ$Pfheg9Zi/v5lXU4yyLA0WFUYEd/rlaVbzrM9oMD6IrA",
            ),
        ];
        assert_eq!(hashes.map(|(algorithm, _)| algorithm), Algorithm::ALL);
        for (algorithm, _) in hashes {
            for (other, text) in hashes {
                let read = read_hash(algorithm, text);
                assert_eq!(read.is_ok(), other == algorithm, "{algorithm:?} {text}");
            }
        }
    }
}
