//! Every access token that must be refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::jws::{self, SigningKey};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::signin::*;

/// Replaces a part of a token.
fn with_part(token: &Value, index: usize, json: &Value) -> Value {
    let mut parts: Vec<String> = token
        .as_str()
        .unwrap()
        .split('.')
        .map(str::to_owned)
        .collect();
    parts[index] = URL_SAFE_NO_PAD.encode(json.to_string());
    json!(parts.join("."))
}

/// Returns a token with any claims, signed by the pool's own key for access tokens.
async fn signed_by_the_pool(t: &TestApp, pool: &str, claims: &Value) -> Value {
    let pool = t.app.cached_pool(pool).await.unwrap().unwrap();
    let signers = t.app.cached_signers(&pool).await.unwrap();
    let header = signers.access.header.as_bytes();
    json!(
        signers
            .access
            .key
            .sign_compact(header, claims.to_string().as_bytes())
    )
}

#[each_engine]
async fn tokens_that_are_no_access_tokens_of_ours_are_invalid(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let result = sign_in(t, &s.client, "jane").await;
    let access = &result["AccessToken"];
    let kid = header(access)["kid"].clone();
    let text = access.as_str().unwrap();
    let (input, signature) = text.rsplit_once('.').unwrap();
    let mut unknown_client = claims(access);
    unknown_client["client_id"] = json!("nosuchclient");
    for bad in [
        json!("x"),
        json!("a.b.c"),
        result["IdToken"].clone(),
        result["RefreshToken"].clone(),
        with_part(access, 0, &json!({"kid": kid, "alg": "none"})),
        with_part(access, 0, &json!({"kid": kid, "alg": "HS256"})),
        json!(format!("{input}.")),
        json!(input),
        json!(format!("{text}.{signature}")),
        json!(format!("{text}=")),
        with_part(access, 1, &json!([1])),
        with_part(access, 1, &json!({})),
        with_part(access, 1, &unknown_client),
    ] {
        assert_eq!(
            get_user(t, &bad).await.unwrap_err(),
            not_authorized("Invalid Access Token"),
            "{bad}"
        );
    }
}

#[each_engine]
async fn forged_tampered_and_foreign_signatures_do_not_verify(t: &TestApp) {
    let (s, elsewhere) = (site(t).await, site(t).await);
    user(t, &s.pool, "jane").await;
    user(t, &elsewhere.pool, "jane").await;
    let (mine, theirs) = (
        sign_in(t, &s.client, "jane").await,
        sign_in(t, &elsewhere.client, "jane").await,
    );
    let access = &mine["AccessToken"];
    let mut tampered = claims(access);
    tampered["username"] = json!("john");
    let forged = |key: &SigningKey, kid: &Value, claims: &Value| {
        let header = jws::header_json(kid.as_str().unwrap());
        json!(key.sign_compact(header.as_bytes(), claims.to_string().as_bytes()))
    };
    let own = SigningKey::generate();
    let kid = &header(access)["kid"];
    // Another pool's token that names our client: signed by keys of the other pool.
    let mut crossed = claims(&theirs["AccessToken"]);
    crossed["client_id"] = json!(s.client);
    let signature = theirs["AccessToken"]
        .as_str()
        .unwrap()
        .rsplit_once('.')
        .unwrap()
        .1;
    let borrowed = format!(
        "{}.{signature}",
        access.as_str().unwrap().rsplit_once('.').unwrap().0
    );
    for bad in [
        with_part(access, 1, &tampered),
        forged(&own, kid, &claims(access)),
        forged(&own, &json!(own.public().kid()), &claims(access)),
        with_part(&theirs["AccessToken"], 1, &crossed),
        json!(borrowed),
        // The key of ID tokens signs no access tokens.
        with_part(access, 0, &header(&mine["IdToken"])),
    ] {
        let text = "Could not verify signature for Access Token";
        assert_eq!(
            get_user(t, &bad).await.unwrap_err(),
            not_authorized(text),
            "{bad}"
        );
    }
}

