//! Later sign-ins of a provider's user: changed claims, states of the user, and what stays untouched (endpoints.md 4.2).

use cognate_domain::app::functions::Trigger;
use cognate_domain::errors::unconfirmed::federation as unconfirmed;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::flow::*;
use crate::oauth::flow::rows;
use crate::support::TestApp;
use crate::support::functions::arm;
use crate::support::played::Played;
use crate::support::signin::*;

const USER: &str = "Corp_u1";

fn jane() -> Value {
    json!({"email": "jane@corp.example", "email_verified": true, "name": "Jane"})
}

#[each_engine]
async fn changed_claims_are_written_absent_ones_kept_and_blank_ones_cleared(t: &TestApp) {
    let c = company(t).await;
    let first = enter(t, &c, jane()).await;
    let before = seen(t, &c.pool, USER).await;
    // Nothing new, nothing written.
    t.advance(60).await;
    enter(t, &c, jane()).await;
    let same = seen(t, &c.pool, USER).await;
    assert_eq!(same["UserLastModifiedDate"], before["UserLastModifiedDate"]);
    enter(t, &c, json!({})).await;
    let kept = seen(t, &c.pool, USER).await;
    assert_eq!(
        (&kept["email"], &kept["name"]),
        (&before["email"], &before["name"])
    );
    assert_eq!(kept["email_verified"], "true");
    let claims = enter(t, &c, json!({"email": "j@other.example", "name": " "})).await;
    let after = seen(t, &c.pool, USER).await;
    assert_eq!(after["email"], "j@other.example");
    // Nobody said that the new address is verified.
    assert_eq!(after["email_verified"], "false");
    assert_eq!(after["name"], Value::Null);
    assert_eq!(
        (&claims["sub"], &claims["email"]),
        (&first["sub"], &json!("j@other.example"))
    );
    assert_ne!(
        after["UserLastModifiedDate"],
        before["UserLastModifiedDate"]
    );
    assert_eq!(users(t, &c.pool).await, 1);
}

#[each_engine]
async fn an_attribute_that_never_changes_ends_the_sign_in_that_changes_it(t: &TestApp) {
    let schema = json!({"Name": "staff", "AttributeDataType": "String", "Mutable": true});
    let fixed = json!({"Name": "number", "AttributeDataType": "String", "Mutable": false});
    let pool = json!({"Schema": [schema, fixed]});
    let mapping = json!({"email": "email", "custom:staff": "staff"});
    let client = json!({"WriteAttributes": ["email", "custom:staff", "custom:number"]});
    let c = company_with(t, pool, json!({"AttributeMapping": mapping}), client).await;
    enter(t, &c, json!({"staff": ["a", "b c"]})).await;
    assert_eq!(seen(t, &c.pool, USER).await["custom:staff"], "[a,b+c]");
    // The service lets a mapping name an attribute that never changes, and the second value is refused.
    let mapping = json!({"email": "email", "custom:number": "number"});
    let update = json!({"UserPoolId": c.pool, "ProviderName": "Corp", "AttributeMapping": mapping});
    let Ok(_) = t.call("UpdateIdentityProvider", update).await else {
        return;
    };
    enter(t, &c, json!({"sub": "u2", "number": "1"})).await;
    enter(t, &c, json!({"sub": "u2", "number": "1"})).await;
    let said = turned_away(t, &c, json!({"sub": "u2", "number": "2"})).await;
    assert_eq!(said.0, "invalid_request");
    assert_eq!(
        said.1,
        "Invalid user attributes: custom:number: Attribute cannot be updated.\n "
    );
    assert_eq!(seen(t, &c.pool, "Corp_u2").await["custom:number"], "1");
}

#[each_engine]
async fn a_disabled_user_stays_out_and_a_deleted_one_comes_back_as_another(t: &TestApp) {
    let c = company(t).await;
    let first = enter(t, &c, jane()).await;
    let named = json!({"UserPoolId": c.pool, "Username": USER});
    t.ok("AdminDisableUser", named.clone()).await;
    let said = turned_away(t, &c, json!({"name": "Another"})).await;
    assert_eq!(
        said,
        (
            "invalid_request".into(),
            unconfirmed::USER_IS_DISABLED.to_owned()
        )
    );
    assert!(recorded(t, &c.pool).await.contains("disabled"));
    assert_eq!(seen(t, &c.pool, USER).await["name"], "Jane");
    t.ok("AdminEnableUser", named.clone()).await;
    assert_eq!(enter(t, &c, jane()).await["sub"], first["sub"]);
    t.ok("AdminDisableUser", named.clone()).await;
    t.ok("AdminDeleteUser", named).await;
    let second = enter(t, &c, jane()).await;
    assert_ne!(second["sub"], first["sub"]);
    assert_eq!(second["cognito:username"], USER);
    assert_eq!(users(t, &c.pool).await, 1);
}

