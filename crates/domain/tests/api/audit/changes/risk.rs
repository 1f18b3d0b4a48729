//! The changes of threat protection.

use cognate_domain::messages::risk_notice::feedback_token;
use serde_json::json;

use super::{Session, VALUE};
use crate::support::signin::by_password;
use crate::support::users::{PASSWORD, with};

impl Session<'_> {
    /// A configuration, and what an administrator and a user say of an event.
    pub(super) async fn risk(&mut self) {
        let id = self.pool(json!({"UserPoolTier": "PLUS"})).await;
        let client = json!({
            "UserPoolId": id, "ClientName": "c", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        });
        let made = self.change("CreateUserPoolClient", client).await;
        let client = made["UserPoolClient"]["ClientId"].as_str().unwrap();
        let jane = json!({"UserPoolId": id, "Username": "jane"});
        let made = self.change("AdminCreateUser", jane.clone()).await;
        let sub = made["User"]["Attributes"][0]["Value"].as_str().unwrap();
        let password = json!({"Password": PASSWORD, "Permanent": true});
        self.change("AdminSetUserPassword", with(jane.clone(), password))
            .await;
        let watched = json!({"UserPoolId": id, "UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}});
        self.change("UpdateUserPool", watched).await;
        let sign_in = by_password(client, "jane", PASSWORD);
        self.t.ok("InitiateAuth", sign_in).await;
        let notify = json!({
            "SourceArn": "arn:aws:ses:us-east-1:123456789012:identity/example.com", "ReplyTo": format!("{VALUE}@example.com"),
            "BlockEmail": {"Subject": VALUE, "TextBody": VALUE},
        });
        let blocks = json!({"AccountTakeoverRiskConfiguration": {"NotifyConfiguration": notify, "Actions": {}}});
        self.change(
            "SetRiskConfiguration",
            with(json!({"UserPoolId": id}), blocks),
        )
        .await;
        let listed = self.t.ok("AdminListUserAuthEvents", jane.clone()).await;
        let event = listed["AuthEvents"][0]["EventId"].as_str().unwrap();
        let said = with(jane, json!({"EventId": event, "FeedbackValue": "Valid"}));
        self.change("AdminUpdateAuthEventFeedback", said.clone())
            .await;
        let pool = self.t.app.cached_pool(&id).await.unwrap().unwrap();
        let cx = crate::risk::cx(self.t);
        let token = feedback_token(&cx, &pool, client, sub, event).unwrap();
        let said = with(said, json!({"FeedbackToken": token}));
        self.change("UpdateAuthEventFeedback", said).await;
    }
}
