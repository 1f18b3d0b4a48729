//! Functions of triggers, played by a stub in this process.

use cognate_domain::app::functions::{Invocation, Trigger};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::signin::with;

/// The ARN of a function for a trigger.
pub fn arn(trigger: Trigger) -> String {
    format!(
        "arn:aws:lambda:us-east-1:000000000000:function:{}",
        trigger.name()
    )
}

/// Returns LambdaConfig with a function for each of these triggers.
pub fn lambda_config(triggers: &[Trigger]) -> Value {
    let function = |trigger: Trigger| match trigger {
        Trigger::InboundFederation => json!({"LambdaVersion": "V1_0", "LambdaArn": arn(trigger)}),
        _ => arn(trigger).into(),
    };
    let functions = triggers
        .iter()
        .map(|trigger| (trigger.name().to_owned(), function(*trigger)));
    Value::Object(functions.collect())
}

/// Gives a pool a function for each of these triggers. `settings`: what UpdateUserPool must not clear.
pub async fn arm(t: &TestApp, pool: &str, triggers: &[Trigger], settings: Value) {
    let input = json!({"UserPoolId": pool, "LambdaConfig": lambda_config(triggers)});
    t.ok("UpdateUserPool", with(input, settings)).await;
}

/// Returns a text that the caller sent along, as ClientMetadata or as ValidationData.
pub fn sent_along(call: &Invocation, name: &str) -> Option<String> {
    let request = &call.event["request"];
    ["clientMetadata", "validationData"]
        .iter()
        .find_map(|member| request[member][name].as_str())
        .map(str::to_owned)
}

/// Returns the event with this `response`.
pub fn answered(call: &Invocation, response: Value) -> Value {
    let mut event = call.event.clone();
    event["response"] = response;
    event
}
