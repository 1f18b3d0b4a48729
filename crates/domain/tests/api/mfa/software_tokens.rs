//! AssociateSoftwareToken, VerifySoftwareToken, AdminDeleteSoftwareToken.

use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::mfa::*;
use crate::support::signin::{refusal, sign_in};

const NO_TOTP: (&str, &str) = (
    "SoftwareTokenMFANotFoundException",
    "Software Token MFA has not been enabled by the userPool",
);

#[each_engine]
async fn the_app_in_force_stays_until_another_is_verified(t: &TestApp) {
    let (s, app) = jane_with_app(t).await;
    let asked = challenge(t, &s).await;
    let tokens = respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    )
    .await
    .unwrap();
    let token = &tokens["AuthenticationResult"]["AccessToken"];
    let associate = json!({"AccessToken": token});
    let first = App::scan(&t.ok("AssociateSoftwareToken", associate.clone()).await["SecretCode"]);
    let second = App::scan(&t.ok("AssociateSoftwareToken", associate).await["SecretCode"]);
    let verify = |code: String| json!({"AccessToken": token, "UserCode": code, "FriendlyDeviceName": "new phone"});
    for wrong in [first.code(t), app.code(t), second.wrong(t)] {
        t.refused(
            "VerifySoftwareToken",
            verify(wrong),
            NOT_ENABLED.0,
            NOT_ENABLED.1,
        )
        .await;
    }
    later(t).await;
    let asked = challenge(t, &s).await;
    assert!(
        asked["ChallengeParameters"]
            .get("FRIENDLY_DEVICE_NAME")
            .is_none()
    );
    assert_signed_in(
        &respond(
            t,
            &s,
            &asked,
            json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
        )
        .await
        .unwrap(),
    );

    t.ok("VerifySoftwareToken", verify(second.code(t))).await;
    // Nothing waits any more.
    t.refused(
        "VerifySoftwareToken",
        verify(second.code_in(t, 30)),
        NOT_ENABLED.0,
        NOT_ENABLED.1,
    )
    .await;
    later(t).await;
    let asked = challenge(t, &s).await;
    assert_eq!(
        asked["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"],
        "new phone"
    );
    let old = respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    )
    .await;
    assert_eq!(old.unwrap_err(), refusal(WRONG_TOTP));
    assert_signed_in(
        &respond(
            t,
            &s,
            &asked,
            json!({"SOFTWARE_TOKEN_MFA_CODE": second.code(t)}),
        )
        .await
        .unwrap(),
    );
}

#[each_engine]
async fn an_administrator_takes_an_app_away(t: &TestApp) {
    let (s, app) = jane_with_app(t).await;
    let asked = challenge(t, &s).await;
    assert_eq!(
        t.ok("AdminDeleteSoftwareToken", of_jane(&s, json!({})))
            .await,
        json!({})
    );
    let gone = respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    )
    .await;
    assert_eq!(gone.unwrap_err(), refusal(NO_TOTP));
    let shown = t.ok("AdminGetUser", of_jane(&s, json!({}))).await;
    assert!(
        shown.get("UserMFASettingList").is_none() && shown.get("PreferredMfaSetting").is_none()
    );
    let tokens = sign_in(t, &s.client, "jane").await;
    let again = "User does not have a software token.";
    t.refused(
        "AdminDeleteSoftwareToken",
        of_jane(&s, json!({})),
        "ResourceNotFoundException",
        again,
    )
    .await;
    let preference = of_jane(&s, json!({"SoftwareTokenMfaSettings": {"Enabled": true}}));
    let off = "User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA";
    t.refused(
        "AdminSetUserMFAPreference",
        preference,
        "InvalidParameterException",
        off,
    )
    .await;
    register(t, &tokens["AccessToken"]).await;
    let nobody = json!({"UserPoolId": s.pool, "Username": "nobody"});
    t.refused(
        "AdminDeleteSoftwareToken",
        nobody,
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
    t.ok(
        "SignUp",
        json!({"ClientId": s.client, "Username": "june", "Password": PASSWORD}),
    )
    .await;
    let unconfirmed = json!({"UserPoolId": s.pool, "Username": "june"});
    t.refused(
        "AdminDeleteSoftwareToken",
        unconfirmed,
        "UserNotConfirmedException",
        "User is not confirmed.",
    )
    .await;
}

