//! Files that somebody made to hurt: nothing ends the program, and no reason shows a value.

use proptest::prelude::*;

use super::*;

#[test]
fn nothing_of_a_refused_record_is_in_its_reason() {
    let secret = "s3cr3t-value";
    for format in Format::ALL {
        let record = format!(
            r#"[{{"id":"1","userName":"{secret}","email":"{secret}","password":"{secret}","passwordHash":"{secret}","encrypted_password":"{secret}","password_hash":"{secret}","credentials":[{{"type":"password","secretData":"{secret}","credentialData":"{{}}"}}]}},{{"{secret}":1,"{secret}":2}}]"#
        );
        let mut input = record.as_bytes();
        let _ = read(&mut input, &options(format), &mut |row| {
            if let Err(why) = &row.item {
                assert!(!why.contains(secret), "{why}");
            }
            assert!(row.notes.iter().all(|note| !note.contains(secret)));
            true
        });
    }
}

fn formats() -> impl Strategy<Value = Format> {
    proptest::sample::select(Format::ALL.to_vec())
}

/// JSON whose members have the names that readers look for, and whatever values.
fn records() -> impl Strategy<Value = String> {
    let names = [
        "id",
        "Username",
        "Attributes",
        "Name",
        "Value",
        "users",
        "credentials",
        "secretData",
        "credentialData",
        "type",
        "profile",
        "login",
        "traits",
        "identities",
        "mfa_factors",
        "emails",
        "userName",
        "value",
        "fields",
        "model",
        "email",
        "created",
        "salt",
        "hash",
        "passwordHash",
        "customAttributes",
        "phone",
        "priority",
        "_id",
        "$oid",
        "Groups",
    ];
    let texts = prop_oneof![
        Just("\"password\"".to_owned()),
        Just("\"{\\\"value\\\":\\\"x\\\"}\"".to_owned()),
        Just("\"$2a$12$o6hx\"".to_owned()),
        "\"[a-z0-9$+/=@.-]{0,12}\"",
        any::<i64>().prop_map(|number| number.to_string()),
        Just("null".to_owned()),
        Just("true".to_owned()),
    ];
    texts.prop_recursive(4, 32, 6, move |inner| {
        let name = proptest::sample::select(names.to_vec());
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6)
                .prop_map(|list| format!("[{}]", list.join(","))),
            proptest::collection::vec((name, inner), 0..6).prop_map(|members| {
                let members = members
                    .iter()
                    .map(|(name, value)| format!("\"{name}\":{value}"));
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

fn survives(format: Format, bytes: &[u8]) -> usize {
    let mut options = options(format);
    options.firebase = Some(project());
    options.rp_id = Some("example.com".to_owned());
    let mut rows = 0;
    let mut input = bytes;
    let _ = read(&mut input, &options, &mut |row| {
        rows += 1;
        if let Ok(Item::User(user)) = row.item
            && format != Format::Jsonl
        {
            assert!(!user.username.is_empty());
            assert_eq!(user.sub.unwrap().len(), 36);
        }
        true
    });
    rows
}

proptest! {
    #[test]
    fn any_bytes_are_survived(format in formats(), bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(survives(format, &bytes) <= 400);
    }

    #[test]
    fn any_json_is_survived(format in formats(), records in proptest::collection::vec(records(), 0..5)) {
        survives(format, records.join("\n").as_bytes());
        survives(format, format!("[{}]", records.join(",")).as_bytes());
        survives(format, format!("{{\"users\":[{}]}}", records.join(",")).as_bytes());
    }

    #[test]
    fn edits_of_good_files_are_survived(at in any::<proptest::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let files: [(Format, &str); 5] = [
            (Format::Keycloak, include_str!("../../../tests/files/keycloak.json")),
            (Format::Kratos, include_str!("../../../tests/files/kratos.json")),
            (Format::Supabase, include_str!("../../../tests/files/supabase.csv")),
            (Format::Firebase, include_str!("../../../tests/files/firebase.csv")),
            (Format::Okta, include_str!("../../../tests/files/okta.json")),
        ];
        for (format, text) in files {
            let mut bytes = text.as_bytes().to_vec();
            let at = at.index(bytes.len());
            if cut {
                bytes.truncate(at);
            } else {
                bytes[at] = byte;
            }
            survives(format, &bytes);
        }
    }
}
