//! The page of the links in a message about a risky sign-in.

use bytes::Bytes;
use cognate_domain::messages::risk_notice::feedback_links;
use cognate_domain::{Caller, ClientInfo, Cx, Endpoint, Settings};
use cognate_shapes::{Category, Op};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::site::{Counted, Site, header, request, text_of, visitor, visitor_at};

/// A pool that is watched, in which jane has signed in.
struct Watched {
    site: Site,
    pool: String,
    client: String,
    sub: String,
    event: String,
}

const QUESTION: &str = "Was this you?";
const REFUSED: &str = "This link is wrong or too old";

impl Watched {
    async fn new() -> Self {
        let site = Site::new(Settings::dev()).await;
        let pool = site.pool().await;
        let client = json!({
            "UserPoolId": pool, "ClientName": "The App", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        });
        let made = site.call(Op::CreateUserPoolClient, client).await;
        let client = made["UserPoolClient"]["ClientId"].as_str().unwrap();
        let jane = json!({"UserPoolId": pool, "Username": "jane"});
        let made = site.call(Op::AdminCreateUser, jane).await;
        let sub = made["User"]["Attributes"][0]["Value"].as_str().unwrap();
        let password = json!({"UserPoolId": pool, "Username": "jane", "Password": "Passw0rd!", "Permanent": true});
        site.call(Op::AdminSetUserPassword, password).await;
        let sign_in = json!({
            "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": {"USERNAME": "jane", "PASSWORD": "Passw0rd!"},
        });
        let mut watched = Self {
            client: client.to_owned(),
            sub: sub.to_owned(),
            event: String::new(),
            site,
            pool,
        };
        watched.mode("AUDIT").await;
        watched.site.call(Op::InitiateAuth, sign_in).await;
        watched.event = watched.first().await["EventId"].as_str().unwrap().into();
        watched
    }

    async fn mode(&self, mode: &str) {
        let on = json!({"UserPoolId": self.pool, "UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": mode}});
        self.site.call(Op::UpdateUserPool, on).await;
    }

    async fn first(&self) -> Value {
        let input = json!({"UserPoolId": self.pool, "Username": "jane"});
        let listed = self.site.call(Op::AdminListUserAuthEvents, input).await;
        listed["AuthEvents"][0].clone()
    }

    async fn said(&self) -> Value {
        self.first().await["EventFeedback"]["FeedbackValue"].clone()
    }

    /// Returns path and query of the two links.
    async fn links(&self) -> [String; 2] {
        let app = &self.site.app;
        let pool = app.cached_pool(&self.pool).await.unwrap().unwrap();
        let here = ClientInfo {
            base_url: Some("http://localhost:9229".into()),
            ..ClientInfo::default()
        };
        let cx = Cx::new(app, Endpoint::Feedback, Caller::Public, here, String::new());
        let links = feedback_links(&cx, &pool, &self.client, &self.sub, &self.event).await;
        let links = links.unwrap_or_else(|e| panic!("{e:?}"));
        [links.valid, links.invalid].map(|link| {
            let path = link.strip_prefix("http://localhost:9229").unwrap();
            path.to_owned()
        })
    }

    async fn post(&self, form: &str) -> Response<Bytes> {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/feedback")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(form.to_owned()))
            .unwrap();
        let here = visitor(Some("http://localhost:9229"));
        let answer = cognate_web::serve(&self.site, request, here).await;
        answer.unwrap()
    }
}

/// Returns pool and token of a link, as the form sends them.
fn form(link: &str) -> &str {
    let (_, query) = link.split_once('?').unwrap();
    query.rsplit_once('&').unwrap().0
}

#[tokio::test]
async fn the_page_asks_and_its_form_answers() {
    let w = Watched::new().await;
    let [valid, invalid] = w.links().await;
    for (link, first, second) in [
        (&valid, "answer-valid", "answer-invalid"),
        (&invalid, "answer-invalid", "answer-valid"),
    ] {
        // Programs that look for a page first, and those that look at it.
        let head = w.site.fetch(Method::HEAD, link, None).await.unwrap();
        assert_eq!(head.status(), StatusCode::OK);
        let page = w.site.get(link).await;
        assert_eq!(page.status(), StatusCode::OK);
        let html = text_of(&page);
        assert!(
            html.contains(QUESTION) && html.contains("The App"),
            "{html}"
        );
        let place = |id: &str| html.find(&format!("data-testid=\"{id}\"")).unwrap();
        assert!(place(first) < place(second));
        assert!(
            html.contains("action=\"/feedback\" method=\"post\""),
            "{html}"
        );
        for absent in ["jane", w.sub.as_str(), w.event.as_str()] {
            assert!(!html.contains(absent), "{absent}");
        }
        assert_eq!(header(&page, "cache-control"), "no-store");
        assert_eq!(header(&page, "referrer-policy"), "same-origin");
        assert!(header(&page, "content-security-policy").starts_with("default-src 'none'"));
    }
    assert_eq!(w.said().await, Value::Null);
    let answers = [
        ("invalid", "Invalid", "Change your password now"),
        ("valid", "Valid", "We have noted that it was you."),
        ("valid", "Valid", "We have noted that it was you."),
    ];
    for (answer, value, words) in answers {
        let page = w.post(&format!("{}&answer={answer}", form(&valid))).await;
        assert_eq!(page.status(), StatusCode::OK);
        assert!(text_of(&page).contains(words), "{}", text_of(&page));
        assert_eq!(w.said().await, value);
    }
    let german = w.site.get(&format!("{valid}&lang=de")).await;
    assert!(text_of(&german).contains("Waren Sie das?"));
}

