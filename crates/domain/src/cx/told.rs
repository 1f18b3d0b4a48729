//! How operations take what a request says of the user's device ([`RequestContext`]), and of the endpoint in the application's
//! statistics.

use cognate_shapes::{AnalyticsMetadataType, ContextDataType, UserContextDataType};

use crate::cx::Cx;
use crate::cx::context::RequestContext;
use crate::errors::Result;
use crate::records::client::Client;

/// The characters of AnalyticsEndpointId that are kept: Pinpoint's have at most as many.
const LONGEST_ENDPOINT: usize = 100;

impl Cx<'_> {
    /// Returns what is known of the user's device: of the peer, unless the operation was told more.
    pub fn context(&self) -> &RequestContext {
        self.context.get_or_init(|| self.peer())
    }

    fn peer(&self) -> RequestContext {
        let peer = &self.client_info;
        RequestContext::of_peer(self.action, &peer.ip, &peer.user_agent)
    }

    /// Takes UserContextData of a public operation. It comes first in the operation: what is known does not change any more.
    pub fn take_user_context(&self, client: &Client, data: Option<&UserContextDataType>) {
        let Some(data) = data else {
            return;
        };
        let speaks =
            client.doc.enable_propagate_additional_user_context_data && !client.secrets.is_empty();
        // Another run of the action was told the same.
        let _ = self
            .context
            .set(self.peer().with_user_context(data, speaks));
    }

    /// As [`Cx::take_user_context`], for an operation that looks the client up further on.
    ///
    /// # Errors
    /// ResourceNotFoundException for an unknown client.
    pub async fn take_user_context_for(
        &self,
        client_id: &str,
        data: Option<&UserContextDataType>,
    ) -> Result<()> {
        if data.is_some() {
            let (_, client) = self.client(client_id).await?;
            self.take_user_context(&client, data);
        }
        Ok(())
    }

    /// Takes ContextData of an operation that an access key signs, as [`Cx::take_user_context`].
    pub fn take_context(&self, data: Option<&ContextDataType>) {
        if let Some(data) = data {
            let _ = self.context.set(RequestContext::of_context(data));
        }
    }

    /// Returns the endpoint in the application's statistics that the request names, of a client that has such; empty without one.
    pub fn analytics(&self) -> &str {
        self.analytics.get().map_or("", String::as_str)
    }

    /// Takes AnalyticsMetadata. A client without AnalyticsConfiguration has no statistics, and nothing of it is kept (here: no
    /// Pinpoint gets it either, docs/SIGN-IN.md).
    pub fn take_analytics(&self, client: &Client, data: Option<&AnalyticsMetadataType>) {
        let named = data.and_then(|data| data.analytics_endpoint_id.as_deref());
        let named = named.filter(|_| client.doc.analytics_configuration.is_some());
        if let Some(named) = named {
            let plain = named.chars().filter(|character| !character.is_control());
            let _ = self.analytics.set(plain.take(LONGEST_ENDPOINT).collect());
        }
    }

    /// As [`Cx::take_analytics`], for an operation that looks the client up further on.
    ///
    /// # Errors
    /// ResourceNotFoundException for an unknown client.
    pub async fn take_analytics_for(
        &self,
        client_id: &str,
        data: Option<&AnalyticsMetadataType>,
    ) -> Result<()> {
        if data.is_some() {
            let (_, client) = self.client(client_id).await?;
            self.take_analytics(&client, data);
        }
        Ok(())
    }
}