#[each_engine]
async fn sign_out_everywhere_disabling_and_deleting_refuse_tokens_at_once(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let (one, two) = (
        sign_in(t, &s.client, "jane").await,
        sign_in(t, &s.client, "jane").await,
    );
    let sign_out = json!({"AccessToken": one["AccessToken"]});
    assert_eq!(t.ok("GlobalSignOut", sign_out.clone()).await, json!({}));
    let revoked = "Access Token has been revoked";
    t.refused("GlobalSignOut", sign_out, "NotAuthorizedException", revoked)
        .await;
    assert_eq!(
        get_user(t, &two["AccessToken"]).await.unwrap_err(),
        not_authorized(revoked)
    );

    let three = sign_in(t, &s.client, "jane").await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    assert_eq!(
        get_user(t, &three["AccessToken"]).await.unwrap_err(),
        not_authorized(revoked)
    );
    t.ok(
        "AdminEnableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let four = sign_in(t, &s.client, "jane").await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let gone = refusal(("UserNotFoundException", "User does not exist."));
    assert_eq!(get_user(t, &four["AccessToken"]).await.unwrap_err(), gone);
    t.refused(
        "GlobalSignOut",
        json!({"AccessToken": four["AccessToken"]}),
        "NotAuthorizedException",
        revoked,
    )
    .await;
}

#[each_engine]
async fn tokens_of_the_right_key_must_still_say_the_right_things(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let result = sign_in(t, &s.client, "jane").await;
    let claims = claims(&result["AccessToken"]);
    for (name, value, text) in [
        (
            "scope",
            json!("openid email"),
            "Access Token does not have required scopes",
        ),
        (
            "scope",
            json!(""),
            "Access Token does not have required scopes",
        ),
        ("token_use", json!("id"), "Invalid Access Token"),
        ("exp", json!(1), "Access Token has expired"),
        (
            "origin_jti",
            json!("11111111-2222-3333-4444-555555555555"),
            "Access Token has been revoked",
        ),
    ] {
        let mut claims = claims.clone();
        claims[name] = value;
        let token = signed_by_the_pool(t, &s.pool, &claims).await;
        assert_eq!(
            get_user(t, &token).await.unwrap_err(),
            not_authorized(text),
            "{name}"
        );
    }
    get_user(t, &signed_by_the_pool(t, &s.pool, &claims).await)
        .await
        .unwrap();
    let other = client_of(t, &s.pool, json!({})).await;
    let mut moved = claims.clone();
    moved["client_id"] = other["ClientId"].clone();
    let token = signed_by_the_pool(t, &s.pool, &moved).await;
    assert_eq!(
        get_user(t, &token).await.unwrap_err(),
        not_authorized("Invalid Access Token")
    );
}

#[each_engine]
async fn the_state_of_the_user_counts_at_every_use(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let result = sign_in(t, &s.client, "jane").await;
    set_status(t, &s.pool, "RESET_REQUIRED").await;
    let reset = refusal((
        "PasswordResetRequiredException",
        "Password reset required for the user",
    ));
    assert_eq!(
        get_user(t, &result["AccessToken"]).await.unwrap_err(),
        reset
    );
    set_status(t, &s.pool, "UNCONFIRMED").await;
    let unconfirmed = refusal(("UserNotConfirmedException", "User is not confirmed."));
    assert_eq!(
        get_user(t, &result["AccessToken"]).await.unwrap_err(),
        unconfirmed
    );
    set_status(t, &s.pool, "CONFIRMED").await;
    get_user(t, &result["AccessToken"]).await.unwrap();
}

#[each_engine]
async fn a_pool_that_ended_on_another_node_opens_no_session(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let result = sign_in(t, &s.client, "jane").await;
    // Behind the back of this node's cache.
    let end = "UPDATE pools SET state = 1, ver = ver + 1 WHERE pool_id = ?1";
    t.app
        .store
        .commit(cognate_store::Batch::new().run(end, cognate_store::params![&s.pool]))
        .await
        .unwrap();
    let text = format!("User pool client {} does not exist.", s.client);
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        "ResourceNotFoundException",
        &text,
    )
    .await;
    let invalid = not_authorized("Invalid Access Token");
    assert_eq!(
        get_user(t, &result["AccessToken"]).await.unwrap_err(),
        invalid
    );
}

#[each_engine]
async fn a_deleted_client_ends_its_tokens(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let result = sign_in(t, &s.client, "jane").await;
    t.ok(
        "DeleteUserPoolClient",
        json!({"UserPoolId": s.pool, "ClientId": s.client}),
    )
    .await;
    let invalid = not_authorized("Invalid Access Token");
    assert_eq!(
        get_user(t, &result["AccessToken"]).await.unwrap_err(),
        invalid
    );
}
