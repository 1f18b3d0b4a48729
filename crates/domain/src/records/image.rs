//! Images of rows, read back as the records that they are of.

use cognate_store::tables::before_images::ImageRow;
use cognate_store::tables::groups::{self, GroupRow};
use cognate_store::tables::passkeys::PasskeyRow;
use cognate_store::tables::users::UserRow;
use cognate_store::tables::{provider_links, software_tokens};

use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::records::user::User;

impl User {
    /// True if there is a change of what the user is, or of the password.
    pub fn differs_from(&self, other: &Self) -> bool {
        let state = |user: &Self| (user.status, user.enabled);
        state(self) != state(other) || self.credential != other.credential || self.doc != other.doc
    }

    /// True if a change is one that a recovery undoes, or has to know. The credential alone, without a change that users
    /// see, is another form of the same password, which a sign-in has made.
    pub fn leaves_image(&self, before: &Self) -> bool {
        let other_form = Self {
            credential: self.credential.clone(),
            ..before.clone()
        };
        self.differs_from(before)
            && (self.modified != before.modified || self.differs_from(&other_form))
    }
}

/// Returns the user of an image.
///
/// # Errors
/// An internal fault for an image of another form, or that is not signed.
pub fn user(pool: &Pool, user_id: &str, image: &ImageRow) -> Result<User> {
    let row = UserRow {
        user_id: user_id.to_owned(),
        username: text(image.text_1.as_ref())?,
        status: text(image.text_2.as_ref())?,
        enabled: int(image.int_1)? != 0,
        doc: text(image.text_3.as_ref())?,
        credential: image.sealed.clone(),
        created: int(image.int_2)?,
        modified: int(image.int_3)?,
        ver: image.ver,
        mac: image.row_mac.clone(),
    };
    User::of_row(pool, row)
}

/// Returns the group of an image.
///
/// # Errors
/// As [`user`].
pub fn group(pool: &Pool, group_id: &str, image: &ImageRow) -> Result<GroupRow> {
    let row = GroupRow {
        group_id: group_id.to_owned(),
        name: text(image.text_1.as_ref())?,
        description: image.text_3.clone(),
        role: image.text_4.clone(),
        precedence: image.int_1,
        created: int(image.int_2)?,
        modified: int(image.int_3)?,
        ver: image.ver,
        mac: image.row_mac.clone(),
    };
    crate::records::group::checked(pool, row)
}

/// Checks the image of a membership.
///
/// # Errors
/// As [`user`].
pub fn member(pool: &Pool, group_id: &str, user_id: &str, image: &ImageRow) -> Result<()> {
    let signed = groups::signed_member(group_id, user_id);
    pool.check(&signed, image.row_mac.as_deref())
}

/// Returns seed, sealed, and newest time step of the image of an authenticator app.
///
/// # Errors
/// As [`user`].
pub fn token(pool: &Pool, user_id: &str, image: &ImageRow) -> Result<(Vec<u8>, i64)> {
    let last_step = int(image.int_1)?;
    let signed = software_tokens::signed(user_id, image.sealed.as_deref(), last_step);
    pool.check(&signed, image.row_mac.as_deref())?;
    let seed = image.sealed.clone().ok_or_else(malformed)?;
    Ok((seed, last_step))
}

/// Checks the image of a passkey, and returns the id of its user.
///
/// # Errors
/// As [`user`].
pub fn passkey(pool: &Pool, credential_id: &str, image: &ImageRow) -> Result<String> {
    let user_id = text(image.text_1.as_ref())?;
    let row = PasskeyRow {
        credential_id: credential_id.to_owned(),
        rp_id: text(image.text_2.as_ref())?,
        public_key: image.public.clone().ok_or_else(malformed)?,
        sign_count: int(image.int_1)?,
        doc: text(image.text_3.as_ref())?,
        created: int(image.int_2)?,
        mac: image.row_mac.clone(),
    };
    pool.check(&row.signed(&user_id), row.mac.as_deref())?;
    Ok(user_id)
}

/// Checks the image of a link, and returns the id of its user.
///
/// # Errors
/// As [`user`].
pub fn link(pool: &Pool, provider_id: &str, link_key: &str, image: &ImageRow) -> Result<String> {
    let user_id = text(image.text_1.as_ref())?;
    let attribute = text(image.text_2.as_ref())?;
    let value = text(image.text_3.as_ref())?;
    let signed = provider_links::signed(provider_id, link_key, &user_id, &attribute, &value);
    pool.check(&signed, image.row_mac.as_deref())?;
    Ok(user_id)
}

fn text(column: Option<&String>) -> Result<String> {
    column.cloned().ok_or_else(malformed)
}

fn int(column: Option<i64>) -> Result<i64> {
    column.ok_or_else(malformed)
}

fn malformed() -> Fault {
    Fault::Internal("an image of a row lacks a column".into())
}
