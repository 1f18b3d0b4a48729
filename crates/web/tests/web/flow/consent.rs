//! The question whether a client that names itself by a URL may come in.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const BACK: &str = "http://localhost:8910/cb";
const SITE: &str = "https://client.example/cb";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Pages of a pool that takes the document of a host in this process.
struct World {
    pages: Pages,
    url: String,
    policy: Value,
    document: Arc<Mutex<Value>>,
}

impl World {
    async fn new(version: i64) -> Self {
        let pages = Pages::new(version).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}/client.json");
        let document = Arc::new(Mutex::new(json!({
            "client_id": url, "client_name": "<b>A \u{202e}client</b>",
            "redirect_uris": ["http://localhost/cb", SITE],
            "grant_types": ["authorization_code", "refresh_token"],
        })));
        let served = document.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = [0; 4096];
                let n = stream.read(&mut bytes).await.unwrap_or(0);
                let asked = String::from_utf8_lossy(&bytes[..n]).into_owned();
                let body = served.lock().unwrap().to_string();
                let status = match asked.starts_with("GET /client.json ") {
                    true => "200 OK",
                    false => "404 None",
                };
                let head = "Content-Type: application/json\r\nConnection: close";
                let answer = format!(
                    "HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        let policy = json!({
            "UserPoolId": pages.pool, "ClientId": pages.client, "PolicyName": "p",
            "URLPatterns": [format!("https://127.0.0.1:{port}/*")],
        });
        let policy = pages.site.call(Op::CreateCIMDPolicy, policy).await;
        Self {
            pages,
            url,
            policy: policy["CIMDPolicy"]["CIMDPolicyId"].clone(),
            document,
        }
    }

    fn query(&self) -> String {
        query_of_url(&self.url)
    }

    async fn refresh(&self) {
        let state = json!({
            "UserPoolId": self.pages.pool, "CIMDPolicyId": self.policy, "URL": self.url.replace("http:", "https:"),
            "Action": "REFRESH",
        });
        self.pages
            .site
            .call(Op::UpdateClientMetadataURLState, state)
            .await;
    }
}

fn query_of_url(url: &str) -> String {
    format!(
        "client_id={}&response_type=code&scope=openid+email&redirect_uri={}&state=s&code_challenge={CHALLENGE}&code_challenge_method=S256",
        encode(url),
        encode(BACK)
    )
}

/// Signs in; returns the page with the question.
async fn question(browser: &mut Browser<'_>, query: &str) -> String {
    let fields = [("username", "jane"), ("password", PASSWORD)];
    let (path, html) = browser.step(&format!("/login?{query}"), &fields).await;
    assert_eq!(path, "/consent");
    html
}

fn sent_back(answer: &Response<Bytes>) -> String {
    assert_eq!(answer.status(), StatusCode::FOUND, "{}", text_of(answer));
    let location = header(answer, "location");
    let rest = location.strip_prefix(&format!("{BACK}?"));
    rest.unwrap_or_else(|| panic!("{location}")).to_owned()
}

#[tokio::test]
async fn a_user_is_asked_on_both_versions_and_answers() {
    for version in [1, 2] {
        let w = World::new(version).await;
        let query = w.query();
        let mut browser = w.pages.browser();
        let begun = browser.get(&format!("/oauth2/authorize?{query}")).await;
        assert_eq!(header(&begun, "location"), format!("/login?{query}"));
        let html = question(&mut browser, &query).await;
        for text in [
            "127.0.0.1",
            "<b>A client</b>",
            "localhost",
            "Allow",
            "Deny",
            "jane",
        ] {
            says(&html, text);
        }
        says(&html, "any program can say that it is this application");
        assert!(!html.contains("<b>A client"), "{html}");
        let here = format!("/consent?{query}");
        // A form of another site decides nothing.
        let foreign = browser.form(&here, &[("decision", "allow")]).await;
        assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
        let nothing = browser.post(&here, &[]).await;
        assert_eq!(nothing.status(), StatusCode::OK);
        let denied = browser.post(&here, &[("decision", "deny")]).await;
        let rest = sent_back(&denied);
        assert!(
            rest.starts_with("state=s&error=access_denied&iss="),
            "{rest}"
        );
        // A client that is told needs no row.
        let store = &w.pages.site.app.store;
        let sql = "SELECT audit_id FROM audit WHERE doc LIKE '%access_denied%'";
        assert!(store.rows(sql, Vec::new()).await.unwrap().is_empty());
        // The session is there, and the question comes at once.
        let again = browser.get(&format!("/oauth2/authorize?{query}")).await;
        assert_eq!(header(&again, "location"), here);
        let page = browser.get(&here).await;
        assert_eq!(page.status(), StatusCode::OK);
        let allowed = browser.post(&here, &[("decision", "allow")]).await;
        assert!(sent_back(&allowed).starts_with("code="));
        let known = browser.get(&format!("/oauth2/authorize?{query}")).await;
        assert!(sent_back(&known).starts_with("code="));
    }
}

