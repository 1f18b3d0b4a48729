//! The names by which users of a pool are found.

use cognate_store::Label;

/// The user name is taken.
pub const USERNAME_TAKEN: Label = Label("username_taken");
/// The e-mail address is another user's sign-in name.
pub const EMAIL_TAKEN: Label = Label("email_taken");
/// The phone number is another user's sign-in name.
pub const PHONE_NUMBER_TAKEN: Label = Label("phone_number_taken");
/// The preferred user name is another user's sign-in name.
pub const PREFERRED_USERNAME_TAKEN: Label = Label("preferred_username_taken");
/// The name is another user's by the other rules of a pool that changes: a label for each kind.
const OTHERWISE_TAKEN: [(Name, Label); 4] = [
    (Name::Username, Label("otherwise_username_taken")),
    (Name::Email, Label("otherwise_email_taken")),
    (Name::PhoneNumber, Label("otherwise_phone_number_taken")),
    (
        Name::PreferredUsername,
        Label("otherwise_preferred_username_taken"),
    ),
];

/// The kind of a row of the namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name {
    /// The user name.
    Username,
    /// An e-mail address.
    Email,
    /// A phone number.
    PhoneNumber,
    /// The preferred user name.
    PreferredUsername,
}

impl Name {
    /// Returns the name of the kind in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::PreferredUsername => "preferred_username",
        }
    }

    /// Returns the label for a name of the kind that another user has.
    pub fn taken(self) -> Label {
        match self {
            Self::Username => USERNAME_TAKEN,
            Self::Email => EMAIL_TAKEN,
            Self::PhoneNumber => PHONE_NUMBER_TAKEN,
            Self::PreferredUsername => PREFERRED_USERNAME_TAKEN,
        }
    }

    /// Returns the label for a name of the kind that another user has by the other rules of a pool that changes.
    pub fn taken_otherwise(self) -> Label {
        let found = OTHERWISE_TAKEN.iter().find(|(kind, _)| *kind == self);
        found.map_or(self.taken(), |(_, label)| *label)
    }
}

/// Returns the attribute whose value is taken, if the label says that one is: `email`, `phone_number` or
/// `preferred_username`.
pub fn taken_alias(label: Label) -> Option<&'static str> {
    [Name::Email, Name::PhoneNumber, Name::PreferredUsername]
        .into_iter()
        .find(|kind| kind.taken() == label)
        .map(Name::as_str)
}

/// True if the label says that a name, or the id of a new user, is another user's.
pub fn is_taken(label: Label) -> bool {
    label == USERNAME_TAKEN
        || label == cognate_store::tables::users::ID_TAKEN
        || taken_alias(label).is_some()
        || taken_otherwise(label).is_some()
}

/// Returns the kind of the name that another user has by the other rules of a pool that changes, if the label says so.
pub fn taken_otherwise(label: Label) -> Option<Name> {
    let found = OTHERWISE_TAKEN.iter().find(|(_, other)| *other == label);
    found.map(|(kind, _)| *kind)
}
