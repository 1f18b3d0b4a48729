//! Rules about the attributes, flows and secrets of app clients.

use cognate_shapes::{
    ExplicitAuthFlowsType as Flow, OAuthFlowType, PreventUserExistenceErrorTypes,
};

use crate::clock::SECOND;
use crate::lint::subject::{AppClient, Subject};
use crate::records::client::OidcProfile;
use crate::records::schema;

/// Days after which a secret should have been replaced.
const SECRET_DAYS: i64 = 365;
/// What the name of an attribute says that stands for a right, wherever it is in the name.
const RIGHTS: [&str; 15] = [
    "admin",
    "role",
    "group",
    "tenant",
    "permission",
    "privilege",
    "entitlement",
    "verified",
    "approved",
    "premium",
    "subscription",
    "customer",
    "account",
    "company",
    "organi",
];
/// The same where it is a word of its own.
const WORDS: [&str; 11] = [
    "org", "plan", "tier", "level", "scope", "owner", "staff", "paid", "credit", "balance", "acl",
];

/// Returns the custom attributes that users write through the client.
fn writable<'a>(subject: &Subject, client: &'a AppClient) -> Vec<&'a str> {
    let list = client.doc.write_attributes.as_deref().unwrap_or_default();
    let open = |name: &str| {
        let entry = schema::find_in(&subject.pool.schema, name);
        // One that never changes is written at the sign-up.
        let mutable = entry.is_some_and(|entry| entry.mutable != Some(false));
        name.starts_with("custom:") && (mutable || subject.signs_up_anybody())
    };
    list.iter()
        .map(String::as_str)
        .filter(|name| open(name))
        .collect()
}

/// True if an application may take the value for something that somebody granted.
fn reads_as_right(name: &str) -> bool {
    let own = name.strip_prefix("custom:").unwrap_or(name);
    let lower = own.to_ascii_lowercase();
    if RIGHTS.iter().any(|right| lower.contains(right)) {
        return true;
    }
    let mut words = String::new();
    let mut before = false;
    for c in own.chars() {
        if c.is_ascii_uppercase() && before {
            words.push(' ');
        }
        before = c.is_ascii_lowercase() || c.is_ascii_digit();
        words.push(if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            ' '
        });
    }
    let is = |word: &str| WORDS.contains(&word) || WORDS.contains(&word.trim_end_matches('s'));
    words.split(' ').any(is)
}

pub(super) fn self_written_right(subject: &Subject, client: &AppClient) -> Option<String> {
    let rights = writable(subject, client);
    let rights: Vec<&str> = rights
        .into_iter()
        .filter(|name| reads_as_right(name))
        .collect();
    (!rights.is_empty()).then(|| {
        let rights = rights.join(", ");
        format!("Users of the client write {rights} themselves: whoever trusts the value gives away what it stands for.")
    })
}

pub(super) fn self_written_custom(subject: &Subject, client: &AppClient) -> Option<String> {
    let others = writable(subject, client);
    let others: Vec<&str> = others
        .into_iter()
        .filter(|name| !reads_as_right(name))
        .collect();
    (!others.is_empty()).then(|| {
        let others = others.join(", ");
        format!("Users of the client write {others} themselves, so that the values in tokens are theirs and not yours.")
    })
}

pub(super) fn existence_revealed(_: &Subject, client: &AppClient) -> Option<String> {
    let hidden =
        client.doc.prevent_user_existence_errors == Some(PreventUserExistenceErrorTypes::Enabled);
    (!hidden).then(|| {
        "Sign-ins and forgotten passwords tell everybody which names and addresses have an account."
            .to_owned()
    })
}

pub(super) fn password_flow(_: &Subject, client: &AppClient) -> Option<String> {
    let doc = &client.doc;
    let open =
        doc.lists_flow(Flow::AllowUserPasswordAuth) || doc.lists_flow(Flow::UserPasswordAuth);
    open.then(|| {
        "USER_PASSWORD_AUTH sends the password to the server, where SRP would prove it; only its check against known passwords needs that."
            .to_owned()
    })
}

pub(super) fn admin_flow_without_secret(_: &Subject, client: &AppClient) -> Option<String> {
    let doc = &client.doc;
    let open =
        doc.lists_flow(Flow::AllowAdminUserPasswordAuth) || doc.lists_flow(Flow::AdminNoSrpAuth);
    (open && client.secrets.is_empty()).then(|| {
        "The flow is for servers, which can keep a secret, and the client has none: any access key that may call AdminInitiateAuth is enough."
            .to_owned()
    })
}

pub(super) fn machine_without_secret(_: &Subject, client: &AppClient) -> Option<String> {
    let doc = &client.doc;
    let grants = doc.allowed_oauth_flows.as_deref().unwrap_or_default();
    let machine = grants.contains(&OAuthFlowType::ClientCredentials)
        || doc.lists_flow(Flow::AllowClientTokenAuth);
    (machine && client.secrets.is_empty()).then(|| {
        "A machine proves itself by its secret, and the client has none: its id is all that there is to know.".to_owned()
    })
}

pub(super) fn old_secret(subject: &Subject, client: &AppClient) -> Option<String> {
    let oldest = client.secrets.iter().min()?;
    let days = subject.now.saturating_sub(*oldest) / (86_400 * SECOND);
    (days > SECRET_DAYS).then(|| {
        format!("A secret that has been in use for {days} days is in more places than anybody remembers.")
    })
}

/// True if the OAuth endpoints serve the client for users.
fn serves_users(client: &AppClient) -> bool {
    let grants = client
        .doc
        .allowed_oauth_flows
        .as_deref()
        .unwrap_or_default();
    client.doc.allowed_oauth_flows_user_pool_client
        && grants
            .iter()
            .any(|grant| *grant != OAuthFlowType::ClientCredentials)
}

fn has_scope(client: &AppClient, scope: &str) -> bool {
    let scopes = client
        .doc
        .allowed_oauth_scopes
        .as_deref()
        .unwrap_or_default();
    scopes.iter().any(|own| own == scope)
}

pub(super) fn implicit_grant(_: &Subject, client: &AppClient) -> Option<String> {
    let grants = client
        .doc
        .allowed_oauth_flows
        .as_deref()
        .unwrap_or_default();
    (serves_users(client) && grants.contains(&OAuthFlowType::Implicit)).then(|| {
        "Tokens come in the address of a page, where histories, logs and scripts find them; the code grant with PKCE serves browsers too."
            .to_owned()
    })
}

pub(super) fn oauth_unused(_: &Subject, client: &AppClient) -> Option<String> {
    let doc = &client.doc;
    let set = doc.allowed_oauth_flows.is_some() || doc.allowed_oauth_scopes.is_some();
    (set && !doc.allowed_oauth_flows_user_pool_client).then(|| {
        "Grants or scopes are set and the OAuth endpoints refuse the client all the same."
            .to_owned()
    })
}

pub(super) fn profile_of_the_service(_: &Subject, client: &AppClient) -> Option<String> {
    let openid = serves_users(client) && has_scope(client, "openid");
    (openid && client.doc.oidc_profile == OidcProfile::Cognito).then(|| {
        "The client asks for openid, and the endpoints do for it what the service does where OpenID Connect says otherwise."
            .to_owned()
    })
}

pub(super) fn self_service_scope(_: &Subject, client: &AppClient) -> Option<String> {
    let scope = "aws.cognito.signin.user.admin";
    (serves_users(client) && has_scope(client, scope)).then(|| {
        format!("An access token with {scope} changes its user's attributes, factors and password: whoever gets one has the account.")
    })
}
