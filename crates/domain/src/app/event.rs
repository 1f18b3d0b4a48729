//! The events that functions of triggers receive, field by field (admin.md 3.1).

use std::fmt;

use serde_json::{Map, Value, json};

use crate::app::functions::Trigger;
use crate::facts::contact::Contact;
use crate::records::pool::Pool;
use crate::records::user::User;

/// `callerContext.clientId` of a call by an administrator, who names no client. Of PostConfirmation it is null instead:
/// so it was recorded of AdminConfirmSignUp (aws-powertools/powertools-lambda-typescript).
const NO_CLIENT: &str = "CLIENT_ID_NOT_APPLICABLE";

/// An event. [`crate::cx::Cx::trigger`] adds the pool, the caller and the version.
#[derive(Clone)]
pub struct Event {
    /// The trigger.
    pub trigger: Trigger,
    /// `triggerSource`: the trigger and the reason for which it fires.
    pub source: &'static str,
    /// The app client; None for administrators.
    pub client_id: Option<String>,
    /// `userName`: the user's, or for an unknown user the name that was typed.
    pub username: String,
    /// `request`.
    pub request: Map<String, Value>,
    /// `response`, as the function receives it, for it to fill in.
    pub response: Map<String, Value>,
    /// What makes this call differ from others of the same source and subject in one action: the number of a round,
    /// the name of an attribute. Usually empty.
    pub point: String,
}

/// Without the request, which can hold passwords and codes.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("source", &self.source)
            .field("client_id", &self.client_id)
            .field("point", &self.point)
            .finish_non_exhaustive()
    }
}

impl Event {
    /// Returns an event about nobody in particular, without `userAttributes`.
    pub fn new(
        trigger: Trigger,
        source: &'static str,
        client_id: Option<&str>,
        username: &str,
    ) -> Self {
        Self {
            trigger,
            source,
            client_id: client_id.map(str::to_owned),
            username: username.to_owned(),
            request: Map::new(),
            response: Map::new(),
            point: String::new(),
        }
    }

    /// Returns an event about a user, with [`user_attributes`].
    pub fn about(
        trigger: Trigger,
        source: &'static str,
        client_id: Option<&str>,
        pool: &Pool,
        user: &User,
    ) -> Self {
        Self::new(trigger, source, client_id, &user.username)
            .with("userAttributes", user_attributes(pool, user))
    }

    /// Adds a member of `request`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.request.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a member of `request` that holds texts by name: ClientMetadata, ValidationData. Without any texts the
    /// member is absent.
    #[must_use]
    pub fn with_texts<'t>(
        self,
        name: &str,
        texts: Option<impl IntoIterator<Item = (&'t String, &'t String)>>,
    ) -> Self {
        let Some(texts) = texts else { return self };
        let texts: Map<String, Value> = texts
            .into_iter()
            .map(|(key, value)| (key.clone(), Value::from(value.as_str())))
            .collect();
        if texts.is_empty() {
            return self;
        }
        self.with(name, texts)
    }

    /// Sets a member of `response` before the call.
    #[must_use]
    pub fn expecting(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.response.insert(name.to_owned(), value.into());
        self
    }

    /// Returns the whole document. `program`: the User-Agent of the request.
    pub fn document(&self, pool: &Pool, program: &str) -> Value {
        let nobody = (self.trigger != Trigger::PostConfirmation).then_some(NO_CLIENT);
        json!({
            "version": version(pool, self.trigger),
            "triggerSource": self.source,
            "region": pool.region,
            "userPoolId": pool.id,
            "userName": self.username,
            "callerContext": {
                "awsSdkVersion": sdk_version(program),
                "clientId": self.client_id.as_deref().or(nobody),
            },
            "request": self.request,
            "response": self.response,
        })
    }
}

/// Returns `userAttributes`: the attributes as texts, with `sub`, the state, and the addresses that are names to sign in
/// with (admin.md 3.1).
pub fn user_attributes(pool: &Pool, user: &User) -> Map<String, Value> {
    let mut all: Map<String, Value> = user
        .doc
        .attributes
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect();
    for contact in Contact::ALL {
        if all.contains_key(contact.attribute()) {
            let flag = all.entry(contact.flag().to_owned());
            flag.or_insert_with(|| "false".into());
        }
    }
    for alias in user.contact_names(pool) {
        let value = user.attribute(alias).unwrap_or_default();
        all.insert(format!("cognito:{alias}_alias"), value.into());
    }
    all.insert("sub".to_owned(), user.id.as_str().into());
    all.insert(
        "cognito:user_status".to_owned(),
        user.status.as_str().into(),
    );
    all
}

/// Returns `version`: `1`, but for the later versions of PreTokenGeneration.
fn version(pool: &Pool, trigger: Trigger) -> &'static str {
    use cognate_shapes::PreTokenGenerationLambdaVersionType as V;
    let versioned = pool.doc.lambda_config.pre_token_generation_config.as_ref();
    match versioned.filter(|_| trigger == Trigger::PreTokenGeneration) {
        Some(function) if function.lambda_version == V::V2_0 => "2",
        Some(function) if function.lambda_version == V::V3_0 => "3",
        _ => "1",
    }
}

/// Returns `awsSdkVersion`, which the service makes from the User-Agent: `aws-sdk-js/3.1` becomes `aws-sdk-js-3.1`;
/// a program that is no such kit is `aws-sdk-unknown-unknown`.
fn sdk_version(program: &str) -> String {
    let kit = program
        .split_ascii_whitespace()
        .find(|word| word.starts_with("aws-sdk-"));
    match kit.and_then(|kit| kit.split_once('/')) {
        Some((name, version)) if !version.is_empty() => format!("{name}-{version}"),
        _ => "aws-sdk-unknown-unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debug_output_holds_nothing_of_the_request() {
        let trigger = Trigger::UserMigration;
        let event = Event::new(trigger, "UserMigration_Authentication", None, "jane")
            .with("password", "Passw0rd!");
        let shown = format!("{event:?}");
        assert!(!shown.contains("Passw0rd!") && !shown.contains("jane"));
    }

    #[test]
    fn the_callers_kit_is_found_in_the_user_agent() {
        let cases = [
            ("aws-sdk-js/3.954.0 ua/2.1 os/linux", "aws-sdk-js-3.954.0"),
            ("Boto3/1.42 aws-sdk-rust/1.3", "aws-sdk-rust-1.3"),
            ("curl/8.5", "aws-sdk-unknown-unknown"),
            ("aws-sdk-js/", "aws-sdk-unknown-unknown"),
            ("", "aws-sdk-unknown-unknown"),
        ];
        for (program, version) in cases {
            assert_eq!(sdk_version(program), version, "{program}");
        }
    }
}
