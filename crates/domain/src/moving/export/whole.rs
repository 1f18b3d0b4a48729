//! A user with everything that hangs on it, checked.

use cognate_store::tables::passkeys::PasskeyRow;
use cognate_store::tables::provider_links::LinkRow;
use cognate_store::tables::software_tokens::SoftwareTokenRow;

use crate::errors::Result;
use crate::records::passkey::Passkey;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::mfa::software_token::TokenRow;

/// What hangs on one user.
#[derive(Default)]
pub(super) struct Rows {
    pub token: Option<SoftwareTokenRow>,
    pub passkeys: Vec<PasskeyRow>,
    /// Names.
    pub groups: Vec<String>,
    pub links: Vec<LinkRow>,
}

/// A user with all that was read and checked.
pub(super) struct Whole {
    pub user: User,
    pub token: TokenRow,
    pub passkeys: Vec<Passkey>,
    /// By name.
    pub groups: Vec<String>,
    pub links: Vec<LinkRow>,
}

impl Whole {
    /// # Errors
    /// An internal fault for a row that is not signed.
    pub fn new(pool: &Pool, user: User, rows: Rows) -> Result<Self> {
        let Rows {
            token,
            passkeys,
            mut groups,
            mut links,
        } = rows;
        let passkeys = passkeys.into_iter();
        let mut passkeys = passkeys
            .map(|row| Passkey::of(pool, &user.id, row))
            .collect::<Result<Vec<_>>>()?;
        passkeys.sort_by(|a, b| {
            (a.row.created, &a.row.credential_id).cmp(&(b.row.created, &b.row.credential_id))
        });
        groups.sort();
        links.sort_by(|a, b| {
            (a.created, &a.provider, &a.value).cmp(&(b.created, &b.provider, &b.value))
        });
        Ok(Self {
            token: TokenRow::of(pool, &user.id, token)?,
            user,
            passkeys,
            groups,
            links,
        })
    }
}
