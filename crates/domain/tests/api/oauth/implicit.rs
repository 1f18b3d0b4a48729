//! Tokens without a code.

use cognate_domain::app::functions::Trigger;
use cognate_domain::oauth::authorization::Parameters;
use cognate_domain::oauth::reply::{Reply, ReplyMode};
use each_engine::each_engine;

use super::flow::*;
use super::*;
use crate::support::functions::arn;
use crate::support::played::Played;

fn implicit(client: &str) -> Parameters<'_> {
    Parameters {
        response_type: Some("token"),
        nonce: Some("n-1"),
        ..ask(client)
    }
}

fn token(reply: &Reply, name: &str) -> Value {
    json!(reply.parameter(name))
}

#[each_engine]
async fn tokens_come_in_the_fragment_and_without_a_refresh_token(t: &TestApp) {
    let s = hosted_with(t, json!({}), json!({"AccessTokenValidity": 2})).await;
    let authorization = authorized(t, &implicit(&s.client)).await;
    let finished = page(t, &authorization).await;
    let by_session = by_cookie(t, &authorization, cookie(&finished)).await;
    for reply in [&finished.reply, &by_session] {
        assert_eq!(reply.mode, ReplyMode::Fragment);
        let names: Vec<&str> = reply.parameters.iter().map(|(name, _)| *name).collect();
        assert_eq!(
            names,
            [
                "id_token",
                "access_token",
                "expires_in",
                "token_type",
                "state",
                "iss"
            ]
        );
        assert_eq!(reply.parameter("expires_in"), Some("7200"));
        assert_eq!(reply.parameter("token_type"), Some("Bearer"));
        let (access, id) = (
            claims(&token(reply, "access_token")),
            claims(&token(reply, "id_token")),
        );
        assert_eq!(
            (&access["scope"], &id["nonce"]),
            (&json!("openid email"), &json!("n-1"))
        );
        assert_eq!(claim_names(&token(reply, "id_token"))[0], "at_hash");
        assert_eq!(access["origin_jti"], id["origin_jti"]);
        answer(info(t, reply.parameter("access_token").unwrap()).await);
    }
    // Without `openid` there is one token.
    let request = Parameters {
        scope: Some("aws.cognito.signin.user.admin"),
        ..implicit(&s.client)
    };
    let reply = page(t, &authorized(t, &request).await).await.reply;
    assert_eq!(reply.parameter("id_token"), None);
    get_user(t, &token(&reply, "access_token")).await.unwrap();
}

#[each_engine]
async fn its_tokens_end_with_the_user_s_sessions(t: &TestApp) {
    let s = hosted(t).await;
    let authorization = authorized(t, &implicit(&s.client)).await;
    let by_name = json!({"UserPoolId": s.pool, "Username": "jane"});
    let reply = page(t, &authorization).await.reply;
    let access = reply.parameter("access_token").unwrap();
    t.ok("AdminUserGlobalSignOut", by_name).await;
    assert_eq!(refusal(info(t, access).await).error, "invalid_token");
    let finished = page(t, &authorization).await;
    let access = finished.reply.parameter("access_token").unwrap();
    // A session that is over, or whose user changed meanwhile, answers nothing.
    sign_out(t, &authorization, HOST, cookie(&finished)).await;
    answer(info(t, access).await);
    assert!(
        session_of(t, &authorization, HOST, cookie(&finished))
            .await
            .is_none()
    );
}

#[each_engine]
async fn the_function_is_asked_before_the_tokens_are_signed(t: &TestApp) {
    let trigger = Trigger::PreTokenGeneration;
    let config =
        json!({"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": arn(trigger)}});
    let s = hosted_with(t, json!({"LambdaConfig": config}), json!({})).await;
    let played = Played::install(t);
    played.answers(
        trigger,
        json!({"claimsAndScopeOverrideDetails": {"idTokenGeneration": {"claimsToAddOrOverride": {"tenant": "7"}}}}),
    );
    let authorization = authorized(t, &implicit(&s.client)).await;
    let finished = page(t, &authorization).await;
    let again = by_cookie(t, &authorization, cookie(&finished)).await;
    for reply in [&finished.reply, &again] {
        assert_eq!(claims(&token(reply, "id_token"))["tenant"], "7");
    }
    assert_eq!(
        played.sources(),
        ["TokenGeneration_HostedAuth", "TokenGeneration_HostedAuth"]
    );
    for event in played.events() {
        assert_eq!(event["request"]["scopes"], json!(["openid", "email"]));
    }
    // A function that fails is told to the client of a session, and on the page of a sign-in.
    played.answers(trigger, json!("nonsense"));
    let reply = by_cookie(t, &authorization, cookie(&finished)).await;
    assert_eq!(reply.parameter("error"), Some("invalid_request"));
    let before = rows(t, "browser_sessions", &s.pool).await;
    let refused = page_at(t, &authorization, "jane", HOST, None).await;
    assert_eq!(refused.err().unwrap().0, "InvalidLambdaResponseException");
    assert_eq!(rows(t, "browser_sessions", &s.pool).await, before);
}
