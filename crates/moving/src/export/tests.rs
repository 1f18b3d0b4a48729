//! Each format, member by member, and what they say they left out.

mod keycloak;
mod scim;

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::record::{
    Line, LinkRecord, MfaRecord, PasskeyRecord, PasswordRecord, TotpRecord, UserRecord,
};

const SUB: &str = "0b6a3cb4-5b4d-4a8a-9d31-0f6f0f6f0f6f";
const BCRYPT: &str = "$2b$10$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq6";
const ARGON2ID: &str = "$argon2id$v=19$m=19456,t=2,p=1$ko/G5o1ms+ML08P95sQ8DA$AkVbvWSOqz7Hs3qthhWKxicOWnGLN+MBmpwc3emi5VA";
const SEED: &str = "AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQTCQKRMFYYDENBWHA5DYPQ";

fn facts() -> PoolFacts {
    let names = [
        "sub",
        "name",
        "email",
        "email_verified",
        "phone_number",
        "phone_number_verified",
        "birthdate",
        "updated_at",
        "custom:note",
        "identities",
    ];
    PoolFacts {
        id: "us-east-1_AbCdEf123".to_owned(),
        name: "the \"shop\"".to_owned(),
        username_attributes: Vec::new(),
        schema: names.map(str::to_owned).to_vec(),
        mfa: PoolMfa::Optional,
        taken: 1_700_000_000_123_456,
        secrets: true,
        hashes: None,
    }
}

fn attributes(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect()
}

/// A user with everything.
fn jane() -> UserRecord {
    UserRecord {
        sub: Some(SUB.to_owned()),
        username: "jane".to_owned(),
        status: Some("CONFIRMED".to_owned()),
        enabled: Some(true),
        created: Some(1_600_000_000_000_001),
        modified: Some(1_600_000_001_999_999),
        attributes: attributes(&[
            ("name", "Jane \"J\" Doe, née\nRoe\\"),
            ("given_name", "Jane"),
            ("family_name", "Doe"),
            ("middle_name", "M"),
            ("nickname", "jj"),
            ("profile", "https://example.com/jane"),
            ("picture", "https://example.com/jane.png"),
            ("locale", "fr-CA"),
            ("zoneinfo", "America/Montreal"),
            ("address", "1 Road, Town"),
            ("birthdate", "1990-02-03"),
            ("updated_at", "1600000000"),
            ("email", "jane@example.com"),
            ("email_verified", "true"),
            ("phone_number", "+15550100"),
            ("custom:note", " x, y "),
        ]),
        groups: vec!["admins".to_owned(), "a/b".to_owned()],
        password: Some(PasswordRecord::Imported(ARGON2ID.to_owned())),
        password_history: vec!["c3JwNmEtdjE6".to_owned()],
        mfa: Some(MfaRecord {
            software_token: true,
            preferred: Some("SOFTWARE_TOKEN_MFA".to_owned()),
            ..MfaRecord::default()
        }),
        totp: Some(TotpRecord {
            secret: SEED.to_owned(),
            name: Some("phone".to_owned()),
            last_step: 53_333_333,
        }),
        passkeys: vec![PasskeyRecord {
            credential_id: "-_8".to_owned(),
            rp_id: "example.com".to_owned(),
            public_key: "pQECAyYgASFY".to_owned(),
            sign_count: 7,
            name: "key".to_owned(),
            attachment: Some("platform".to_owned()),
            transports: vec!["internal".to_owned(), "hybrid".to_owned()],
            backup_eligible: true,
            backup_unknown: false,
            aaguid: Some("00112233445566778899aabbccddeeff".to_owned()),
            created: Some(1_600_000_000_500_000),
            ..PasskeyRecord::default()
        }],
        links: vec![
            LinkRecord {
                provider: "Google".to_owned(),
                value: "1234".to_owned(),
                created: Some(1_600_000_000_000_000),
                ..LinkRecord::default()
            },
            LinkRecord {
                provider: "Corp".to_owned(),
                attribute: Some("email".to_owned()),
                value: "j@corp.example".to_owned(),
                ..LinkRecord::default()
            },
        ],
        ..UserRecord::default()
    }
}

/// A user with nothing.
fn bare(username: &str) -> UserRecord {
    UserRecord {
        username: username.to_owned(),
        ..UserRecord::default()
    }
}

