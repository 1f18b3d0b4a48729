//! Files of each system as its documents describe them, and files that somebody made to hurt.

mod hostile;

use cognate_crypto::imported::{Bounds, FirebaseProject, ImportedHash};
use cognate_crypto::totp::Seed;

use super::*;
use crate::record::PasswordRecord;

fn all(options: &Options, text: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut input = text.as_bytes();
    read(&mut input, options, &mut |row| {
        rows.push(row);
        true
    })
    .unwrap();
    rows
}

fn user(row: &Row) -> &UserRecord {
    match &row.item {
        Ok(Item::User(user)) => user,
        other => panic!("{other:?}"),
    }
}

/// True if a password is the one of a user's hash, and another is not.
fn opens(user: &UserRecord, password: &str) -> bool {
    let Some(PasswordRecord::Imported(text)) = &user.password else {
        panic!("no hash");
    };
    let hash = ImportedHash::read(text, &Bounds::WIDE).unwrap();
    hash.matches(password) && !hash.matches("another")
}

fn has(user: &UserRecord, attributes: &[(&str, &str)]) {
    let attributes = attributes.iter();
    let expected: BTreeMap<_, _> = attributes
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    assert_eq!(user.attributes, expected);
}

fn options(format: Format) -> Options {
    Options {
        bounds: Bounds::WIDE,
        ..Options::new(format)
    }
}

fn project() -> FirebaseProject {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let key =
        "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";
    FirebaseProject {
        signer_key: STANDARD.decode(key).unwrap(),
        separator: vec![7],
        rounds: 8,
        mem_cost: 14,
    }
}

#[test]
fn a_file_is_read_the_same_however_few_bytes_come_at_a_time() {
    let options = options(Format::Keycloak);
    let file = include_str!("../../tests/files/keycloak.json");
    for before in ["", "\u{feff}", " \r\n\t", "\u{feff}\n "] {
        let text = format!("{before}{file}");
        let whole = all(&options, &text);
        for size in [1, 2, 3, 5] {
            let mut input = io::BufReader::with_capacity(size, text.as_bytes());
            let mut rows = Vec::new();
            let mut keep = |row: Row| {
                rows.push(row.item);
                true
            };
            read(&mut input, &options, &mut keep).unwrap();
            let expected: Vec<_> = whole.iter().map(|row| row.item.clone()).collect();
            assert_eq!(rows, expected, "{before:?} in pieces of {size}");
        }
        assert!(matches!(whole[0].item, Ok(Item::User(_))));
    }
}

#[test]
fn keycloak() {
    let mut options = options(Format::Keycloak);
    options
        .map
        .push("attributes.dept=custom:dept".parse().unwrap());
    options.roles_as_groups = true;
    let rows = all(&options, include_str!("../../tests/files/keycloak.json"));
    let petra = user(&rows[0]);
    assert_eq!(rows[0].line, 7);
    assert_eq!(
        petra.sub.as_deref(),
        Some("3f2504e0-4f89-41d3-9a0c-0305e82c3301")
    );
    assert_eq!(
        (petra.username.as_str(), petra.enabled),
        ("petra", Some(true))
    );
    assert_eq!(petra.created, Some(1_600_000_000_123_000));
    has(
        petra,
        &[
            ("custom:dept", "sales"),
            ("email", "petra@example.com"),
            ("email_verified", "true"),
            ("family_name", "Old"),
            ("given_name", "Petra"),
            ("locale", "de"),
        ],
    );
    assert!(opens(petra, "password"));
    assert_eq!(petra.groups, ["staff", "default-roles-acme", "auditor"]);
    assert_eq!(
        (
            petra.links[0].provider.as_str(),
            petra.links[0].value.as_str()
        ),
        ("corp", "p-17")
    );
    // Without an encoding the key is the text itself.
    let seed = Seed::from_secret_code(&petra.totp.as_ref().unwrap().secret).unwrap();
    assert_eq!(seed.expose(), b"Vn4w0rdSecretText123");
    assert!(petra.mfa.as_ref().unwrap().software_token);
    let ivo = user(&rows[1]);
    assert!(opens(ivo, "iceberg"));
    assert_eq!(ivo.status.as_deref(), Some("FORCE_CHANGE_PASSWORD"));
    assert_eq!(ivo.enabled, Some(false));
    assert!(ivo.totp.is_none() && rows[1].notes[0].contains("another kind"));
    assert!(matches!(rows[2].item, Ok(Item::Passed(_))));
}

