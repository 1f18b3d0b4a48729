//! Tests of the sources of settings, and of how settings are displayed.

use super::*;

fn load(
    flags: &[(&'static str, &str)],
    variables: &[(&str, &str)],
    file: Option<&str>,
) -> Result<Config, ConfigError> {
    let flags = flags
        .iter()
        .map(|(n, v)| (*n, vec![(*v).to_owned()]))
        .collect();
    let variables: Vec<_> = variables
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    let path = file.map(|text| {
        let path = std::env::temp_dir().join(format!(
            "cognate-config-{}.toml",
            cognate_crypto::random::uuid_v4()
        ));
        std::fs::write(&path, text).unwrap();
        path
    });
    let loaded = Config::load(flags, path.as_ref().and_then(|p| p.to_str()), &variables);
    if let Some(path) = path {
        std::fs::remove_file(path).unwrap();
    }
    loaded
}

#[test]
fn flags_beat_variables_beat_the_file() {
    let file = "region = \"eu-west-1\"\naccount = \"1\"\nlog_level = \"debug\"\n";
    let variables = [("COGNATE_REGION", "eu-west-2"), ("COGNATE_ACCOUNT", "2")];
    let config = load(&[("region", "eu-west-3")], &variables, Some(file)).unwrap();
    assert_eq!(config.one("region"), Some("eu-west-3"));
    assert_eq!(config.one("account"), Some("2"));
    assert_eq!(config.one("log_level"), Some("debug"));
}

#[test]
fn what_an_image_says_is_the_weakest_and_shown_as_such() {
    let variables = [
        ("COGNATE_DEFAULT_REGION", "eu-west-1"),
        ("COGNATE_DEFAULT_ACCOUNT", "1"),
        ("COGNATE_DEFAULT_DATA_DIR", "/data"),
        ("COGNATE_ACCOUNT", "2"),
    ];
    let config = load(&[], &variables, Some("region = \"eu-west-2\"")).unwrap();
    assert_eq!(config.one("region"), Some("eu-west-2"));
    assert_eq!(config.one("account"), Some("2"));
    assert_eq!(config.one("data_dir"), Some("/data"));
    assert!(config.is_said("account") && !config.is_said("data_dir"));
    let printed = config.print();
    assert!(
        printed.contains("data_dir = \"/data\" # default variable\n"),
        "{printed}"
    );
    let unknown = load(&[], &[("COGNATE_DEFAULT_REGOIN", "x")], None).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "unknown setting `COGNATE_DEFAULT_REGOIN` in the environment"
    );
}

#[test]
fn unknown_names_are_refused_everywhere() {
    let variable = load(&[], &[("COGNATE_REGOIN", "x")], None).unwrap_err();
    assert_eq!(
        variable.to_string(),
        "unknown setting `COGNATE_REGOIN` in the environment"
    );
    let file = load(&[], &[], Some("regoin = \"x\"")).unwrap_err();
    assert!(
        file.to_string().starts_with("unknown setting `regoin` in "),
        "{file}"
    );
}

#[test]
fn printing_masks_secrets() {
    let variables = [
        ("COGNATE_SEALING_KEY", "hunter2"),
        ("COGNATE_DATABASE_URL", "postgres://u:hunter2@h/d"),
        ("COGNATE_SMTP_URL", "smtps://u:hunter2@h"),
        ("COGNATE_AWS_SECRET_ACCESS_KEY", "hunter2"),
        ("COGNATE_MESSAGE_WEBHOOK_URL", "https://h/hunter2"),
        ("COGNATE_MESSAGE_WEBHOOK_SECRET", "hunter2"),
    ];
    let config = load(
        &[],
        &variables,
        Some("root_secret_access_key = \"hunter2\"\nhosts = [\"a\", \"b\"]"),
    )
    .unwrap();
    let printed = config.print();
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(
        printed.contains("sealing_key = \"********\" # variable"),
        "{printed}"
    );
    assert!(
        printed.contains("hosts = [\"a\", \"b\"] # file"),
        "{printed}"
    );
}

#[test]
fn a_broken_file_never_shows_its_text() {
    let error = load(&[], &[], Some("sealing_key = \"hunter2")).unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn values_of_the_wrong_form_are_refused() {
    let config = load(
        &[
            ("max_connections", "0"),
            ("log_format", "xml"),
            ("ephemeral", "maybe"),
        ],
        &[],
        None,
    )
    .unwrap();
    assert_eq!(
        config
            .number("max_connections", 1, 1..=9)
            .unwrap_err()
            .to_string(),
        "setting `max_connections`: must be 1 to 9"
    );
    assert!(config.word("log_format", &["text", "json"]).is_err());
    assert!(config.switch("ephemeral").is_err());
}
