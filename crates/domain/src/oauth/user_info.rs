//! The claims about a user that an access token opens (endpoints.md 1.7, OpenID Connect Core 1.0 section 5.3).

use serde_json::{Value, json};

use crate::app::keys::ID;
use crate::cx::Cx;
use crate::errors::oauth::{BearerError, NO_OPENID_SCOPE, TOKEN_OVER};
use crate::errors::{ErrorCode, Fault, Result};
use crate::tokens::claims::may_read;
use crate::tokens::presented::Presented;
use crate::tokens::scopes::Opened;
use crate::tokens::verify::{self, Require};

/// Claims in their order.
pub type Claims = Vec<(String, Value)>;

/// Returns `sub`, the attributes that the token's scopes open and its client may read, and `username`. Every value is a
/// text; for clients with the standard profile it has the type of OpenID Connect, and none is empty.
///
/// # Errors
/// Faults. Refusals: [`NO_OPENID_SCOPE`] for a good token without that scope and for ID tokens; [`TOKEN_OVER`] for every
/// other one that is not good, and on another pool's domain.
pub async fn claims(cx: &Cx<'_>, token: &str) -> Result<std::result::Result<Claims, BearerError>> {
    let signed = match verify::access_token(cx, token, Require::Any).await {
        Ok(signed) => signed,
        Err(Fault::Api(error)) if is_about_the_token(error.code) => {
            let is_id = Presented::parse(token).is_some_and(|token| token.claims.token_use == ID);
            return Ok(Err(if is_id { NO_OPENID_SCOPE } else { TOKEN_OVER }));
        }
        Err(other) => return Err(other),
    };
    if !cx.is_home_of(&signed.pool) {
        return Ok(Err(TOKEN_OVER));
    }
    let has = |scope: &str| signed.claims.scopes().any(|granted| granted == scope);
    if !has("openid") {
        return Ok(Err(NO_OPENID_SCOPE));
    }
    let opened = Opened::by(has);
    let attributes = signed.user.attributes_for(None).into_iter();
    let mut claims: Claims = attributes
        .filter(|attribute| {
            let name = attribute.name.as_str();
            name == "sub" || (opened.holds(name) && may_read(&signed.client, name))
        })
        .filter_map(|attribute| {
            let (name, value) = (attribute.name, attribute.value?);
            let value = match signed.client.is_standard() {
                true => typed(&name, value)?,
                false => Value::String(value),
            };
            Some((name, value))
        })
        .collect();
    claims.push(("username".to_owned(), signed.user.username.into()));
    Ok(Ok(claims))
}

/// Returns an attribute in the type of its claim (OpenID Connect Core 1.0 section 5.1); None for one without a value.
fn typed(name: &str, value: String) -> Option<Value> {
    match name {
        _ if value.is_empty() => None,
        "email_verified" | "phone_number_verified" => Some(Value::Bool(value == "true")),
        "updated_at" => value.parse::<i64>().ok().map(Value::from),
        "address" => Some(json!({ "formatted": value })),
        "identities" => serde_json::from_str(&value).ok(),
        _ => Some(Value::String(value)),
    }
}

fn is_about_the_token(code: ErrorCode) -> bool {
    use ErrorCode as E;
    matches!(
        code,
        E::NotAuthorized | E::UserNotFound | E::PasswordResetRequired | E::UserNotConfirmed
    )
}