#[test]
fn cognito() {
    let rows = all(
        &options(Format::Cognito),
        include_str!("../../tests/files/cognito.json"),
    );
    let jane = user(&rows[0]);
    assert_eq!(
        jane.sub.as_deref(),
        Some("84c8a4d8-1011-70ae-d2ee-991ad1a898c1")
    );
    assert_eq!(jane.status.as_deref(), Some("CONFIRMED"));
    assert_eq!(jane.created, Some(1_614_834_367_123_000));
    assert_eq!(jane.groups, ["admins"]);
    let corp = user(&rows[1]);
    assert_eq!(corp.status.as_deref(), Some("EXTERNAL_PROVIDER"));
    assert_eq!(
        (
            corp.links[0].provider.as_str(),
            corp.links[0].value.as_str()
        ),
        ("corp", "u-1")
    );
    assert_eq!((corp.created, corp.enabled), (jane.created, Some(false)));
    // The files of a backup: bare lists.
    let groups = r#"[{"GroupName":"admins","Description":"d","Precedence":3,"CreationDate":"2021-01-01T00:00:00Z"}]"#;
    let rows = all(&options(Format::Cognito), groups);
    let Ok(Item::Group(group)) = &rows[0].item else {
        panic!("no group");
    };
    assert_eq!((group.name.as_str(), group.precedence), ("admins", Some(3)));
}

#[test]
fn auth0() {
    let mut options = options(Format::Auth0);
    options
        .map
        .push("app_metadata.plan=custom:plan".parse().unwrap());
    let rows = all(&options, include_str!("../../tests/files/auth0.json"));
    let ana = user(&rows[0]);
    assert!(opens(ana, "test"));
    assert_eq!(
        (
            ana.username.as_str(),
            ana.attributes["custom:plan"].as_str()
        ),
        ("ana@example.com", "gold")
    );
    assert_eq!(ana.created, Some(1_594_625_098_123_000));
    assert!(ana.totp.is_some() && ana.links.is_empty());
    assert!(opens(user(&rows[1]), "test123") && opens(user(&rows[2]), "test123"));
    assert!(rows[1].notes[0].contains("fast"));
    // The same user in the file of hashes and in that of profiles has one id.
    let hashes = include_str!("../../tests/files/auth0_hashes.jsonl");
    let row = &all(&options, hashes)[0];
    assert!(opens(user(row), "test"));
    let profile = r#"{"user_id":"auth0|5f0c0b1a2b3c4d5e6f708195","email":"old@example.com"}"#;
    assert_eq!(user(&all(&options, profile)[0]).sub, user(row).sub);
    // Weak ones are taken only where that is allowed.
    options.bounds = Bounds::CSV;
    let rows = all(&options, include_str!("../../tests/files/auth0.json"));
    assert!(rows[1].item.as_ref().unwrap_err().contains("fast"));
    options.drop_bad_hashes = true;
    let rows = all(&options, include_str!("../../tests/files/auth0.json"));
    assert!(
        user(&rows[1]).password.is_none() && rows[1].notes[0].starts_with("without a password")
    );
}

#[test]
fn firebase() {
    let mut options = options(Format::Firebase);
    let text = include_str!("../../tests/files/firebase.json");
    assert!(
        all(&options, text)[0]
            .item
            .as_ref()
            .unwrap_err()
            .contains("--firebase")
    );
    options.firebase = Some(project());
    options
        .map
        .push("customAttributes.plan=custom:plan".parse().unwrap());
    options
        .providers
        .insert("google.com".into(), "Google".into());
    let rows = all(&options, text);
    let fay = user(&rows[0]);
    assert!(opens(fay, "user1password"));
    assert_eq!(fay.attributes["custom:plan"], "gold");
    assert_eq!(fay.links[0].provider, "Google");
    assert_eq!(fay.created, Some(1_600_000_000_000_000));
    let by_phone = user(&rows[1]);
    assert_eq!(by_phone.username, "+15555550123");
    assert_eq!(by_phone.attributes["phone_number_verified"], "true");
    let rows = all(&options, include_str!("../../tests/files/firebase.csv"));
    let same = user(&rows[0]);
    assert!(opens(same, "user1password"));
    assert_eq!(same.attributes["name"], "Fay, F.");
    assert_eq!(
        (&same.sub, &same.links, &same.created),
        (&fay.sub, &fay.links, &fay.created)
    );
    assert_eq!(same.attributes["custom:plan"], "gold");
    // Another source has other users of the same ids.
    options.source = "another".to_owned();
    assert_ne!(user(&all(&options, text)[0]).sub, fay.sub);
}

#[test]
fn okta() {
    let mut options = options(Format::Okta);
    options.assume_verified = true;
    let rows = all(&options, include_str!("../../tests/files/okta.json"));
    let olga = user(&rows[0]);
    assert!(opens(olga, "test"));
    has(
        olga,
        &[
            ("email", "olga@example.com"),
            ("email_verified", "true"),
            ("family_name", "Test"),
            ("given_name", "Olga"),
            ("phone_number", "+15555550142"),
            ("phone_number_verified", "true"),
        ],
    );
    assert_eq!(user(&rows[1]).enabled, Some(false));
}

#[test]
fn kratos() {
    let rows = all(
        &options(Format::Kratos),
        include_str!("../../tests/files/kratos.json"),
    );
    let kim = user(&rows[0]);
    assert!(opens(kim, "test") && opens(user(&rows[1]), "test") && opens(user(&rows[2]), "test"));
    has(
        kim,
        &[
            ("email", "kim@example.com"),
            ("email_verified", "true"),
            ("family_name", "Test"),
            ("given_name", "Kim"),
        ],
    );
    assert!(kim.totp.is_some());
    assert_eq!(kim.links[0].value, "k-9");
    assert_eq!(user(&rows[1]).attributes["email_verified"], "false");
    assert_eq!(user(&rows[1]).enabled, Some(false));
}

