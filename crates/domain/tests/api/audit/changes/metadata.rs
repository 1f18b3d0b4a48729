//! The changes of client metadata documents.

use cognate_store::params;
use serde_json::{Value, json};

use super::{Session, VALUE};
use crate::support::metadata::{DocumentHost, resolve};
use crate::support::users::with;

impl Session<'_> {
    /// A policy, and a document that is taken away.
    pub(super) async fn client_metadata(&mut self, pool: &str, client: &Value) {
        let host = DocumentHost::start().await;
        let url = host.url(&format!("/{VALUE}"));
        host.publishes(&url, json!({}));
        let set = json!({"ClientId": client, "URLPatterns": [host.pattern("/*")]});
        let of = |extra: Value| with(json!({"UserPoolId": pool}), extra);
        let policy = of(with(set.clone(), json!({"PolicyName": VALUE})));
        let made = self.change("CreateCIMDPolicy", policy).await;
        let policy = of(json!({"CIMDPolicyId": made["CIMDPolicy"]["CIMDPolicyId"]}));
        self.change("UpdateCIMDPolicy", with(policy.clone(), set))
            .await;
        // The fetch itself is recorded with its URL, which is no value that was set.
        resolve(self.t, pool, &url).await.unwrap();
        let sql = "DELETE FROM audit WHERE doc LIKE '%FetchClientMetadata%'";
        let batch = cognate_store::Batch::new().run(sql, params![]);
        self.t.app.store.commit(batch).await.unwrap();
        let state = with(
            policy.clone(),
            json!({"URL": host.named(&url), "Action": "INVALIDATE"}),
        );
        self.change("UpdateClientMetadataURLState", state).await;
        self.change("DeleteCIMDPolicy", policy).await;
    }
}
