//! `POST /_dev/expire`: codes and tokens of a user end before their time.

use cognate_domain::audit::About;
use cognate_domain::users::expire::{Expiring, expire};
use cognate_domain::{Action, run as run_action};
use serde::Deserialize;
use serde_json::{Value, json};

use super::snapshots::in_own_task;
use super::{Ask, Trouble, parse, people};

/// The name in the audit trail.
const NAME: &str = "TestApiExpire";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    pool: String,
    username: String,
    what: What,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    Code,
    RefreshToken,
    Session,
}

/// Lets it expire.
pub(super) async fn run(ask: Ask<'_>) -> Result<Value, Trouble> {
    let example =
        r#"send {"pool":"…","username":"…","what":"code"}: code, refresh-token or session"#;
    let wish: Wish = parse(ask.body, example)?;
    in_own_task(ask.state, move |state| async move {
        let app = &state.app;
        let _held = app.whole.hold().await;
        let pool = people::pool(app, &wish.pool).await?;
        let user = people::user(app, &pool, &wish.username).await?;
        let what = match wish.what {
            What::Code => Expiring::Codes,
            What::RefreshToken => Expiring::RefreshTokens,
            What::Session => Expiring::Sessions,
        };
        let cx = people::cx(app, Action::Command(NAME), &pool, None);
        let attempt = || expire(&cx, &pool, &user.id, what);
        let expired = run_action(&cx, About::default, attempt).await;
        Ok(json!({"expired": expired.map_err(people::refusal)?}))
    })
    .await
}
