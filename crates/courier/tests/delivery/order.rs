//! The order of senders, which pools can send at all, and settings that cannot be used.

use std::time::{Duration, Instant};

use cognate_courier::{EmailSender, Post, Settings, SmsSender, WebhookSettings};
use cognate_crypto::secret::Secret;
use cognate_domain::app::courier::Courier as _;
use cognate_shapes::DeliveryMediumType::{Email, Sms};
use cognate_testkit::{SmtpAct, SmtpOptions, SmtpServer, SmtpStep};
use serde_json::json;

use crate::stub::Stub;
use crate::support::*;

fn both(server: &SmtpServer, stub: &Stub) -> Post {
    let settings = http_settings(&stub.url, &[EmailSender::Ses], &[]);
    Post::new(Settings {
        email_senders: vec![EmailSender::Smtp, EmailSender::Ses],
        smtp_url: Some(Secret::new(format!("smtp://127.0.0.1:{}", server.port()))),
        timeout: Duration::from_millis(300),
        ..settings
    })
    .unwrap()
}

#[tokio::test]
async fn the_next_sender_is_tried_unless_the_recipient_was_refused() {
    for (act, reaches_second) in [
        (None, false),
        (
            Some((SmtpStep::Rcpt, SmtpAct::Reply("450 greylisted".into()))),
            true,
        ),
        (Some((SmtpStep::Message, SmtpAct::Close)), true),
        (Some((SmtpStep::Ehlo, SmtpAct::Hang)), true),
        (
            Some((SmtpStep::Mail, SmtpAct::Reply("550 not your From".into()))),
            true,
        ),
        (
            Some((
                SmtpStep::Rcpt,
                SmtpAct::Reply("550 5.7.1 no relaying".into()),
            )),
            true,
        ),
        (
            Some((SmtpStep::Rcpt, SmtpAct::Reply("550 5.1.1 unknown".into()))),
            false,
        ),
    ] {
        let fails = act.is_some();
        let name = format!("{act:?}");
        let server = SmtpServer::start(SmtpOptions::default().script(move |moment| {
            let (step, act) = act.as_ref()?;
            (moment.step == *step).then(|| act.clone())
        }))
        .await
        .unwrap();
        let stub = Stub::start(200, "", "{\"MessageId\":\"x\"}").await;
        let started = Instant::now();
        let result = deliver(&both(&server, &stub), &plain_pool(), &usual()).await;
        assert!(started.elapsed() < Duration::from_secs(10));
        assert_eq!(stub.seen().len(), usize::from(reaches_second), "{name}");
        match (fails, reaches_second) {
            (false, _) => assert_eq!(result.unwrap().sender, "smtp"),
            (true, true) => assert_eq!(result.unwrap().sender, "ses"),
            (true, false) => assert_eq!(never(result), "smtp: RCPT: 550 5.1.1"),
        }
    }
}

#[tokio::test]
async fn one_sender_that_may_come_back_is_reason_enough_to_try_again() {
    let refuses = |answer: &'static str| {
        SmtpOptions::default().script(move |moment| {
            (moment.step == SmtpStep::Mail).then(|| SmtpAct::Reply(answer.into()))
        })
    };
    for (answer, status, again) in [
        ("451 x", 400, true),
        ("550 x", 500, true),
        ("550 x", 400, false),
    ] {
        let server = SmtpServer::start(refuses(answer)).await.unwrap();
        let named = "x-amzn-ErrorType: MessageRejected\r\n";
        let stub = Stub::start(status, named, "{}").await;
        let result = deliver(&both(&server, &stub), &plain_pool(), &usual()).await;
        let why = if again { later(result) } else { never(result) };
        assert!(
            why.contains("smtp: MAIL") && why.contains("; ses: "),
            "{why}"
        );
    }
}

