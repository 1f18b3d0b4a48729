//! Mails as a mail program reads them.

use cognate_testkit::{SmtpOptions, SmtpServer};
use mail_parser::{Message, MessageParser};
use serde_json::json;

use crate::support::*;

/// Sends one mail and returns it as it arrived.
async fn sent(
    configuration: serde_json::Value,
    mail: &cognate_domain::app::courier::Outgoing,
) -> Vec<u8> {
    let server = SmtpServer::start(SmtpOptions::default()).await.unwrap();
    let post = by_smtp(&format!("smtp://127.0.0.1:{}", server.port()));
    deliver(&post, &pool(configuration, None), mail)
        .await
        .unwrap();
    server.mails()[0].data.clone()
}

fn read(raw: &[u8]) -> Message<'_> {
    MessageParser::default().parse(raw).unwrap()
}

fn from(message: &Message<'_>) -> (Option<String>, String) {
    let from = message.from().unwrap().first().unwrap();
    (
        from.name().map(str::to_owned),
        from.address().unwrap().to_owned(),
    )
}

/// Every line ends in CRLF, has at most 998 bytes (RFC 5322 section 2.1.1) and only ASCII.
fn assert_well_formed(raw: &[u8]) {
    let text = std::str::from_utf8(raw).unwrap();
    assert!(text.is_ascii());
    for line in text.split("\r\n") {
        assert!(
            line.len() <= 998 && !line.contains(['\r', '\n']),
            "{line:?}"
        );
    }
}

#[tokio::test]
async fn a_mail_has_the_headers_that_it_must_have() {
    let configuration = json!({
        "From": "\"Shop, Inc.\" <shop@pool.example>",
        "ReplyToEmailAddress": "help@pool.example",
    });
    let raw = sent(configuration, &usual()).await;
    assert_well_formed(&raw);
    let message = read(&raw);
    assert_eq!(
        from(&message),
        (Some("Shop, Inc.".into()), "shop@pool.example".into())
    );
    assert_eq!(
        message.to().unwrap().first().unwrap().address(),
        Some("ann@user.example")
    );
    assert_eq!(
        message.reply_to().unwrap().first().unwrap().address(),
        Some("help@pool.example")
    );
    assert_eq!(message.subject(), Some("Your code"));
    assert_eq!(message.message_id(), Some("00063f2a-1b2c3d4e@pool.example"));
    assert!(message.date().unwrap().to_timestamp() > 1_700_000_000);
    let text = String::from_utf8(raw.clone()).unwrap();
    for header in [
        "Auto-Submitted: auto-generated\r\n",
        "MIME-Version: 1.0\r\n",
    ] {
        assert!(text.contains(header), "{text}");
    }
    assert!(
        text.contains("Content-Type: multipart/alternative;"),
        "{text}"
    );
    assert_eq!(message.body_html(0).unwrap(), "Your code is <b>123456</b>.");
    assert_eq!(message.body_text(0).unwrap().trim(), "Your code is 123456.");
}

#[tokio::test]
async fn every_language_arrives_as_it_was_written() {
    for (name, subject, body) in [
        (
            "株式会社 例",
            "確認コード 123456",
            "<p>コードは <b>123456</b> です。</p>",
        ),
        (
            "متجر",
            "رمز التحقق الخاص بك",
            "<p dir=\"rtl\">رمزك هو 123456</p>",
        ),
        ("🛍️ Shop 🛍️", "🔑 Your code 👩‍👩‍👧‍👦", "👉 123456 👈 & <i>ok</i>"),
        ("Käthe Müller", "Ihr Code für „Bücher“", "Grüße: 123456"),
    ] {
        let raw = sent(
            json!({"From": format!("{name} <shop@pool.example>")}),
            &email("ann@user.example", subject, body),
        )
        .await;
        assert_well_formed(&raw);
        let message = read(&raw);
        assert_eq!(from(&message).0.as_deref(), Some(name));
        assert_eq!(message.subject(), Some(subject));
        assert_eq!(message.body_html(0).unwrap(), body);
        assert!(message.body_text(0).unwrap().contains("123456"));
    }
}

