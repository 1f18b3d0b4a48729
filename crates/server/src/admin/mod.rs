//! Administrative commands on a database, run by a server that has it open or by the command line itself.

pub(crate) mod alone;
mod audit_chain;
pub(crate) mod backups;
mod branding;
pub(crate) mod clients;
pub(crate) mod consents;
pub(crate) mod control;
pub(crate) mod creation;
pub(crate) mod events;
pub(crate) mod export;
mod import_users;
mod imports;
pub(crate) mod issuer;
mod kinds;
mod lint;
pub(crate) mod messages;
pub(crate) mod pool_change;
pub(crate) mod profile;
mod provider_links;
pub(crate) mod providers;
pub(crate) mod seeds;
pub(crate) mod upstream;

use cognate_access::commands;
use cognate_access::keys::{self, Change, KeyError};
use cognate_crypto::seal::RootKey;
use cognate_domain::audit::chain::Head;
use cognate_domain::audit::verify::Position as Checked;
use cognate_domain::moving::apply::{Given, Wishes};
use cognate_domain::upstream::settings::Wanted;
use cognate_store::Store;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::audit::{self as trail, Position, Query};

/// A command.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// Creates an access key; a root key if there is no policy.
    CreateKey {
        /// The name in ARNs.
        name: String,
        /// The policy document.
        policy: Option<String>,
    },
    /// Lists the access keys.
    ListKeys,
    /// Changes an access key.
    ChangeKey {
        /// The access key id.
        id: String,
        /// The change.
        change: Change,
    },
    /// Sets the issuer of a pool's tokens (design decision 7).
    SetIssuer {
        /// The pool's id.
        pool: String,
        /// `gateway`, `aws` or a URL.
        issuer: String,
    },
    /// Shows the profile of a client (endpoints.md 7.3).
    Profile {
        /// The client's id.
        client: String,
    },
    /// Sets the profile of a client.
    SetProfile {
        /// The client's id.
        client: String,
        /// `standard` or `cognito`.
        profile: String,
    },
    /// Shows a part of what became of the rows of an import job.
    ImportLog {
        /// The job's id.
        job: String,
        /// The number of the line to continue from.
        after: i64,
    },
    /// Shows the imports of a pool, or the pools with users on foreign hashes.
    ImportStatus {
        /// The pool's id.
        pool: Option<String>,
    },
    /// Lists a part of the audit trail.
    Audit {
        /// The filter.
        query: Query,
        /// The position to continue from; None begins with the newest row.
        position: Option<Position>,
        /// The most lines.
        lines: usize,
    },
    /// Shows the end of the audit trail's chain.
    AuditHead,
    /// Checks a part of the audit trail.
    AuditVerify {
        /// The pool whose rows are meant; None for all.
        pool: Option<String>,
        /// Ends of the chain that were kept elsewhere.
        heads: Vec<Head>,
        /// The position to continue from; None begins.
        position: Option<Checked>,
    },
    /// Shows the look of a client.
    Look {
        /// The pool's id.
        pool: String,
        /// The client; None for the look of clients that have none of their own.
        client: Option<String>,
    },
    /// Shows a piece of an image of a look.
    LookImage {
        /// The pool's id.
        pool: String,
        /// The client.
        client: Option<String>,
        /// The place of the image in the style; None for the classic logo.
        image: Option<usize>,
        /// Bytes before the piece.
        offset: usize,
    },
    /// Lists a part of the delivery log of a pool.
    Messages {
        /// The pool's id.
        pool: String,
        /// A user's `sub` or a name to sign in with; None lists all users.
        user: Option<String>,
        /// The id of the message to continue from; None begins with the newest.
        before: Option<String>,
        /// The most lines.
        lines: i64,
    },
    /// Renders every text of a pool with sample values.
    PreviewMessages {
        /// The pool's id.
        pool: String,
    },
    /// Puts a test message into the outbox of a pool.
    TestMessage {
        /// The pool's id.
        pool: String,
        /// An e-mail address or a phone number.
        to: String,
    },
    /// Gives out the users of a pool as a file; see [`export`].
    Export {
        /// The pool's id.
        pool: String,
        /// `jsonl`, `csv`, `scim` or `keycloak`.
        format: String,
        /// Keys of age. Without any the file has no secrets.
        recipients: Vec<String>,
        /// A kind of password hash that an import job takes.
        hashes: Option<String>,
    },
    /// Lists the clients of a pool that registered themselves.
    ListDynamicClients(clients::Wanted),
    /// Lists the clients that a user let in although nobody vouches for them.
    ListConsents(consents::Of),
    /// Takes one of them out.
    WithdrawConsent {
        /// Whose.
        of: consents::Of,
        /// The client's id, or the URL of its document.
        client: String,
    },
    /// Lists the identity providers of a pool.
    ListProviders {
        /// The pool's id.
        pool: String,
    },
    /// Tests an identity provider; only a program that can call it does.
    TestProvider {
        /// The pool's id.
        pool: String,
        /// The provider's name in the pool.
        provider: String,
        /// An answer of the provider: SAMLResponse in base64, or an ID token.
        answer: Option<String>,
        /// A URL of this server as browsers know it.
        url: Option<String>,
    },
    /// Shows what became of a message.
    Message {
        /// The pool's id.
        pool: String,
        /// The message's id.
        id: String,
    },
    /// Applies a portion of a file of users.
    ImportUsers {
        /// The pool's id.
        pool: String,
        /// How.
        wishes: Wishes,
        /// The records. Their `Debug` shows no secret.
        rows: Vec<Given>,
    },
    /// Shows the policy of a provider about users who have an account already.
    LinkingPolicy {
        /// The pool's id.
        pool: String,
        /// The provider's name.
        provider: String,
    },
    /// Sets the policy of a provider.
    SetLinkingPolicy {
        /// The pool's id.
        pool: String,
        /// The provider's name.
        provider: String,
        /// `never`, `verified-email` or `admin-approval`.
        policy: String,
    },
    /// Lists a part of the first sign-ins that wait for an administrator.
    LinkRequests {
        /// The pool's id.
        pool: String,
        /// The time in microseconds and the id of the line to continue from; None begins with the oldest.
        after: Option<(i64, String)>,
    },
    /// Links the identity of a first sign-in that waits.
    ApproveLink {
        /// The pool's id.
        pool: String,
        /// The id of the request.
        id: String,
        /// A user's `sub` or a name; None for the user with the address.
        user: Option<String>,
    },
    /// Writes a backup; only a program that has the settings of places does.
    Backup {
        /// The place; None for that of the settings.
        target: Option<String>,
        /// Who can read it; those of the settings if it is empty.
        recipients: Vec<String>,
        /// The pools; empty for all of the server.
        pools: Vec<String>,
    },
    /// Restores pools of a backup.
    RestorePools {
        /// The whole name of the archive.
        archive: String,
        /// The path of a file with identities.
        identity: String,
        /// The pools that are meant; empty for all of the archive of pools.
        pools: Vec<String>,
        /// The SHA-256 that the archive must have, if it is known.
        sha256: Option<String>,
    },
    /// Lets the identity of a first sign-in that waits have a user of its own.
    DenyLink {
        /// The pool's id.
        pool: String,
        /// The id of the request.
        id: String,
    },
    /// Makes a pool with an id of choice.
    CreatePool {
        /// The pool's id.
        id: String,
        /// The input of CreateUserPool, JSON.
        settings: String,
    },
    /// Makes a client with an id of choice.
    CreateClient {
        /// The pool's id.
        pool: String,
        /// The client's id.
        id: String,
        /// The input of CreateUserPoolClient without the pool, JSON.
        settings: String,
    },
    /// Puts a pool in front of a pool of another server.
    SetUpstream {
        /// The pool's id.
        pool: String,
        /// The settings.
        wanted: Box<Wanted>,
    },
    /// Shows the upstream of a pool.
    Upstream {
        /// The pool's id.
        pool: String,
    },
    /// Ends the upstream of a pool.
    EndUpstream {
        /// The pool's id.
        pool: String,
    },
    /// Judges the settings of a pool.
    Lint {
        /// The pool's id.
        pool: String,
        /// The number of findings that are known already.
        from: usize,
    },
    /// Reads the events of a pool, or sets where they are sent.
    Events {
        /// The pool's id.
        pool: String,
        /// What to do.
        step: events::Step,
    },
    /// Applies a part of a seed, or gives out a part of a pool as one.
    Seed {
        /// What to do.
        step: Box<seeds::Step>,
    },
    /// Plans or carries out a change of what Cognito calls immutable.
    PoolChange {
        /// The pool's id.
        pool: String,
        /// What to do.
        step: pool_change::Step,
    },
}