fn exported(record: UserRecord) -> Exported {
    Exported {
        has: all_secrets(&record),
        verifier: matches!(record.password, Some(PasswordRecord::Native(_))),
        record,
    }
}

fn group() -> GroupRecord {
    GroupRecord {
        name: "admins".to_owned(),
        description: Some("those who may".to_owned()),
        precedence: Some(3),
        role_arn: Some("arn:aws:iam::123456789012:role/x".to_owned()),
        created: Some(1),
        modified: Some(2),
    }
}

fn file(format: Format, facts: PoolFacts, users: Vec<UserRecord>) -> (String, Tally) {
    let mut writer = Writer::begin(format, facts, Vec::new()).unwrap();
    writer.group(group()).unwrap();
    for user in users {
        writer.user(exported(user)).unwrap();
    }
    let (bytes, tally) = writer.finish().unwrap();
    (String::from_utf8(bytes).unwrap(), tally)
}

#[test]
fn jsonl_has_everything_and_is_read_back_as_it_was() {
    let (text, tally) = file(Format::Jsonl, facts(), vec![jane(), bare("joe")]);
    let lines: Vec<Line> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [
        Line::Header(header),
        Line::Group(read_group),
        Line::User(first),
        Line::User(second),
        Line::End(end),
    ] = lines.as_slice()
    else {
        panic!("{text}");
    };
    assert_eq!(
        serde_json::to_value(header).unwrap(),
        json!({
            "format": "cognate-users",
            "version": 1,
            "pool_id": "us-east-1_AbCdEf123",
            "taken": 1_700_000_000_123_456_i64,
            "secrets": true,
        })
    );
    assert_eq!(read_group, &group());
    assert!(**first == jane());
    assert!(**second == bare("joe"));
    assert_eq!((end.groups, end.users, end.omitted_secrets), (1, 2, 0));
    let all = Secrets {
        passwords: 1,
        former_passwords: 1,
        apps: 1,
    };
    assert_eq!(
        tally,
        Tally {
            groups: 1,
            users: 2,
            secrets: all,
            passkeys: 1,
            ..Tally::default()
        }
    );
}

#[test]
fn secrets_that_a_record_does_not_have_count_as_omitted() {
    let mut writer = Writer::begin(Format::Jsonl, facts(), Vec::new()).unwrap();
    let has = Secrets {
        passwords: 1,
        former_passwords: 4,
        apps: 1,
    };
    let user = Exported {
        record: bare("joe"),
        has,
        verifier: true,
    };
    writer.user(user).unwrap();
    let (bytes, tally) = writer.finish().unwrap();
    assert_eq!((tally.omitted, tally.verifiers), (has, 1));
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.ends_with("{\"end\":{\"groups\":0,\"users\":1,\"omitted_secrets\":6}}\n"));
}

#[test]
fn a_wiped_record_has_no_secret() {
    let mut record = jane();
    record.wipe();
    assert!(record.password == Some(PasswordRecord::Imported(String::new())));
    assert!(record.password_history.is_empty());
    assert_eq!(record.totp.unwrap().secret, "");
}

#[test]
fn csv_has_the_columns_of_get_csv_header_and_cells_that_stay_cells() {
    let (text, tally) = file(Format::Csv, facts(), vec![jane(), bare("jo,e")]);
    assert_eq!(
        text,
        "name,email,email_verified,phone_number,phone_number_verified,birthdate,updated_at,custom:note,\
         cognito:mfa_enabled,cognito:username\n\
         Jane \"J\" Doe\\, née Roe\\ ,jane@example.com,TRUE,+15550100,FALSE,02/03/1990,1600000000, x\\, y ,true,jane\n\
         ,,FALSE,,FALSE,,,,false,jo\\,e\n"
    );
    assert_eq!(
        tally,
        Tally {
            users: 2,
            omitted: all_secrets(&jane()),
            omitted_passkeys: 1,
            omitted_links: 2,
            ..Tally::default()
        }
    );
}

#[test]
fn csv_follows_what_the_pool_says_of_second_factors() {
    for (mfa, with, without) in [
        (PoolMfa::Off, "false", "false"),
        (PoolMfa::Optional, "true", "false"),
        (PoolMfa::On, "true", "true"),
    ] {
        let facts = PoolFacts { mfa, ..facts() };
        let (text, _) = file(Format::Csv, facts, vec![jane(), bare("joe")]);
        let cells: Vec<_> = text
            .lines()
            .skip(1)
            .map(|row| row.rsplit(',').nth(1).unwrap().to_owned())
            .collect();
        assert_eq!(cells, [with, without], "{mfa:?}");
    }
}

