//! What the log says: accounts that differ, wrong passwords, and never a secret.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use cognate_courier::{EmailSender, Post};
use cognate_testkit::{SmtpOptions, SmtpServer};
use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::stub::Stub;
use crate::support::*;

/// Keeps every event as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = self.0.lock().unwrap();
        let _ = write!(text, " {}={value:?}", field.name());
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let level = *event.metadata().level();
        let _ = write!(self.0.lock().unwrap(), "\n{level}");
        event.record(&mut self.clone());
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn another_account_is_mentioned_once_for_each_pool_and_secrets_never() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let stub = Stub::start(403, "x-amzn-ErrorType: AccessDenied\r\n", "123456").await;
    let post = Post::new(http_settings(&stub.url, &[EmailSender::Ses], &[])).unwrap();
    for account in ["000000000000", "111122223333"] {
        let arn = format!("arn:aws:ses:eu-west-1:{account}:identity/a@pool.example");
        let pool = pool(json!({"SourceArn": arn}), None);
        for _ in 0..3 {
            let why = later(deliver(&post, &pool, &usual()).await);
            assert_eq!(why, "ses: 403 AccessDenied");
        }
    }
    let options = SmtpOptions {
        login: Some(("user".into(), "right".into())),
        ..SmtpOptions::default()
    };
    let server = SmtpServer::start(options).await.unwrap();
    let wrong = by_smtp(&format!("smtp://user:hunter2@127.0.0.1:{}", server.port()));
    later(deliver(&wrong, &plain_pool(), &usual()).await);
    let text = log.0.lock().unwrap().clone();
    assert_eq!(text.matches("of another account").count(), 1, "{text}");
    assert!(text.contains("account=\"111122223333\""), "{text}");
    let errors: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("ERROR"))
        .collect();
    assert!(
        errors.iter().any(|line| line.contains("535 5.7.8")),
        "{text}"
    );
    for secret in [
        "123456",
        "hunter2",
        "courier-secret",
        "ann@user.example",
        "aHVudGVyMg",
    ] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}
