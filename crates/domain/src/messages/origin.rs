//! The origin of a change of an account, as it is passed to functions of triggers.

use std::collections::BTreeMap;

use crate::app::functions::{Event, Trigger};
use crate::records::pool::Pool;
use crate::records::user::User;

/// The client of a request, and what it sent along for the functions of triggers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    /// The app client; None for administrators.
    pub client_id: Option<&'a str>,
    /// ClientMetadata.
    pub metadata: Option<&'a BTreeMap<String, String>>,
}

impl<'a> Origin<'a> {
    /// Returns a request by way of a client.
    pub fn of_client(client_id: &'a str, metadata: Option<&'a BTreeMap<String, String>>) -> Self {
        Self {
            client_id: Some(client_id),
            metadata,
        }
    }

    /// Returns a request by an administrator.
    pub fn of_admin(metadata: Option<&'a BTreeMap<String, String>>) -> Self {
        Self {
            client_id: None,
            metadata,
        }
    }

    /// Returns the attributes of `user` for the function of a trigger, as they would be after the change.
    pub fn event(&self, trigger: Trigger, pool: &Pool, user: &User) -> Event {
        let mut attributes = user.doc.attributes.clone();
        attributes.insert("sub".to_owned(), user.id.clone());
        Event {
            trigger,
            pool_id: pool.id.clone(),
            client_id: self.client_id.map(str::to_owned),
            username: user.username.clone(),
            attributes,
            metadata: self.metadata.cloned().unwrap_or_default(),
        }
    }
}
