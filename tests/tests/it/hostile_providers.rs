//! Identity providers that harm: they hang, drip, flood, lead elsewhere and break off, while users of other pools of the
//! same server sign in. Each sign-in at them ends in bounded time at the application with the service's words, none of
//! them costs much memory, and everybody else gets in.

mod evil;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_testkit::{Credentials, Raw};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::evil::{ACTS, Act, Evil, Honest, Trap};
use crate::browsers::{Browser, location};
use crate::program::{self, Program};
use crate::site;

const CALLBACK: &str = "https://app.example/cb";
/// Sign-ins of each act and stage.
const TIMES: usize = 2;
/// Sign-ins at once at providers that answer at once.
const FEW: usize = 4;
/// Sign-ins at one provider that never answers, more than may wait for one host.
const CROWD: usize = 80;
/// The calls that may wait for one host (docs/FEDERATION.md).
const AT_ONCE: usize = 64;
/// A call has five seconds; a busy machine gets as many again.
const LONGEST: Duration = Duration::from_secs(10);
/// The most memory that all the hostile answers may add to the program; what they would send is without end.
const GROWTH: u64 = 128 << 20;
/// Users who sign in elsewhere at any time.
const OTHERS: usize = 6;

/// The step of a sign-in in which a provider is hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Token,
    Keys,
    UserInfo,
}

const STAGES: [Stage; 3] = [Stage::Token, Stage::Keys, Stage::UserInfo];

/// The clients of a pool, on the pool's domain. Users take turns: few sign-ins at one client come from one address.
struct Place {
    host: String,
    clients: Vec<String>,
}

impl Place {
    /// Makes a pool, its domain and a client that offers these providers.
    async fn make(raw: &Raw, port: &str, name: &str, providers: &[(String, Value)]) -> Self {
        let pool = site::site(raw, json!({}), json!({})).await.pool;
        let domain = json!({"UserPoolId": pool, "Domain": name, "ManagedLoginVersion": 2});
        raw.ok("CreateUserPoolDomain", domain).await.unwrap();
        for (name, details) in providers {
            let provider = json!({"UserPoolId": pool, "ProviderName": name, "ProviderType": "OIDC",
                "ProviderDetails": details, "AttributeMapping": {"email": "email"}});
            raw.ok("CreateIdentityProvider", provider).await.unwrap();
        }
        let names: Vec<_> = providers.iter().map(|(name, _)| name).collect();
        let client = json!({
            "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"], "CallbackURLs": [CALLBACK],
            "AllowedOAuthScopes": ["openid", "email"], "SupportedIdentityProviders": names,
        });
        let mut clients = Vec::new();
        for _ in 0..OTHERS {
            let made = site::client_of(raw, &pool, client.clone()).await;
            clients.push(site::text(&made["ClientId"]));
        }
        Self {
            host: format!("{name}.localhost:{port}"),
            clients,
        }
    }

    /// Signs a new browser in through a provider, up to where the application gets its answer; None if the server says
    /// that too many are on their way. The code is the nonce, so that the honest provider can put it into a token.
    async fn visit(&self, http: &Raw, provider: &str, user: usize) -> Result<Option<String>> {
        let mut browser = Browser {
            http,
            host: &self.host,
            cookies: BTreeMap::new(),
        };
        let asked = format!(
            "/oauth2/authorize?response_type=code&client_id={}&redirect_uri={CALLBACK}&scope=openid&state=s\
             &identity_provider={provider}",
            self.clients[user % self.clients.len()]
        );
        let sent = browser.ask(Method::GET, &asked, "").await?;
        let there = location(&sent)?.to_owned();
        let given = |name: &str| {
            let (_, query) = there.split_once('?')?;
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .find(|(found, _)| *found == name)
                .map(|(_, value)| value)
        };
        let (state, nonce) = (
            given("state").context("state")?,
            given("nonce").context("nonce")?,
        );
        let back = format!("/oauth2/idpresponse?code={nonce}&state={state}");
        let answer = browser.ask(Method::GET, &back, "").await?;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            return Ok(None);
        }
        Ok(Some(location(&answer)?.to_owned()))
    }
}

impl Place {
    /// Signs in at a hostile provider, which ends in time at the application with the words for it.
    async fn is_told(&self, http: &Raw, act: Act, stage: Stage, user: usize) -> Result<bool> {
        let name = format!("{act:?}{stage:?}");
        let begin = Instant::now();
        let there = self.visit(http, &name, user).await;
        let there = there.context(name.clone())?.context(name.clone())?;
        let took = begin.elapsed();
        ensure!(took < LONGEST, "{name}: {took:?}");
        let said = told(&there)?;
        let expected = ("invalid_request".to_owned(), words(act, stage, &name));
        ensure!(said == expected, "{name}: {said:?}");
        Ok(true)
    }
}