#[each_engine]
async fn the_lockout_is_not_touched(t: &TestApp) {
    let c = company(t).await;
    enter(t, &c, jane()).await;
    set_password(t, &c.pool, USER, PASSWORD).await;
    for _ in 0..3 {
        let wrong = by_password(&c.client, USER, "Wr0ng-Passw0rd");
        t.call("InitiateAuth", wrong).await.unwrap_err();
    }
    let tally = || async {
        let sql = "SELECT * FROM attempts WHERE pool_id = ?1 AND kind = 'password'";
        let rows = t
            .app
            .store
            .rows(sql, cognate_store::params![c.pool.as_str()]);
        format!("{:?}", rows.await.unwrap())
    };
    let before = tally().await;
    assert_ne!(before, "[]");
    enter(t, &c, jane()).await;
    turned_away(t, &c, json!({"aud": "x"})).await;
    assert_eq!(tally().await, before);
}

#[each_engine]
async fn no_password_opens_a_provider_s_user(t: &TestApp) {
    let c = company(t).await;
    enter(t, &c, jane()).await;
    for password in [PASSWORD, ""] {
        let refused = t
            .call("InitiateAuth", by_password(&c.client, USER, password))
            .await;
        refused.unwrap_err();
    }
    let srp = Srp::start(t, &c.client, USER).await;
    if let Ok(srp) = srp {
        let answer = verify(&c.client, srp.responses(&c.pool, PASSWORD));
        let refused = t.call("RespondToAuthChallenge", answer).await.unwrap_err();
        assert_eq!(refused, not_authorized("Incorrect username or password."));
    }
    let forgot = json!({"ClientId": c.client, "Username": USER});
    t.call("ForgotPassword", forgot).await.unwrap_err();
    assert_eq!(
        seen(t, &c.pool, USER).await["UserStatus"],
        "EXTERNAL_PROVIDER"
    );
}

#[each_engine]
async fn the_address_of_a_provider_s_user_is_nobody_s_name(t: &TestApp) {
    for pool in [
        json!({"UsernameAttributes": ["email"]}),
        json!({"AliasAttributes": ["email"]}),
    ] {
        let c = company_with(t, pool.clone(), json!({}), json!({})).await;
        let theirs = enter(t, &c, jane()).await;
        assert_eq!(theirs["cognito:username"], USER);
        // A user of the pool's own may have the address, before and after.
        let is_alias = pool.get("AliasAttributes").is_some();
        let name = if is_alias {
            "jane"
        } else {
            "jane@corp.example"
        };
        let attributes = json!([
            {"Name": "email", "Value": "jane@corp.example"}, {"Name": "email_verified", "Value": "true"},
        ]);
        let own = user_with(t, &c.pool, name, attributes).await;
        let signed_in = sign_in(t, &c.client, "jane@corp.example").await;
        assert_eq!(claims(&signed_in["IdToken"])["sub"], json!(own));
        assert_eq!(enter(t, &c, jane()).await["sub"], theirs["sub"]);
        let other = enter(t, &c, with(jane(), json!({"sub": "u2"}))).await;
        assert_ne!(other["sub"], theirs["sub"]);
        let signed_in = sign_in(t, &c.client, "jane@corp.example").await;
        assert_eq!(claims(&signed_in["IdToken"])["sub"], json!(own));
        assert_eq!(users(t, &c.pool).await, 3);
    }
}

#[each_engine]
async fn tokens_can_be_attributes(t: &TestApp) {
    let list = ["at", "rt"].map(|name| {
        json!({"Name": name, "AttributeDataType": "String", "Mutable": true, "StringAttributeConstraints": {"MaxLength": "2048"}})
    });
    let mapping = json!({"custom:at": "access_token", "custom:rt": "refresh_token"});
    let members = json!({ "AttributeMapping": mapping });
    let client = json!({"WriteAttributes": ["custom:at", "custom:rt"]});
    let c = company_with(t, json!({ "Schema": list }), members, client).await;
    // A claim of the name is not the token.
    enter(t, &c, json!({"access_token": "a claim"})).await;
    let user = seen(t, &c.pool, USER).await;
    assert_eq!(
        (&user["custom:at"], &user["custom:rt"]),
        (&json!("at-1"), &json!("rt-1"))
    );
}

#[each_engine]
async fn what_the_client_may_not_write_is_left_out(t: &TestApp) {
    let c = company_with(
        t,
        json!({}),
        json!({}),
        json!({"WriteAttributes": ["name"]}),
    )
    .await;
    enter(t, &c, jane()).await;
    let user = seen(t, &c.pool, USER).await;
    assert_eq!(
        (&user["name"], &user["email"]),
        (&json!("Jane"), &Value::Null)
    );
}

#[each_engine]
async fn a_function_behind_the_sign_in_can_refuse_it(t: &TestApp) {
    let played = Played::install(t);
    let c = company(t).await;
    enter(t, &c, jane()).await;
    arm(t, &c.pool, &[Trigger::PostAuthentication], json!({})).await;
    let error = cognate_domain::app::functions::InvokeError::Failed("no".into());
    played.fails(Trigger::PostAuthentication, error);
    let said = turned_away(t, &c, json!({"name": "Another"})).await;
    assert_eq!(said.1, "PostAuthentication failed with error no. ");
    assert_eq!(rows(t, "authorization_codes", &c.pool).await, 1);
}
