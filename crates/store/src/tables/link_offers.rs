//! `link_offers`: first sign-ins whose users were asked if they have an account already. A row that has expired is as good
//! as none. Times are microseconds.

use super::rows::rows;
use crate::signed::{Signed, signed};
use crate::{Batch, Label, Query, params};

/// The question was answered since it was read.
pub const TAKEN: Label = Label("link_offer_taken");

const LIVE: &str = "SELECT provider_id, client_id, sealed, created, expires, mac FROM link_offers \
     WHERE pool_id = ?1 AND offer_key = ?2 AND expires > ?3";
const INSERT: &str = "INSERT INTO link_offers (pool_id, offer_key, provider_id, client_id, sealed, created, expires, bucket, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const TAKE: &str = "DELETE FROM link_offers WHERE pool_id = ?1 AND offer_key = ?2";

rows! {
    /// A question's columns besides its key.
    #[derive(Clone, Debug)]
    pub struct OfferRow {
        /// The provider.
        pub provider_id: String,
        /// The client that the user signs in to.
        pub client_id: String,
        /// What the provider said, sealed.
        pub sealed: Vec<u8>,
        /// Microseconds.
        pub created: i64,
        /// The end.
        pub expires: i64,
        /// Over [`OfferRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl OfferRow {
    /// Returns what is signed of a question.
    #[must_use]
    pub fn signed<'a>(&'a self, offer_key: &'a str) -> Signed<'a> {
        signed!(
            "link_offers": offer_key,
            &self.provider_id,
            &self.client_id,
            &self.sealed,
            self.created,
            self.expires,
        )
    }
}

/// Returns the query of a question that ends after `now`.
#[must_use]
pub fn live(pool_id: &str, offer_key: &str, now: i64) -> Query {
    (LIVE, params![pool_id, offer_key, now])
}

/// Adds a question.
pub fn insert(batch: Batch, pool_id: &str, offer_key: &str, row: &OfferRow) -> Batch {
    batch.run(
        INSERT,
        params![
            pool_id,
            offer_key,
            &row.provider_id,
            &row.client_id,
            &row.sealed,
            row.created,
            row.expires,
            super::sessions::bucket(offer_key),
            row.mac.as_ref()
        ],
    )
}

/// Uses up a question; [`TAKEN`].
pub fn take(batch: Batch, pool_id: &str, offer_key: &str) -> Batch {
    batch.one(TAKE, params![pool_id, offer_key], TAKEN)
}
