//! A code is good once.

use cognate_domain::errors::oauth::INVALID_GRANT;

use super::*;

#[each_engine]
async fn a_second_use_ends_what_the_first_one_gave(t: &TestApp) {
    let s = hosted(t).await;
    let authorization = authorized(t, &ask(&s.client)).await;
    let finished = page(t, &authorization).await;
    let given = code(&finished.reply);
    let client = || named(&s.client, None);
    let tokens = answer(traded(t, client(), exchange(given)).await);
    answer(info(t, &tokens.access).await);
    // Long after the code itself has ended.
    t.advance(3_000).await;
    assert_eq!(
        refusal(traded(t, client(), exchange(given)).await),
        INVALID_GRANT
    );
    assert_eq!(
        refusal(info(t, &tokens.access).await).error,
        "invalid_token"
    );
    let refresh = tokens.refresh.unwrap();
    assert_eq!(
        refusal(refreshed(t, client(), &refresh).await),
        INVALID_GRANT
    );
    // A third one finds nothing to end; the browser's session goes on.
    assert_eq!(
        refusal(traded(t, client(), exchange(given)).await),
        INVALID_GRANT
    );
    let reply = by_cookie(t, &authorization, cookie(&finished)).await;
    answer(traded(t, client(), exchange(code(&reply))).await);
}

#[each_engine]
async fn of_two_uses_at_once_one_wins_and_keeps_nothing(t: &TestApp) {
    let s = hosted(t).await;
    let authorization = authorized(t, &ask(&s.client)).await;
    let finished = page(t, &authorization).await;
    let given = code(&finished.reply);
    let client = || named(&s.client, None);
    let (a, b) = tokio::join!(
        traded(t, client(), exchange(given)),
        traded(t, client(), exchange(given))
    );
    let (a, b) = (a.unwrap(), b.unwrap());
    let won = [&a, &b].iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(won, 1);
    let tokens = a.or(b).unwrap();
    assert_eq!(
        refusal(info(t, &tokens.access).await).error,
        "invalid_token"
    );
    assert_eq!(rows(t, "sessions", &s.pool).await, 0);
}

#[each_engine]
async fn who_lacks_the_verifier_cannot_end_a_session_by_a_code(t: &TestApp) {
    let s = hosted(t).await;
    let request = Parameters {
        code_challenge: Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        code_challenge_method: Some("S256"),
        ..ask(&s.client)
    };
    let authorization = authorized(t, &request).await;
    let finished = page(t, &authorization).await;
    let given = code(&finished.reply);
    let right = CodeRequest {
        code_verifier: Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        ..exchange(given)
    };
    let tokens = answer(traded(t, named(&s.client, None), right).await);
    let refused = refusal(traded(t, named(&s.client, None), exchange(given)).await);
    assert_eq!(refused, INVALID_GRANT);
    answer(info(t, &tokens.access).await);
    refusal(traded(t, named(&s.client, None), right).await);
    refusal(info(t, &tokens.access).await);
}