#[test]
fn csv_has_hashes_of_the_one_kind_that_was_asked_for() {
    let with = |name: &str, hash: &str| UserRecord {
        password: Some(PasswordRecord::Imported(hash.to_owned())),
        ..bare(name)
    };
    // Costs more than an import job takes.
    let costly = BCRYPT.replace("$10$", "$13$");
    let native = UserRecord {
        password: Some(PasswordRecord::Native("c3JwNmEtdjE6".to_owned())),
        ..bare("d")
    };
    let users = || {
        vec![
            with("a", BCRYPT),
            with("b", ARGON2ID),
            with("c", &costly),
            native.clone(),
        ]
    };
    let facts = |hashes| PoolFacts {
        schema: vec!["email".to_owned()],
        hashes,
        ..facts()
    };
    let (text, tally) = file(Format::Csv, facts(Some(JobHash::Bcrypt)), users());
    assert_eq!(
        text,
        format!(
            "email,cognito:mfa_enabled,cognito:username,password_hash\n,false,a,{BCRYPT}\n,false,b,\n,false,c,\n,false,d,\n"
        )
    );
    assert_eq!((tally.secrets.passwords, tally.omitted.passwords), (1, 3));
    assert_eq!(tally.verifiers, 1);
    let (text, _) = file(Format::Csv, facts(Some(JobHash::Argon2id)), users());
    let argon2 = ARGON2ID.replace(',', "\\,");
    assert_eq!(
        text,
        format!(
            "email,cognito:mfa_enabled,cognito:username,password_hash\n,false,a,\n,false,b,{argon2}\n,false,c,\n,false,d,\n"
        )
    );
    let (text, tally) = file(Format::Csv, facts(None), users());
    assert!(!text.contains("hash") && !text.contains('$'));
    assert_eq!((tally.secrets.passwords, tally.omitted.passwords), (0, 4));
}

#[test]
fn csv_leaves_out_whom_an_import_job_would_turn_into_somebody_else() {
    let disabled = UserRecord {
        enabled: Some(false),
        password: Some(PasswordRecord::Imported(BCRYPT.to_owned())),
        ..bare("disabled")
    };
    let federated = UserRecord {
        links: vec![LinkRecord {
            primary: true,
            ..LinkRecord::default()
        }],
        ..bare("Google_1")
    };
    let (text, tally) = file(Format::Csv, facts(), vec![disabled, federated, bare("joe")]);
    assert_eq!(text.lines().count(), 2);
    assert!(text.ends_with(",joe\n"));
    assert_eq!(
        tally,
        Tally {
            users: 1,
            disabled_left_out: 1,
            federated_left_out: 1,
            omitted: Secrets {
                passwords: 1,
                ..Secrets::default()
            },
            ..Tally::default()
        }
    );
}

#[test]
fn names_are_addresses_where_users_sign_in_with_them() {
    let pool = |names: &[&str]| PoolFacts {
        username_attributes: names.iter().map(|name| (*name).to_owned()).collect(),
        ..facts()
    };
    let both = UserRecord {
        attributes: attributes(&[("email", "j@example.com"), ("phone_number", "+1555")]),
        ..bare(SUB)
    };
    let phone = UserRecord {
        attributes: attributes(&[("phone_number", "+1555")]),
        ..bare(SUB)
    };
    assert_eq!(pool(&[]).sign_in_name(&both), SUB);
    assert_eq!(
        pool(&["email", "phone_number"]).sign_in_name(&both),
        "j@example.com"
    );
    assert_eq!(
        pool(&["phone_number", "email"]).sign_in_name(&both),
        "+1555"
    );
    assert_eq!(
        pool(&["email", "phone_number"]).sign_in_name(&phone),
        "+1555"
    );
    assert_eq!(pool(&["email"]).sign_in_name(&phone), SUB);
    for format in [Format::Csv, Format::Scim, Format::Keycloak] {
        let (text, _) = file(format, pool(&["email"]), vec![both.clone()]);
        assert!(!text.contains(SUB), "{text}");
    }
}
