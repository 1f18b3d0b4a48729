//! The pool's triggers: functions that are called at fixed points of an action.

use serde_json::Value;

use crate::app::functions::Event;
use crate::app::gate::Guard;
use crate::cx::Cx;
use crate::cx::pause::Call;
use crate::errors::Result;
use crate::records::pool::Pool;

impl Cx<'_> {
    /// Calls the function that the pool has for a trigger, as [`Cx::pause`] calls others: once in an action for each
    /// `subject` and trigger. None without such a function; then nothing is unlocked either.
    ///
    /// # Errors
    /// The refusals of the function; those of [`Cx::pause`].
    pub async fn trigger<'g>(
        &self,
        guard: Option<Guard<'g>>,
        pool: &Pool,
        subject: &str,
        event: &Event,
    ) -> Result<(Option<Value>, Option<Guard<'g>>)> {
        let Some(functions) = self.functions.get() else {
            return Ok((None, guard));
        };
        let Some(target) = functions.target(pool, event.trigger) else {
            return Ok((None, guard));
        };
        let point = format!("{:?}", event.trigger);
        let call = Call {
            point: &point,
            subject,
            target: &target,
        };
        let (answer, guard) = self
            .pause(guard, call, functions.call(&target, event))
            .await?;
        Ok((Some(answer), guard))
    }
}