#[each_engine]
async fn apps_are_registered_by_one_credential_in_pools_that_offer_them(t: &TestApp) {
    let (s, app) = jane_with_app(t).await;
    let asked = challenge(t, &s).await;
    let tokens = respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    )
    .await
    .unwrap();
    let tokens = &tokens["AuthenticationResult"];
    let one = (
        "InvalidParameterException",
        "Exactly one of AccessToken and Session must be given.",
    );
    for credentials in [
        json!({}),
        json!({"AccessToken": tokens["AccessToken"], "Session": asked["Session"]}),
    ] {
        t.refused("AssociateSoftwareToken", credentials.clone(), one.0, one.1)
            .await;
        let mut verify = credentials;
        verify["UserCode"] = json!("123456");
        t.refused("VerifySoftwareToken", verify, one.0, one.1).await;
    }
    // The session of another challenge must not lead to a new app: a thief of the password would get round the old one.
    let asked = challenge(t, &s).await;
    t.refused(
        "AssociateSoftwareToken",
        json!({"Session": asked["Session"]}),
        "NotAuthorizedException",
        INVALID,
    )
    .await;
    let verify = json!({"Session": asked["Session"], "UserCode": "123456"});
    t.refused(
        "VerifySoftwareToken",
        verify,
        "NotAuthorizedException",
        INVALID,
    )
    .await;
    let nonsense = json!({"Session": "nonsense-of-twenty-characters"});
    t.refused(
        "AssociateSoftwareToken",
        nonsense,
        "NotAuthorizedException",
        "Invalid session provided",
    )
    .await;
    let short = json!({"AccessToken": tokens["AccessToken"], "UserCode": "12345"});
    let (code, text) = t.call("VerifySoftwareToken", short).await.unwrap_err();
    assert_eq!(code, "InvalidParameterException");
    assert!(text.contains("'userCode' failed to satisfy constraint: Member must have length greater than or equal to 6"), "{text}");
    let id_token = json!({"AccessToken": tokens["IdToken"]});
    t.refused(
        "AssociateSoftwareToken",
        id_token,
        "NotAuthorizedException",
        "Invalid Access Token",
    )
    .await;

    require(t, &s.pool, "OFF", &[]).await;
    t.advance(2).await;
    t.refused(
        "AssociateSoftwareToken",
        json!({"AccessToken": tokens["AccessToken"]}),
        NO_TOTP.0,
        NO_TOTP.1,
    )
    .await;
    let verify = json!({"AccessToken": tokens["AccessToken"], "UserCode": "123456"});
    t.refused("VerifySoftwareToken", verify, NO_TOTP.0, NO_TOTP.1)
        .await;
    // Preferences count for nothing in a pool without second factors.
    sign_in(t, &s.client, "jane").await;
    // A pool that asks for other factors again still asks a user who has an app for its code.
    require(t, &s.pool, "OPTIONAL", &["SMS_MFA"]).await;
    t.advance(2).await;
    assert_eq!(
        challenge(t, &s).await["ChallengeName"],
        "SOFTWARE_TOKEN_MFA"
    );
}

#[each_engine]
async fn seeds_are_sealed_and_go_with_their_user(t: &TestApp) {
    let (s, _) = jane_with_app(t).await;
    let count = async || {
        let sql = "SELECT seed FROM software_tokens WHERE pool_id = ?1";
        t.app
            .store
            .rows(sql, cognate_store::params![&s.pool])
            .await
            .unwrap()
            .len()
    };
    assert_eq!(count().await, 1);
    t.ok("AdminDeleteUser", of_jane(&s, json!({}))).await;
    assert_eq!(count().await, 0);
}
