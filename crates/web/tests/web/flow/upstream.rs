//! Managed login in front of another pool: who is only there signs in on the page here, and is here from then on.

use std::sync::{Arc, Mutex};

use cognate_domain::records::pool::Issuer;
use cognate_domain::records::upstream::Flow;
use cognate_domain::tokens::issuer;
use cognate_domain::upstream::settings::{self, BUDGET, Wanted};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// The other server: a site behind a listener of the API and of its keys.
struct There {
    pages: Pages,
    /// The operations that it was asked for.
    asked: Mutex<Vec<String>>,
}

async fn there(client: Value) -> (Arc<There>, String) {
    let pages = Pages::with(2, json!({}), client).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let own = Issuer::Custom(format!("{url}/{}", pages.pool));
    let app = &pages.site.app;
    let now = app.clock.service();
    issuer::set(&app.store, &app.root, now, &pages.pool, Some(&own))
        .await
        .unwrap();
    app.cache.clear();
    let there = Arc::new(There {
        pages,
        asked: Mutex::default(),
    });
    let served = there.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, served.clone()));
        }
    });
    (there, url)
}

async fn serve(mut stream: TcpStream, there: Arc<There>) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let whole = text.split_once("\r\n\r\n").filter(|(head, body)| {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                let named = name.eq_ignore_ascii_case("content-length");
                named.then(|| value.trim().parse::<usize>().unwrap())
            });
            body.len() >= length.unwrap_or(0)
        });
        let Some((head, body)) = whole else {
            match stream.read(&mut buffer).await {
                Ok(n) if n > 0 => bytes.extend_from_slice(&buffer[..n]),
                _ => return,
            }
            continue;
        };
        let (status, answer) = there.answer(head, body).await;
        let length = answer.len();
        let answer = format!("HTTP/1.1 {status} Said\r\nContent-Length: {length}\r\n\r\n{answer}");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
        bytes.clear();
    }
}

impl There {
    async fn answer(&self, head: &str, body: &str) -> (u16, String) {
        let site = &self.pages.site;
        let target = head.lines().find_map(|line| {
            let (_, operation) = line.split_once("AWSCognitoIdentityProviderService.")?;
            Some(operation.trim().to_owned())
        });
        let Some(operation) = target else {
            let pool = site.app.cached_pool(&self.pages.pool).await.unwrap();
            let signers = site.app.cached_signers(&pool.unwrap()).await.unwrap();
            return (200, signers.jwks());
        };
        self.asked.lock().unwrap().push(operation.clone());
        let op = Op::from_name(&operation).unwrap();
        match site.try_call(op, serde_json::from_str(body).unwrap()).await {
            Ok(answer) => (200, answer.to_string()),
            Err(error) => {
                let error = json!({"__type": error.code.as_str(), "message": error.message});
                (400, error.to_string())
            }
        }
    }

    fn was_asked(&self) -> bool {
        !std::mem::take(&mut *self.asked.lock().unwrap()).is_empty()
    }
}

#[tokio::test]
async fn who_is_only_in_the_other_pool_signs_in_on_the_page_here() {
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let (other, url) = there(flows).await;
    other.pages.user("joe").await;
    for version in [1, 2] {
        let here = Pages::new(version).await;
        let wanted = Wanted {
            user_pool: other.pages.pool.clone(),
            endpoint: Some(url.clone()),
            issuer: None,
            clients: [(here.client.clone(), other.pages.client.clone())].into(),
            secrets: BTreeMap::new(),
            access_key: None,
            flow: Flow::Srp,
            groups: Vec::new(),
            budget: BUDGET,
        };
        let app = &here.site.app;
        let now = app.clock.service();
        let outbound = Some(&app.outbound);
        settings::set(&app.store, &app.root, now, &here.pool, &wanted, outbound)
            .await
            .unwrap();
        app.cache.clear();
        let query = here.query();
        let login = format!("/login?{query}");
        let mut browser = here.browser();
        // A wrong password, and a name that is nowhere, say the same as ever.
        for (name, password) in [("joe", "Wrong-1!"), ("nobody", PASSWORD)] {
            let fields = [("username", name), ("password", password)];
            let (path, html) = browser.step(&login, &fields).await;
            assert_eq!(path, "/login", "{name}");
            says(&html, "Incorrect username or password.");
        }
        assert!(other.was_asked());
        let code = browser.signs_in(&query, "joe").await;
        assert_eq!(code.len(), 36);
        assert!(other.was_asked());
        let user = here.admin(Op::AdminGetUser, "joe", json!({})).await;
        assert_eq!(user["UserStatus"], "CONFIRMED");

        // In a new browser, by what is here.
        here.browser().signs_in(&query, "joe").await;
        assert!(!other.was_asked());
    }
}
