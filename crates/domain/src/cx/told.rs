//! How operations take what a request says of the user's device ([`RequestContext`]).

use cognate_shapes::{ContextDataType, UserContextDataType};

use crate::cx::Cx;
use crate::cx::context::RequestContext;
use crate::errors::Result;
use crate::records::client::Client;

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
}
