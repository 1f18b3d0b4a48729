//! In `dev`, looks after a pool was created or changed if the functions that it names can be called.

use cognate_domain::app::functions::Trigger;
use cognate_functions::TriggerFunctions;
use cognate_shapes::Op;
use serde_json::Value;

/// The functions that a request gives to a pool.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    /// None for a pool that is about to be created.
    pool: Option<String>,
    arns: Vec<String>,
}

/// Returns what is to be looked at after a request; None if it names no function.
pub fn of(op: Op, input: &Value) -> Option<Check> {
    if !matches!(op, Op::CreateUserPool | Op::UpdateUserPool) {
        return None;
    }
    let config = input.get("LambdaConfig")?;
    let mut arns: Vec<String> = Trigger::ALL
        .iter()
        .flat_map(|trigger| {
            [
                trigger.name().to_owned(),
                format!("{}Config", trigger.name()),
            ]
        })
        .filter_map(|name| {
            let function = config.get(name)?;
            let arn = function.get("LambdaArn").unwrap_or(function);
            arn.as_str().map(str::to_owned)
        })
        .collect();
    arns.sort();
    arns.dedup();
    let pool = input.get("UserPoolId").and_then(Value::as_str);
    (!arns.is_empty()).then(|| Check {
        pool: pool.map(str::to_owned),
        arns,
    })
}

impl Check {
    /// Looks, after the request was answered with `output`, without keeping its client waiting.
    pub fn begin(self, functions: &TriggerFunctions, output: Option<&[u8]>) {
        let Self { pool, arns } = self;
        let pool = pool.or_else(|| {
            let output: Value = serde_json::from_slice(output?).ok()?;
            Some(output.pointer("/UserPool/Id")?.as_str()?.to_owned())
        });
        let functions = functions.clone();
        tokio::spawn(async move {
            let pool = pool.unwrap_or_default();
            functions.warn_of(&pool, arns).await;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_form_of_a_function_is_found_and_nothing_else() {
        let config = json!({
            "PreSignUp": "a", "PostConfirmation": "a",
            "PreTokenGeneration": "b", "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": "c"},
            "CustomSMSSender": {"LambdaVersion": "V1_0", "LambdaArn": "d"},
            "KMSKeyID": "k",
        });
        let found = of(
            Op::UpdateUserPool,
            &json!({"UserPoolId": "p", "LambdaConfig": config}),
        );
        let all = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        let expected = Check {
            pool: Some("p".into()),
            arns: all,
        };
        assert_eq!(found, Some(expected));
        assert_eq!(of(Op::CreateUserPool, &json!({"LambdaConfig": {}})), None);
        assert_eq!(
            of(Op::SignUp, &json!({"LambdaConfig": {"PreSignUp": "a"}})),
            None
        );
    }
}
