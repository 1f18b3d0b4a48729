//! Attributes and names that are not the attacker's to change or to take: what the schema fixes, what the service alone
//! sets, addresses of others, ids of others, and names that only look like another.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_testkit::Raw;
use serde_json::{Value, json};

use crate::engines::on_each_engine;
use crate::site::*;

const DENIED: &str = "NotAuthorizedException";
const INVALID: &str = "InvalidParameterException";
const UNWRITABLE: (&str, &str) = (DENIED, "A client attempted to write unauthorized attribute");
const TEMPORARY: &str = "Temp0rary!";

fn list(pairs: &[(&str, &str)]) -> Value {
    pairs
        .iter()
        .map(|(name, value)| json!({ "Name": name, "Value": value }))
        .collect()
}

/// Creates a user who has to set a password at the first sign-in.
async fn invite(raw: &Raw, pool: &str, name: &str, pairs: &[(&str, &str)]) {
    let input = json!({
        "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "TemporaryPassword": TEMPORARY,
        "UserAttributes": list(pairs),
    });
    raw.ok("AdminCreateUser", input).await.unwrap();
}

/// Returns the answer to a challenge.
fn answer(client: &str, asked: &Value, responses: Value) -> Value {
    json!({
        "ClientId": client, "ChallengeName": asked["ChallengeName"], "Session": asked["Session"],
        "ChallengeResponses": with(json!({ "USERNAME": "jane" }), &responses),
    })
}

fn new_password(client: &str, asked: &Value, attributes: Value) -> Value {
    let password = json!({ "NEW_PASSWORD": PASSWORD });
    answer(client, asked, with(password, &attributes))
}

/// Returns an attribute of a user as an administrator sees it.
async fn attribute(raw: &Raw, pool: &str, user: &str, name: &str) -> Value {
    let input = json!({ "UserPoolId": pool, "Username": user });
    let shown = raw.ok("AdminGetUser", input).await.unwrap();
    let list = shown["UserAttributes"].as_array().unwrap();
    let found = list.iter().find(|attribute| attribute["Name"] == name);
    found.map_or(Value::Null, |attribute| attribute["Value"].clone())
}

fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn update(token: &Value, pairs: &[(&str, &str)]) -> Value {
    json!({ "AccessToken": token, "UserAttributes": list(pairs) })
}