#[test]
fn a_pool_can_send_with_a_sender_and_a_from() {
    let smtp = by_smtp("smtp://127.0.0.1:25");
    let bare = pool(
        json!({}),
        Some(json!({"SnsCallerArn": "arn:aws:iam::1:role/x"})),
    );
    let eums = pool(
        json!({}),
        Some(json!({"EumsSms": {"CallerArn": "arn:aws:iam::1:role/x"}})),
    );
    assert!(smtp.sends(&plain_pool(), Email) && !smtp.sends(&plain_pool(), Sms));
    assert!(!smtp.sends(&bare, Email));
    assert!(!smtp.sends(&pool(json!({"From": "nobody"}), None), Email));
    let with_from = Settings {
        email_from: Some("op@server.example".into()),
        ..smtp_settings("smtp://127.0.0.1:25")
    };
    assert!(Post::new(with_from).unwrap().sends(&bare, Email));
    let by = |senders: &[SmsSender]| Post::new(http_settings("http://h", &[], senders)).unwrap();
    assert!(by(&[SmsSender::Sns]).sends(&bare, Sms));
    assert!(!by(&[SmsSender::Sns]).sends(&eums, Sms));
    assert!(by(&[SmsSender::SmsVoice]).sends(&eums, Sms));
    assert!(!by(&[SmsSender::SmsVoice]).sends(&bare, Sms));
    assert!(by(&[SmsSender::Webhook]).sends(&eums, Sms));
    assert!(!by(&[SmsSender::Webhook]).sends(&plain_pool(), Email));
}

#[test]
fn settings_that_cannot_be_used_are_refused_without_their_values() {
    let hook = |url: &str, secret: &str| WebhookSettings {
        url: Secret::new(url.into()),
        secret: Secret::new(secret.into()),
    };
    let long = "hunter2-hunter2-hunter2";
    for (settings, name) in [
        (
            Settings {
                email_senders: vec![EmailSender::Smtp],
                ..settings()
            },
            "smtp_url",
        ),
        (smtp_settings("smtp://u:hunter2@"), "smtp_url"),
        (
            Settings {
                email_senders: Vec::new(),
                ..smtp_settings("smtp://localhost")
            },
            "smtp_url",
        ),
        (
            Settings {
                smtp_ca: Some("/nowhere.pem".into()),
                ..smtp_settings("smtps://mail.example")
            },
            "smtp_ca",
        ),
        (
            Settings {
                smtp_ca: Some("/nowhere.pem".into()),
                ..smtp_settings("smtp://localhost")
            },
            "smtp_ca",
        ),
        (
            Settings {
                email_from: Some("hunter2".into()),
                ..smtp_settings("smtp://localhost")
            },
            "email_from",
        ),
        (
            Settings {
                email_senders: vec![EmailSender::Ses],
                ..settings()
            },
            "aws_access_key_id",
        ),
        (
            http_settings("http://u:hunter2@h", &[EmailSender::Ses], &[]),
            "ses_endpoint",
        ),
        (
            http_settings("ftp://h", &[], &[SmsSender::Sns]),
            "sns_endpoint",
        ),
        (
            http_settings("http://h?hunter2", &[], &[SmsSender::SmsVoice]),
            "sms_voice_endpoint",
        ),
        (
            Settings {
                sns_endpoint: Some("http://h".into()),
                ..settings()
            },
            "sns_endpoint",
        ),
        (
            Settings {
                email_senders: vec![EmailSender::Webhook],
                ..settings()
            },
            "message_webhook_url",
        ),
        (
            Settings {
                webhook: Some(hook("https://h", long)),
                ..settings()
            },
            "message_webhook_url",
        ),
        (
            Settings {
                sms_senders: vec![SmsSender::Webhook],
                webhook: Some(hook("hunter2", long)),
                ..settings()
            },
            "message_webhook_url",
        ),
        (
            Settings {
                sms_senders: vec![SmsSender::Webhook],
                webhook: Some(hook("https://h", "hunter2")),
                ..settings()
            },
            "message_webhook_secret",
        ),
    ] {
        let error = Post::new(settings)
            .err()
            .unwrap_or_else(|| panic!("{name}"));
        assert_eq!(error.name, name);
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
