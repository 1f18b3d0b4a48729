//! `serve` sends codes by the media that its sender has, and refuses the others before anything is created.

use cognate_domain::app::courier::{Courier, Delivering, NotDelivered, Outgoing};
use cognate_domain::records::pool::Pool;
use cognate_domain::{Mode, Settings};
use cognate_shapes::DeliveryMediumType;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::users::{PASSWORD, client, pool, sms, with};

const NOT_SENT: &str = "CodeDeliveryFailureException";

/// Sends e-mails only.
struct Post;

impl Courier for Post {
    fn sends(&self, _pool: &Pool, medium: DeliveryMediumType) -> bool {
        medium == DeliveryMediumType::Email
    }

    fn deliver<'a>(&'a self, _pool: &'a Pool, _message: &'a Outgoing) -> Delivering<'a> {
        Box::pin(async { Err(NotDelivered::Later("no delivery here".to_owned())) })
    }
}

fn signing_up(client: &str, name: &str, attribute: Value) -> Value {
    json!({"ClientId": client, "Username": name, "Password": PASSWORD, "UserAttributes": [attribute]})
}

#[tokio::test]
async fn serve_sends_what_its_sender_can_send() {
    let settings = Settings {
        mode: Mode::Serve,
        ..Settings::dev()
    };
    let t = TestApp::sqlite_with(settings).await;
    let verified = json!({"AutoVerifiedAttributes": ["email", "phone_number"]});
    let pool = pool(&t, with(sms(), verified)).await;
    let client = client(&t, &pool, json!({})).await;
    let email = json!({"Name": "email", "Value": "jane@example.com"});
    let phone = json!({"Name": "phone_number", "Value": "+15555550100"});
    let refused = t.call("SignUp", signing_up(&client, "jane", email.clone()));
    assert_eq!(refused.await.unwrap_err().0, NOT_SENT);

    assert!(t.app.courier.set(Box::new(Post)).is_ok());
    let made = t.ok("SignUp", signing_up(&client, "jane", email)).await;
    assert_eq!(made["CodeDeliveryDetails"]["DeliveryMedium"], "EMAIL");
    let refused = t.call("SignUp", signing_up(&client, "jill", phone));
    assert_eq!(refused.await.unwrap_err().0, NOT_SENT);
    let listed = t.ok("ListUsers", json!({"UserPoolId": pool})).await;
    assert_eq!(listed["Users"].as_array().unwrap().len(), 1);
}
