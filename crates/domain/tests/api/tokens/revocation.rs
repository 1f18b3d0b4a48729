//! Which event ends which tokens: every row of the revocation matrix (auth.md 5.6).

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

const ACCESS_REVOKED: &str = "Access Token has been revoked";
const REFRESH_REVOKED: &str = "Refresh Token has been revoked";

/// Jane signed in twice: what is done is done to the first, or to her.
struct Matrix {
    site: Site,
    first: Value,
    second: Value,
}

impl Matrix {
    async fn new(t: &TestApp, client: Value) -> Self {
        let site = site_with(t, json!({}), client).await;
        user(t, &site.pool, "jane").await;
        let first = sign_in(t, &site.client, "jane").await;
        let second = sign_in(t, &site.client, "jane").await;
        Self {
            site,
            first,
            second,
        }
    }

    fn jane(&self) -> Value {
        json!({"UserPoolId": self.site.pool, "Username": "jane"})
    }

    async fn refresh(&self, t: &TestApp, tokens: &Value) -> Result<Value, Refusal> {
        let parameters = json!({"REFRESH_TOKEN": tokens["RefreshToken"]});
        let flow = initiate(&self.site.client, "REFRESH_TOKEN_AUTH", parameters);
        let by_flow = t.call("InitiateAuth", flow).await;
        let input = json!({"ClientId": self.site.client, "RefreshToken": tokens["RefreshToken"]});
        let by_operation = t.call("GetTokensFromRefreshToken", input).await;
        // Both ways are refused alike.
        assert_eq!(by_flow.as_ref().err(), by_operation.as_ref().err());
        by_flow
    }

    /// Asserts that both tokens of a session are refused with these.
    async fn is_over(&self, t: &TestApp, tokens: &Value, access: &Refusal, refresh: &Refusal) {
        assert_eq!(
            &get_user(t, &tokens["AccessToken"]).await.unwrap_err(),
            access
        );
        assert_eq!(&self.refresh(t, tokens).await.unwrap_err(), refresh);
    }

    async fn is_alive(&self, t: &TestApp, tokens: &Value) {
        get_user(t, &tokens["AccessToken"]).await.unwrap();
        self.refresh(t, tokens).await.unwrap();
    }

    async fn both_are_revoked(&self, t: &TestApp) {
        let (access, refresh) = (
            not_authorized(ACCESS_REVOKED),
            not_authorized(REFRESH_REVOKED),
        );
        for tokens in [&self.first, &self.second] {
            self.is_over(t, tokens, &access, &refresh).await;
        }
        // A user who signs in again is signed in.
        let again = sign_in(t, &self.site.client, "jane").await;
        self.is_alive(t, &again).await;
    }
}

#[each_engine]
async fn revoking_a_token_ends_its_session_with_the_tokens_of_every_refresh(t: &TestApp) {
    let m = Matrix::new(t, json!({})).await;
    let refreshed = m.refresh(t, &m.first).await.unwrap()["AuthenticationResult"].clone();
    let revoke = json!({"ClientId": m.site.client, "Token": m.first["RefreshToken"], "RevokeAssociatedSessions": "LINKED"});
    assert_eq!(t.ok("RevokeToken", revoke).await, json!({}));
    m.is_over(
        t,
        &m.first,
        &not_authorized(ACCESS_REVOKED),
        &not_authorized(REFRESH_REVOKED),
    )
    .await;
    let revoked = not_authorized(ACCESS_REVOKED);
    assert_eq!(
        get_user(t, &refreshed["AccessToken"]).await.unwrap_err(),
        revoked
    );
    m.is_alive(t, &m.second).await;
}

#[each_engine]
async fn signing_out_everywhere_ends_every_session(t: &TestApp) {
    let m = Matrix::new(t, json!({})).await;
    t.ok(
        "GlobalSignOut",
        json!({"AccessToken": m.first["AccessToken"]}),
    )
    .await;
    m.both_are_revoked(t).await;
}

#[each_engine]
async fn an_administrator_s_sign_out_ends_every_session(t: &TestApp) {
    let m = Matrix::new(t, json!({})).await;
    t.ok("AdminUserGlobalSignOut", m.jane()).await;
    m.both_are_revoked(t).await;
}

#[each_engine]
async fn disabling_ends_every_session_for_good(t: &TestApp) {
    let m = Matrix::new(t, json!({})).await;
    t.ok("AdminDisableUser", m.jane()).await;
    for tokens in [&m.first, &m.second] {
        let refresh = not_authorized("User is disabled.");
        m.is_over(t, tokens, &not_authorized(ACCESS_REVOKED), &refresh)
            .await;
    }
    t.ok("AdminEnableUser", m.jane()).await;
    m.both_are_revoked(t).await;
}

#[each_engine]
async fn another_password_leaves_sessions_alone(t: &TestApp) {
    let m = Matrix::new(t, json!({})).await;
    let change = json!({
        "AccessToken": m.first["AccessToken"], "PreviousPassword": PASSWORD, "ProposedPassword": "An0ther-one!",
    });
    t.ok("ChangePassword", change).await;
    m.is_alive(t, &m.first).await;
    m.is_alive(t, &m.second).await;
    set_password(t, &m.site.pool, "jane", PASSWORD).await;
    m.is_alive(t, &m.second).await;
}

