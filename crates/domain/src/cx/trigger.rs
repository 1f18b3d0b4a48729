//! The pool's triggers: functions that are called at fixed points of an action.

use std::time::Instant;

use cognate_crypto::random;
use serde_json::Value;

use crate::app::event::Event;
use crate::app::functions::{Invocation, InvokeError, Trigger};
use crate::app::gate::Guard;
use crate::app::response::Response;
use crate::cx::Cx;
use crate::cx::pause::Call;
use crate::errors::{ApiError, Fault, Result, triggers};
use crate::records::pool::Pool;

impl Cx<'_> {
    /// Calls the function that the pool has for a trigger, as [`Cx::pause`] calls others: once in an action for each
    /// `subject`, source and point. None without such a function; then nothing is unlocked either.
    ///
    /// # Errors
    /// UserLambdaValidationException, UnexpectedLambdaException, InvalidLambdaResponseException (admin.md 3.5); those of
    /// [`Cx::pause`].
    pub async fn trigger<'g>(
        &self,
        guard: Option<Guard<'g>>,
        pool: &Pool,
        subject: &str,
        event: &Event,
    ) -> Result<(Option<Response>, Option<Guard<'g>>)> {
        let Some(arn) = event.trigger.function(&pool.doc.lambda_config) else {
            return Ok((None, guard));
        };
        let point = format!("{} {}", event.source, event.point);
        let call = Call {
            point: &point,
            subject,
            target: arn,
        };
        let work = self.invoke(pool, arn, event);
        let (answer, guard) = self.pause(guard, call, work).await?;
        Ok((Some(answer), guard))
    }

    /// Runs the action again, once for each `name`: after a call without a lock, rows that were read before it are read
    /// again. The next run finds the answer in [`Cx::memory`].
    ///
    /// # Errors
    /// [`Fault::Stale`] the first time.
    pub fn read_again(&self, name: &str) -> Result<()> {
        let name = format!("rows read since {name}");
        if self.memory.get::<()>(&name).is_some() {
            return Ok(());
        }
        self.memory.keep(&name, ());
        Err(Fault::Stale)
    }

    /// Waits as long as a call of the pool's function takes, and calls nothing: for a name that nobody has, whose answer
    /// must not come sooner than a user's (decision 013). `source` and `subject` as for a call.
    ///
    /// # Errors
    /// That of the latest call, if the function could not be called then; those of [`Cx::pause`].
    pub async fn pretend<'g>(
        &self,
        guard: Option<Guard<'g>>,
        pool: &Pool,
        subject: &str,
        trigger: Trigger,
        source: &str,
    ) -> Result<Option<Guard<'g>>> {
        let Some(arn) = trigger.function(&pool.doc.lambda_config) else {
            return Ok(guard);
        };
        let call = Call {
            point: &format!("{source} "),
            subject,
            target: arn,
        };
        let work = async {
            if self.functions.get().is_none() {
                return Err(triggers::without_target(trigger.name()).into());
            }
            let (took, refusal) = self.durations.draw(trigger, arn);
            tokio::time::sleep(took).await;
            match refusal {
                None => Ok(()),
                Some(refusal) => Err(refusal.into()),
            }
        };
        let ((), guard) = self.pause(guard, call, work).await?;
        Ok(guard)
    }

    /// True if the pool has a function for the trigger of an event.
    pub fn has_function(&self, pool: &Pool, trigger: Trigger) -> bool {
        trigger.function(&pool.doc.lambda_config).is_some()
    }

    async fn invoke(&self, pool: &Pool, arn: &str, event: &Event) -> Result<Response> {
        let trigger = event.trigger.name();
        // Without an implementation the call fails: no trigger may be passed over.
        let functions = self.functions.get();
        let functions = functions.ok_or_else(|| triggers::without_target(trigger))?;
        let call = Invocation {
            trigger: event.trigger,
            arn: arn.to_owned(),
            pool_id: pool.id.clone(),
            id: random::uuid_v4(),
            event: event.document(pool, &self.client_info.user_agent),
        };
        let begun = Instant::now();
        let outcome = functions.invoke(&call).await;
        let took = begun.elapsed();
        let outcome = outcome.map_err(|error| {
            // What a function says may be about its user.
            let private = matches!(error, InvokeError::Failed(_));
            let refusal = refusal(trigger, error);
            let kept = (!private).then(|| refusal.clone());
            (refusal, kept)
        });
        let kept = outcome.as_ref().err().and_then(|(_, kept)| kept.clone());
        self.durations.record(event.trigger, arn, took, kept);
        match outcome {
            Ok(output) => {
                require_same_user(event, &output)?;
                Response::read(output)
            }
            Err((refusal, _)) => Err(refusal.into()),
        }
    }
}

/// Returns the exception of a call without an output.
fn refusal(trigger: &str, error: InvokeError) -> ApiError {
    match error {
        InvokeError::Failed(message) => triggers::failed(trigger, &message),
        InvokeError::NotJson => triggers::not_json(),
        InvokeError::Timeout => triggers::timed_out(trigger),
        InvokeError::Refused(reason) => triggers::not_invoked(trigger, &reason),
        InvokeError::Unreachable(_) => triggers::unreachable(trigger),
        InvokeError::NoTarget => triggers::without_target(trigger),
    }
}

/// Refuses an answer about another user than the event's, where the service compares them (settled T12).
fn require_same_user(event: &Event, output: &Value) -> Result<()> {
    if event.source != "CustomMessage_AdminCreateUser" {
        return Ok(());
    }
    match output.get("userName") {
        Some(Value::String(name)) if *name != event.username => {
            Err(triggers::another_username().into())
        }
        _ => Ok(()),
    }
}
