//! The format `scim`.

use serde_json::{Value, json};

use super::*;

#[test]
fn scim_is_a_list_response_of_users() {
    let disabled = UserRecord {
        enabled: Some(false),
        ..bare("joe")
    };
    let (text, tally) = file(Format::Scim, facts(), vec![jane(), disabled]);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        value,
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": 2,
            "startIndex": 1,
            "itemsPerPage": 2,
            "Resources": [
                {
                    "schemas": [
                        "urn:ietf:params:scim:schemas:core:2.0:User",
                        "urn:cognate:scim:schemas:1.0:User",
                    ],
                    "id": SUB,
                    "userName": "jane",
                    "name": {
                        "formatted": "Jane \"J\" Doe, née\nRoe\\",
                        "familyName": "Doe",
                        "givenName": "Jane",
                        "middleName": "M",
                    },
                    "displayName": "Jane \"J\" Doe, née\nRoe\\",
                    "nickName": "jj",
                    "profileUrl": "https://example.com/jane",
                    "locale": "fr-CA",
                    "timezone": "America/Montreal",
                    "active": true,
                    "emails": [{"value": "jane@example.com", "primary": true}],
                    "phoneNumbers": [{"value": "+15550100", "primary": true}],
                    "photos": [{"value": "https://example.com/jane.png", "type": "photo"}],
                    "addresses": [{"formatted": "1 Road, Town", "primary": true}],
                    "groups": [
                        {"value": "admins", "display": "admins"},
                        {"value": "a/b", "display": "a/b"},
                    ],
                    "meta": {
                        "resourceType": "User",
                        "created": "2020-09-13T12:26:40.000Z",
                        "lastModified": "2020-09-13T12:26:41.999Z",
                    },
                    "urn:cognate:scim:schemas:1.0:User": {
                        "birthdate": "1990-02-03",
                        "updated_at": "1600000000",
                        "email_verified": "true",
                        "custom:note": " x, y ",
                    },
                },
                {
                    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                    "userName": "joe",
                    "active": false,
                    "meta": {"resourceType": "User"},
                },
            ],
        })
    );
    assert_eq!(
        (
            tally.users,
            tally.omitted,
            tally.omitted_passkeys,
            tally.omitted_links
        ),
        (2, all_secrets(&jane()), 1, 2)
    );
    let (empty, _) = file(Format::Scim, facts(), Vec::new());
    let value: Value = serde_json::from_str(&empty).unwrap();
    assert_eq!(
        (&value["Resources"], &value["totalResults"]),
        (&json!([]), &json!(0))
    );
}
