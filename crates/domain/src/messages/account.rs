//! The account that a request names: a user, or an unknown name, which must look the same (auth.md 2.11).

use std::borrow::Cow;

use crate::attempts::Subject;
use crate::records::pool::Pool;
use crate::records::user::User;

/// A user, or an unknown name that is answered in the same way and at the same cost.
pub enum Account<'a> {
    /// A user.
    User(Cow<'a, User>),
    /// A name without a user, or with a user who must stay hidden.
    Unknown {
        /// The key of the rows that a user would have.
        pseudonym: Cow<'a, str>,
        /// The name as it was typed.
        name: Cow<'a, str>,
    },
}

impl<'a> Account<'a> {
    /// Returns the account of a user.
    pub fn of(user: &'a User) -> Self {
        Self::User(Cow::Borrowed(user))
    }

    /// Returns the account that an unknown name seems to have.
    pub fn unknown(pool: &Pool, name: &'a str) -> Self {
        Self::Unknown {
            pseudonym: Subject::unknown(pool, &pool.fold(name))
                .as_str()
                .to_owned()
                .into(),
            name: name.into(),
        }
    }

    /// Returns the user; None for an unknown name.
    pub fn user(&self) -> Option<&User> {
        match self {
            Self::User(user) => Some(user),
            Self::Unknown { .. } => None,
        }
    }

    /// Returns the key of the account's rows: the user's id, or the pseudonym of the name.
    pub fn key(&self) -> &str {
        match self {
            Self::User(user) => &user.id,
            Self::Unknown { pseudonym, .. } => pseudonym,
        }
    }

    /// Returns the user name, or the name that was typed.
    pub fn name(&self) -> &str {
        match self {
            Self::User(user) => &user.username,
            Self::Unknown { name, .. } => name,
        }
    }

    /// Returns the subject whose attempts are counted.
    pub fn subject(&self) -> Subject {
        Subject::known(self.key())
    }
}
