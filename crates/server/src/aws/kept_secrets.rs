//! Secrets Manager's GetSecretValue and DescribeSecret for the secrets that `dev` keeps itself (agents.md 6): on the same port,
//! signed as other calls are.

use bytes::Bytes;
use cognate_access::json;
use cognate_domain::app::secret_store::SecretKeeper;
use cognate_domain::jobs::client_secrets::INTERVAL;
use cognate_domain::resources::clients::kept::{self, Kept};
use cognate_domain::{ApiError, Cx, Endpoint, Fault, audit};
use cognate_shapes::{ErrorCode, Op};
use http::HeaderMap;
use http::request::Parts;
use serde_json::{Map, Value, json};

use crate::audit::refusals::CallerFacts;
use crate::aws::caller;
use crate::aws::protocol::{self, About};
use crate::errors::{self, Refusal};
use crate::http::limits::BodyLimit;
use crate::state::State;

/// The name of the service in scopes.
const SERVICE: &str = "secretsmanager";
/// The longest name or ARN of a secret (SecretIdType).
const LONGEST_ID: usize = 2048;

/// What is asked about a secret.
#[derive(Clone, Copy)]
pub enum Wanted {
    /// The value of a version.
    Value,
    /// Everything else.
    Description,
}

/// Returns what a request asks for; None where this server keeps no secrets.
pub fn wanted(state: &State, headers: &HeaderMap) -> Option<Wanted> {
    if !matches!(state.app.secret_keeper(), SecretKeeper::Own) {
        return None;
    }
    match headers.get("x-amz-target")?.to_str().ok()? {
        "secretsmanager.GetSecretValue" => Some(Wanted::Value),
        "secretsmanager.DescribeSecret" => Some(Wanted::Description),
        _ => None,
    }
}

/// The operation whose rights these need: it shows the secrets of other clients.
const LIKE: Op = Op::DescribeUserPoolClient;

/// Answers. A policy is asked about DescribeUserPoolClient on the client's pool as it is named, before anything is looked up: a key
/// without rights learns of no client. With `audit_reads` the read is in the audit trail before the answer leaves.
///
/// # Errors
/// The refusal.
pub async fn answer(
    state: &State,
    about: &About,
    (parts, body): (&Parts, &Bytes),
    wanted: Wanted,
) -> Result<Option<Vec<u8>>, Refusal> {
    let mut seen = CallerFacts::default();
    let signature = caller::proven(state, about, (parts, body), SERVICE, &mut seen).await;
    let signature = match signature {
        Ok(signature) => signature,
        Err(_) if !json::is_body(body) => return Err(errors::not_json()),
        Err(refusal) => {
            protocol::note(state, about, LIKE, None, &seen, &refusal);
            let counts = refusal.code != ErrorCode::InternalError;
            if counts && protocol::may_be_signed(Some(LIKE), &parts.headers) {
                state.rates.admit_address(&state.app, about.address)?;
            }
            return Err(refusal);
        }
    };
    let input = json::body(body, BodyLimit::Small.values()).map_err(|_| errors::not_json())?;
    let (input, is_list) = match input {
        json::Body::Object(input) => (input, false),
        json::Body::Array => (Value::Null, true),
    };
    let id = input.get("SecretId").and_then(Value::as_str);
    let named = id.and_then(kept::named);
    let client = match named {
        Some((pool, client)) => json!({"UserPoolId": pool, "ClientId": client}),
        None => json!({}),
    };
    let allowed = caller::allowed(state, about, LIKE, &client, &signature).await;
    allowed.inspect_err(|refusal| {
        protocol::note(state, about, LIKE, Some(&client), &seen, refusal);
    })?;
    if is_list {
        return Err(errors::body_is_a_list());
    }
    let cx = Cx::new(
        &state.app,
        Endpoint::PublishedSecrets,
        signature.caller.clone(),
        about.client.clone(),
        about.request_id.clone(),
    );
    let outcome = answered(&cx, &input, wanted).await;
    if audit::is_recorded_read(&cx) {
        let of = audit::About {
            pool_id: named.map(|(pool, _)| pool.to_owned()),
            username: None,
        };
        let error = outcome.as_ref().err().map(|refusal| ApiError {
            code: refusal.code,
            message: "".into(),
        });
        let result = error.as_ref().map_or(Ok(()), Err);
        let recorded = audit::record_read(&cx, &of, result).await;
        recorded.map_err(|fault| failed(about, &fault))?;
    }
    // A document of texts and numbers always becomes JSON.
    Ok(Some(serde_json::to_vec(&outcome?).unwrap_or_default()))
}

async fn answered(cx: &Cx<'_>, input: &Value, wanted: Wanted) -> Result<Value, Refusal> {
    let id = text(input, "SecretId")?;
    let id = id.filter(|id| !id.is_empty() && id.len() <= LONGEST_ID);
    let id = id.ok_or_else(errors::invalid_secret_id)?;
    let found = kept::find(cx, id).await.map_err(|fault| {
        tracing::error!(request_id = %cx.request_id, ?fault, "a published secret could not be read");
        errors::internal()
    })?;
    let kept = found.ok_or_else(errors::no_such_secret)?;
    match wanted {
        Wanted::Value => value(&kept, input),
        Wanted::Description => Ok(description(&kept)),
    }
}

fn failed(about: &About, fault: &Fault) -> Refusal {
    tracing::error!(request_id = %about.request_id, ?fault, "a read could not be recorded");
    errors::internal()
}

/// Returns a member that is a text.
fn text<'a>(input: &'a Value, name: &str) -> Result<Option<&'a str>, Refusal> {
    match input.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(errors::wrong_type(None)),
    }
}

fn value(kept: &Kept, input: &Value) -> Result<Value, Refusal> {
    let (id, stage) = (text(input, "VersionId")?, text(input, "VersionStage")?);
    let version = kept.version(id, stage).ok_or_else(|| {
        let what = match (id, stage) {
            (Some(id), _) => format!("VersionId: {}", short(id)),
            (None, stage) => format!("staging label: {}", short(stage.unwrap_or("AWSCURRENT"))),
        };
        errors::no_such_version(&what)
    })?;
    Ok(json!({
        "ARN": kept.arn, "Name": kept.name, "VersionId": version.id, "VersionStages": [version.stage],
        "SecretString": version.text.expose(), "CreatedDate": seconds(version.created),
    }))
}

/// What a caller sent, as far as it is repeated.
fn short(text: &str) -> String {
    text.chars().take(256).collect()
}

fn description(kept: &Kept) -> Value {
    let stages = kept.versions.iter();
    let stages = stages.map(|version| (version.id.clone(), json!([version.stage])));
    let stages: Map<String, Value> = stages.collect();
    let newest = kept.versions.first().map_or(0, |version| version.created);
    let oldest = kept.versions.last().map_or(0, |version| version.created);
    json!({
        "ARN": kept.arn, "Name": kept.name, "OwningService": "cognito-idp", "Tags": [],
        "Description": "The secret of a user pool's app client.",
        "RotationEnabled": true, "RotationRules": {"AutomaticallyAfterDays": 7},
        "CreatedDate": seconds(oldest), "LastChangedDate": seconds(newest), "LastRotatedDate": seconds(newest),
        "NextRotationDate": seconds(newest.saturating_add(INTERVAL)), "VersionIdsToStages": stages,
    })
}

/// A time as this protocol writes it, to the millisecond.
fn seconds(micros: i64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
    let millis = micros.div_euclid(1_000) as f64;
    millis / 1_000.0
}
