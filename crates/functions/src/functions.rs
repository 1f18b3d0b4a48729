//! From an ARN to its target, and the tries of a call.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use cognate_crypto::random;
use cognate_crypto::secret::SecretString;
use cognate_domain::app::functions::{Functions, Invocation, InvokeError, Invoking};
use cognate_domain::clock::{Clock, SECOND};
use cognate_outbound::aws::Signer;
use cognate_outbound::{Outbound, Reach};
use serde_json::Value;
use tokio::time::Instant;

use crate::answer::{Failure, PAUSE};
use crate::command::{Commands, Run};
use crate::counts::{Count, Counts, Outcome};
use crate::hook;
use crate::lambda::{self, Endpoint};
use crate::recorder::{self, Course, Recorded, Recorder};
use crate::settings::{FunctionSettings, Mapping, Target};

/// Calls in flight to one host: `Cx::pause` bounds those of one ARN, and many functions are behind one host.
const CALLS_PER_HOST: usize = 1024;
/// The time for which [`TriggerFunctions::warn_of`] waits for a host.
const PROBE_TIME: Duration = Duration::from_secs(3);
/// Pools and ARNs that were warned of, at most; later ones are warned of each time.
const WARNINGS: usize = 4096;

/// Calls functions where the settings say that they run. Clones share everything.
#[derive(Clone)]
pub struct TriggerFunctions {
    inner: Arc<Inner>,
    noted: Arc<Noted>,
}

/// What `dev` remembers of the functions of one database.
struct Noted {
    /// None in `serve`.
    recorder: Option<Recorder>,
    warned: Mutex<HashSet<(String, String)>>,
}

impl Noted {
    /// `bytes`: those of calls that are recorded; None for none at all.
    fn new(bytes: Option<usize>) -> Arc<Self> {
        Arc::new(Self {
            recorder: bytes.map(Recorder::within),
            warned: Mutex::default(),
        })
    }
}

struct Inner {
    /// The largest rank first.
    routes: Vec<Mapping>,
    client: Outbound,
    signer: Option<Signer>,
    region: Option<String>,
    hook_secret: Option<SecretString>,
    timeout: Duration,
    tries: u32,
    commands: Commands,
    clock: Clock,
    counts: Counts,
}

impl TriggerFunctions {
    /// Returns the functions of these settings.
    ///
    /// # Errors
    /// Why the settings do not fit together, for the operator.
    pub fn new(settings: FunctionSettings) -> Result<Self, String> {
        let FunctionSettings {
            dev,
            mut triggers,
            key,
            region,
            hook_secret,
            timeout,
            tries,
            private,
            hidden_variables,
        } = settings;
        triggers.sort_by_key(|mapping| std::cmp::Reverse(mapping.pattern.rank()));
        let mut seen = HashSet::new();
        if let Some(twice) = triggers
            .iter()
            .find(|m| !seen.insert(format!("{:?}", m.pattern)))
        {
            return Err(format!("{:?} has two targets", twice.pattern));
        }
        let hooks = triggers
            .iter()
            .any(|m| matches!(m.target, Target::Hook { .. }));
        if hooks && hook_secret.is_none() && !dev {
            return Err("a hook needs hook_secret, by which it knows that a call is ours".into());
        }
        if !dev
            && triggers
                .iter()
                .any(|m| matches!(m.target, Target::Command(_)))
        {
            return Err("commands are for dev only".into());
        }
        let reach = match dev || private {
            true => Reach::PlainHttp,
            false => Reach::Public,
        };
        let signer = key.map(|key| {
            let token = key.token.as_ref().map(|token| token.expose().as_str());
            Signer::new(&key.id, key.secret.expose(), token, "us-east-1", "lambda")
        });
        let inner = Arc::new(Inner {
            routes: triggers,
            client: Outbound::reaching(reach).with_calls_per_host(CALLS_PER_HOST),
            signer,
            region,
            hook_secret,
            timeout,
            tries,
            commands: Commands::new(hidden_variables),
            clock: Clock::default(),
            counts: Counts::default(),
        });
        let noted = Noted::new(dev.then_some(recorder::BYTES));
        Ok(Self { inner, noted })
    }

    /// Returns the same functions for another database of the program, one of many, whose calls are recorded apart.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            noted: Noted::new(self.noted.recorder.as_ref().map(|_| recorder::FEW_BYTES)),
        }
    }

    /// Returns the calls that were counted since the start.
    pub fn counts(&self) -> Vec<Count> {
        self.inner.counts.all()
    }

    /// Returns the calls that `dev` recorded, the newest first.
    pub fn recorded(&self) -> Vec<Recorded> {
        self.noted
            .recorder
            .as_ref()
            .map(Recorder::all)
            .unwrap_or_default()
    }

    /// Forgets the recorded calls, and which functions were warned of.
    pub fn forget(&self) {
        if let Some(recorder) = &self.noted.recorder {
            recorder.forget();
        }
        self.noted
            .warned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Calls a function again with a recorded event, and returns the new call; None if there is no such call. Nothing but
    /// the function learns of it: no answer of this server changes.
    pub async fn replay(&self, id: u64) -> Option<Recorded> {
        let recorder = self.noted.recorder.as_ref()?;
        let (trigger, recorded) = recorder.get(id)?;
        let call = Invocation {
            trigger,
            arn: recorded.arn,
            pool_id: recorded.pool,
            id: random::uuid_v4(),
            event: recorded.event,
        };
        let (_, number) = self
            .inner
            .call(&call, Some(id), self.noted.recorder.as_ref())
            .await;
        Some(recorder.get(number?)?.1)
    }

    /// Logs a warning for each function that has no target or one that is not reached, once for each pool and ARN.
    pub async fn warn_of(&self, pool: &str, arns: Vec<String>) {
        for arn in arns {
            let Some(problem) = self.inner.problem(&arn).await else {
                continue;
            };
            let first = {
                let warned = self.noted.warned.lock();
                let mut warned = warned.unwrap_or_else(PoisonError::into_inner);
                let known = (pool.to_owned(), arn.clone());
                warned.len() >= WARNINGS || warned.insert(known)
            };
            if first {
                tracing::warn!(
                    pool,
                    arn,
                    problem,
                    "a trigger's function cannot be called; see --trigger"
                );
            }
        }
    }
}

