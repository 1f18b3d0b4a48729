//! Mail servers that are down, slow, greylist, refuse, close, want a password, speak TLS.

use std::time::{Duration, Instant};

use cognate_courier::{Post, Settings};
use cognate_domain::app::courier::Courier as _;
use cognate_testkit::{SmtpAct, SmtpOptions, SmtpServer, SmtpStep, SmtpTls};

use crate::support::*;

fn url(server: &SmtpServer) -> String {
    format!("smtp://127.0.0.1:{}", server.port())
}

fn login() -> SmtpOptions {
    SmtpOptions {
        login: Some(("user".into(), "p@ss:ä".into())),
        ..SmtpOptions::default()
    }
}

#[tokio::test]
async fn a_mail_is_taken_and_its_connection_serves_the_next_one() {
    let server = SmtpServer::start(SmtpOptions::default()).await.unwrap();
    let (post, pool) = (by_smtp(&url(&server)), plain_pool());
    for count in 1..=3 {
        let receipt = deliver(&post, &pool, &usual()).await.unwrap();
        assert_eq!(receipt.sender, "smtp");
        assert_eq!(receipt.id, Some(count.to_string()));
    }
    let mails = server.mails();
    assert_eq!(mails.len(), 3);
    assert_eq!(mails[0].from, "<shop@pool.example>");
    assert_eq!(mails[0].to, ["<ann@user.example>"]);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn many_mails_at_once_share_few_connections() {
    let server = SmtpServer::start(SmtpOptions::default()).await.unwrap();
    let (post, pool) = (by_smtp(&url(&server)), plain_pool());
    let (post, pool) = (std::sync::Arc::new(post), std::sync::Arc::new(pool));
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let (post, pool) = (post.clone(), pool.clone());
            tokio::spawn(async move { deliver(&post, &pool, &usual()).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(server.mails().len(), 64);
    assert!(server.connections() <= 8, "{}", server.connections());
}

#[tokio::test]
async fn a_server_that_is_down_or_slow_is_tried_again_later() {
    let server = SmtpServer::start(SmtpOptions::default()).await.unwrap();
    let down = by_smtp(&url(&server));
    drop(server);
    tokio::task::yield_now().await;
    let why = later(deliver(&down, &plain_pool(), &usual()).await);
    assert!(why.starts_with("smtp: "), "{why}");
    for step in [
        SmtpStep::Greeting,
        SmtpStep::Ehlo,
        SmtpStep::Mail,
        SmtpStep::Data,
        SmtpStep::Message,
    ] {
        let hang = move |moment: &cognate_testkit::SmtpMoment<'_>| {
            (moment.step == step).then_some(SmtpAct::Hang)
        };
        let server = SmtpServer::start(SmtpOptions::default().script(hang))
            .await
            .unwrap();
        let settings = Settings {
            timeout: Duration::from_millis(200),
            ..smtp_settings(&url(&server))
        };
        let started = Instant::now();
        let why = later(deliver(&Post::new(settings).unwrap(), &plain_pool(), &usual()).await);
        assert_eq!(why, "smtp: no answer in time", "{step:?}");
        assert!(started.elapsed() < Duration::from_secs(10));
        assert!(server.mails().is_empty());
    }
}

/// A server that looks at a mail for longer than at commands has taken it: another try would send it once more.
#[tokio::test]
async fn a_mail_that_is_looked_at_for_long_is_sent_once() {
    let server = SmtpServer::start(SmtpOptions::default().script(|moment| {
        let last = moment.step == SmtpStep::Message;
        last.then_some(SmtpAct::Wait(Duration::from_millis(1_000)))
    }))
    .await
    .unwrap();
    let settings = Settings {
        timeout: Duration::from_millis(200),
        ..smtp_settings(&url(&server))
    };
    let (post, pool) = (Post::new(settings).unwrap(), plain_pool());
    deliver(&post, &pool, &usual()).await.unwrap();
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_late_answer_is_never_taken_for_that_to_another_mail() {
    // The first mail is given up while the server thinks about it; the second recipient does not exist.
    let server = SmtpServer::start(SmtpOptions::default().script(|moment| match moment.step {
        SmtpStep::Message if moment.times == 1 => Some(SmtpAct::Wait(Duration::from_secs(3))),
        SmtpStep::Rcpt if moment.times == 2 => SmtpAct::reply("550 5.1.1 unknown"),
        _ => None,
    }))
    .await
    .unwrap();
    let settings = Settings {
        timeout: Duration::from_millis(200),
        ..smtp_settings(&url(&server))
    };
    let (post, pool) = (Post::new(settings).unwrap(), plain_pool());
    later(deliver(&post, &pool, &usual()).await);
    assert_eq!(
        never(deliver(&post, &pool, &usual()).await),
        "smtp: RCPT: 550 5.1.1"
    );
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn answers_lead_to_another_try_or_to_none() {
    for (step, answer, again, reason) in [
        (SmtpStep::Greeting, "421 busy", true, "greeting: 421"),
        (
            SmtpStep::Greeting,
            "554 no mails here",
            true,
            "greeting: 554",
        ),
        (SmtpStep::Mail, "451 4.3.0 disk", true, "MAIL: 451 4.3.0"),
        (
            SmtpStep::Mail,
            "550 5.7.1 not your From",
            false,
            "MAIL: 550 5.7.1",
        ),
        (
            SmtpStep::Rcpt,
            "450 4.2.0 <ann@user.example> greylisted",
            true,
            "RCPT: 450 4.2.0",
        ),
        (SmtpStep::Rcpt, "451 try again", true, "RCPT: 451"),
        (
            SmtpStep::Rcpt,
            "550 5.1.1 <ann@user.example> unknown",
            false,
            "RCPT: 550 5.1.1",
        ),
        (
            SmtpStep::Rcpt,
            "553-no such\r\n553 mailbox",
            false,
            "RCPT: 553",
        ),
        (SmtpStep::Data, "452 4.3.1 full", true, "DATA: 452 4.3.1"),
        (
            SmtpStep::Message,
            "554 5.6.0 123456 is spam",
            false,
            "the mail: 554 5.6.0",
        ),
        (
            SmtpStep::Message,
            "451 4.7.1 later",
            true,
            "the mail: 451 4.7.1",
        ),
        (
            SmtpStep::Message,
            "354 go on",
            true,
            "354 to the end of the mail",
        ),
        (SmtpStep::Mail, "what?", true, "MAIL: no proper answer"),
    ] {
        let script = move |moment: &cognate_testkit::SmtpMoment<'_>| {
            (moment.step == step).then(|| SmtpAct::Reply(answer.to_owned()))
        };
        let server = SmtpServer::start(SmtpOptions::default().script(script))
            .await
            .unwrap();
        let result = deliver(&by_smtp(&url(&server)), &plain_pool(), &usual()).await;
        let why = if again { later(result) } else { never(result) };
        assert_eq!(why, format!("smtp: {reason}"), "{answer}");
        assert!(server.mails().is_empty(), "{answer}");
    }
}

#[tokio::test]
async fn greylisting_passes_and_both_tries_are_one_message() {
    let server = SmtpServer::start(SmtpOptions::default().script(|moment| {
        let first = moment.step == SmtpStep::Rcpt && moment.times == 1;
        first.then(|| SmtpAct::Reply("450 4.2.0 greylisted".into()))
    }))
    .await
    .unwrap();
    let (post, pool) = (by_smtp(&url(&server)), plain_pool());
    later(deliver(&post, &pool, &usual()).await);
    deliver(&post, &pool, &usual()).await.unwrap();
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again_and_the_mail_keeps_its_id() {
    let server = SmtpServer::start(SmtpOptions::default().script(|moment| match moment.step {
        SmtpStep::Message if moment.times == 1 => Some(SmtpAct::Close),
        _ => None,
    }))
    .await
    .unwrap();
    let (post, pool) = (by_smtp(&url(&server)), plain_pool());
    later(deliver(&post, &pool, &usual()).await);
    deliver(&post, &pool, &usual()).await.unwrap();
    let id = "Message-ID: <00063f2a-1b2c3d4e@pool.example>\r\n";
    assert!(server.mails()[0].text().contains(id));
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_costs_nothing() {
    // Closes, or says goodbye, at the second mail of a connection.
    for act in [
        SmtpAct::Close,
        SmtpAct::Reply("421 4.4.2 idle for too long".into()),
    ] {
        let server = SmtpServer::start(SmtpOptions::default().script(move |moment| {
            (moment.step == SmtpStep::Mail && moment.times == 2).then(|| act.clone())
        }))
        .await
        .unwrap();
        let (post, pool) = (by_smtp(&url(&server)), plain_pool());
        for _ in 0..3 {
            deliver(&post, &pool, &usual()).await.unwrap();
        }
        assert_eq!((server.mails().len(), server.connections()), (3, 2));
    }
}

#[tokio::test]
async fn a_password_is_said_by_both_mechanisms_and_a_wrong_one_is_the_operators() {
    for mechanisms in ["PLAIN", "LOGIN"] {
        let options = SmtpOptions {
            mechanisms: mechanisms.into(),
            ..login()
        };
        let server = SmtpServer::start(options).await.unwrap();
        let url = format!("smtp://user:p%40ss%3A%C3%A4@127.0.0.1:{}", server.port());
        deliver(&by_smtp(&url), &plain_pool(), &usual())
            .await
            .unwrap();
        assert!(server.mails()[0].authenticated);
    }
    let server = SmtpServer::start(login()).await.unwrap();
    let wrong = format!("smtp://user:hunter2@127.0.0.1:{}", server.port());
    let why = later(deliver(&by_smtp(&wrong), &plain_pool(), &usual()).await);
    assert_eq!(why, "smtp: authentication: 535 5.7.8");
    let why = later(deliver(&by_smtp(&url(&server)), &plain_pool(), &usual()).await);
    assert_eq!(why, "smtp: MAIL: 530 5.7.0");
    // A server that offers nothing that we speak.
    let options = SmtpOptions {
        mechanisms: "CRAM-MD5".into(),
        ..login()
    };
    let server = SmtpServer::start(options).await.unwrap();
    let url = format!("smtp://user:hunter2@127.0.0.1:{}", server.port());
    let why = later(deliver(&by_smtp(&url), &plain_pool(), &usual()).await);
    assert!(
        why.contains("authentication") && !why.contains("hunter2"),
        "{why}"
    );
}

#[tokio::test]
async fn mails_go_out_under_tls_that_is_verified() {
    for (tls, scheme, query) in [
        (SmtpTls::Implicit, "smtps", ""),
        (SmtpTls::StartTls, "smtp", "?tls=required"),
    ] {
        let options = SmtpOptions { tls, ..login() };
        let server = SmtpServer::start(options).await.unwrap();
        let trusting = |host: &str, ca| Settings {
            smtp_ca: ca,
            ..smtp_settings(&format!(
                "{scheme}://user:p%40ss%3A%C3%A4@{host}:{}{query}",
                server.port()
            ))
        };
        let own = Some(SmtpServer::certificate());
        let post = Post::new(trusting("localhost", own.clone())).unwrap();
        for _ in 0..2 {
            deliver(&post, &plain_pool(), &usual()).await.unwrap();
        }
        let mails = server.mails();
        assert!(
            mails
                .iter()
                .all(|mail| mail.encrypted && mail.authenticated)
        );
        assert_eq!(server.connections(), 1);
        // The certificate is of another name; nobody trusts it.
        for settings in [trusting("127.0.0.1", own), trusting("localhost", None)] {
            let Ok(post) = Post::new(settings) else {
                continue;
            };
            let why = later(deliver(&post, &plain_pool(), &usual()).await);
            assert!(why.starts_with("smtp: TLS: "), "{why}");
        }
        assert_eq!(server.mails().len(), 2);
    }
}

#[tokio::test]
async fn nothing_is_said_when_tls_is_missing_or_was_tampered_with() {
    let ca = || Some(SmtpServer::certificate());
    let required = |server: &SmtpServer| Settings {
        smtp_ca: ca(),
        ..smtp_settings(&format!(
            "smtp://user:hunter2@localhost:{}?tls=required",
            server.port()
        ))
    };
    let server = SmtpServer::start(login()).await.unwrap();
    let why = later(
        deliver(
            &Post::new(required(&server)).unwrap(),
            &plain_pool(),
            &usual(),
        )
        .await,
    );
    assert_eq!(why, "smtp: the mail server does not offer STARTTLS");
    // Answers that a stranger put behind the server's consent must not count as said under TLS.
    for (step, answer, reason) in [
        (
            SmtpStep::StartTls,
            "220 go ahead\r\n250-mail.example\r\n250 AUTH PLAIN\r\n235 ok\r\n250 ok",
            "something was said between STARTTLS and TLS",
        ),
        (
            SmtpStep::StartTls,
            "454 no TLS now",
            "STARTTLS: another answer than 220",
        ),
        (
            SmtpStep::Greeting,
            "554 go away",
            "greeting: another answer than 220",
        ),
    ] {
        let options = SmtpOptions {
            tls: SmtpTls::StartTls,
            ..SmtpOptions::default()
        };
        let script = move |moment: &cognate_testkit::SmtpMoment<'_>| {
            (moment.step == step).then(|| SmtpAct::Reply(answer.to_owned()))
        };
        let server = SmtpServer::start(options.script(script)).await.unwrap();
        let post = Post::new(required(&server)).unwrap();
        let why = later(deliver(&post, &plain_pool(), &usual()).await);
        assert_eq!(why, format!("smtp: {reason}"));
        assert!(server.mails().is_empty());
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let flood = "x".repeat(200_000);
    let server = SmtpServer::start(SmtpOptions::default().script(move |moment| {
        (moment.step == SmtpStep::Mail).then(|| SmtpAct::Reply(flood.clone()))
    }))
    .await
    .unwrap();
    let why = later(deliver(&by_smtp(&url(&server)), &plain_pool(), &usual()).await);
    assert!(why.contains("too long"), "{why}");
}

#[tokio::test]
async fn international_addresses_need_a_server_that_takes_them() {
    let mail = email("jürgen@bücher.example", "Code", "123456");
    let plain = SmtpServer::start(SmtpOptions::default()).await.unwrap();
    let why = never(deliver(&by_smtp(&url(&plain)), &plain_pool(), &mail).await);
    assert!(why.contains("SMTPUTF8"), "{why}");
    // A domain alone needs nothing.
    let domain = email("ann@bücher.example", "Code", "123456");
    deliver(&by_smtp(&url(&plain)), &plain_pool(), &domain)
        .await
        .unwrap();
    assert_eq!(plain.mails()[0].to, ["<ann@xn--bcher-kva.example>"]);
    let options = SmtpOptions {
        utf8: true,
        ..SmtpOptions::default()
    };
    let server = SmtpServer::start(options).await.unwrap();
    deliver(&by_smtp(&url(&server)), &plain_pool(), &mail)
        .await
        .unwrap();
    let got = &server.mails()[0];
    assert_eq!(got.from, "<shop@pool.example> SMTPUTF8 BODY=8BITMIME");
    assert_eq!(got.to, ["<jürgen@xn--bcher-kva.example>"]);
}

#[tokio::test]
async fn what_is_no_address_reaches_no_server() {
    let server = SmtpServer::start(SmtpOptions::default()).await.unwrap();
    let post = by_smtp(&url(&server));
    for to in [
        "ann",
        "ann@",
        "a@b.example>\r\nRCPT TO:<x@y.example",
        "a@b.example,c@d.example",
        "",
    ] {
        let why = never(deliver(&post, &plain_pool(), &email(to, "x", "y")).await);
        assert_eq!(why, "the recipient is not an address");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_name_of_a_host_that_moved_away_is_not_served_in_plain() {
    // `localhost` means this machine, and so no TLS; a URL for another host means TLS.
    assert!(
        Post::new(smtp_settings("smtp://mail.example:25")).is_ok_and(|post| {
            post.sends(&plain_pool(), cognate_shapes::DeliveryMediumType::Email)
        })
    );
    let server = SmtpServer::start(SmtpOptions::default()).await.unwrap();
    let named = format!("smtp://localhost:{}", server.port());
    deliver(&by_smtp(&named), &plain_pool(), &usual())
        .await
        .unwrap();
}
