//! `GET /_dev/totp`: what a user's authenticator app shows.

use cognate_domain::signin::mfa::software_token;
use serde_json::{Value, json};

use super::{Ask, Trouble, failed, pairs};

/// Returns the code of a user's app. With `user` in place of `username` it shows both apps: the registered one and the one
/// being set up.
pub(super) async fn show(ask: Ask<'_>) -> Result<Value, Trouble> {
    let (mut pool, mut user, mut alone) = (String::new(), String::new(), false);
    for pair in pairs(ask.query) {
        match pair? {
            ("pool", value) => pool = value,
            ("user", value) => user = value,
            ("username", value) => (user, alone) = (value, true),
            (name, _) => {
                return Err(Trouble::asked(format!(
                    "`{name}` is no filter: use pool, username or user"
                )));
            }
        }
    }
    let app = &ask.state.app;
    let _held = app.whole.hold().await;
    let shown = software_token::shown(app, &pool, &user).await;
    let shown = shown.map_err(failed)?;
    let nobody = "`pool` and `user` name no user";
    if !alone {
        let shown = shown.ok_or_else(|| Trouble::asked(nobody))?;
        return serde_json::to_value(shown).map_err(failed);
    }
    let shown = shown.ok_or_else(|| Trouble::missing(nobody))?;
    let app = shown.registered.or(shown.pending);
    let app = app.ok_or_else(|| Trouble::missing("the user has no authenticator app"))?;
    Ok(json!({"code": app.code, "seconds": app.seconds, "wait": app.wait}))
}
