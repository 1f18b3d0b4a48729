//! A store of secrets that does as a test says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use cognate_crypto::secret::SecretString;
use cognate_domain::app::secret_store::{Keeping, SecretStore, StoreFault};
use serde_json::Value;
use tokio::sync::Notify;

use crate::support::TestApp;

/// A store that does as the test says.
#[derive(Clone, Default)]
pub struct Store(pub Arc<Inner>);

#[derive(Default)]
pub struct Inner {
    /// All values of each secret, the current one last.
    pub secrets: Mutex<HashMap<String, Vec<Value>>>,
    /// What the next calls do.
    pub says: Mutex<Vec<Say>>,
    pub waiting: Notify,
    pub go: Notify,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    /// Nothing.
    Down,
    /// Does it, and the answer is lost.
    Lost,
    /// Does it when the test lets it go on.
    Wait,
}

impl Store {
    pub fn of(t: &TestApp) -> Self {
        let store = Self::default();
        store.also_of(t);
        store
    }

    pub fn also_of(&self, t: &TestApp) {
        assert!(t.app.secret_store.set(Box::new(self.clone())).is_ok());
    }

    pub fn says(&self, says: &[Say]) {
        self.0.says.lock().unwrap().extend(says.iter().rev());
    }

    /// Returns the values that a client's secret has had.
    pub fn values(&self, name: &str) -> Vec<String> {
        let secrets = self.0.secrets.lock().unwrap();
        let values = secrets.get(name).cloned().unwrap_or_default();
        let value = |text: &Value| text["clientSecretValue"].as_str().unwrap().to_owned();
        values.iter().map(value).collect()
    }

    pub fn current(&self, name: &str) -> Option<String> {
        self.values(name).pop()
    }

    async fn answer<T>(&self, work: impl FnOnce() -> T) -> Result<T, StoreFault> {
        let say = self.0.says.lock().unwrap().pop();
        match say {
            None => Ok(work()),
            Some(Say::Down) => Err(StoreFault("status 503".into())),
            Some(Say::Lost) => {
                work();
                Err(StoreFault("no answer in time".into()))
            }
            Some(Say::Wait) => {
                self.0.waiting.notify_one();
                self.0.go.notified().await;
                Ok(work())
            }
        }
    }
}

impl SecretStore for Store {
    fn region(&self) -> &str {
        "eu-west-1"
    }

    fn place(&self) -> &str {
        "https://store.example"
    }

    fn publish<'a>(
        &'a self,
        name: &'a str,
        value: &'a SecretString,
    ) -> Keeping<'a, Option<String>> {
        Box::pin(self.answer(move || {
            let value = serde_json::from_str(value.expose()).unwrap();
            let mut secrets = self.0.secrets.lock().unwrap();
            secrets.entry(name.to_owned()).or_default().push(value);
            Some(format!(
                "arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}-Ab12Cd"
            ))
        }))
    }

    fn remove<'a>(&'a self, name: &'a str) -> Keeping<'a, ()> {
        Box::pin(self.answer(move || {
            self.0.secrets.lock().unwrap().remove(name);
        }))
    }
}
