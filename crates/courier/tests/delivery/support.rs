//! Pools, messages and couriers of the tests.

use std::sync::Arc;
use std::time::Duration;

use cognate_courier::{AwsKey, EmailSender, Post, Settings, SmsSender, WebhookSettings};
use cognate_crypto::seal::PoolKey;
use cognate_crypto::secret::Secret;
use cognate_domain::app::courier::{Courier as _, NotDelivered, Outgoing, Receipt};
use cognate_domain::records::pool::Pool;
use cognate_shapes::DeliveryMediumType;
use serde_json::{Value, json};

/// Returns a pool with these settings for sending.
pub fn pool(email: Value, sms: Option<Value>) -> Pool {
    let mut doc = json!({
        "name": "p",
        "policies": {},
        "deletion_protection": "INACTIVE",
        "lambda_config": {},
        "schema": [],
        "verification_message_template": {},
        "user_attribute_update_settings": {},
        "mfa_configuration": "OFF",
        "email_configuration": email,
        "admin_create_user_config": {},
        "tier": "ESSENTIALS",
        "fold": 1,
    });
    if let Some(sms) = sms {
        doc["sms_configuration"] = sms;
    }
    Pool {
        id: "eu-central-1_AbCdEf123".into(),
        region: "eu-central-1".into(),
        doc: serde_json::from_value(doc).unwrap(),
        key: Arc::new(PoolKey::generate()),
        issuer: None,
        created: 0,
        modified: 0,
        ver: 1,
        paused: false,
    }
}

/// Returns a pool with nothing but a From.
pub fn plain_pool() -> Pool {
    pool(json!({"From": "Shop <shop@pool.example>"}), None)
}

/// Returns an e-mail with a code.
pub fn email(to: &str, subject: &str, body: &str) -> Outgoing {
    Outgoing {
        id: "00063f2a-1b2c3d4e".into(),
        medium: DeliveryMediumType::Email,
        to: to.into(),
        username: "ann".into(),
        user_id: "11111111-2222-3333-4444-555555555555".into(),
        kind: "sign_up".into(),
        subject: Some(subject.into()),
        body: body.into(),
        text: None,
        code: "123456".into(),
        sender: None,
    }
}

/// Returns a usual e-mail.
pub fn usual() -> Outgoing {
    email(
        "ann@user.example",
        "Your code",
        "Your code is <b>123456</b>.",
    )
}

/// Returns a text message with a code.
pub fn sms(to: &str, body: &str) -> Outgoing {
    Outgoing {
        medium: DeliveryMediumType::Sms,
        subject: None,
        ..email(to, "", body)
    }
}

/// Returns settings without any sender.
pub fn settings() -> Settings {
    Settings {
        email_senders: Vec::new(),
        sms_senders: Vec::new(),
        email_from: None,
        timeout: Duration::from_secs(2),
        smtp_url: None,
        smtp_ca: None,
        smtp_hello: "id.example".into(),
        aws_key: None,
        ses_endpoint: None,
        sns_endpoint: None,
        sms_voice_endpoint: None,
        webhook: None,
        account: "000000000000".into(),
    }
}

/// Returns a courier by a mail server.
pub fn by_smtp(url: &str) -> Post {
    Post::new(smtp_settings(url)).unwrap()
}

/// Returns the settings of a mail server.
pub fn smtp_settings(url: &str) -> Settings {
    Settings {
        email_senders: vec![EmailSender::Smtp],
        smtp_url: Some(Secret::new(url.into())),
        ..settings()
    }
}

/// Returns settings with all services at one URL, and a webhook there too.
pub fn http_settings(url: &str, email: &[EmailSender], sms: &[SmsSender]) -> Settings {
    let at = |used: bool| used.then(|| url.to_owned());
    let hook = email.contains(&EmailSender::Webhook) || sms.contains(&SmsSender::Webhook);
    Settings {
        email_senders: email.to_vec(),
        sms_senders: sms.to_vec(),
        aws_key: Some(AwsKey {
            id: "AKIACOURIER".into(),
            secret: Secret::new("courier-secret".into()),
            token: None,
        }),
        ses_endpoint: at(email.contains(&EmailSender::Ses)),
        sns_endpoint: at(sms.contains(&SmsSender::Sns)),
        sms_voice_endpoint: at(sms.contains(&SmsSender::SmsVoice)),
        webhook: hook.then(|| WebhookSettings {
            url: Secret::new(format!("{url}/hook?x=1")),
            secret: Secret::new("webhook-secret-of-16".into()),
        }),
        ..settings()
    }
}

/// Delivers one message.
pub async fn deliver(
    post: &Post,
    pool: &Pool,
    message: &Outgoing,
) -> Result<Receipt, NotDelivered> {
    post.deliver(pool, message).await
}

/// Returns the text of a failure that may pass.
pub fn later(result: Result<Receipt, NotDelivered>) -> String {
    match result {
        Err(NotDelivered::Later(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// Returns the text of a failure that will not pass.
pub fn never(result: Result<Receipt, NotDelivered>) -> String {
    match result {
        Err(NotDelivered::Never(why)) => why,
        other => panic!("{other:?}"),
    }
}
