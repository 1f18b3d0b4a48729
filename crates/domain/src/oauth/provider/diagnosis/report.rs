//! What a diagnosis says: one line for each step.

use cognate_crypto::secret::SecretString;
use serde::{Deserialize, Serialize};

use crate::records::provider::Provider;

/// The most characters of a line.
const LONGEST: usize = 6_000;
/// A secret that is shorter is in ordinary words too.
const SHORTEST_SECRET: usize = 8;

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing to do.
    Ok,
    /// Sign-ins may work; somebody should look.
    Warn,
    /// Sign-ins fail.
    Fail,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its name.
    pub step: String,
    /// What it came to.
    pub verdict: Verdict,
    /// What was found.
    pub says: String,
    /// What to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
}

/// The steps of a diagnosis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The pool.
    pub pool: String,
    /// The provider's name in the pool.
    pub provider: String,
    /// Its type.
    pub kind: String,
    /// The steps in their order.
    pub steps: Vec<Step>,
}

impl Report {
    /// Returns the number of steps that fail.
    #[must_use]
    pub fn failures(&self) -> usize {
        let failed = |step: &&Step| step.verdict == Verdict::Fail;
        self.steps.iter().filter(failed).count()
    }
}

/// Collects steps.
#[derive(Debug, Default)]
pub(super) struct Steps(Vec<Step>);

impl Steps {
    fn add(&mut self, step: &str, verdict: Verdict, says: String, change: Option<String>) {
        self.0.push(Step {
            step: step.to_owned(),
            verdict,
            says,
            change,
        });
    }

    pub(super) fn ok(&mut self, step: &str, says: impl Into<String>) {
        self.add(step, Verdict::Ok, says.into(), None);
    }

    pub(super) fn warn(&mut self, step: &str, says: impl Into<String>, change: impl Into<String>) {
        self.add(step, Verdict::Warn, says.into(), Some(change.into()));
    }

    pub(super) fn fail(&mut self, step: &str, says: impl Into<String>, change: impl Into<String>) {
        self.add(step, Verdict::Fail, says.into(), Some(change.into()));
    }

    pub(super) fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Returns the steps. Whatever a provider answered, none of the provider's secrets is in them, and nothing that a
    /// terminal obeys.
    pub(super) fn finish(self, provider: &Provider) -> Vec<Step> {
        let secrets: Vec<&SecretString> = provider.secrets.values().collect();
        let clean = |text: String| {
            let seen = text.chars().filter(|c| !c.is_control());
            let mut text: String = seen.take(LONGEST).collect();
            for secret in &secrets {
                let secret = secret.expose();
                if secret.len() >= SHORTEST_SECRET {
                    text = text.replace(secret.as_str(), "…");
                }
            }
            text
        };
        let steps = self.0.into_iter().map(|step| Step {
            says: clean(step.says),
            change: step.change.map(clean),
            ..step
        });
        steps.collect()
    }
}
