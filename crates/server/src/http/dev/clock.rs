//! `/_dev/clock` and `POST /_dev/reset`: the service's time, and an empty service.

use cognate_access::json;
use serde_json::{Value, json};

use super::snapshots::{alone, in_own_task};
use super::{Ask, Trouble, failed};
use crate::database::reset as everything;
use crate::seed::start;
use crate::state::State;
use crate::time_text::duration;

/// Returns the service's time, as the API prints times.
pub(super) async fn show(ask: Ask<'_>) -> Result<Value, Trouble> {
    Ok(now(ask.state))
}

/// Returns the service's time in seconds.
pub(super) fn now(state: &State) -> Value {
    let millis = state.app.clock.service() / 1000;
    #[allow(
        clippy::cast_precision_loss,
        reason = "milliseconds of this era fit a double exactly"
    )]
    let seconds = millis as f64 / 1000.0;
    json!({"now": seconds})
}

/// Moves the service's clock ahead.
pub(super) async fn advance(ask: Ask<'_>) -> Result<Value, Trouble> {
    let example = || {
        Trouble::asked(
            r#"send {"advance":"31d"}: a number and s, m, h or d; the clock never goes back"#,
        )
    };
    let value = json::parse(ask.body).map_err(|_| example())?;
    let text = value
        .as_object()
        .filter(|o| o.len() == 1)
        .and_then(|o| o.get("advance"))
        .and_then(Value::as_str);
    let micros = text.and_then(duration).ok_or_else(example)?;
    in_own_task(ask.state, move |state| async move {
        let _held = state.app.whole.hold().await;
        state.app.advance_clock(micros).await.map_err(failed)?;
        Ok(now(&state))
    })
    .await
}

/// Deletes everything but the clock, access keys and snapshots; with `seed=1` the seed is applied again. It waits for what is under
/// way and keeps later requests waiting, as a restore does.
pub(super) async fn reset(ask: Ask<'_>) -> Result<Value, Trouble> {
    let again = match ask.query {
        "" | "seed=0" => false,
        "seed=1" => true,
        _ => return Err(Trouble::asked("a reset takes `seed=1` or nothing")),
    };
    if again && ask.state.seed.is_none() {
        return Err(Trouble::asked("this server was started without a seed"));
    }
    in_own_task(ask.state, move |state| async move {
        let _turn = state.dev.snapshots.turn().await;
        let mut alone = alone(&state).await?;
        everything::run(&state.app).await.map_err(failed)?;
        state.keys.forget();
        state.functions.forget();
        if let Some(faults) = &state.faults {
            faults.clear();
        }
        state.app.replaced(&mut alone).await.map_err(failed)?;
        if let Some(seed) = state.seed.as_ref().filter(|_| again) {
            let applied = Box::pin(start::apply(&state.app, seed)).await;
            applied.map_err(|error| Trouble::asked(error.to_string()))?;
        }
        Ok(json!({}))
    })
    .await
}
