//! Token exchange over HTTP: the answer of RFC 8693 section 2.2, and how a client proves itself.

use super::*;

const GRANT: &str = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange";
const TYPE: &str = "urn:ietf:params:oauth:token-type:";

/// Lets the machine trade tokens.
async fn trader(w: &World) {
    let update = json!({
        "UserPoolId": w.pool, "ClientId": w.machine, "AllowedOAuthScopes": ["aws.cognito.signin.user.admin"],
        "ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION"],
    });
    w.site.call(Op::UpdateUserPoolClient, update).await;
}

#[tokio::test]
async fn a_token_is_traded_for_one_that_is_narrower() {
    let w = World::new().await;
    trader(&w).await;
    let tokens = w.sign_in().await;
    let access = tokens["AccessToken"].as_str().unwrap();
    let plain = format!("{GRANT}&subject_token={access}&subject_token_type={TYPE}access_token");
    let by_form = format!("{plain}&client_id={}&client_secret={}", w.machine, w.secret);
    for (authorization, form) in [(Some(w.basic()), &plain), (None, &by_form)] {
        // Proofs of possession are no matter of this grant.
        let form = format!("{form}&resource=api&code_verifier=x");
        let found = w.post(TOKEN, authorization.as_deref(), &form).await;
        assert_eq!(found.status(), StatusCode::OK, "{}", text_of(&found));
        check_headers(&found);
        assert_eq!(
            header(&found, "content-type"),
            "application/json;charset=UTF-8"
        );
        let body = json_of(&found);
        let left = body["expires_in"].as_i64().unwrap();
        assert!((3590..=3600).contains(&left), "{left}");
        assert_eq!(
            body,
            json!({
                "access_token": body["access_token"], "issued_token_type": format!("{TYPE}access_token"),
                "token_type": "Bearer", "expires_in": left, "scope": "aws.cognito.signin.user.admin",
            })
        );
    }
    let form = format!("{plain}&requested_token_type={TYPE}id_token&audience=a");
    let body = json_of(&w.post(TOKEN, Some(&w.basic()), &form).await);
    assert_eq!(
        body,
        json!({
            "access_token": body["access_token"], "issued_token_type": format!("{TYPE}id_token"),
            "token_type": "N_A", "expires_in": body["expires_in"],
        })
    );
}

#[tokio::test]
async fn what_is_not_in_order_is_refused() {
    let w = World::new().await;
    let tokens = w.sign_in().await;
    let access = tokens["AccessToken"].as_str().unwrap();
    let plain = format!("{GRANT}&subject_token={access}&subject_token_type={TYPE}access_token");
    let basic = w.basic();
    let unauthorized = r#"{"error":"unauthorized_client"}"#;
    w.refused(TOKEN, Some(&basic), &plain, 400, unauthorized)
        .await;
    trader(&w).await;
    let missing = r#"{"error":"invalid_request","error_description":"subject_token and subject_token_type are required"}"#;
    let subject = r#"{"error":"invalid_request","error_description":"Invalid Subject Token"}"#;
    let target =
        r#"{"error":"invalid_target","error_description":"Resource server x does not exist."}"#;
    for (form, body) in [
        (GRANT.to_owned(), missing),
        (
            format!("{plain}x"),
            r#"{"error":"invalid_request","error_description":"subject_token_type is not supported"}"#,
        ),
        (
            format!("{GRANT}&subject_token=x&subject_token_type={TYPE}access_token"),
            subject,
        ),
        (format!("{plain}&resource=x"), target),
        (
            format!("{plain}&scope=openid"),
            r#"{"error":"invalid_scope"}"#,
        ),
        // Nothing twice, whatever it is: RFC 8693 allows several resources and audiences, this server one.
        (
            format!("{plain}&resource=api&resource=api"),
            INVALID_REQUEST,
        ),
        (format!("{plain}&audience=a&audience=b"), INVALID_REQUEST),
        (format!("{plain}&subject_token=x"), INVALID_REQUEST),
        (format!("{plain}&%zz"), INVALID_REQUEST),
    ] {
        w.refused(TOKEN, Some(&basic), &form, 400, body).await;
    }
    for (authorization, form, body) in [
        (None, plain.clone(), INVALID_CLIENT),
        (
            None,
            format!("{plain}&client_id={}", w.machine),
            WRONG_SECRET,
        ),
        (
            None,
            format!("{plain}&client_id={}", w.public),
            WRONG_SECRET,
        ),
        (
            Some(super::basic(&format!("{}:x", w.machine))),
            plain.clone(),
            WRONG_SECRET,
        ),
        (
            Some(super::basic(&format!("{}:", w.public))),
            plain.clone(),
            WRONG_SECRET,
        ),
    ] {
        w.refused(TOKEN, authorization.as_deref(), &form, 400, body)
            .await;
    }
    // An assertion may be long, everything else not.
    let long = "x".repeat(100_000);
    let form = format!("{GRANT}&subject_token={long}&subject_token_type={TYPE}access_token");
    w.refused(TOKEN, Some(&basic), &form, 400, subject).await;
    let form = format!("grant_type=refresh_token&refresh_token=x&subject_token={long}");
    w.refused(TOKEN, Some(&basic), &form, 400, INVALID_REQUEST)
        .await;
    let form = format!("{GRANT}&subject_token={}", "x".repeat(330_000));
    w.refused(TOKEN, Some(&basic), &form, 400, INVALID_REQUEST)
        .await;
}