/// Runs a command. `now` in microseconds.
///
/// # Errors
/// A text for the person at the terminal.
pub async fn perform(
    store: &Store,
    root: &RootKey,
    now: i64,
    request: Request,
) -> Result<Value, String> {
    match request {
        Request::CreateKey { name, policy } => {
            let created = commands::create_key(store, root, now, &name, policy.as_deref()).await;
            Ok(json!(created.map_err(text)?))
        }
        Request::ListKeys => Ok(json!(keys::list(store).await.map_err(text)?)),
        Request::ChangeKey { id, change } => {
            let changed = commands::change_key(store, root, now, &id, change).await;
            changed.map_err(text)?;
            Ok(json!({"id": id}))
        }
        Request::SetIssuer { pool, issuer } => {
            issuer::set(store, root, &pool, &issuer, now).await?;
            Ok(json!({"pool": pool}))
        }
        Request::ImportLog { job, after } => imports::log(store, &job, after).await,
        Request::ImportStatus { pool } => imports::status(store, root, pool.as_deref()).await,
        Request::Profile { client } => profile::show(store, root, &client).await,
        Request::SetProfile { client, profile } => {
            let now = commands::service_time(store, now).await.map_err(text)?;
            profile::set(store, root, now, &client, &profile).await
        }
        Request::Audit {
            query,
            position,
            lines,
        } => {
            let now = commands::service_time(store, now).await.map_err(text)?;
            let page = trail::page(store, now, &query, position, lines).await?;
            Ok(json!(page))
        }
        Request::AuditHead => audit_chain::head(store, root).await,
        Request::AuditVerify {
            pool,
            heads,
            position,
        } => audit_chain::verify(store, root, pool.as_deref(), &heads, position).await,
        Request::Look { pool, client } => {
            branding::look(store, root, &pool, client.as_deref()).await
        }
        Request::LookImage {
            pool,
            client,
            image,
            offset,
        } => branding::image(store, root, &pool, client.as_deref(), image, offset).await,
        Request::PreviewMessages { pool } => messages::preview(store, root, &pool).await,
        Request::Messages {
            pool,
            user,
            before,
            lines,
        } => {
            messages::list(
                store,
                root,
                &pool,
                user.as_deref(),
                before.as_deref(),
                lines,
            )
            .await
        }
        Request::TestMessage { pool, to } => {
            let now = commands::service_time(store, now).await.map_err(text)?;
            messages::test(store, root, now, &pool, &to).await
        }
        Request::ListDynamicClients(wanted) => clients::list(store, root, &wanted).await,
        Request::ListConsents(of) => consents::list(store, root, &of).await,
        Request::WithdrawConsent { of, client } => {
            let now = commands::service_time(store, now).await.map_err(text)?;
            consents::withdraw(store, root, now, &of, &client).await
        }
        Request::ListProviders { pool } => providers::list(store, root, &pool).await,
        Request::TestProvider { .. } => {
            Err("a provider is tested by a running server, or by the command line".to_owned())
        }
        Request::Export { .. } => Err("an export is more than one answer".to_owned()),
        Request::Backup { .. } | Request::RestorePools { .. } => {
            Err("backups are made by a running server, or by the command line".to_owned())
        }
        Request::Message { pool, id } => messages::show(store, root, &pool, &id).await,
        Request::ImportUsers { pool, wishes, rows } => {
            let now = commands::service_time(store, now).await.map_err(text)?;
            import_users::apply(store, root, now, &pool, &wishes, rows).await
        }
        Request::LinkingPolicy { pool, provider } => {
            provider_links::policy(store, root, &pool, &provider).await
        }
        Request::SetLinkingPolicy {
            pool,
            provider,
            policy,
        } => {
            let now = commands::service_time(store, now).await.map_err(text)?;
            let provider = (pool.as_str(), provider.as_str());
            provider_links::set_policy(store, root, now, provider, &policy).await
        }
        Request::LinkRequests { pool, after } => {
            let now = commands::service_time(store, now).await.map_err(text)?;
            provider_links::list(store, root, now, &pool, after.as_ref()).await
        }
        Request::ApproveLink { pool, id, user } => {
            let now = commands::service_time(store, now).await.map_err(text)?;
            provider_links::approve(store, root, now, (&pool, &id), user.as_deref()).await
        }
        Request::DenyLink { pool, id } => {
            let now = commands::service_time(store, now).await.map_err(text)?;
            provider_links::deny(store, root, now, (&pool, &id)).await
        }
        Request::CreatePool { .. } | Request::CreateClient { .. } | Request::Seed { .. } => {
            Err("this is done by a running server, or by the command line".to_owned())
        }
        Request::SetUpstream { pool, wanted } => {
            let now = commands::service_time(store, now).await.map_err(text)?;
            upstream::set(store, root, now, &pool, &wanted, None).await
        }
        Request::Upstream { pool } => upstream::status(store, root, &pool).await,
        Request::EndUpstream { pool } => {
            let now = commands::service_time(store, now).await.map_err(text)?;
            upstream::end(store, root, now, &pool).await
        }
        Request::Lint { pool, from } => {
            let now = commands::service_time(store, now).await.map_err(text)?;
            lint::findings(store, root, now, &pool, from).await
        }
        Request::Events { pool, step } => {
            let now = commands::service_time(store, now).await.map_err(text)?;
            events::perform(store, root, now, &pool, step, None).await
        }
        Request::PoolChange { pool, step } => {
            let now = commands::service_time(store, now).await.map_err(text)?;
            pool_change::perform(store, root, now, &pool, step).await
        }
    }
}

fn text(error: KeyError) -> String {
    error.to_string()
}