#[tokio::test]
async fn links_that_cannot_be_used_look_the_same() {
    let w = Watched::new().await;
    let [valid, _] = w.links().await;
    let other = w.site.pool().await;
    let altered = valid
        .replace("token=A", "token=B")
        .replace("token=0", "token=1");
    let altered = match altered == valid {
        true => valid.replace("&value", "A&value"),
        false => altered,
    };
    let mut seen = Vec::new();
    let of_other = valid.replace(&w.pool, &other);
    let of_nobody = valid.replace(&w.pool, "us-east-1_nobody000");
    let of_nothing = valid.replace(&w.pool, "%3Cscript%3E");
    for link in [&altered, &of_other, &of_nobody, &of_nothing] {
        let page = w.site.get(link).await;
        assert_eq!(page.status(), StatusCode::BAD_REQUEST, "{link}");
        assert!(text_of(&page).contains(REFUSED), "{link}");
        let answered = w.post(&format!("{}&answer=valid", form(link))).await;
        assert_eq!(answered.status(), StatusCode::BAD_REQUEST, "{link}");
        assert_eq!(text_of(&answered), text_of(&page));
        seen.push(text_of(&page).to_owned());
    }
    assert!(
        seen.iter()
            .all(|page| *page == seen[0] && !page.contains("<script>"))
    );
    for (path, status) in [
        ("/feedback", StatusCode::BAD_REQUEST),
        ("/feedback?pool=x", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(w.site.get(path).await.status(), status);
    }
    for answer in ["", "&answer=maybe"] {
        let page = w.post(&format!("{}{answer}", form(&valid))).await;
        assert_eq!(page.status(), StatusCode::BAD_REQUEST);
    }
    assert_eq!(w.said().await, Value::Null);
    w.mode("OFF").await;
    let page = w.site.get(&valid).await;
    assert!(text_of(&page).contains(REFUSED));
}

#[tokio::test]
async fn a_domain_has_the_links_of_its_own_pool() {
    let w = Watched::new().await;
    let other = w.site.pool().await;
    for (pool, name) in [(&w.pool, "own"), (&other, "other")] {
        let domain = json!({"UserPoolId": pool, "Domain": name, "ManagedLoginVersion": 2});
        w.site.call(Op::CreateUserPoolDomain, domain).await;
    }
    // The link is made for the domain, and works on this server's hosts, too.
    let app = &w.site.app;
    let pool = app.cached_pool(&w.pool).await.unwrap().unwrap();
    let cx = Cx::new(
        app,
        Endpoint::Feedback,
        Caller::Public,
        ClientInfo::default(),
        String::new(),
    );
    let links = feedback_links(&cx, &pool, &w.client, &w.sub, &w.event).await;
    let link = links.unwrap_or_else(|e| panic!("{e:?}")).valid;
    let (_, path) = link.split_once("/feedback").unwrap();
    let path = format!("/feedback{path}");
    assert_eq!(w.site.get(&path).await.status(), StatusCode::OK);
    for (host, status) in [
        ("own.localhost:9229", StatusCode::OK),
        ("other.localhost:9229", StatusCode::BAD_REQUEST),
    ] {
        let request = Request::builder().uri(&path).body(Bytes::new()).unwrap();
        let page = cognate_web::serve(&w.site, request, visitor_at(host)).await;
        assert_eq!(page.unwrap().status(), status, "{host}");
    }
}

#[tokio::test]
async fn visits_are_counted() {
    let w = Watched::new().await;
    let [valid, _] = w.links().await;
    w.site.counted.lock().unwrap().clear();
    let sent = request(Method::GET, &valid);
    w.site
        .send(&cognate_web::ROUTES, sent, &visitor(None))
        .await
        .unwrap();
    assert_eq!(
        *w.site.counted.lock().unwrap(),
        [
            Counted::Address,
            Counted::Category(Category::UserResourceUpdate)
        ]
    );
}