#[tokio::test]
async fn code_and_link_are_read_from_both_parts() {
    let link =
        "https://id.example/confirmUser/?client_id=abc&user_name=a%20b&confirmation_code=123456";
    let html = format!(
        "<html><body><p>Hello ann,</p><a href=\"{}\">Verify Email</a></body></html>",
        link.replace('&', "&amp;")
    );
    let raw = sent(
        json!({"From": "a@pool.example"}),
        &email("ann@user.example", "Link", &html),
    )
    .await;
    let message = read(&raw);
    assert_eq!(message.body_html(0).unwrap(), html);
    let text = message.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(text.trim(), format!("Hello ann,\n\nVerify Email ({link})"));
}

#[tokio::test]
async fn long_lines_and_dots_and_long_subjects_survive() {
    let body = format!(
        ".\r\n..x\n{}\n{} 123456\n.",
        "a".repeat(5000),
        "語".repeat(4000)
    );
    for body in [body.as_str(), ".", &"b ".repeat(10_000)] {
        let subject = format!("{} {}", "s".repeat(70), "題".repeat(70));
        let raw = sent(
            json!({"From": "a@pool.example"}),
            &email("ann@user.example", &subject, body),
        )
        .await;
        assert_well_formed(&raw);
        let message = read(&raw);
        assert_eq!(message.subject(), Some(subject.as_str()));
        let lines = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
        assert_eq!(lines(&message.body_html(0).unwrap()), lines(body));
    }
}

#[tokio::test]
async fn a_subject_without_end_is_cut() {
    let subject = "s".repeat(5000);
    let raw = sent(
        json!({"From": "a@pool.example"}),
        &email("ann@user.example", &subject, "123456"),
    )
    .await;
    assert_well_formed(&raw);
    assert_eq!(read(&raw).subject().map(str::len), Some(500));
}

#[tokio::test]
async fn no_value_becomes_a_header() {
    let evil = "x\r\nBcc: evil@evil.example\r\n\r\n<script>";
    let mut mail = email("ann@user.example", evil, "123456");
    mail.id = evil.into();
    let configuration = json!({
        "From": format!("{evil} <shop@pool.example>"),
        "ReplyToEmailAddress": "a@b.example\r\nBcc: evil@evil.example",
    });
    let raw = sent(configuration, &mail).await;
    assert_well_formed(&raw);
    let message = read(&raw);
    assert!(message.bcc().is_none() && message.reply_to().is_none());
    assert!(message.header("Bcc").is_none());
    assert_eq!(message.subject(), Some("x Bcc: evil@evil.example <script>"));
    assert_eq!(
        message.message_id(),
        Some("xBccevilevilexamplescript@pool.example")
    );
    let names: Vec<&str> = message
        .headers()
        .iter()
        .map(|header| header.name())
        .collect();
    let mut wanted = vec![
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    ];
    wanted.sort_unstable();
    let mut names = names;
    names.sort_unstable();
    assert_eq!(names, wanted);
}

#[tokio::test]
async fn the_from_is_the_identitys_or_the_operators_where_the_pool_has_none() {
    let arn = "arn:aws:ses:eu-west-1:111122223333:identity/id@identity.example";
    let raw = sent(
        json!({"SourceArn": arn, "EmailSendingAccount": "DEVELOPER"}),
        &usual(),
    )
    .await;
    assert_eq!(from(&read(&raw)), (None, "id@identity.example".into()));
    let server = SmtpServer::start(SmtpOptions::default()).await.unwrap();
    let settings = cognate_courier::Settings {
        email_from: Some("Operator <op@server.example>".into()),
        ..smtp_settings(&format!("smtp://127.0.0.1:{}", server.port()))
    };
    let post = cognate_courier::Post::new(settings).unwrap();
    let pool = pool(json!({"EmailSendingAccount": "COGNITO_DEFAULT"}), None);
    deliver(&post, &pool, &usual()).await.unwrap();
    let raw = server.mails()[0].data.clone();
    assert_eq!(
        from(&read(&raw)),
        (Some("Operator".into()), "op@server.example".into())
    );
}