#[test]
fn supabase() {
    let rows = all(
        &options(Format::Supabase),
        include_str!("../../tests/files/supabase.csv"),
    );
    let uma = user(&rows[0]);
    assert!(opens(uma, "test") && opens(user(&rows[1]), "mytestpassword"));
    has(
        uma,
        &[
            ("email", "uma@example.com"),
            ("email_verified", "true"),
            ("name", "Uma, T."),
            ("phone_number", "+15555550177"),
            ("phone_number_verified", "false"),
        ],
    );
    assert_eq!(uma.totp.as_ref().unwrap().name.as_deref(), Some("phone"));
    assert_eq!(
        (uma.links[0].provider.as_str(), uma.links[0].value.as_str()),
        ("google", "1100")
    );
    assert_eq!(uma.created, Some(1_683_356_889_123_456));
    assert!(matches!(rows[2].item, Ok(Item::Passed(_))));
}

#[test]
fn django_and_tables() {
    let rows = all(
        &options(Format::Django),
        include_str!("../../tests/files/django.csv"),
    );
    let dana = user(&rows[0]);
    assert!(opens(dana, "lètmein") && opens(user(&rows[1]), "lètmein"));
    assert!(opens(user(&rows[2]), "KRONOS"));
    assert!(user(&rows[3]).password.is_none());
    assert_eq!(user(&rows[1]).enabled, Some(false));
    let dump = all(
        &options(Format::Django),
        include_str!("../../tests/files/django.json"),
    );
    let same = user(&dump[1]);
    assert_eq!(
        (&same.sub, &same.created, &same.attributes),
        (&dana.sub, &dana.created, &dana.attributes)
    );
    assert_eq!(same.groups, ["editors"]);
    assert!(matches!(dump[0].item, Ok(Item::Passed(_))));
    // A table of another framework, by the names of its columns.
    let mut options = options(Format::Django);
    for mapping in [
        "user_login=username",
        "user_email=email",
        "user_pass=hash",
        "ID=id",
        "user_registered=created",
        "active=active",
    ] {
        options.map.push(mapping.parse().unwrap());
    }
    let table = "ID,user_login,user_pass,user_email,user_registered,active\n\
         7,wanda,$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0,wanda@example.com,2015-01-02 03:04:05,1\n";
    let rows = all(&options, table);
    let wanda = user(&rows[0]);
    assert!(opens(wanda, "test12345"));
    assert_eq!(
        (wanda.username.as_str(), wanda.enabled),
        ("wanda", Some(true))
    );
    assert_eq!(wanda.created, Some(1_420_167_845_000_000));
}

#[test]
fn scim() {
    let rows = all(
        &options(Format::Scim),
        include_str!("../../tests/files/scim.json"),
    );
    let babs = user(&rows[0]);
    assert_eq!(
        babs.sub.as_deref(),
        Some("2819c223-7f76-453a-919d-413861904646")
    );
    has(
        babs,
        &[
            ("email", "babs@example.com"),
            ("family_name", "Jensen"),
            ("given_name", "Barbara"),
            ("name", "Ms. Barbara J Jensen"),
            ("phone_number", "+12015550123"),
        ],
    );
    assert_eq!(babs.groups, ["guides"]);
}

#[test]
fn jsonl_is_read_only_whole() {
    let options = Options::new(Format::Jsonl);
    let header =
        r#"{"header":{"format":"cognate-users","version":1,"pool_id":"eu-west-1_AbCdEf123"}}"#;
    let jane = r#"{"user":{"username":"jane","attributes":{}}}"#;
    let end = r#"{"end":{"groups":0,"users":1}}"#;
    let rows = all(&options, &[header, jane, end].join("\n"));
    assert!(
        matches!(&rows[0].item, Ok(Item::Header(header)) if header.pool_id == "eu-west-1_AbCdEf123")
    );
    assert_eq!(user(&rows[1]).username, "jane");
    let fails = |lines: &[&str]| {
        let text = lines.join("\n");
        read(&mut text.as_bytes(), &options, &mut |_| true).is_err()
    };
    assert!(fails(&[header, jane]));
    assert!(fails(&[header, end]));
    assert!(fails(&[jane, end]));
    assert!(fails(&[header, header, jane, end]));
    assert!(fails(&[header, jane, end, jane]));
    assert!(fails(&[&header.replace(":1,", ":2,"), jane, end]));
    let twice = r#"{"user":{"username":"a","attributes":{"email":"a@b.co","email":"c@d.co"}}}"#;
    let rows = all(&options, &[header, twice, end].join("\n"));
    assert_eq!(rows[1].item.as_ref().unwrap_err(), "a name is there twice");
}
