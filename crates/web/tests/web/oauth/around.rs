//! What the endpoints have in common: methods, origins, rates, missing features.

use super::*;

#[tokio::test]
async fn methods_and_preflights_are_answered_for_every_origin() {
    let w = World::new().await;
    for (path, methods) in [
        (TOKEN, "POST, OPTIONS"),
        (REVOKE, "POST, OPTIONS"),
        ("/oauth2/userInfo", "GET, HEAD, POST, OPTIONS"),
        ("/oauth2/userinfo", "GET, HEAD, POST, OPTIONS"),
    ] {
        let wrong = if path.starts_with("/oauth2/user") {
            Method::PUT
        } else {
            Method::GET
        };
        let found = w.send(request(wrong, path)).await;
        assert_eq!((found.status().as_u16(), text_of(&found)), (405, ""));
        assert_eq!(header(&found, "allow"), methods);
        check_headers(&found);
        let found = w.send(request(Method::OPTIONS, path)).await;
        assert_eq!(found.status(), StatusCode::NO_CONTENT);
        assert_eq!(header(&found, "access-control-allow-methods"), methods);
        check_headers(&found);
    }
    for path in ["/oauth2/token/", "/oauth2/TOKEN", "/oauth2"] {
        assert!(
            w.site
                .ask(&ROUTES, request(Method::GET, path))
                .await
                .is_none(),
            "{path}"
        );
    }
}

#[tokio::test]
async fn requests_count_to_the_category_of_their_grant() {
    let w = World::new().await;
    let counted = || std::mem::take(&mut *w.site.counted.lock().unwrap());
    let by = |category| [Counted::Address, Counted::Category(category)];
    counted();
    for (form, category) in [
        (
            "grant_type=client_credentials",
            Category::ClientAuthentication,
        ),
        ("grant_type=refresh_token", Category::UserAuthentication),
        (
            "grant_type=authorization_code",
            Category::UserAuthentication,
        ),
        ("nonsense", Category::UserAuthentication),
    ] {
        w.post(TOKEN, None, form).await;
        assert_eq!(counted(), by(category), "{form}");
    }
    w.post(REVOKE, None, "").await;
    assert_eq!(counted(), by(Category::UserToken));
    w.user_info(Method::GET, &["Bearer x"]).await;
    let [address, category] = by(Category::UserRead);
    assert_eq!(counted(), [address, category, Counted::User]);
    *w.site.refusal.lock().unwrap() = Some(RateError::TooMany);
    for path in [TOKEN, REVOKE] {
        let found = w.post(path, None, "grant_type=client_credentials").await;
        let too_many =
            r#"{"error":"temporarily_unavailable","error_description":"Too many requests"}"#;
        assert_eq!((found.status().as_u16(), text_of(&found)), (429, too_many));
        check_headers(&found);
    }
    *w.site.address_refusal.lock().unwrap() = Some(RateError::TooMany);
    let found = w.post(TOKEN, None, "").await;
    assert_eq!(found.status(), StatusCode::TOO_MANY_REQUESTS);
    check_headers(&found);
}