/// Returns the details of a provider whose endpoints are these.
fn details(token: &str, keys: &str, user: &str) -> Value {
    json!({
        "client_id": "our-client", "client_secret": "a-word-to-hide", "authorize_scopes": "openid",
        "attributes_request_method": "GET", "oidc_issuer": evil::ISSUER, "authorize_url": "https://idp.example/authorize",
        "token_url": token, "jwks_uri": keys, "attributes_url": user,
    })
}

/// Returns the words for the application, as the query has them.
fn words(act: Act, stage: Stage, name: &str) -> String {
    use Stage as S;
    match (act, stage) {
        (
            Act::NeverAccepts
            | Act::NeverSpeaks
            | Act::NeverShakesHands
            | Act::SlowHead
            | Act::SlowBody,
            stage,
        ) => match stage {
            S::Token => "Timeout occurred in calling IdP token endpoint".into(),
            S::Keys => "error_description=Timeout in calling jwks uri".into(),
            S::UserInfo => "Read timed out".into(),
        },
        (Act::Endless | Act::Gigabyte, _) => "The identity provider cannot be reached".into(),
        (Act::Inside | Act::Elsewhere, S::Token) => {
            format!("{name} Error - 302 error getting token")
        }
        (Act::Inside | Act::Elsewhere, S::UserInfo) => {
            format!("{name} Error - 302 error getting user info")
        }
        (Act::Bomb, S::Token) => "Invalid response from IdP token endpoint".into(),
        (Act::Bomb, S::UserInfo) => "Invalid response from IdP user info endpoint".into(),
        (Act::Inside | Act::Elsewhere | Act::Bomb, S::Keys) => {
            "Invalid response from jwks uri".into()
        }
        (Act::Reset | Act::Garbage, _) => "Connection reset".into(),
    }
}

/// The texts of a redirect to the application.
fn told(there: &str) -> Result<(String, String)> {
    let query = there
        .strip_prefix(&format!("{CALLBACK}?"))
        .with_context(|| there.to_owned())?;
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(found, _)| *found == name)?;
        let plain = value.replace('+', " ").replace("%3D", "=");
        Some(plain)
    };
    ensure!(value("state").as_deref() == Some("s"), "{there}");
    Ok((
        value("error").with_context(|| there.to_owned())?,
        value("error_description").with_context(|| there.to_owned())?,
    ))
}

/// The slowest of many, below which 99 of 100 are.
fn p99(times: &mut [Duration]) -> Duration {
    times.sort();
    times[(times.len() * 99 / 100).min(times.len() - 1)]
}

/// Has users of other pools sign in until `done`; how long each took.
fn others(
    endpoint: &str,
    good: &Arc<Place>,
    native: &Arc<site::Site>,
    done: &Arc<AtomicBool>,
) -> JoinSet<Result<Vec<Duration>>> {
    let mut all = JoinSet::new();
    for number in 0..OTHERS {
        let (http, good, native, done) = (
            Raw::new(endpoint, None),
            good.clone(),
            native.clone(),
            done.clone(),
        );
        all.spawn(async move {
            let mut times = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let begin = Instant::now();
                if number % 2 == 0 {
                    let there = good
                        .visit(&http, "Good", number)
                        .await?
                        .context("too many")?;
                    ensure!(there.starts_with(&format!("{CALLBACK}?code=")), "{there}");
                } else {
                    let input = site::by_password(&native.client, "jane", site::PASSWORD);
                    http.ok("InitiateAuth", input).await?;
                }
                times.push(begin.elapsed());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Ok(times)
        });
    }
    all
}

