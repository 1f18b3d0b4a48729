//! Helpers: a request for an authorization, the sign-in on a page that answers it, and the exchange of its code.

use cognate_crypto::secret::Secret;
pub use cognate_domain::oauth::authorization::COGNITO;
use cognate_domain::oauth::authorization::{self, Authorization, Cause, Parameters, Refusal};
use cognate_domain::oauth::browser_session::{self, BrowserSession};
use cognate_domain::oauth::code::CodeRequest;
use cognate_domain::oauth::hosted::{self, Answered, BySession, Finished, OnPage, Said};
use cognate_domain::oauth::reply::{Reply, ReplyMode};
use cognate_domain::signin::answer::{Needed, StartRequest, Way};
use cognate_domain::signin::device::browser::Browser;
use cognate_domain::signin::opening::Outcome as Step;
use cognate_domain::signin::secret_hash::ClientProof;
use cognate_domain::signin::{At, Surface, driver};

use super::*;
use crate::support::Refusal as ApiRefusal;

/// The callback of every client here.
pub const CALLBACK: &str = "https://app.example/cb";
/// The host that is asked unless a test says another.
pub const HOST: &str = "shop.auth.us-east-1.amazoncognito.com";
/// The issuer of a pool's tokens.
pub fn issuer(pool: &str) -> String {
    format!("http://127.0.0.1:9229/{pool}")
}

/// Returns the settings of a client that signs users in on pages.
pub fn hosted_client() -> Value {
    json!({
        "AllowedOAuthFlows": ["code", "implicit"],
        "AllowedOAuthScopes": ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"],
        "AllowedOAuthFlowsUserPoolClient": true, "CallbackURLs": [CALLBACK],
        "SupportedIdentityProviders": ["COGNITO"],
    })
}

/// Makes a pool with a client for pages, and the user jane.
pub async fn hosted(t: &TestApp) -> Site {
    hosted_with(t, json!({}), json!({})).await
}

pub async fn hosted_with(t: &TestApp, pool: Value, client: Value) -> Site {
    let s = site_with(t, pool, with(hosted_client(), client)).await;
    let attributes = [
        ("email", "jane@example.com"),
        ("email_verified", "true"),
        ("name", "Jane"),
        ("phone_number", "+12065550100"),
    ];
    let attributes = attributes.map(|(name, value)| json!({"Name": name, "Value": value}));
    user_with(t, &s.pool, "jane", json!(attributes)).await;
    s
}

/// Returns the request of a client for a code.
pub fn ask(client: &str) -> Parameters<'_> {
    Parameters {
        response_type: Some("code"),
        client_id: Some(client),
        redirect_uri: Some(CALLBACK),
        state: Some("s %+&=\u{e4}"),
        scope: Some("openid email"),
        ..Parameters::default()
    }
}

pub async fn checked(t: &TestApp, parameters: &Parameters<'_>) -> Result<Authorization, Refusal> {
    let cx = cx(t, Endpoint::SignIn);
    let outcome = run(&cx, About::default, || {
        authorization::check(&cx, parameters, None)
    });
    outcome.await.unwrap()
}

/// Returns a request that is good.
pub async fn authorized(t: &TestApp, parameters: &Parameters<'_>) -> Authorization {
    match checked(t, parameters).await {
        Ok(authorization) => authorization,
        Err(refusal) => panic!("{refusal:?}"),
    }
}

/// Returns the cause that a page tells.
pub async fn cause(t: &TestApp, parameters: &Parameters<'_>) -> Cause {
    match checked(t, parameters).await {
        Err(Refusal::Page(cause)) => cause,
        Err(Refusal::Client(reply)) => panic!("{reply:?}"),
        Ok(_) => panic!("accepted"),
    }
}

/// Returns the answer that refuses.
pub async fn refused_to_client(t: &TestApp, parameters: &Parameters<'_>) -> Reply {
    match checked(t, parameters).await {
        Err(Refusal::Client(reply)) => reply,
        Err(Refusal::Page(cause)) => panic!("{cause:?}"),
        Ok(_) => panic!("accepted"),
    }
}

/// Signs a user in on a page of a host.
pub async fn page_at(
    t: &TestApp,
    authorization: &Authorization,
    name: &str,
    host: &str,
    replaces: Option<&str>,
) -> Result<Finished, ApiRefusal> {
    let cx = cx(t, Endpoint::SignIn);
    let request = StartRequest {
        name: Needed::present(name.to_owned()),
        proof: ClientProof::Trusted,
        device_key: None,
        way: Way::Password(Needed::present(Secret::new(PASSWORD.to_owned()))),
    };
    let outcome = run(&cx, About::default, || async {
        let at = At {
            surface: Surface::Page,
            pool: &authorization.pool,
            client: &authorization.client,
            metadata: None,
        };
        let ending = OnPage {
            provider: COGNITO,
            authorization,
            browser: Browser::blank(host),
            replaces,
        };
        driver::start(&cx, at, &request, &ending).await
    });
    match outcome.await {
        Ok(Step::SignedIn(_, finished)) => Ok(finished),
        Ok(Step::Challenge(challenge)) => panic!("{challenge:?}"),
        Err(error) => Err((error.code.as_str().into(), error.message.into_owned())),
    }
}

