//! Calls of functions over HTTP and in commands: what comes back, what is tried again, what is refused.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod commands;
mod hooks;
mod lambda;
mod routes;

use std::time::Duration;

use cognate_crypto::secret::Secret;
use cognate_domain::app::functions::{Functions as _, Invocation, InvokeError, Trigger};
use cognate_functions::settings::{AccessKey, FunctionSettings, Mapping};
use cognate_functions::{Recorded, TriggerFunctions};
use serde_json::{Value, json};

pub(crate) const ARN: &str = "arn:aws:lambda:eu-west-1:000000000000:function:f";
pub(crate) const HOOK_SECRET: &str = "0123456789abcdef";
pub(crate) const LAMBDA_SECRET: &str = "a secret of the key";

/// Returns the settings of `dev` with these targets.
pub(crate) fn settings(targets: &[String]) -> FunctionSettings {
    let parse = |text: &String| Mapping::parse(text, true, false).unwrap();
    FunctionSettings {
        triggers: targets.iter().map(parse).collect(),
        key: Some(AccessKey {
            id: "AKIATEST".into(),
            secret: Secret::new(LAMBDA_SECRET.into()),
            token: Some(Secret::new("a token".into())),
        }),
        hook_secret: Some(Secret::new(HOOK_SECRET.into())),
        timeout: Duration::from_secs(20),
        ..FunctionSettings::new(true)
    }
}

/// Returns functions with one target for all ARNs.
pub(crate) fn functions(target: &str) -> TriggerFunctions {
    TriggerFunctions::new(settings(&[format!("*={target}")])).unwrap()
}

pub(crate) fn call(event: Value) -> Invocation {
    Invocation {
        trigger: Trigger::PreSignUp,
        arn: ARN.into(),
        pool_id: "eu-west-1_pool".into(),
        id: cognate_crypto::random::uuid_v4(),
        event,
    }
}

/// Returns an event as `domain` writes it.
pub(crate) fn event() -> Value {
    json!({"version": "1", "triggerSource": "PreSignUp_SignUp", "userName": "ann é",
        "request": {"userAttributes": {"email": "ann@example.com"}, "password": "Secret-4711"}, "response": {}})
}

pub(crate) async fn invoke(functions: &TriggerFunctions) -> Result<Value, InvokeError> {
    functions.invoke(&call(event())).await
}

/// Returns the last recorded call.
pub(crate) fn last(functions: &TriggerFunctions) -> Recorded {
    functions.recorded().into_iter().next().unwrap()
}

pub(crate) fn failed(message: &str) -> Result<Value, InvokeError> {
    Err(InvokeError::Failed(message.into()))
}

pub(crate) fn refused(name: &str) -> Result<Value, InvokeError> {
    Err(InvokeError::Refused(name.into()))
}

pub(crate) fn is_unreachable(result: &Result<Value, InvokeError>) -> bool {
    matches!(result, Err(InvokeError::Unreachable(_)))
}
