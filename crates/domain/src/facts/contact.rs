//! The two attributes that messages are sent to.

use crate::facts::names;

/// The two attributes that messages go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contact {
    /// By e-mail.
    Email,
    /// By text message.
    PhoneNumber,
}

impl Contact {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Email, Self::PhoneNumber];

    /// Returns the attribute's name.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
        }
    }

    /// Returns the attribute that tells whether it is verified.
    pub fn flag(self) -> &'static str {
        match self {
            Self::Email => "email_verified",
            Self::PhoneNumber => "phone_number_verified",
        }
    }

    /// Returns the contact behind an attribute's name.
    pub fn of_attribute(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|contact| contact.attribute() == name)
    }

    /// True if a name has the form of such an address.
    pub fn fits(self, name: &str) -> bool {
        match self {
            Self::Email => names::is_email(name),
            Self::PhoneNumber => names::is_phone_number(name),
        }
    }
}
