//! CustomMessage, played in this process: it says what it is told to say and remembers its events.

use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use cognate_crypto::random;
use cognate_domain::app::functions::{Functions, Invocation, InvokeError, Invoking, Trigger};
use cognate_domain::{App, Caller, ClientInfo, Cx, dispatch};
use cognate_shapes::Op;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::functions::{answered, arm};

/// What the function does.
type Answer = Box<dyn Fn(&Invocation) -> Result<Value, InvokeError> + Send + Sync>;

/// The function.
#[derive(Clone)]
pub struct Function(Arc<Inner>);

struct Inner {
    answer: Mutex<Answer>,
    takes: Mutex<Duration>,
    events: Mutex<Vec<Value>>,
    meanwhile: Mutex<Option<(Weak<App>, Op, Value)>>,
}

impl Function {
    /// Puts the function in the place of those of all pools; it words nothing.
    pub fn install(t: &TestApp) -> Self {
        let function = Self(Arc::new(Inner {
            answer: Mutex::new(Box::new(|call| Ok(answered(call, json!({}))))),
            takes: Mutex::default(),
            events: Mutex::default(),
            meanwhile: Mutex::default(),
        }));
        assert!(t.app.functions.set(Box::new(function.clone())).is_ok());
        function
    }

    /// Installs the function, which a pool has from now on. `settings`: what UpdateUserPool must not clear.
    pub async fn of_pool(t: &TestApp, pool: &str, settings: Value) -> Self {
        let function = Self::install(t);
        arm(t, pool, &[Trigger::CustomMessage], settings).await;
        function
    }

    /// Answers with this `response`.
    pub fn says(&self, response: Value) {
        self.does(move |call| Ok(answered(call, response.clone())));
    }

    /// Does this.
    pub fn does(
        &self,
        answer: impl Fn(&Invocation) -> Result<Value, InvokeError> + Send + Sync + 'static,
    ) {
        *self.0.answer.lock().unwrap() = Box::new(answer);
    }

    /// Takes this long.
    pub fn takes(&self, time: Duration) {
        *self.0.takes.lock().unwrap() = time;
    }

    /// Has an administrator call this operation while the function runs.
    pub fn meanwhile(&self, t: &TestApp, op: Op, input: Value) {
        *self.0.meanwhile.lock().unwrap() = Some((Arc::downgrade(&t.app), op, input));
    }

    /// Returns the events since the last time.
    pub fn events(&self) -> Vec<Value> {
        std::mem::take(&mut *self.0.events.lock().unwrap())
    }

    /// Returns the one event since the last time.
    pub fn event(&self) -> Value {
        let mut events = self.events();
        assert_eq!(events.len(), 1, "{events:?}");
        events.remove(0)
    }
}

impl Functions for Function {
    fn invoke<'a>(&'a self, call: &'a Invocation) -> Invoking<'a> {
        let takes = *self.0.takes.lock().unwrap();
        let answer = (self.0.answer.lock().unwrap())(call);
        self.0.events.lock().unwrap().push(call.event.clone());
        let meanwhile = self.0.meanwhile.lock().unwrap().clone();
        Box::pin(async move {
            tokio::time::sleep(takes).await;
            if let Some((app, op, input)) = meanwhile {
                let app = app.upgrade().unwrap();
                let caller = Caller::Key {
                    id: "test".into(),
                    region: "us-east-1".into(),
                };
                let from = ClientInfo::default();
                let cx = Cx::new(&app, op, caller, from, random::uuid_v4());
                assert!(dispatch(&cx, input).await.is_ok());
            }
            answer
        })
    }
}