async fn settled(mut all: JoinSet<Result<Vec<Duration>>>) -> Vec<Duration> {
    let mut times = Vec::new();
    while let Some(one) = all.join_next().await {
        times.extend(
            one.unwrap()
                .unwrap_or_else(|error| panic!("another's sign-in: {error:#}")),
        );
    }
    times
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_provider_harms_nobody_else() {
    let folder = program::scratch("hostile");
    let program = Program::start(&folder, None).await;
    let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
    let port = program.endpoint.rsplit(':').next().unwrap().to_owned();
    let honest = Honest::start().await;
    let trap = Trap::start().await;
    let good = details(&honest.at("token"), &honest.at("jwks"), &honest.at("user"));
    let good = Arc::new(Place::make(&raw, &port, "good", &[("Good".to_owned(), good)]).await);
    let native = Arc::new(site::site(&raw, json!({}), json!({})).await);
    site::user(&raw, &native.pool, "jane", json!([])).await;

    let mut providers = Vec::new();
    let mut evils = Vec::new();
    for act in ACTS {
        let evil = Evil::start(act, trap.address).await;
        for stage in STAGES {
            let name = format!("{act:?}{stage:?}");
            let at = |wanted: Stage, path: &str| match wanted == stage {
                true => evil.at(path),
                false => honest.at(path),
            };
            let (token, keys) = (at(Stage::Token, "token"), at(Stage::Keys, "jwks"));
            providers.push((name, details(&token, &keys, &at(Stage::UserInfo, "user"))));
        }
        evils.push(evil);
    }
    let crowded = Evil::start(Act::NeverSpeaks, trap.address).await;
    let silent = crowded.at("token");
    providers.push(("Crowd".to_owned(), details(&silent, &silent, &silent)));
    let hostile = Arc::new(Place::make(&raw, &port, "hostile", &providers).await);

    // The user of all of them is there: of first sign-ins at once one is told to try again.
    let http = Raw::new(&program.endpoint, None);
    good.visit(&http, "Good", 0).await.unwrap().unwrap();

    // What others need when nobody harms.
    let done = Arc::new(AtomicBool::new(false));
    let quiet = others(&program.endpoint, &good, &native, &done);
    tokio::time::sleep(Duration::from_secs(1)).await;
    done.store(true, Ordering::Relaxed);
    let mut before = settled(quiet).await;
    let memory = program.memory();

    let done = Arc::new(AtomicBool::new(false));
    let busy = others(&program.endpoint, &good, &native, &done);
    let few = Arc::new(Semaphore::new(FEW));
    let mut visits = JoinSet::new();
    for act in ACTS {
        for stage in STAGES {
            for user in 0..TIMES {
                let (hostile, http) = (hostile.clone(), Raw::new(&program.endpoint, None));
                let few = few.clone();
                visits.spawn(async move {
                    if act.is_slow() {
                        return hostile.is_told(&http, act, stage, user).await;
                    }
                    let _place = few.acquire().await?;
                    // A busy machine may need more than five seconds for an answer that came at once.
                    let first = hostile.is_told(&http, act, stage, user).await;
                    match first {
                        Ok(true) => Ok(true),
                        _ => hostile.is_told(&http, act, stage, user).await,
                    }
                });
            }
        }
    }
    for user in 0..CROWD {
        let (hostile, http) = (hostile.clone(), Raw::new(&program.endpoint, None));
        visits.spawn(async move {
            let begin = Instant::now();
            let there = hostile.visit(&http, "Crowd", user).await.context("crowd")?;
            ensure!(begin.elapsed() < LONGEST, "crowd: {:?}", begin.elapsed());
            let Some(there) = there else { return Ok(false) };
            let said = told(&there)?.1;
            ensure!(
                said == "Timeout occurred in calling IdP token endpoint",
                "{said}"
            );
            Ok(true)
        });
    }
    let mut turned_away = 0;
    while let Some(one) = visits.join_next().await {
        match one.unwrap() {
            Ok(called) => turned_away += usize::from(!called),
            Err(error) => panic!("{error:#}"),
        }
    }
    done.store(true, Ordering::Relaxed);
    let mut during = settled(busy).await;

    let most = crowded.most();
    println!(
        "others: {} sign-ins, p99 {:?} before; {} sign-ins, p99 {:?} meanwhile; {most} calls at once at most to one host, \
         {turned_away} of {CROWD} turned away; memory {} → {} KiB at most",
        before.len(),
        p99(&mut before),
        during.len(),
        p99(&mut during),
        memory >> 10,
        program.peak_memory() >> 10,
    );
    assert!(most <= AT_ONCE, "{most} calls at once to one host");
    assert!(
        most + turned_away >= CROWD.min(AT_ONCE),
        "{most}, {turned_away}"
    );
    assert!(during.len() >= OTHERS, "{} others", during.len());
    assert_eq!(trap.visits(), 0, "a redirect was followed");
    let peak = program.peak_memory();
    assert!(peak < memory + GROWTH, "{memory} → {peak}");
    // Every hostile provider was called.
    let idle: BTreeSet<_> = evils
        .iter()
        .filter(|evil| evil.most() == 0)
        .map(Evil::name)
        .collect();
    assert!(idle.is_empty(), "{idle:?}");
    // And a good answer is as good as before.
    let there = good
        .visit(&Raw::new(&program.endpoint, None), "Good", 0)
        .await
        .unwrap();
    assert!(there.unwrap().contains("?code="));
    drop(program);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Returns base64url of a value, as tokens have it.
fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}
