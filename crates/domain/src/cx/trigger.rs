//! The pool's triggers: functions that are called at fixed points of an action.

use cognate_crypto::random;

use crate::app::event::Event;
use crate::app::functions::{Invocation, InvokeError};
use crate::app::gate::Guard;
use crate::app::response::Response;
use crate::cx::Cx;
use crate::cx::pause::Call;
use crate::errors::{Fault, Result, triggers};
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

    /// True if the pool has a function for the trigger of an event.
    pub fn has_function(&self, pool: &Pool, trigger: crate::app::functions::Trigger) -> bool {
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
        match functions.invoke(&call).await {
            Ok(output) => Response::read(output),
            Err(error) => Err(match error {
                InvokeError::Failed(message) => triggers::failed(trigger, &message),
                InvokeError::NotJson => triggers::not_json(),
                InvokeError::Timeout => triggers::timed_out(trigger),
                InvokeError::Refused(reason) => triggers::not_invoked(trigger, &reason),
                InvokeError::Unreachable(_) => triggers::unreachable(trigger),
                InvokeError::NoTarget => triggers::without_target(trigger),
            }
            .into()),
        }
    }
}
