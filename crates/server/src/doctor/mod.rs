//! `cognate doctor`: whether a running server and the settings of a client for it fit together, proven by a live token
//! (docs/DEV.md).
//!
//! | module | contents |
//! |---|---|
//! | [`report`] | what was found, for people and as JSON |
//! | [`ask`] | questions to the server, bounded in time and size |
//! | [`facts`] | what is known of server, pool and client |
//! | [`server`] | checks of the server, the pool and its documents |
//! | [`domain`] | whether the domain of a pool leads to the server |
//! | [`pages`] | signing in through the pages of a pool |
//! | [`sign_in`] | a live token |
//! | [`proof`] | a token as a client judges it |
//! | [`clients`] | the clients: their settings, and what they ask of a pool |

pub mod ask;
pub mod clients;
mod domain;
pub mod facts;
mod pages;
mod proof;
pub mod report;
mod server;
mod sign_in;

use cognate_crypto::secret::SecretString;
use tokio::signal::unix::{SignalKind, signal};

use self::ask::Asker;
use self::clients::Client;
use self::domain::Need;
use self::facts::{Facts, Kind};
use self::proof::Use;
use self::report::{Report, State};
use self::sign_in::{Person, Tokens, Without};

/// What the caller has said.
#[derive(Default)]
pub struct Wanted {
    /// The client program.
    pub client: Option<&'static Client>,
    /// The id of the pool.
    pub pool: Option<String>,
    /// The id of the app client.
    pub client_id: Option<String>,
    /// Its secret, for those who cannot read its settings.
    pub client_secret: Option<SecretString>,
    /// A user and the password.
    pub person: Option<(String, SecretString)>,
}

/// Looks at everything. `facts`: what is known beforehand: endpoint, region, what may be shown.
pub async fn examine(mut asker: Asker, wanted: Wanted, mut facts: Facts) -> (Facts, Report) {
    let mut report = Report::default();
    if !server::reach(&asker, &mut facts, &mut report).await {
        return (facts, report);
    }
    if facts.kind == Kind::Dev {
        asker.use_public_key();
    }
    let asker = &asker;
    facts.key_id = asker.key_id().unwrap_or_default().to_owned();
    let ids = (wanted.pool.as_deref(), wanted.client_id.as_deref());
    server::find(asker, ids, &mut facts, &mut report).await;
    if let (Some(app), Some(secret)) = (&mut facts.client, wanted.client_secret) {
        app.secret = Some(secret);
    }
    if facts.pool.is_empty() {
        return (facts, report);
    }
    server::documents(asker, &mut facts, &mut report).await;
    let app = facts.client.as_ref();
    let need = match wanted.client {
        Some(client) if client.pages.is_some() => Need::Always,
        None => Need::IfThere,
        Some(_) if app.is_some_and(|app| !app.oauth.is_empty()) => Need::IfThere,
        Some(_) => Need::Never,
    };
    domain::look(asker, need, &mut facts, &mut report).await;
    if let Some(client) = wanted.client {
        (client.look)(&facts, &mut report);
        if facts.client.is_some() && !facts.issuer.is_empty() {
            report.settings = (client.settings)(&facts);
        }
    }
    prove(asker, &facts, wanted.client, wanted.person, &mut report).await;
    (facts, report)
}

/// Proves what was found with a live token.
async fn prove(
    asker: &Asker,
    facts: &Facts,
    client: Option<&'static Client>,
    person: Option<(String, SecretString)>,
    report: &mut Report,
) {
    let Some(app) = &facts.client else {
        return report.not_checked("token", "no app client is known (--client-id)");
    };
    if !asker.is_private() {
        return report.not_checked("token", server::IN_THE_CLEAR);
    }
    let is_program = app.oauth.contains("client_credentials") && app.secret.is_some();
    match person {
        Some((name, password)) => {
            let person = Person { name, password };
            let found = sign_in::tokens(asker, facts, client, &person).await;
            conclude(asker, facts, client, found, report).await;
        }
        None if is_program => {
            let found = pages::of_program(asker, facts, app).await;
            conclude(asker, facts, client, found, report).await;
        }
        None if sign_in::may_make(asker, facts) => {
            with_somebody_made(asker, facts, client, report).await;
        }
        None => {
            let why = "nobody is signed in: give --username and --password-file";
            report.not_checked("token", why);
        }
    }
}

/// Makes a user, proves what was found, and deletes the user again, also where somebody interrupts this.
async fn with_somebody_made(
    asker: &Asker,
    facts: &Facts,
    client: Option<&'static Client>,
    report: &mut Report,
) {
    // From here on an interrupt waits until there is nobody to delete.
    let stop = signal(SignalKind::interrupt());
    let stopped = async {
        match stop {
            Ok(mut stop) => {
                let _ = stop.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    let person = match sign_in::make(asker, facts).await {
        Ok(person) => person,
        Err(refused) => return conclude(asker, facts, client, Err(refused.into()), report).await,
    };
    let proof = async {
        let found = sign_in::tokens(asker, facts, client, &person).await;
        conclude(asker, facts, client, found, report).await;
    };
    let interrupted = tokio::select! {
        () = proof => false,
        () = stopped => true,
    };
    if interrupted {
        report.not_checked("token", "somebody interrupted this");
    }
    match sign_in::delete(asker, facts, &person).await {
        Ok(()) => report.ok("user", "the user who was made for this is deleted"),
        Err(refused) => report.finding(
            "user",
            format!(
                "{} was made for this and is still there: {refused}",
                person.name
            ),
            "AdminDeleteUser",
        ),
    }
}

/// Judges the tokens, or says why there are none.
async fn conclude(
    asker: &Asker,
    facts: &Facts,
    client: Option<&'static Client>,
    found: Result<Tokens, Without>,
    report: &mut Report,
) {
    match found {
        Ok(tokens) => judge(asker, facts, client, &tokens, report).await,
        Err(Without::Finding(detail, setting)) => report.finding("token", detail, setting),
        Err(Without::NotChecked(why)) => report.not_checked("token", why),
    }
}

async fn judge(
    asker: &Asker,
    facts: &Facts,
    client: Option<&'static Client>,
    tokens: &Tokens,
    report: &mut Report,
) {
    let rules = client.map_or(clients::ANY, |client| client.rules);
    let now = ask::now();
    let before = report.count(State::Finding);
    for kind in rules.uses {
        let token = match kind {
            Use::Access => &tokens.access,
            Use::Id => &tokens.id,
        };
        match token.is_empty() {
            // A program has no ID token, and somebody without the scope openid neither.
            true => report.not_checked(
                "token",
                format!("the sign-in gives no {} token", kind.name()),
            ),
            false => proof::judge(facts, rules, *kind, token, now, report),
        }
    }
    if client.is_some_and(|client| client.asks_authorizer) {
        clients::gateway::ask(asker, facts, &tokens.access, report).await;
    }
    if before == report.count(State::Finding) && !tokens.id.is_empty() {
        sign_in::whoami(asker, tokens, report).await;
    }
    sign_in::end(asker, facts, tokens).await;
}