impl Functions for TriggerFunctions {
    fn invoke<'a>(&'a self, call: &'a Invocation) -> Invoking<'a> {
        Box::pin(async move {
            self.inner
                .call(call, None, self.noted.recorder.as_ref())
                .await
                .0
        })
    }
}

impl Inner {
    fn route(&self, arn: &str) -> Option<&Mapping> {
        self.routes.iter().find(|route| route.pattern.matches(arn))
    }

    /// Makes a call with all its tries; returns its result and the number under which it is recorded.
    async fn call(
        &self,
        call: &Invocation,
        replay_of: Option<u64>,
        recorder: Option<&Recorder>,
    ) -> (Result<Value, InvokeError>, Option<u64>) {
        let begun = Instant::now();
        let (result, target, tries) = match self.route(&call.arn) {
            None => (Err(InvokeError::NoTarget), "none", 0),
            Some(route) => {
                let (result, tries) = self.tries(route, call).await;
                (result, kind(&route.target), tries)
            }
        };
        let time = begun.elapsed();
        let outcome = Outcome::of(&result);
        self.counts.add(call.trigger, outcome, tries, time);
        let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        // A function's message and a service's answer may tell of users; the detail of a connection does not.
        let detail = match &result {
            Err(InvokeError::Unreachable(detail) | InvokeError::Refused(detail)) => {
                Some(detail.as_str())
            }
            _ => None,
        };
        let (trigger, outcome_name) = (call.trigger.name(), outcome.name());
        let (pool, arn) = (call.pool_id.as_str(), call.arn.as_str());
        match outcome {
            Outcome::Answered => tracing::info!(
                trigger,
                pool,
                arn,
                target,
                milliseconds,
                tries,
                outcome = outcome_name,
                "called a function"
            ),
            _ => tracing::warn!(
                trigger,
                pool,
                arn,
                target,
                milliseconds,
                tries,
                outcome = outcome_name,
                detail,
                "called a function"
            ),
        }
        let number = recorder.map(|recorder| {
            let course = Course {
                time: self.clock.wall() / SECOND,
                target,
                milliseconds,
                tries,
                replay_of,
            };
            recorder.record(call, course, &result)
        });
        (result, number)
    }

    async fn tries(&self, route: &Mapping, call: &Invocation) -> (Result<Value, InvokeError>, u32) {
        let event = Bytes::from(call.event.to_string());
        let most = route.tries.unwrap_or(self.tries);
        let time = route.timeout.unwrap_or(self.timeout);
        let mut pause = PAUSE;
        let mut tries = 0;
        loop {
            tries += 1;
            let failure = match self.attempt(&route.target, call, event.clone(), time).await {
                Ok(output) => return (Ok(output), tries),
                Err(failure) => failure,
            };
            if !failure.again || tries >= most {
                return (Err(failure.error), tries);
            }
            tokio::time::sleep(failure.pause.unwrap_or(pause)).await;
            pause *= 2;
        }
    }

    async fn attempt(
        &self,
        target: &Target,
        call: &Invocation,
        event: Bytes,
        time: Duration,
    ) -> Result<Value, Failure> {
        let micros = self.clock.wall();
        match target {
            Target::Lambda { url, name } => {
                let endpoint = Endpoint {
                    client: &self.client,
                    url,
                    name,
                    signer: self.signer.as_ref(),
                    region: self.region.as_deref(),
                };
                let since = Duration::from_micros(u64::try_from(micros).unwrap_or_default());
                let now = SystemTime::UNIX_EPOCH + since;
                endpoint.call(call, event, now, time).await
            }
            Target::Hook { url } => {
                let secret = self.hook_secret.as_ref();
                let now = micros / SECOND;
                hook::call(&self.client, url, secret, call, event, now, time).await
            }
            Target::Command(line) => {
                let run = Run {
                    line,
                    call,
                    event,
                    time,
                };
                self.commands.run(run).await
            }
        }
    }

    /// Returns why a function cannot be called, if that can be told without a call.
    async fn problem(&self, arn: &str) -> Option<String> {
        let Some(route) = self.route(arn) else {
            return Some("no target for this ARN".into());
        };
        let url = match &route.target {
            Target::Lambda { url, .. } => lambda::endpoint(url, arn),
            Target::Hook { url } => url.clone(),
            Target::Command(line) => return Commands::problem(line),
        };
        let tried = self.client.connect(&url, PROBE_TIME).await;
        tried
            .err()
            .map(|error| format!("its target is not reached: {error}"))
    }
}

fn kind(target: &Target) -> &'static str {
    match target {
        Target::Lambda { .. } => "lambda",
        Target::Hook { .. } => "hook",
        Target::Command(_) => "command",
    }
}
