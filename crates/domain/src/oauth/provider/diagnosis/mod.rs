//! What a provider's settings, documents, keys and answers lack: `cognate providers test`.
//!
//! Every call goes through the one outbound client with the bounds of a sign-in, what others wrote is read on the background
//! thread, and no secret is in the report.
//!
//! | module | contents |
//! |---|---|
//! | [`report`] | one line for each step |
//! | `call` | calls whose failure is told step by step |
//! | `openid` | the discovery document |
//! | `client` | settings, keys and endpoints of OAuth |
//! | `metadata` | the metadata of SAML |
//! | `names` | the names of the checks of an answer |
//! | `answer` | an answer, check by check |
//! | `paste` | what the provider must know of this pool |

mod answer;
mod call;
mod client;
mod metadata;
mod names;
mod openid;
mod paste;
pub mod report;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::secret::SecretBytes;
use cognate_federation::oidc::keys::Keys;
use cognate_federation::oidc::social::Kind;
use cognate_store::Batch;
use cognate_store::tables::identity_providers as table;
use serde::Serialize;
use serde_json::{Map, Value};

use self::answer::{Wanted, WantedToken};
use self::report::{Report, Steps};
use crate::app::App;
use crate::audit;
use crate::clock::SECOND;
use crate::cx::{Caller, ClientInfo, Cx};
use crate::errors::{Fault, Result, pool_not_found};
use crate::facts::action::Action;
use crate::federation::mapping;
use crate::foreign;
use crate::oauth::provider::explain::listed;
use crate::oauth::provider::oidc::{detail, issuer, kind};
use crate::oauth::provider::saml::{self, RESPONSE, says};
use crate::records::pool::Pool;
use crate::records::provider::{ENCRYPTION_KEY, Provider};
use crate::resources::providers;

/// The name in the audit trail.
pub const COMMAND: &str = "TestProvider";
/// The most bytes of an answer that is checked.
pub const LONGEST_ANSWER: usize = 300 << 10;
/// Providers of one read.
const PAGE: i64 = 60;

/// What is to be tested.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The pool's id.
    pub pool: &'a str,
    /// The provider's name in the pool.
    pub provider: &'a str,
    /// An answer of the provider: SAMLResponse in base64, or an ID token.
    pub answer: Option<&'a str>,
    /// URLs of this server as browsers know it, besides `public_url` and those of the pool's domains.
    pub urls: &'a [String],
}

/// A provider in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its name in the pool.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// The end of the first certificate that ends, in seconds since 1970; SAML only.
    pub ends: Option<i64>,
    /// Its last change, in microseconds.
    pub modified: i64,
}

/// Lists the providers of a pool by name.
///
/// # Errors
/// An unknown pool; faults.
pub async fn list(pool: &Pool, store: &cognate_store::Store) -> Result<Vec<Listed>> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let rows = table::page(store, &pool.id, &after, PAGE).await?;
        let Some(last) = rows.last() else {
            return Ok(all);
        };
        after.clone_from(&last.name);
        for row in rows {
            let provider = Provider::open(pool, row)?;
            let kept = provider.doc.metadata.iter();
            let texts = kept.flat_map(|metadata| &metadata.certificates);
            let ends =
                texts.filter_map(|text| cognate_federation::saml::inspect::certificate(text).ends);
            all.push(Listed {
                ends: ends.min(),
                kind: provider.doc.kind.as_str().to_owned(),
                name: provider.name,
                modified: provider.modified,
            });
        }
    }
}

/// Tests a provider, and records that it was.
///
/// # Errors
/// An unknown pool or provider; faults.
pub async fn test(app: &App, asked: Asked<'_>) -> Result<Report> {
    let request_id = cognate_crypto::random::uuid_v4();
    let action = Action::Command(COMMAND);
    let cx = Cx::new(
        app,
        action,
        Caller::Public,
        ClientInfo::default(),
        request_id,
    );
    let pool = cx.cached_pool(asked.pool).await?;
    let pool = pool.ok_or_else(|| pool_not_found(asked.pool))?;
    let provider = providers::find(&cx, &pool, asked.provider).await?;
    let entry = audit::command(COMMAND, Some(&provider.name));
    let batch = entry.append(Batch::new(), &pool.id, cx.now());
    cx.commit(batch, |_| Fault::Stale).await?;
    let urls = paste::urls(&cx, &pool, asked.urls).await?;
    let mut steps = Steps::default();
    match kind(&provider) {
        Some(kind) => oauth(&cx, &mut steps, &provider, kind, &urls, asked.answer).await,
        None => speaks_saml(&cx, &mut steps, &pool, &provider, &urls, asked.answer).await?,
    }
    Ok(Report {
        pool: pool.id.clone(),
        kind: provider.doc.kind.as_str().to_owned(),
        steps: steps.finish(&provider),
        provider: provider.name,
    })
}

