//! The origin of a change of an account, as it is passed to functions of triggers.

use std::collections::BTreeMap;

use crate::app::event::Event;
use crate::app::functions::Trigger;
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

    /// Returns an event about a user, whose attributes are as they would be after the change, with ClientMetadata.
    pub fn event(&self, trigger: Trigger, source: &'static str, pool: &Pool, user: &User) -> Event {
        Event::about(trigger, source, self.client_id, pool, user)
            .with_texts("clientMetadata", self.metadata)
    }
}
