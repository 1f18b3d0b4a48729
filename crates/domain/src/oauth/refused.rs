//! Refused requests for an authorization or a sign-out in the audit trail: the page shows the id of the request as a number
//! to refer to, and `cognate audit find` says the cause, the value at fault and the setting that decides.
//!
//! Anybody can cause refusals, so a node writes a bounded number of rows; beyond that the page still says what it says.

use cognate_store::Batch;

use crate::audit::Entry;
use crate::cx::Cx;
use crate::errors::oauth::{
    ACCESS_DENIED, CONSENT_REQUIRED, LOGIN_REQUIRED, OAUTH_IS_OFF, OAuthError,
};
use crate::errors::{Fault, Result};
use crate::facts::network::network;
use crate::oauth::authorization::{Authorization, Cause, Parameters, Refusal};
use crate::oauth::reply::Reply;
use crate::oauth::url_place::place;
use crate::oauth::{client, logout};

/// What is added about a refusal that the client does not learn of.
const NOT_TOLD: &str =
    " The client was not told, since nobody vouches for it and the user has not let it in.";
/// The characters that are kept of a value at fault.
const LONGEST: usize = 256;

/// A refusal in words for the administrator.
#[derive(Debug, PartialEq, Eq)]
struct Explained {
    /// The kind of the refusal.
    result: &'static str,
    cause: &'static str,
    /// The parameter at fault and its value; never one that proves or identifies somebody.
    at_fault: Option<(&'static str, String)>,
    /// The setting that decides.
    setting: Option<&'static str>,
}

/// Records a refusal under the id of the request. A browser without a session that `prompt=none` sent is no news where the
/// client is told, and is not recorded.
///
/// # Errors
/// Those of the store.
pub async fn record(cx: &Cx<'_>, parameters: &Parameters<'_>, refusal: &Refusal) -> Result<()> {
    let explained = match refusal {
        Refusal::Page(cause) => of_page(parameters, cause),
        Refusal::Client(reply) => match of_client(parameters, reply) {
            Some(explained) => explained,
            None => return Ok(()),
        },
    };
    let more = match refusal {
        Refusal::Page(Cause::NoDocument(why)) => format!(" {why}"),
        Refusal::Client(reply) if reply.is_kept => NOT_TOLD.to_owned(),
        _ => String::new(),
    };
    for_named(cx, parameters.client_id, &explained, &more).await
}

/// Records that a request which was understood brought a stranger's client nothing, of which a page of this server tells in
/// the client's place ([`Reply::is_kept`]).
///
/// # Errors
/// Those of the store.
pub async fn record_kept(cx: &Cx<'_>, authorization: &Authorization, reply: &Reply) -> Result<()> {
    if is_one_too_many(cx) {
        return Ok(());
    }
    let silent = authorization.prompt.none.then_some("none");
    let explained = of_kept(reply, silent);
    let detail = explained.detail(Some(authorization.client.named())) + NOT_TOLD;
    write(cx, &authorization.pool.id, explained.result, &detail).await
}

/// Records a refused request for a sign-out under the id of the request.
///
/// # Errors
/// Those of the store.
pub async fn record_sign_out(
    cx: &Cx<'_>,
    parameters: &logout::Parameters<'_>,
    cause: &Cause,
) -> Result<()> {
    let as_asked = Parameters {
        client_id: parameters.client_id,
        ..Parameters::default()
    };
    let mut explained = of_page(&as_asked, cause);
    if *cause == Cause::RedirectMismatch {
        let urls = [
            ("logout_uri", parameters.logout_uri),
            ("redirect_uri", parameters.redirect_uri),
            (
                "post_logout_redirect_uri",
                parameters.post_logout_redirect_uri,
            ),
        ];
        let mut urls = urls.into_iter();
        explained.cause =
            "The URL is none of the client's. It must be the same character by character.";
        explained.at_fault = urls.find_map(|(name, url)| fault(name, url.map(place)));
        explained.setting = Some(
            "LogoutURLs of the client, CallbackURLs for redirect_uri, and AllowedOAuthFlowsUserPoolClient",
        );
    }
    for_named(cx, parameters.client_id, &explained, "").await
}

/// True if the network of the request has caused so many refusals that this one is not recorded.
fn is_one_too_many(cx: &Cx<'_>) -> bool {
    let recorded = cx.refusals.spend(cx.now(), network(&cx.client_info.ip));
    if !recorded {
        tracing::debug!(request_id = %cx.request_id, "a refusal is not recorded: too many");
    }
    !recorded
}

/// Records a refusal of the client that a request names, if there is one.
async fn for_named(
    cx: &Cx<'_>,
    client_id: Option<&str>,
    explained: &Explained,
    more: &str,
) -> Result<()> {
    if is_one_too_many(cx) {
        return Ok(());
    }
    let known = client::known(cx, client_id.unwrap_or_default()).await;
    let known = known.ok().flatten();
    let home = cx.home_pool().unwrap_or_default();
    let pool_id = known.as_ref().map_or(home, |(pool, _)| pool.id.as_str());
    let client_id = known.as_ref().map(|(_, client)| client.named());
    let detail = explained.detail(client_id) + more;
    write(cx, pool_id, explained.result, &detail).await
}

async fn write(cx: &Cx<'_>, pool_id: &str, result: &str, detail: &str) -> Result<()> {
    let entry = Entry {
        operation: cx.action.name(),
        address: &cx.client_info.ip,
        result,
        request_id: Some(&cx.request_id),
        detail: Some(detail),
        ..Entry::default()
    };
    let batch = entry.append(Batch::new(), pool_id, cx.now());
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(())
}

impl Explained {
    fn detail(&self, client_id: Option<&str>) -> String {
        let mut text = self.cause.to_owned();
        if let Some((name, value)) = &self.at_fault {
            text.push_str(&format!(" {name}={value:?}."));
        }
        if let Some(setting) = self.setting {
            text.push_str(&format!(" The setting that decides: {setting}."));
        }
        if let Some(id) = client_id {
            text.push_str(&format!(" Client: {id}."));
        }
        text
    }
}

fn of_page(parameters: &Parameters<'_>, cause: &Cause) -> Explained {
    let redirect = || fault("redirect_uri", parameters.redirect_uri.map(place));
    let provider = || {
        let named = fault("identity_provider", parameters.identity_provider);
        named.or_else(|| fault("idp_identifier", parameters.idp_identifier))
    };
    let (result, cause, at_fault, setting) = match cause {
        Cause::Missing(name) => (
            "MissingParameter",
            "The request lacks a parameter.",
            fault("missing", Some(name)),
            (*name == "redirect_uri").then_some("DefaultRedirectURI of the client"),
        ),
        Cause::UnknownClient => (
            "UnknownClient",
            "There is no app client of this id.",
            fault("client_id", parameters.client_id),
            None,
        ),
        Cause::Unmapped => (
            "UnknownClient",
            "The id of the client is a URL, and no policy of the user pool maps it to an app client that is there.",
            fault("client_id", parameters.client_id),
            Some("URLPatterns of a policy (CreateCIMDPolicy)"),
        ),
        Cause::NoDocument(_) => (
            "NoClientMetadata",
            "There is no document of the client at the URL that is its id.",
            fault("client_id", parameters.client_id),
            None,
        ),
        Cause::RedirectMismatch => (
            "RedirectMismatch",
            "The redirect URI is none of the client's. It must be the same character by character.",
            redirect(),
            Some("CallbackURLs of the client; redirect_uris of its document, if its id is a URL"),
        ),
        Cause::OtherPool => (
            "OtherPool",
            "The host is the domain of another user pool than the client's.",
            fault("client_id", parameters.client_id),
            Some("the domain of the client's pool (CreateUserPoolDomain)"),
        ),
        Cause::NoProvider => (
            "NoProvider",
            "The client does not offer the identity provider, or there is none of that name.",
            provider(),
            Some("SupportedIdentityProviders of the client"),
        ),
        Cause::NothingToOffer => (
            "NothingToOffer",
            "The client has no identity provider, so that no page can sign anybody in.",
            None,
            Some("SupportedIdentityProviders of the client; COGNITO for the users of the pool"),
        ),
        Cause::NoTransaction => (
            "NoTransaction",
            "No sign-in of this browser waits for the answer of the identity provider: it took more than five minutes, was \
             answered before, was begun in another browser, or the provider or its client was changed meanwhile.",
            None,
            None,
        ),
        Cause::Unasked(wrong) => (
            "UnaskedAnswer",
            *wrong,
            provider(),
            Some("IDPInit of the provider; SupportedIdentityProviders of the client"),
        ),
        Cause::NoPushedRequest => (
            "NoPushedRequest",
            "No pushed request waits under the reference: it was used, it is over, or it is another client's.",
            fault("client_id", parameters.client_id),
            None,
        ),
        Cause::Malformed => (
            "Malformed",
            "The parameters cannot be understood.",
            None,
            None,
        ),
    };
    Explained {
        result,
        cause,
        at_fault,
        setting,
    }
}

/// `silent`: the value of `prompt` that asks for no page.
fn of_kept(reply: &Reply, silent: Option<&str>) -> Explained {
    let is = |refusal: &OAuthError| reply.parameter("error") == Some(refusal.error);
    let (result, cause) = match () {
        () if is(&LOGIN_REQUIRED) => (
            LOGIN_REQUIRED.error,
            "The browser has no session that answers the request, and none could begin: no page may be shown, or another \
             user signed in than the client has in mind.",
        ),
        () if is(&CONSENT_REQUIRED) => (
            CONSENT_REQUIRED.error,
            "The user has not let the client in, and no page may ask.",
        ),
        () if is(&ACCESS_DENIED) => (ACCESS_DENIED.error, "The user did not let the client in."),
        () => (
            "refused",
            "The request brought nothing that the client may have.",
        ),
    };
    Explained {
        result,
        cause,
        at_fault: fault("prompt", silent),
        setting: None,
    }
}

fn of_client(parameters: &Parameters<'_>, reply: &Reply) -> Option<Explained> {
    let error = reply.parameter("error").unwrap_or_default();
    let is_off = reply.parameter("error_description") == OAUTH_IS_OFF.description.as_deref();
    let (result, cause, at_fault, setting) = match error {
        error if error == LOGIN_REQUIRED.error => return None,
        "invalid_request" if is_off => (
            "invalid_request",
            "OAuth is switched off for the client.",
            None,
            Some("AllowedOAuthFlowsUserPoolClient of the client"),
        ),
        "unauthorized_client" => (
            "unauthorized_client",
            "The client may not use the flow.",
            fault("response_type", parameters.response_type),
            Some("AllowedOAuthFlows of the client: code or implicit"),
        ),
        "invalid_scope" => (
            "invalid_scope",
            "A scope is not one of the client's; email, phone and profile go with openid only.",
            fault("scope", parameters.scope),
            Some("AllowedOAuthScopes of the client"),
        ),
        "invalid_target" => (
            "invalid_target",
            "The resource is the Identifier of no resource server of the pool.",
            fault("resource", parameters.resource.map(place)),
            Some("the resource servers of the pool (CreateResourceServer)"),
        ),
        "request_not_supported" => (
            "request_not_supported",
            "Requests as JSON Web Tokens are not supported.",
            None,
            None,
        ),
        "request_uri_not_supported" => (
            "request_uri_not_supported",
            "The client may not refer to its request.",
            None,
            None,
        ),
        "invalid_request" => (
            "invalid_request",
            "A parameter is missing, too long or of another form.",
            malformed(parameters),
            None,
        ),
        "server_error" => (
            "server_error",
            "The server failed; see its log.",
            None,
            None,
        ),
        _ => ("refused", "The request was refused.", None, None),
    };
    Some(Explained {
        result,
        cause,
        at_fault,
        setting,
    })
}

/// Returns the parameter that most probably was not understood.
fn malformed(parameters: &Parameters<'_>) -> Option<(&'static str, String)> {
    let response_type = parameters.response_type.unwrap_or_default();
    if !["code", "token"].contains(&response_type) {
        return fault("response_type", Some(response_type));
    }
    let method = parameters.code_challenge_method;
    if method.is_some() != parameters.code_challenge.is_some()
        || method.is_some_and(|method| method != "S256")
    {
        return fault("code_challenge_method", Some(method.unwrap_or_default()));
    }
    let prompt = || fault("prompt", parameters.prompt);
    let max_age = || fault("max_age", parameters.max_age);
    let mode = || fault("response_mode", parameters.response_mode);
    prompt().or_else(max_age).or_else(mode)
}

/// Returns a parameter with as much of its value as is kept.
fn fault<T: AsRef<str>>(name: &'static str, value: Option<T>) -> Option<(&'static str, String)> {
    let value = value?;
    let kept: String = value.as_ref().chars().take(LONGEST).collect();
    Some((name, kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let (_, value) = fault("scope", Some("\u{e4}".repeat(1_000))).unwrap();
        assert_eq!(value.chars().count(), LONGEST);
    }

    #[test]
    fn nothing_that_proves_or_identifies_somebody_is_told() {
        let secret = Some("secret");
        let all = Parameters {
            response_type: Some("code"),
            client_id: Some("client"),
            state: secret,
            nonce: secret,
            code_challenge: secret,
            code_challenge_method: Some("plain"),
            login_hint: secret,
            id_token_hint: secret,
            request: secret,
            request_uri: secret,
            ..Parameters::default()
        };
        for error in [
            "invalid_request",
            "unauthorized_client",
            "invalid_scope",
            "request_not_supported",
            "request_uri_not_supported",
            "server_error",
            "another",
        ] {
            let reply = Reply {
                redirect_uri: "https://app.example/cb".into(),
                mode: crate::oauth::reply::ReplyMode::Query,
                parameters: vec![("error", error.into())],
                is_kept: false,
            };
            let detail = of_client(&all, &reply).unwrap().detail(Some("client"));
            assert!(!detail.contains("secret"), "{detail}");
        }
        let none = Reply {
            redirect_uri: String::new(),
            mode: crate::oauth::reply::ReplyMode::Query,
            parameters: vec![("error", "login_required".into())],
            is_kept: false,
        };
        assert_eq!(of_client(&all, &none), None);
    }
}