async fn oauth(
    cx: &Cx<'_>,
    steps: &mut Steps,
    provider: &Provider,
    kind: Kind,
    urls: &[String],
    posted: Option<&str>,
) {
    let now = cx.now().div_euclid(SECOND);
    let secret = client::settings(cx, steps, provider, kind, now);
    let base_url = urls.first().map_or("https://invalid", String::as_str);
    let fetch_keys = async {
        match kind.has_id_token() {
            true => client::keys(cx, provider).await,
            false => (Steps::default(), None),
        }
    };
    let probe = async {
        let mut steps = Steps::default();
        call::probe(
            cx,
            &mut steps,
            "authorize",
            detail(provider, "authorize_url"),
        )
        .await;
        steps
    };
    let look = async {
        let mut steps = Steps::default();
        openid::look(cx, &mut steps, provider, kind).await;
        steps
    };
    // All at once: each may take as long as its bounds allow.
    let (found, (keys, set), credentials, user_info, reached) = tokio::join!(
        look,
        fetch_keys,
        client::credentials(cx, provider, kind, secret.as_ref(), base_url),
        client::user_info(cx, provider),
        probe,
    );
    for part in [found, keys, credentials, user_info, reached] {
        steps.append(part);
    }
    paste::oauth(steps, urls);
    if let Some(posted) = posted {
        id_token(cx, steps, provider, kind, posted, set).await;
    }
}

async fn id_token(
    cx: &Cx<'_>,
    steps: &mut Steps,
    provider: &Provider,
    kind: Kind,
    posted: &str,
    keys: Option<Keys>,
) {
    if !kind.has_id_token() {
        steps.fail("answer", "the type has no ID tokens", "leave --answer out");
        return;
    }
    let name = issuer(provider);
    let wanted = WantedToken {
        kind,
        issuers: kind.issuers(&name).into_iter().map(str::to_owned).collect(),
        client_id: detail(provider, "client_id").to_owned(),
        client_secret: provider
            .secrets
            .get("client_secret")
            .map(|secret| secret.duplicate()),
        keys,
        now: cx.now().div_euclid(SECOND),
    };
    let token = posted.trim().to_owned();
    let work = move || {
        let mut steps = Steps::default();
        let claims = answer::id_token(&mut steps, &token, &wanted);
        (steps, claims.map(|claims| claims.members().clone()))
    };
    told(cx, steps, provider, work).await;
}

/// Runs a check beside the async threads, and says which mapped claims the answer has.
async fn told(
    cx: &Cx<'_>,
    steps: &mut Steps,
    provider: &Provider,
    work: impl FnOnce() -> (Steps, Option<Map<String, Value>>) + Send + 'static,
) {
    const STEP: &str = "answer/attributes";
    let Ok((checked, claims)) = foreign::read(cx, work).await else {
        steps.fail("answer", "it was not read within five seconds", "try again");
        return;
    };
    steps.append(checked);
    let Some(claims) = claims else { return };
    let there = listed(claims.keys().map(String::as_str));
    let mapped = mapping::claims(provider);
    let missing: Vec<&str> = mapped
        .into_iter()
        .filter(|claim| claims.get(*claim).is_none_or(Value::is_null))
        .collect();
    match missing.is_empty() {
        true => steps.ok(STEP, format!("every mapped one is there; in all {there}")),
        false => steps.warn(
            STEP,
            format!("mapped and not there: {}; there: {there}", listed(missing)),
            "have the provider send them, or correct AttributeMapping; OpenID providers may say them at attributes_url",
        ),
    }
}

async fn speaks_saml(
    cx: &Cx<'_>,
    steps: &mut Steps,
    pool: &Pool,
    provider: &Provider,
    urls: &[String],
    posted: Option<&str>,
) -> Result<()> {
    metadata::look(cx, steps, provider, cx.now().div_euclid(SECOND)).await;
    paste::saml(cx, steps, pool, provider, urls).await?;
    let (Some(posted), Some(kept)) = (posted, &provider.doc.metadata) else {
        return Ok(());
    };
    let key = provider.secrets.get(ENCRYPTION_KEY);
    let key = key.and_then(|key| STANDARD.decode(key.expose()).ok());
    let key = key.map(SecretBytes::new);
    let (kept, posted) = (kept.clone(), percent_decoded(posted));
    let acs = urls.iter().map(|url| format!("{url}{RESPONSE}")).collect();
    let (audience, now) = (saml::entity_id(pool), cx.now().div_euclid(SECOND));
    let encrypted_only = says(provider, "EncryptedResponses", "true");
    let may_begin = saml::may_begin(provider);
    let work = move || {
        let wanted = Wanted {
            acs,
            audience,
            now,
            encrypted_only,
            may_begin,
            trusted: kept.keys(),
            issuer: kept.entity_id,
            key,
        };
        let mut steps = Steps::default();
        let login = answer::saml(&mut steps, &posted, &wanted);
        (steps, login.as_ref().map(saml::claims))
    };
    told(cx, steps, provider, work).await;
    Ok(())
}

/// Returns a posted value as it was before a form encoded it, with or without its name.
fn percent_decoded(posted: &str) -> String {
    let value = posted.trim();
    let value = value.strip_prefix("SAMLResponse=").unwrap_or(value);
    let value = value.split('&').next().unwrap_or(value);
    match value.contains('%') {
        true => percent_encoding::percent_decode_str(value)
            .decode_utf8_lossy()
            .into_owned(),
        false => value.to_owned(),
    }
}