#[tokio::test]
async fn an_answer_is_one_to_what_was_shown_in_this_browser() {
    let w = World::new(2).await;
    let query = w.query();
    let here = format!("/consent?{query}");
    let mut browser = w.pages.browser();
    question(&mut browser, &query).await;
    // Another browser, and another request of this one, begin anew.
    let mut other = w.pages.browser();
    let more = query.replace("scope=openid+email", "scope=openid");
    for (who, query) in [(&mut other, &query), (&mut browser, &more)] {
        let path = format!("/consent?{query}");
        let begins = format!("/oauth2/authorize?{query}");
        let shown = who.get(&path).await;
        assert_eq!(header(&shown, "location"), begins);
        let sent = who.post(&path, &[("decision", "allow")]).await;
        assert_eq!(header(&sent, "location"), begins);
    }
    // A client that says something else of itself meanwhile is asked about again.
    w.document.lock().unwrap()["client_name"] = json!("Another name");
    w.refresh().await;
    let sent = browser.post(&here, &[("decision", "allow")]).await;
    assert_eq!(sent.status(), StatusCode::OK);
    says(text_of(&sent), "Another name");
    let sent = browser.post(&here, &[("decision", "allow")]).await;
    assert!(sent_back(&sent).starts_with("code="));
    // So is a user whose session ended.
    let mut browser = w.pages.browser();
    w.document.lock().unwrap()["client_name"] = json!("A third name");
    w.refresh().await;
    question(&mut browser, &query).await;
    browser.cookies.remove("cognito");
    let sent = browser.post(&here, &[("decision", "allow")]).await;
    assert_eq!(
        header(&sent, "location"),
        format!("/oauth2/authorize?{query}")
    );
}

#[tokio::test]
async fn a_sign_in_that_the_request_demands_is_made_once() {
    let w = World::new(2).await;
    let mut browser = w.pages.browser();
    let query = format!("{}&prompt=login%20consent", w.query());
    question(&mut browser, &query).await;
    let here = format!("/consent?{query}");
    let allowed = browser.post(&here, &[("decision", "allow")]).await;
    assert!(sent_back(&allowed).starts_with("code="));
    // Each such request asks for both.
    let again = browser.get(&format!("/oauth2/authorize?{query}")).await;
    assert_eq!(header(&again, "location"), format!("/login?{query}"));
    question(&mut browser, &query).await;
    let silent = format!(
        "{}&prompt=none",
        w.query().replace("openid+email", "openid")
    );
    let known = browser.get(&format!("/oauth2/authorize?{silent}")).await;
    assert!(sent_back(&known).starts_with("code="));
}

/// Opens the page to which a refusal leads, and returns it with the name of the refusal.
async fn kept(browser: &mut Browser<'_>, answer: &Response<Bytes>) -> (String, String) {
    assert_eq!(answer.status(), StatusCode::FOUND, "{}", text_of(answer));
    let location = header(answer, "location").to_owned();
    let name = location.strip_prefix("/error?error=");
    let name = name.unwrap_or_else(|| panic!("{location}"));
    let name = name.split('&').next().unwrap().to_owned();
    let page = browser.get(&location).await;
    assert_eq!(page.status(), StatusCode::BAD_REQUEST);
    assert!(!text_of(&page).contains("client.example"));
    (name, text_of(&page).to_owned())
}