pub async fn page(t: &TestApp, authorization: &Authorization) -> Finished {
    page_at(t, authorization, "jane", HOST, None).await.unwrap()
}

/// Returns the session of a cookie.
pub async fn session_of(
    t: &TestApp,
    authorization: &Authorization,
    host: &str,
    cookie: &str,
) -> Option<BrowserSession> {
    let cx = cx(t, Endpoint::SignIn);
    let found = run(&cx, About::default, || {
        browser_session::find(&cx, &authorization.pool, host, cookie)
    });
    found.await.unwrap()
}

/// Answers a request by the session of a cookie.
pub async fn by_cookie(t: &TestApp, authorization: &Authorization, cookie: &str) -> Reply {
    match by_cookie_saying(t, authorization, cookie, (false, Said::Nothing)).await {
        Answered::Reply(reply) => reply,
        Answered::Question(question) => panic!("{question:?}"),
    }
}

/// The same with what the user said. `is_fresh`: the user signed in for this request.
pub async fn by_cookie_saying(
    t: &TestApp,
    authorization: &Authorization,
    cookie: &str,
    (is_fresh, said): (bool, Said<'_>),
) -> Answered {
    let cx = cx(t, Endpoint::SignIn);
    let answered = run(&cx, About::default, || async {
        let found = browser_session::find(&cx, &authorization.pool, HOST, cookie).await?;
        let session = &found.expect("a session");
        let by = BySession {
            session,
            is_fresh,
            said,
        };
        hosted::by_session(&cx, authorization, by).await
    });
    answered.await.unwrap()
}

pub async fn sign_out(t: &TestApp, authorization: &Authorization, host: &str, cookie: &str) {
    let cx = cx(t, Endpoint::SignIn);
    let ended = run(&cx, About::default, || {
        browser_session::end(&cx, &authorization.pool, host, cookie)
    });
    ended.await.unwrap();
}

pub fn cookie(finished: &Finished) -> &str {
    finished.cookie.value.expose()
}

/// Returns the code of an answer.
pub fn code(reply: &Reply) -> &str {
    assert_eq!(reply.mode, ReplyMode::Query);
    reply.parameter("code").unwrap()
}

/// The exchange of a code with the callback of [`ask`].
pub fn exchange(code: &str) -> CodeRequest<'_> {
    CodeRequest {
        code: Some(code),
        redirect_uri: Some(CALLBACK),
        code_verifier: None,
        resource: None,
    }
}

pub async fn traded(
    t: &TestApp,
    client: Option<Credentials<'_>>,
    request: CodeRequest<'_>,
) -> Outcome<Tokens> {
    let cx = cx(t, Endpoint::Token);
    run(&cx, About::default, || {
        oauth::code::tokens(&cx, client, request)
    })
    .await
}

/// Signs jane in and returns the tokens for her code.
pub async fn tokens_for(t: &TestApp, client: &str, parameters: &Parameters<'_>) -> Tokens {
    let authorization = authorized(t, parameters).await;
    let finished = page(t, &authorization).await;
    let request = exchange(code(&finished.reply));
    answer(traded(t, named(client, None), request).await)
}

/// Counts the rows of a pool in a table.
pub async fn rows(t: &TestApp, table: &str, pool: &str) -> i64 {
    let sql = match table {
        "sessions" => "SELECT COUNT(*) FROM sessions WHERE pool_id = ?1",
        "browser_sessions" => "SELECT COUNT(*) FROM browser_sessions WHERE pool_id = ?1",
        "device_requests" => "SELECT COUNT(*) FROM device_requests WHERE pool_id = ?1",
        "provider_requests" => "SELECT COUNT(*) FROM provider_requests WHERE pool_id = ?1",
        "pushed_requests" => "SELECT COUNT(*) FROM pushed_requests WHERE pool_id = ?1",
        "authorization_codes" => "SELECT COUNT(*) FROM authorization_codes WHERE pool_id = ?1",
        "attempts" => "SELECT COUNT(*) FROM attempts WHERE pool_id = ?1",
        "devices" => "SELECT COUNT(*) FROM devices WHERE pool_id = ?1",
        other => panic!("{other}"),
    };
    let rows = t.app.store.rows(sql, cognate_store::params![pool]).await;
    rows.unwrap()[0].int(0).unwrap()
}