#[each_engine]
async fn a_user_who_is_gone_has_no_tokens(t: &TestApp) {
    let m = Matrix::new(t, json!({})).await;
    t.ok("DeleteUser", json!({"AccessToken": m.first["AccessToken"]}))
        .await;
    let gone = refusal(("UserNotFoundException", "User does not exist."));
    for tokens in [&m.first, &m.second] {
        m.is_over(t, tokens, &gone, &gone).await;
    }
    // Another user of the same name is another user.
    user(t, &m.site.pool, "jane").await;
    m.is_over(t, &m.first, &gone, &gone).await;
}

#[each_engine]
async fn ending_one_session_ends_only_that_one(t: &TestApp) {
    let m = Matrix::new(t, json!({})).await;
    let track = json!({
        "UserPoolId": m.site.pool, "UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 5},
    });
    t.ok("SetUserPoolSessionConfiguration", track).await;
    let mine = t
        .ok(
            "ListUserSessions",
            json!({"AccessToken": m.second["AccessToken"]}),
        )
        .await;
    let other = mine["Sessions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["IsCurrentSession"] == false)
        .unwrap();
    let revoke = json!({"AccessToken": m.second["AccessToken"], "SessionId": other["SessionId"]});
    t.ok("RevokeUserSession", revoke).await;
    m.is_over(
        t,
        &m.first,
        &not_authorized(ACCESS_REVOKED),
        &not_authorized(REFRESH_REVOKED),
    )
    .await;
    m.is_alive(t, &m.second).await;
}

#[each_engine]
async fn a_client_without_revocation_cannot_revoke_but_sign_out_works(t: &TestApp) {
    let m = Matrix::new(t, json!({"EnableTokenRevocation": false})).await;
    let revoke = json!({"ClientId": m.site.client, "Token": m.first["RefreshToken"]});
    let text = "Please enable token revocation before revoking tokens for this client";
    t.refused("RevokeToken", revoke, "UnsupportedOperationException", text)
        .await;
    m.is_alive(t, &m.first).await;
    // The new tokens of a refresh still belong to the session.
    let refreshed = m.refresh(t, &m.first).await.unwrap()["AuthenticationResult"].clone();
    assert!(
        claims(&refreshed["AccessToken"])
            .get("origin_jti")
            .is_none()
    );
    t.ok(
        "GlobalSignOut",
        json!({"AccessToken": refreshed["AccessToken"]}),
    )
    .await;
    m.both_are_revoked(t).await;
}

#[each_engine]
async fn turning_revocation_on_or_off_loses_no_session(t: &TestApp) {
    let m = Matrix::new(t, json!({"EnableTokenRevocation": false})).await;
    let switch = |on: bool| {
        json!({
            "UserPoolId": m.site.pool, "ClientId": m.site.client, "EnableTokenRevocation": on,
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        })
    };
    t.ok("UpdateUserPoolClient", switch(true)).await;
    m.is_alive(t, &m.first).await;
    let traceable = m.refresh(t, &m.first).await.unwrap()["AuthenticationResult"].clone();
    assert!(
        claims(&traceable["AccessToken"])
            .get("origin_jti")
            .is_some()
    );
    t.ok("UpdateUserPoolClient", switch(false)).await;
    get_user(t, &traceable["AccessToken"]).await.unwrap();
    t.ok("UpdateUserPoolClient", switch(true)).await;
    t.ok(
        "RevokeToken",
        json!({"ClientId": m.site.client, "Token": m.first["RefreshToken"]}),
    )
    .await;
    // Also the token from before, which had no claim of its own for it.
    m.is_over(
        t,
        &m.first,
        &not_authorized(ACCESS_REVOKED),
        &not_authorized(REFRESH_REVOKED),
    )
    .await;
    assert_eq!(
        get_user(t, &traceable["AccessToken"]).await.unwrap_err(),
        not_authorized(ACCESS_REVOKED)
    );
    m.is_alive(t, &m.second).await;
}

#[each_engine]
async fn a_sign_in_and_a_sign_out_at_once_leave_all_or_nothing_of_each(t: &TestApp) {
    let m = Matrix::new(t, json!({})).await;
    let (_, third) = tokio::join!(
        t.ok("AdminUserGlobalSignOut", m.jane()),
        sign_in(t, &m.site.client, "jane")
    );
    for tokens in [&m.first, &m.second] {
        m.is_over(
            t,
            tokens,
            &not_authorized(ACCESS_REVOKED),
            &not_authorized(REFRESH_REVOKED),
        )
        .await;
    }
    // The one that came in at the same time is either wholly there or wholly gone.
    let (access, refresh) = (
        get_user(t, &third["AccessToken"]).await,
        m.refresh(t, &third).await,
    );
    assert_eq!(access.is_ok(), refresh.is_ok());
}
