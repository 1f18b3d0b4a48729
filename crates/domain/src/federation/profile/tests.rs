//! Users of providers, first and later, in pools of each kind.

use std::sync::Arc;

use cognate_crypto::seal::PoolKey;
use serde_json::{Value, json};

use super::*;
use crate::federation::mapping::tests::provider;

const NOW: i64 = 1_700_000_000_000_000;
const ID: &str = "11111111-2222-4333-8444-555555555555";

/// A pool whose settings are these beside the least.
fn pool(more: Value) -> Pool {
    let mut doc = json!({
        "name": "p", "policies": {}, "deletion_protection": "INACTIVE", "lambda_config": {}, "schema": [],
        "verification_message_template": {}, "user_attribute_update_settings": {}, "mfa_configuration": "OFF",
        "mfa_factors": {}, "email_configuration": {}, "tags": {}, "admin_create_user_config": {},
        "user_pool_tier": "ESSENTIALS", "tier": "ESSENTIALS", "fold": 1,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        doc[name] = value.clone();
    }
    Pool {
        id: "eu-central-1_123456789".into(),
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

fn client(writable: Option<&[&str]>) -> Client {
    let doc = json!({
        "name": "c", "refresh_token_validity": 30, "write_attributes": writable,
        "allowed_oauth_flows_user_pool_client": true, "enable_token_revocation": true,
        "enable_propagate_additional_user_context_data": false, "auth_session_validity": 3,
    });
    Client {
        id: "client".into(),
        pool_id: "eu-central-1_123456789".into(),
        doc: serde_json::from_value(doc).unwrap(),
        secrets: Vec::new(),
        sealed: None,
        created: 0,
        modified: 0,
        ver: 1,
        document: None,
        unvouched: None,
    }
}

fn wishes(list: &[(&str, &str)]) -> Wishes {
    let wish = |(name, value): &(&str, &str)| {
        let value = (!value.is_empty()).then(|| (*value).to_owned());
        ((*name).to_owned(), value)
    };
    list.iter().map(wish).collect()
}

fn first(pool: &Pool, client: &Client, list: &[(&str, &str)]) -> Result<User, Rejection> {
    let wishes = wishes(list);
    create(
        pool,
        client,
        &provider(&[]),
        "Sub-1",
        &wishes,
        ID.into(),
        NOW,
    )
    .unwrap()
}

fn later(
    pool: &Pool,
    client: &Client,
    user: &User,
    list: &[(&str, &str)],
) -> Result<Option<Changed>, Rejection> {
    update(pool, client, user, &wishes(list), NOW + 1).unwrap()
}

/// The attributes but `identities`.
fn shown(user: &User) -> Vec<(&str, &str)> {
    let all = user.doc.attributes.iter();
    all.map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| *name != "identities")
        .collect()
}

fn refused(text: &str) -> Option<Rejection> {
    Some(Rejection(text.to_owned()))
}

fn required(name: &str) -> Value {
    json!({"Name": name, "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": true, "Required": true,
        "StringAttributeConstraints": {"MinLength": "0", "MaxLength": "2048"}})
}

fn custom(name: &str, mutable: bool) -> Value {
    json!({"Name": name, "AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": mutable,
        "Required": false, "StringAttributeConstraints": {"MaxLength": "10"}})
}

#[test]
fn a_name_is_that_of_the_provider_and_the_subject() {
    let blind = pool(json!({"username_configuration": {"CaseSensitive": false}}));
    let exact = pool(json!({"username_configuration": {"CaseSensitive": true}}));
    let made = |pool: &Pool, subject: &str| username(pool, &provider(&[]), subject);
    assert_eq!(
        made(&blind, "Jane@Example.com").as_deref(),
        Ok("myidp_jane@example.com")
    );
    assert_eq!(
        made(&exact, "Jane@Example.com").as_deref(),
        Ok("MyIdP_Jane@Example.com")
    );
    assert_eq!(made(&exact, "a b|c").as_deref(), Ok("MyIdP_a b|c"));
    for blank in ["", " ", "\t"] {
        assert_eq!(
            made(&exact, blank).err(),
            refused("username attribute mapping required")
        );
    }
    assert!(made(&exact, &"x".repeat(122)).is_ok());
    for odd in ["a\u{200b}b", "a\nb", &"x".repeat(123)] {
        assert!(made(&exact, odd).is_err(), "{odd:?}");
    }
}

#[test]
fn a_first_sign_in_makes_a_user_of_the_provider() {
    for settings in [json!({}), json!({"username_attributes": ["email"]})] {
        let user = first(
            &pool(settings),
            &client(None),
            &[
                ("email", "jane@example.com"),
                ("name", "Jane"),
                ("nickname", ""),
            ],
        )
        .unwrap();
        assert_eq!(user.username, "MyIdP_Sub-1");
        assert_eq!((user.id.as_str(), user.ver), (ID, 0));
        assert!(user.status == UserStatusType::ExternalProvider && user.credential.is_none());
        assert_eq!(
            shown(&user),
            [
                ("email", "jane@example.com"),
                ("email_verified", "false"),
                ("name", "Jane")
            ]
        );
        let identities: Value =
            serde_json::from_str(user.attribute("identities").unwrap()).unwrap();
        let expected = json!([{"userId": "Sub-1", "providerName": "MyIdP", "providerType": "OIDC", "issuer": null,
            "primary": true, "dateCreated": 1_700_000_000_000_i64}]);
        assert_eq!(identities, expected);
    }
}

#[test]
fn an_address_is_verified_only_by_a_flag_that_comes_with_it() {
    let (pool, client) = (pool(json!({})), client(None));
    let all = [("email", "a@example.com"), ("email_verified", "true")];
    let user = first(&pool, &client, &all).unwrap();
    assert!(user.verified("email"));
    for (list, verified) in [
        (vec![("email", "a@example.com")], None),
        (
            vec![("email", "a@example.com"), ("email_verified", "TRUE")],
            None,
        ),
        (vec![("email", "b@example.com")], Some(false)),
        (
            vec![("email", "b@example.com"), ("email_verified", "true")],
            Some(true),
        ),
        (
            vec![("email", "a@example.com"), ("email_verified", "false")],
            Some(false),
        ),
        (
            vec![("email", "a@example.com"), ("email_verified", "")],
            Some(false),
        ),
        (
            vec![("email", "b@example.com"), ("email_verified", "")],
            Some(false),
        ),
        // A word about an address that the provider does not name.
        (vec![("email_verified", "false")], None),
    ] {
        let changed = later(&pool, &client, &user, &list).unwrap();
        let found = changed.map(|changed| changed.after.verified("email"));
        assert_eq!(found, verified, "{list:?}");
    }
    // An unverified address of another origin stays so, whatever the provider says of one that it does not name, or that
    // the client may not write.
    let mut local = user.clone();
    local
        .doc
        .attributes
        .insert("email_verified".into(), "false".into());
    assert!(
        later(&pool, &client, &local, &[("email_verified", "true")])
            .unwrap()
            .is_none()
    );
    let narrow = self::client(Some(&["name"]));
    assert!(later(&pool, &narrow, &local, &all).unwrap().is_none());
    let invalid = first(
        &pool,
        &client,
        &[("email", "a@example.com"), ("email_verified", "yes")],
    );
    assert!(invalid.is_err());
    let bare = first(&pool, &client, &[("email_verified", "true")]).unwrap();
    assert!(shown(&bare).is_empty());
}

#[test]
fn later_sign_ins_write_what_differs() {
    let (pool, client) = (pool(json!({})), client(None));
    let mut user = first(
        &pool,
        &client,
        &[
            ("email", "a@example.com"),
            ("name", "Jane"),
            ("nickname", "J"),
        ],
    )
    .unwrap();
    user.doc
        .pending
        .insert("email".into(), "pending@example.com".into());
    for same in [vec![], vec![("name", "Jane")], vec![("locale", "")]] {
        assert!(
            later(&pool, &client, &user, &same).unwrap().is_none(),
            "{same:?}"
        );
    }
    let changed = later(
        &pool,
        &client,
        &user,
        &[("name", "Jane Doe"), ("nickname", "")],
    );
    let changed = changed.unwrap().unwrap();
    assert_eq!(
        shown(&changed.after),
        [
            ("email", "a@example.com"),
            ("email_verified", "false"),
            ("name", "Jane Doe")
        ]
    );
    assert_eq!(changed.after.modified, NOW + 1);
    assert!(changed.touched.is_empty() && !changed.after.doc.pending.is_empty());
    assert_eq!(
        changed.after.attribute("identities"),
        user.attribute("identities")
    );

    let changed = later(&pool, &client, &user, &[("email", "")])
        .unwrap()
        .unwrap();
    assert_eq!(shown(&changed.after), [("name", "Jane"), ("nickname", "J")]);
    assert_eq!(changed.touched, [Contact::Email]);
    assert!(changed.after.doc.pending.is_empty());
}

#[test]
fn required_attributes_are_there_and_stay() {
    let pool = pool(json!({"schema": [required("email"), required("nickname")]}));
    let client = client(None);
    for (list, expected) in [
        (
            vec![("nickname", "J")],
            "email: The attribute is required\n ",
        ),
        (
            vec![("nickname", "J"), ("email", "")],
            "email: The attribute is required\n ",
        ),
        (
            vec![],
            "nickname: The attribute is required\nemail: The attribute is required\n ",
        ),
    ] {
        let made = first(&pool, &client, &list);
        assert_eq!(
            made.err(),
            refused(&format!("Invalid user attributes: {expected}"))
        );
    }
    let user = first(
        &pool,
        &client,
        &[("nickname", "J"), ("email", "a@example.com")],
    )
    .unwrap();
    assert!(
        later(&pool, &client, &user, &[("nickname", "K")])
            .unwrap()
            .is_some()
    );
    let cleared = later(&pool, &client, &user, &[("email", "")]);
    assert_eq!(
        cleared.err(),
        refused("Invalid user attributes: email: The attribute is required\n ")
    );
}

#[test]
fn fixed_attributes_are_set_once() {
    let pool = pool(json!({"schema": [custom("custom:once", false)]}));
    let client = client(Some(&["custom:once", "name"]));
    let user = first(&pool, &client, &[("custom:once", "1")]).unwrap();
    assert!(
        later(&pool, &client, &user, &[("custom:once", "1")])
            .unwrap()
            .is_none()
    );
    for value in ["2", ""] {
        let changed = later(
            &pool,
            &client,
            &user,
            &[("custom:once", value), ("name", "J")],
        );
        assert_eq!(
            changed.err(),
            refused("Invalid user attributes: custom:once: Attribute cannot be updated.\n ")
        );
    }
}

#[test]
fn what_the_client_may_not_write_is_left_out() {
    let pool = pool(json!({"schema": [custom("custom:a", true), custom("custom:b", true)]}));
    let list = [
        ("name", "Jane"),
        ("custom:a", "1"),
        ("custom:b", "2"),
        ("custom:unknown", "3"),
        ("dev:custom:a", "4"),
        ("sub", "x"),
        ("identities", "[]"),
        ("cognito:mfa_enabled", "true"),
    ];
    let user = first(&pool, &client(Some(&["custom:a"])), &list).unwrap();
    assert_eq!(shown(&user), [("custom:a", "1")]);
    assert_eq!(user.id, ID);
    assert!(user.attribute("identities").unwrap().contains("Sub-1"));
    assert_eq!(
        shown(&first(&pool, &client(None), &list).unwrap()),
        [("name", "Jane")]
    );
}

#[test]
fn values_fit_the_schema() {
    let pool = pool(json!({"schema": [custom("custom:a", true)]}));
    let client = client(Some(&["custom:a", "birthdate", "email", "phone_number"]));
    let birthdays = r#"[{"date":{"year":1990,"month":1,"day":31}}]"#;
    for (name, value, expected) in [
        (
            "birthdate",
            birthdays,
            "Invalid user attributes: birthdate: String must be no longer than 10 characters\n ",
        ),
        (
            "custom:a",
            "12345678901",
            "Invalid user attributes: custom:a: String must be no longer than 10 characters\n ",
        ),
        ("email", "jane", "Invalid email address format."),
        ("phone_number", "0301234", "Invalid phone number format."),
    ] {
        assert_eq!(
            first(&pool, &client, &[(name, value)]).err(),
            refused(expected)
        );
        let user = first(&pool, &client, &[]).unwrap();
        assert_eq!(
            later(&pool, &client, &user, &[(name, value)]).err(),
            refused(expected)
        );
    }
    assert!(first(&pool, &client, &[("birthdate", "1990-02-30")]).is_err());
}

#[test]
fn a_linked_user_of_the_pool_keeps_the_name_to_sign_in_with() {
    let pool = pool(json!({"username_attributes": ["email"]}));
    let client = client(None);
    let mut user = first(&pool, &client, &[("email", "a@example.com")]).unwrap();
    assert!(
        later(&pool, &client, &user, &[("email", "")])
            .unwrap()
            .is_some()
    );
    user.status = UserStatusType::Confirmed;
    let cleared = later(&pool, &client, &user, &[("email", "")]);
    assert_eq!(
        cleared.err(),
        refused("Invalid user attributes: email: The attribute is required\n ")
    );
}