on_each_engine! {
    async fn what_the_schema_fixes_stays_at_every_step(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let schema = json!([
            { "Name": "tenant", "AttributeDataType": "String", "Mutable": false },
            { "Name": "role", "AttributeDataType": "String", "Mutable": false },
            { "Name": "given_name", "Required": true, "Mutable": true },
        ]);
        let names = json!(["custom:tenant", "custom:role", "given_name", "nickname"]);
        let lists = json!({ "WriteAttributes": names, "ReadAttributes": names });
        let Site { pool, client } = site(&raw, json!({ "Schema": schema }), lists).await;
        invite(&raw, &pool, "jane", &[("custom:tenant", "good")]).await;
        let asked = open.ok("InitiateAuth", by_password(&client, "jane", TEMPORARY)).await.unwrap();
        let fixed = |name: &str| format!("Cannot modify the non-mutable attribute {name}");
        for (name, value) in [
            ("custom:tenant", "evil"), ("custom:tenant", ""), ("custom:tenant", "good"), ("custom:role", "root"),
            ("email_verified", "true"), ("phone_number_verified", "true"), ("sub", "x"), ("identities", "[]"),
        ] {
            let mut attributes = json!({ "userAttributes.given_name": "Jane" });
            attributes[format!("userAttributes.{name}")] = json!(value);
            let input = new_password(&client, &asked, attributes);
            let expected = fixed(name);
            refused(&open, "RespondToAuthChallenge", input.clone(), (INVALID, &expected)).await;
            let admin = with(input, &json!({ "UserPoolId": pool }));
            refused(&raw, "AdminRespondToAuthChallenge", admin, (INVALID, &expected)).await;
        }
        let given = json!({ "userAttributes.given_name": "Jane", "userAttributes.nickname": "J" });
        let signed = open.ok("RespondToAuthChallenge", new_password(&client, &asked, given)).await.unwrap();
        let tokens = &signed["AuthenticationResult"];
        assert_eq!(claims(&tokens["IdToken"])["custom:tenant"], "good");
        let token = &tokens["AccessToken"];
        for (name, value) in [("custom:tenant", "evil"), ("custom:tenant", ""), ("custom:role", "root")] {
            let text = format!("user.{name}: Attribute cannot be updated.\n");
            // The header cannot hold a newline, so the body alone is compared.
            let reply = open.call("UpdateUserAttributes", update(token, &[(name, value)])).await.unwrap();
            assert_eq!(reply.json(), json!({ "__type": INVALID, "message": text }));
        }
        for name in ["custom:tenant", "custom:role"] {
            let text = format!("user.{name}: Attribute cannot be updated.\n");
            let input = json!({ "AccessToken": token, "UserAttributeNames": [name] });
            let reply = open.call("DeleteUserAttributes", input).await.unwrap();
            assert_eq!(reply.json(), json!({ "__type": INVALID, "message": text }));
        }
        assert_eq!(attribute(&raw, &pool, "jane", "custom:tenant").await, "good");
        assert_eq!(attribute(&raw, &pool, "jane", "custom:role").await, Value::Null);
    }

    async fn an_address_set_up_in_a_sign_in_is_an_attribute_like_any_other(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let sender = json!({
            "EmailConfiguration": {
                "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@b.example",
            },
            "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Priority": 1, "Name": "admin_only" }] },
        });
        let short = json!({ "MinLength": "0", "MaxLength": "14" });
        for (email, lists, exception, text) in [
            (json!({ "Name": "email", "Mutable": false }), json!({}), INVALID, "Cannot modify the non-mutable attribute email"),
            (
                json!({ "Name": "email", "AttributeDataType": "String", "StringAttributeConstraints": short }), json!({}), INVALID,
                "Attributes did not conform to the schema: email: String must be no longer than 14 characters\n",
            ),
            (json!({ "Name": "email", "Mutable": true }), json!({ "WriteAttributes": ["nickname"] }), UNWRITABLE.0, UNWRITABLE.1),
        ] {
            let settings = with(sender.clone(), &json!({ "Schema": [email] }));
            let Site { pool, client } = site(&raw, settings, lists).await;
            user(&raw, &pool, "jane", json!([])).await;
            let mfa = json!({ "UserPoolId": pool, "MfaConfiguration": "ON", "EmailMfaConfiguration": {
                "Message": "{####}", "Subject": "code",
            } });
            raw.ok("SetUserPoolMfaConfig", mfa).await.unwrap();
            let asked = open.ok("InitiateAuth", by_password(&client, "jane", PASSWORD)).await.unwrap();
            assert_eq!(asked["ChallengeName"], "MFA_SETUP");
            let input = answer(&client, &asked, json!({ "EMAIL": "jane@example.com" }));
            let reply = open.call("RespondToAuthChallenge", input.clone()).await.unwrap();
            assert_eq!(reply.json(), json!({ "__type": exception, "message": text }));
            let admin = with(input, &json!({ "UserPoolId": pool }));
            let reply = raw.call("AdminRespondToAuthChallenge", admin).await.unwrap();
            assert_eq!(reply.json(), json!({ "__type": exception, "message": text }));
            assert_eq!(server.mailbox().messages(&[("pool", &pool)]).await.unwrap(), Vec::<Value>::new());
        }
    }

    async fn no_schema_makes_a_user_say_what_only_the_service_may(server) {
        let raw = server.raw();
        let refusal = (INVALID, "Required custom attributes are not supported currently.");
        // The name of the other flag is longer than the model lets names be.
        for (name, kind) in [("email_verified", "Boolean"), ("identities", "String")] {
            for entry in [
                json!({ "Name": name, "Required": true, "Mutable": true }),
                json!({ "Name": name, "AttributeDataType": kind, "Required": true }),
            ] {
                let input = json!({ "PoolName": "p", "AliasAttributes": ["email"], "Schema": [entry] });
                refused(&raw, "CreateUserPool", input, refusal).await;
            }
        }
    }

    async fn a_preferred_user_name_takes_nobodys_address(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let aliases = json!({
            "AliasAttributes": ["email", "phone_number", "preferred_username"], "AutoVerifiedAttributes": ["email"],
            "UsernameConfiguration": { "CaseSensitive": false },
        });
        let Site { pool, client } = site(&raw, aliases, json!({})).await;
        user(&raw, &pool, "mallory", json!([])).await;
        let token = sign_in(&open, &client, "mallory").await["AccessToken"].clone();
        let id = text(&attribute(&raw, &pool, "mallory", "sub").await);
        let email = "Preferred username cannot be of email format, since user pool is configured for email alias.";
        let number = "Preferred username cannot be of phone number format, since user pool is configured for phone number alias.";
        let of_id = "Preferred username cannot be of user id format.";
        let unseen = "Preferred username cannot contain characters that are not visible.";
        for (name, text) in [
            ("victim@example.com", email),
            ("Victim@Example.com", email),
            // Compared, it is the address of `café.example`.
            ("victim@cafe\u{301}.example", email),
            ("+15555550100", number),
            (id.as_str(), of_id),
            ("34C84488-E0E1-40AE-92EE-991AD1A898C8", of_id),
            ("chi\u{200b}ef", unseen),
            ("victim\u{2060}@example.com", unseen),
        ] {
            let pairs = [("preferred_username", name)];
            refused(&open, "UpdateUserAttributes", update(&token, &pairs), (INVALID, text)).await;
            let input = json!({ "UserPoolId": pool, "Username": "mallory", "UserAttributes": list(&pairs) });
            refused(&raw, "AdminUpdateUserAttributes", input, (INVALID, text)).await;
            let input = json!({ "UserPoolId": pool, "Username": "new", "MessageAction": "SUPPRESS", "UserAttributes": list(&pairs) });
            refused(&raw, "AdminCreateUser", input, (INVALID, text)).await;
        }
        invite(&raw, &pool, "jane", &[]).await;
        let asked = open.ok("InitiateAuth", by_password(&client, "jane", TEMPORARY)).await.unwrap();
        let given = json!({ "userAttributes.preferred_username": "victim@example.com" });
        refused(&open, "RespondToAuthChallenge", new_password(&client, &asked, given), (INVALID, email)).await;
        // The address is its owner's.
        let attributes = list(&[("email", "victim@example.com")]);
        let input = json!({ "ClientId": client, "Username": "victim", "Password": PASSWORD, "UserAttributes": attributes });
        open.ok("SignUp", input).await.unwrap();
        let code = server.mailbox().code(&[("pool", &pool), ("to", "victim@example.com")]).await.unwrap();
        let input = json!({ "ClientId": client, "Username": "victim", "ConfirmationCode": code });
        open.ok("ConfirmSignUp", input).await.unwrap();
        sign_in(&open, &client, "victim@example.com").await;
    }

    async fn nobody_is_called_by_an_id(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        for settings in [json!({}), json!({ "UsernameConfiguration": { "CaseSensitive": false } })] {
            let Site { pool, client } = site(&raw, settings, json!({})).await;
            for name in ["gone", "there"] {
                user(&raw, &pool, name, json!([])).await;
            }
            let gone = text(&attribute(&raw, &pool, "gone", "sub").await);
            let there = text(&attribute(&raw, &pool, "there", "sub").await);
            raw.ok("AdminDeleteUser", json!({ "UserPoolId": pool, "Username": "gone" })).await.unwrap();
            let refusal = (INVALID, "Username cannot be of user id format.");
            for name in [gone.to_uppercase(), gone, there.to_uppercase(), there] {
                let input = json!({ "ClientId": client, "Username": name, "Password": PASSWORD });
                refused(&open, "SignUp", input, refusal).await;
                let input = json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS" });
                refused(&raw, "AdminCreateUser", input, refusal).await;
            }
        }
    }

    async fn names_that_look_like_another_are_refused(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({ "AliasAttributes": ["email"] }), json!({})).await;
        let by_address = site(&raw, json!({ "UsernameAttributes": ["email", "phone_number"] }), json!({})).await;
        user(&raw, &pool, "jane", json!([])).await;
        let token = sign_in(&open, &client, "jane").await["AccessToken"].clone();
        let bad = (INVALID, "Invalid email address format.");
        // Zero-width space and joiners, soft hyphen, marks and overrides of direction, a byte order mark, fillers, a
        // variation selector, a tag.
        for unseen in ["\u{200b}", "\u{200d}", "\u{ad}", "\u{200f}", "\u{202e}", "\u{2066}", "\u{feff}", "\u{3164}", "\u{fe0f}", "\u{e0041}"] {
            for address in [format!("a{unseen}b@example.com"), format!("ab@exam{unseen}ple.com"), format!("{unseen}ab@example.com")] {
                let attributes = list(&[("email", &address)]);
                let input = json!({ "ClientId": client, "Username": "new", "Password": PASSWORD, "UserAttributes": attributes });
                refused(&open, "SignUp", input, bad).await;
                refused(&open, "UpdateUserAttributes", update(&token, &[("email", &address)]), bad).await;
                let input = json!({ "UserPoolId": pool, "Username": "jane", "UserAttributes": attributes });
                refused(&raw, "AdminUpdateUserAttributes", input, bad).await;
                // Where the address is the name: what is no letter does not pass the pattern for names.
                let input = json!({ "ClientId": by_address.client, "Username": address, "Password": PASSWORD });
                let reply = open.call("SignUp", input).await.unwrap();
                assert_eq!(reply.json()["__type"], INVALID, "{}", reply.text());
            }
            let number = format!("+1555{unseen}5550100");
            let bad = (INVALID, "Invalid phone number format.");
            refused(&open, "UpdateUserAttributes", update(&token, &[("phone_number", &number)]), bad).await;
        }
        // What passes the pattern for names and still is not seen.
        for unseen in ["\u{3164}", "\u{115f}", "\u{fe0f}", "\u{34f}", "\u{180b}", "\u{2800}"] {
            let name = format!("ja{unseen}ne");
            let refusal = (INVALID, "Username cannot contain characters that are not visible.");
            let input = json!({ "ClientId": client, "Username": name, "Password": PASSWORD });
            refused(&open, "SignUp", input, refusal).await;
            let input = json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS" });
            refused(&raw, "AdminCreateUser", input, refusal).await;
        }
    }
}
