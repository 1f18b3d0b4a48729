//! The rules that tie settings together.

use super::*;

fn plan(mode: Mode, flags: &[(&'static str, &str)]) -> Result<ServerConfig, String> {
    let mut all: Vec<(&'static str, Vec<String>)> = Vec::new();
    for (name, value) in flags {
        match all.iter_mut().find(|(n, _)| n == name) {
            Some((_, values)) => values.push((*value).to_owned()),
            None => all.push((name, vec![(*value).to_owned()])),
        }
    }
    let config = Config::load(all, None, &[]).unwrap();
    ServerConfig::new(mode, &config).map_err(|e| e.to_string())
}

fn why(mode: Mode, flags: &[(&'static str, &str)]) -> String {
    plan(mode, flags).err().unwrap()
}

const URL: (&str, &str) = ("public_url", "https://id.example");

#[test]
fn dev_needs_no_settings() {
    let plan = plan(Mode::Dev, &[]).unwrap();
    assert_eq!(plan.listen, ["127.0.0.1:9229".parse().unwrap()]);
    let root = plan.root.unwrap();
    assert_eq!(
        (root.0.as_str(), root.1.expose().as_str()),
        ("test", "test")
    );
    assert_eq!(plan.database.folder.unwrap().path(), Path::new(".cognate"));
    assert_eq!(
        (plan.domain.region.as_str(), plan.domain.account.as_str()),
        ("us-east-1", "000000000000")
    );
}

#[test]
fn dev_listens_beyond_loopback_only_when_told() {
    assert!(why(Mode::Dev, &[("listen", "0.0.0.0:9229")]).contains("only with --expose-dev"));
    assert!(
        plan(
            Mode::Dev,
            &[("listen", "0.0.0.0:9229"), ("expose_dev", "true")]
        )
        .is_ok()
    );
}

#[test]
fn serve_listens_beyond_loopback_only_with_tls_or_behind_a_proxy() {
    let open = ("listen", "[::]:443");
    assert!(why(Mode::Serve, &[URL, open]).contains("without TLS"));
    assert!(why(Mode::Serve, &[URL, ("listen", "127.0.0.1:1"), open]).contains("without TLS"));
    assert!(plan(Mode::Serve, &[URL, open, ("behind_proxy", "true")]).is_ok());
    assert!(
        plan(
            Mode::Serve,
            &[URL, open, ("tls_cert", "c"), ("tls_key", "k")]
        )
        .is_ok()
    );
    assert!(plan(Mode::Serve, &[URL]).is_ok());
    assert!(why(Mode::Serve, &[URL, ("tls_cert", "c")]).contains("both tls_cert and tls_key"));
}

#[test]
fn serve_needs_a_public_url_for_gateway_issuers() {
    assert!(why(Mode::Serve, &[]).contains("--public-url"));
    assert!(plan(Mode::Serve, &[("issuer", "aws")]).is_ok());
    let plan = plan(Mode::Serve, &[("public_url", "https://ID.example/x/")]).unwrap();
    assert_eq!(
        plan.domain.public_url.as_deref(),
        Some("https://id.example/x")
    );
    for bad in [
        "id.example",
        "ftp://id.example",
        "https://u:p@id.example",
        "https://id.example?q",
        "https://id.example#f",
        "https://id.example:evil",
    ] {
        assert!(
            why(Mode::Serve, &[("public_url", bad)]).starts_with("setting `public_url`"),
            "{bad}"
        );
    }
}

#[test]
fn settings_of_the_other_mode_are_refused() {
    for name in [
        "host",
        "cors_origin",
        "expose_dev",
        "ephemeral",
        "impersonate",
        "impersonate_listen",
        "impersonate_domain",
    ] {
        assert_eq!(
            why(Mode::Serve, &[URL, (name, "true")]),
            format!("{name} is for dev only")
        );
    }
    assert_eq!(
        why(Mode::Dev, &[("behind_proxy", "true")]),
        "behind_proxy is for serve only"
    );
}

#[test]
fn serve_keeps_the_key_apart_from_the_data() {
    let plan = plan(Mode::Serve, &[URL, ("data_dir", "/srv/cognate")]).unwrap();
    let KeySource::File { path, may_create } = plan.database.key else {
        panic!("a file is the default")
    };
    assert!(!path.starts_with("/srv/cognate") && may_create, "{path:?}");
}

#[test]
fn postgresql_needs_a_supplied_key() {
    let database = ("database_url", "postgres://h/d");
    assert!(why(Mode::Serve, &[URL, database]).contains("every node needs the sealing key"));
    assert!(why(Mode::Serve, &[URL, database, ("data_dir", "x")]).contains("leave out data_dir"));
    let plan = plan(Mode::Serve, &[URL, database, ("key_file", "/k")]).unwrap();
    assert!(plan.database.folder.is_none());
    assert!(matches!(
        plan.database.key,
        KeySource::File {
            may_create: false,
            ..
        }
    ));
}

#[test]
fn the_root_key_is_whole_and_not_short() {
    assert!(
        why(Mode::Serve, &[URL, ("root_access_key_id", "AKIA")])
            .contains("both root_access_key_id")
    );
    let short = [
        URL,
        ("root_access_key_id", "AKIA"),
        ("root_secret_access_key", "short"),
    ];
    assert!(why(Mode::Serve, &short).contains("16 characters"));
    assert!(plan(Mode::Serve, &[URL]).unwrap().root.is_none());
}

#[test]
fn places_and_numbers_are_checked() {
    for (name, value) in [
        ("region", "mars"),
        ("account", "12"),
        ("account", "00000000000x"),
        ("listen", "9229"),
        ("listen", "example.org:1"),
        ("trusted_proxies", "proxy"),
        ("max_connections", "0"),
        ("client_connections", "0"),
        ("hosts", "id.example:evil"),
        ("host", "[id.example]"),
        ("migrate", "never"),
        ("issuer", "me"),
        ("ephemeral", "yes"),
    ] {
        assert!(
            why(Mode::Dev, &[(name, value)]).starts_with(&format!("setting `{name}`")),
            "{name} {value}"
        );
    }
}

#[test]
fn the_audit_trail_is_kept_for_ninety_days_unless_told_otherwise() {
    const DAY: i64 = 86_400_000_000;
    let kept = |days: &str| {
        plan(Mode::Dev, &[("audit_retention_days", days)])
            .map(|plan| plan.domain.audit_retention)
            .ok()
    };
    let plain = plan(Mode::Dev, &[]).unwrap().domain;
    assert_eq!(
        (plain.audit_retention, plain.audit_reads),
        (Some(90 * DAY), false)
    );
    assert_eq!(kept("1"), Some(Some(DAY)));
    assert_eq!(kept("36500"), Some(Some(36_500 * DAY)));
    assert_eq!(kept("0"), Some(None));
    assert_eq!((kept("-1"), kept("36501"), kept("90d")), (None, None, None));
    let reads = plan(Mode::Dev, &[("audit_reads", "true")]).unwrap();
    assert!(reads.domain.audit_reads);
}

#[test]
fn keys_of_codes_are_whole_and_a_service_has_something_to_sign_with() {
    const LOCAL: &str = "*=local:codes:AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=";
    const KMS: &str = "arn:aws:kms:*=kms:https://kms.example";
    let keys = |mode, pairs: &[_]| plan(mode, pairs).map(|plan| plan.code_keys.is_some());
    assert_eq!(keys(Mode::Dev, &[]).ok(), Some(false));
    assert_eq!(keys(Mode::Dev, &[("code_key", LOCAL)]).ok(), Some(true));
    assert_eq!(keys(Mode::Dev, &[("code_key", KMS)]).ok(), Some(true));
    assert!(why(Mode::Serve, &[URL, ("code_key", KMS)]).contains("needs kms_access_key_id"));
    let half = [URL, ("code_key", KMS), ("kms_access_key_id", "AKIA")];
    assert!(why(Mode::Serve, &half).contains("both kms_access_key_id"));
    let whole = [&half[..], &[("kms_secret_access_key", "secret")]].concat();
    assert_eq!(keys(Mode::Serve, &whole).ok(), Some(true));
    let bad = why(Mode::Dev, &[("code_key", "*=local:codes:AwMDAwMD")]);
    assert!(bad.starts_with("setting `code_key`: a local key must be"));
    assert!(!bad.contains("AwMD"));
}

#[test]
fn a_store_of_secrets_is_a_url_and_has_something_to_sign_with() {
    let store = |mode, pairs: &[_]| plan(mode, pairs).map(|plan| plan.secret_store.is_some());
    let local = ("secrets_manager", "http://127.0.0.1:4566");
    assert_eq!(store(Mode::Serve, &[URL]).ok(), Some(false));
    assert_eq!(store(Mode::Dev, &[local]).ok(), Some(true));
    let aws = [URL, ("secrets_manager", "aws")];
    assert!(why(Mode::Serve, &aws).contains("needs secrets_manager_access_key_id"));
    let half = [&aws[..], &[("secrets_manager_access_key_id", "AKIA")]].concat();
    assert!(why(Mode::Serve, &half).contains("both secrets_manager_access_key_id"));
    let whole = [
        &half[..],
        &[("secrets_manager_secret_access_key", "secret")],
    ]
    .concat();
    assert_eq!(store(Mode::Serve, &whole).ok(), Some(true));
    for bad in ["amazon", "ftp://x", "https://user:secret@x"] {
        let why = why(Mode::Dev, &[("secrets_manager", bad)]);
        assert!(
            why.starts_with("setting `secrets_manager`: must be aws"),
            "{why}"
        );
        assert!(!why.contains(bad));
    }
    let region = [local, ("secrets_manager_region", "mars")];
    assert!(why(Mode::Dev, &region).starts_with("setting `secrets_manager_region`"));
}

#[test]
fn targets_of_triggers_are_checked_before_anything_starts() {
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    let exact = format!("{arn}=lambda:https://lambda.{{region}}.amazonaws.com");
    assert!(plan(Mode::Serve, &[URL, ("trigger", &exact)]).is_ok());
    assert!(plan(Mode::Dev, &[("trigger", "*=node handler.js;timeout=100")]).is_ok());
    let serve = |value| why(Mode::Serve, &[URL, ("trigger", value)]);
    assert!(serve("*=node handler.js").contains("only dev runs"));
    assert!(serve("*=hook:http://10.0.0.1/").contains("private_functions"));
    assert!(serve("*=hook:https://h/").contains("needs hook_secret"));
    let hook = ("trigger", "*=hook:http://10.0.0.1/");
    let open = [
        URL,
        hook,
        ("private_functions", "true"),
        ("hook_secret", "0123456789abcdef"),
    ];
    assert!(plan(Mode::Serve, &open).is_ok());
    let short = [URL, ("hook_secret", "short")];
    assert!(why(Mode::Serve, &short).contains("16 characters"));
    let twice = [("trigger", "*=a.js"), ("trigger", "*=b.js")];
    assert!(why(Mode::Dev, &twice).contains("two targets"));
    for (name, value) in [
        ("trigger", "f"),
        ("trigger", "*=lamda:https://h"),
        ("functions_region", "mars"),
        ("function_timeout_ms", "0"),
        ("function_tries", "99"),
        ("private_functions", "maybe"),
    ] {
        let text = why(Mode::Dev, &[(name, value)]);
        assert!(text.starts_with(&format!("setting `{name}`")), "{text}");
    }
    assert!(why(Mode::Dev, &[("functions_key_id", "AKIA")]).contains("functions_secret_key"));
    assert!(why(Mode::Dev, &[("functions_session_token", "t")]).contains("only with them"));
}

#[test]
fn senders_are_named_once_and_by_their_names() {
    let mail = ("smtp_url", "smtp://localhost");
    let by_both = plan(Mode::Serve, &[URL, mail, ("email_senders", "smtp")]).unwrap();
    assert_eq!(by_both.senders.smtp_hello, "id.example");
    assert_eq!(by_both.senders.timeout, Duration::from_secs(5));
    let from = ("email_from", "Op <op@mail.example>");
    let named = plan(Mode::Dev, &[from, mail, ("email_senders", "smtp")]).unwrap();
    assert_eq!(named.senders.smtp_hello, "mail.example");
    for (settings, reason) in [
        (
            vec![("email_senders", "sendmail")],
            "setting `email_senders`: `sendmail` must be one of smtp, ses, webhook",
        ),
        (
            vec![("sms_senders", "sns"), ("sms_senders", "sns")],
            "setting `sms_senders`: names sns twice",
        ),
        (
            vec![("sender_seconds", "0")],
            "setting `sender_seconds`: must be 1 to 60",
        ),
        (
            vec![("aws_access_key_id", "hunter2")],
            "set both aws_access_key_id and aws_secret_access_key, or neither",
        ),
        (
            vec![("aws_session_token", "hunter2")],
            "aws_session_token belongs to an aws_access_key_id",
        ),
        (
            vec![("message_webhook_secret", "hunter2")],
            "set both message_webhook_url and message_webhook_secret, or neither",
        ),
    ] {
        assert_eq!(why(Mode::Dev, &settings), reason);
    }
}

#[test]
fn a_stronger_ephemeral_takes_the_place_of_a_folder() {
    let folder = |flags: &[&'static str], variables: &[(&str, &str)]| {
        let flags = flags.iter().map(|name| (*name, vec!["true".to_owned()]));
        let variables: Vec<_> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let config = Config::load(flags.collect(), None, &variables).unwrap();
        let made = Database::new(Some(Mode::Dev), &config);
        made.map(|made| made.folder.map(|folder| folder.is_temporary()))
            .map_err(|error| error.to_string())
    };
    let image = ("COGNATE_DEFAULT_DATA_DIR", "/data");
    assert_eq!(folder(&[], &[image]), Ok(Some(false)));
    assert_eq!(folder(&["ephemeral"], &[image]), Ok(Some(true)));
    let ephemeral = ("COGNATE_EPHEMERAL", "true");
    assert_eq!(folder(&[], &[image, ephemeral]), Ok(Some(true)));
    let said = ("COGNATE_DATA_DIR", "x");
    assert_eq!(folder(&["ephemeral"], &[said]), Ok(Some(true)));
    let why = folder(&[], &[said, ephemeral]).unwrap_err();
    assert!(why.contains("leave out data_dir"), "{why}");
    // A folder that an image says for want of another one is no contradiction to a database elsewhere.
    let database = ("COGNATE_DATABASE_URL", "postgres://x@localhost/x");
    let key = ("COGNATE_KEY_FILE", "k");
    assert_eq!(folder(&[], &[image, database, key]), Ok(None));
    assert!(folder(&[], &[said, database, key]).is_err());
}