#[tokio::test]
async fn a_strangers_site_is_visited_by_nobody_who_has_not_let_it_in() {
    for version in [1, 2] {
        let w = World::new(version).await;
        let mut browser = w.pages.browser();
        let query = w.query().replace(&encode(BACK), &encode(SITE));
        let authorize = format!("/oauth2/authorize?{query}");
        let not_understood = "The request cannot be understood.";
        let no_access = "The application was not given access.";
        let row = async |answer: &Response<Bytes>| {
            let [pool, operation, result, detail] = w.pages.site.explained(answer).await;
            assert_eq!((pool, &*operation), (w.pages.pool.clone(), "SignInPage"));
            let (why, rest) = detail.split_once(" Client: ").unwrap();
            let not_told = ". The client was not told, since nobody vouches for it and the user has not let it in.";
            assert_eq!(rest, format!("{}{not_told}", w.url));
            (result, why.to_owned())
        };
        let is = |result: &str, why: &str| (result.to_owned(), why.to_owned());
        // A wrong request, and a silent one.
        let no_session = "The browser has no session that answers the request, and none could begin: no page may be \
                          shown, or another user signed in than the client has in mind. prompt=\"none\".";
        let no_scope = "A scope is not one of the client's; email, phone and profile go with openid only. \
                        scope=\"unknown\". The setting that decides: AllowedOAuthScopes of the client.";
        for (more, name, sentence, written) in [
            (
                "&scope=unknown",
                "invalid_request",
                not_understood,
                is("invalid_scope", no_scope),
            ),
            (
                "&prompt=none",
                "not_let_in",
                no_access,
                is("login_required", no_session),
            ),
        ] {
            let asked = authorize.replace("&scope=openid+email", "");
            let refused = browser.get(&format!("{asked}{more}")).await;
            let (told, page) = kept(&mut browser, &refused).await;
            assert_eq!(told, name);
            says(&page, sentence);
            assert_eq!(row(&refused).await, written);
        }
        // A user who does not let it in, and one who is signed in and was not asked.
        question(&mut browser, &query).await;
        let here = format!("/consent?{query}");
        let denied = browser.post(&here, &[("decision", "deny")]).await;
        let (told, page) = kept(&mut browser, &denied).await;
        assert_eq!(told, "not_let_in");
        says(&page, no_access);
        says(&page, "Access not given");
        let no = is("access_denied", "The user did not let the client in.");
        assert_eq!(row(&denied).await, no);
        let silent = browser.get(&format!("{authorize}&prompt=none")).await;
        assert_eq!(kept(&mut browser, &silent).await.0, "not_let_in");
        let unasked = "The user has not let the client in, and no page may ask. prompt=\"none\".";
        assert_eq!(row(&silent).await, is("consent_required", unasked));
        // One who lets it in is sent there.
        let asked = browser.get(&authorize).await;
        assert_eq!(header(&asked, "location"), here);
        browser.get(&here).await;
        let allowed = browser.post(&here, &[("decision", "allow")]).await;
        assert!(header(&allowed, "location").starts_with(&format!("{SITE}?code=")));
        let silent = browser.get(&format!("{authorize}&prompt=none")).await;
        assert!(header(&silent, "location").starts_with(&format!("{SITE}?code=")));
    }
}

#[tokio::test]
async fn a_url_without_policy_or_document_gets_a_page_and_no_redirect() {
    let w = World::new(2).await;
    let mut browser = w.pages.browser();
    for (url, hint) in [
        (
            "https://elsewhere.example/client",
            "CreateCIMDPolicy makes one.",
        ),
        (
            &w.url.replace("client.json", "none.json"),
            "The answer does not have the status 200.",
        ),
    ] {
        let page = browser
            .get(&format!("/oauth2/authorize?{}", query_of_url(url)))
            .await;
        assert_eq!(page.status(), StatusCode::BAD_REQUEST);
        assert_eq!(header(&page, "location"), "");
        for text in [url, hint] {
            says(text_of(&page), text);
        }
    }
    // The redirect URI was none of the document's, so that nobody is sent there.
    let query = w.query().replace("8910", "8910x");
    let refused = browser.get(&format!("/oauth2/authorize?{query}")).await;
    assert!(header(&refused, "location").starts_with("/error?error=redirect_mismatch"));
}

#[tokio::test]
async fn the_discovery_document_says_it_while_there_is_a_policy() {
    let w = World::new(2).await;
    let path = format!("/{}/.well-known/openid-configuration", w.pages.pool);
    let member = "\"client_id_metadata_document_supported\":true";
    let with_policy = w.pages.site.get(&path).await;
    assert!(text_of(&with_policy).contains(member));
    let policy = json!({"UserPoolId": w.pages.pool, "CIMDPolicyId": w.policy});
    w.pages.site.call(Op::DeleteCIMDPolicy, policy).await;
    let without = w.pages.site.get(&path).await;
    assert!(!text_of(&without).contains("client_id_metadata_document"));
}
