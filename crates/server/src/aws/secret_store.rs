//! AWS Secrets Manager, or a service that speaks its protocol, as the store of published client secrets (agents.md 6).
//!
//! A value goes there in the body of a signed request and nowhere else. Of what the service says the log gets statuses and
//! names of errors.

use std::time::{Duration, SystemTime};

use cognate_crypto::random;
use cognate_crypto::secret::SecretString;
use cognate_domain::app::secret_store::{Keeping, SecretStore, StoreFault};
use cognate_domain::clock::Clock;
use cognate_outbound::aws::Signer;
use cognate_outbound::aws_json::Call;
use cognate_outbound::{Limits, Outbound};
use serde_json::{Value, json};

/// Bounds of one call.
const LIMITS: Limits = Limits {
    total: Duration::from_secs(10),
    connect: Duration::from_secs(5),
    bytes: 64 << 10,
    content_type: None,
};
/// The longest ARN (the model's ClientSecretArnType).
const LONGEST_ARN: usize = 2048;

/// The store of the settings.
pub struct SecretsManager {
    client: Outbound,
    signer: Signer,
    /// Without a slash at its end.
    url: String,
    region: String,
    clock: Clock,
}

/// Why a call did nothing: the name of the service's error, empty without one, and the words for the log.
struct Refused {
    code: String,
    fault: StoreFault,
}

impl SecretsManager {
    /// Returns the store at a URL, or Amazon's of the region; None for a URL that cannot be called.
    #[must_use]
    pub fn new(url: Option<&str>, region: &str, signer: Signer) -> Option<Self> {
        let client = Outbound::reaching(cognate_outbound::Reach::PlainHttp);
        let url = match url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => {
                let suffix = match region.starts_with("cn-") {
                    true => "amazonaws.com.cn",
                    false => "amazonaws.com",
                };
                format!("https://secretsmanager.{region}.{suffix}")
            }
        };
        let may = client.may_call(&url) && !url.contains(['?', '#']);
        may.then(|| Self {
            client,
            signer,
            url,
            region: region.to_owned(),
            clock: Clock::default(),
        })
    }

    async fn call(&self, operation: &str, body: &Value) -> Result<Value, Refused> {
        let micros = u64::try_from(self.clock.wall()).unwrap_or_default();
        let now = SystemTime::UNIX_EPOCH + Duration::from_micros(micros);
        let call = Call {
            url: &format!("{}/", self.url),
            target: &format!("secretsmanager.{operation}"),
            json: body.to_string(),
            signer: Some((&self.signer, now)),
        };
        let answer = self.client.call_aws(call, LIMITS).await;
        let answer = answer.map_err(|error| Refused {
            code: String::new(),
            fault: StoreFault(error.to_string()),
        })?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if (200..300).contains(&answer.status) {
            return Ok(body);
        }
        let code = body.get("__type").or_else(|| body.get("code"));
        let code = plain(code.and_then(Value::as_str).unwrap_or_default());
        let why = format!("status {} {code}", answer.status);
        Err(Refused {
            fault: StoreFault(why.trim_end().to_owned()),
            code,
        })
    }

    async fn put(&self, name: &str, value: &SecretString) -> Result<Option<String>, StoreFault> {
        // A token of its own for each try: the store moves no label back to a version that it has already.
        let token = random::uuid_v4();
        let put = json!({
            "SecretId": name, "ClientRequestToken": token, "SecretString": value.expose(),
        });
        let answer = match self.call("PutSecretValue", &put).await {
            Err(refused) if refused.code == "ResourceNotFoundException" => {
                let create = json!({
                    "Name": name, "ClientRequestToken": token, "SecretString": value.expose(),
                    "Description": "The secret of a user pool's app client.",
                });
                self.call("CreateSecret", &create).await
            }
            other => other,
        };
        let answer = answer.map_err(|refused| refused.fault)?;
        let arn = answer.get("ARN").and_then(Value::as_str);
        Ok(arn.filter(|arn| names(arn, name)).map(str::to_owned))
    }

    async fn delete(&self, name: &str) -> Result<(), StoreFault> {
        let delete = json!({"SecretId": name, "ForceDeleteWithoutRecovery": true});
        match self.call("DeleteSecret", &delete).await {
            Ok(_) => Ok(()),
            Err(refused) if refused.code == "ResourceNotFoundException" => Ok(()),
            Err(refused) => Err(refused.fault),
        }
    }
}

/// True for an ARN of a secret with this name.
fn names(arn: &str, name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
    let of_secret = arn.starts_with("arn:") && arn.contains(":secretsmanager:");
    let of_name = arn.split_once(":secret:");
    arn.len() <= LONGEST_ARN
        && arn.bytes().all(plain)
        && of_secret
        && of_name.is_some_and(|(_, rest)| rest.starts_with(name))
}

/// Returns the name of an error as it may stand in the log: `com.amazonaws#Name:http://…`.
fn plain(code: &str) -> String {
    let code = code.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default();
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    code.chars().filter(plain).take(64).collect()
}

impl SecretStore for SecretsManager {
    fn region(&self) -> &str {
        &self.region
    }

    fn place(&self) -> &str {
        &self.url
    }

    fn publish<'a>(
        &'a self,
        name: &'a str,
        value: &'a SecretString,
    ) -> Keeping<'a, Option<String>> {
        Box::pin(self.put(name, value))
    }

    fn remove<'a>(&'a self, name: &'a str) -> Keeping<'a, ()> {
        Box::pin(self.delete(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_arn_of_the_secret_itself_is_kept() {
        let name = "cognito/us-east-1_x/abc";
        let good =
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:cognito/us-east-1_x/abc-AbCdEf";
        assert!(names(good, name));
        for bad in [
            "",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:other-AbCdEf",
            "arn:aws:s3:::secret:cognito/us-east-1_x/abc",
            "arn:aws:secretsmanager:us-east-1:123456789012:secret:cognito/us-east-1_x/abc\"<",
        ] {
            assert!(!names(bad, name), "{bad}");
        }
    }

    #[test]
    fn a_url_that_cannot_be_called_is_none() {
        let signer = || Signer::new("id", "secret", None, "eu-west-1", "secretsmanager");
        let of = |url| SecretsManager::new(url, "eu-west-1", signer());
        let amazon = of(None).map(|store| store.place().to_owned());
        let expected = "https://secretsmanager.eu-west-1.amazonaws.com";
        assert_eq!(amazon.as_deref(), Some(expected));
        let own = of(Some("http://127.0.0.1:4566/")).map(|store| store.place().to_owned());
        assert_eq!(own.as_deref(), Some("http://127.0.0.1:4566"));
        for bad in ["", "ftp://x", "https://user:secret@x", "https://x/?a=b"] {
            assert!(of(Some(bad)).is_none(), "{bad}");
        }
    }
}
