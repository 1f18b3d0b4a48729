//! Functions of a pool in the middle of a sign-in: each is called once however often the step runs, and while it runs
//! neither the user's lock nor the request's place is taken.

use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use cognate_crypto::random;
use cognate_domain::app::functions::{Functions, Invocation, InvokeError, Invoking, Trigger};
use cognate_domain::{App, Caller, ClientInfo, Cx, Slot, dispatch};
use cognate_shapes::Op;
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

use crate::support::functions::{answered, arm, lambda_config, sent_along};
use crate::support::mfa;
use crate::support::signin::*;
use crate::support::users::all_at_once;
use crate::support::{Refusal, TestApp};
use each_engine::each_engine;

const TRIGGERS: [Trigger; 3] = [
    Trigger::PreAuthentication,
    Trigger::PostAuthentication,
    Trigger::PreTokenGeneration,
];
/// How many sign-ins of one user run at once.
const MANY: usize = 64;

/// A request's number, from its ClientMetadata, and the trigger.
type Seen = (String, Trigger);

/// Changes the user's row during every call, and holds back requests whose number is `slow`.
struct Stub {
    app: Weak<App>,
    seen: Mutex<Vec<Seen>>,
    /// Told when a slow call begins.
    begun: Notify,
    /// Lets a slow call end.
    go: Notify,
}

impl Stub {
    fn install(t: &TestApp) -> Arc<Self> {
        let stub = Arc::new(Self {
            app: Arc::downgrade(&t.app),
            seen: Mutex::default(),
            begun: Notify::new(),
            go: Notify::new(),
        });
        let functions = Shared(stub.clone());
        assert!(t.app.functions.set(Box::new(functions)).is_ok());
        stub
    }

    fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }

    fn triggers(&self) -> Vec<Trigger> {
        self.seen()
            .into_iter()
            .map(|(_, trigger)| trigger)
            .collect()
    }
}

struct Shared(Arc<Stub>);

impl Functions for Shared {
    fn invoke<'a>(&'a self, call: &'a Invocation) -> Invoking<'a> {
        let stub = &self.0;
        Box::pin(async move {
            let number = sent_along(call, "n").unwrap_or_default();
            let seen = (number.clone(), call.trigger);
            stub.seen.lock().unwrap().push(seen);
            if sent_along(call, "refuse").is_some() {
                return Err(InvokeError::Failed("no".to_owned()));
            }
            if number == "slow" {
                stub.begun.notify_one();
                stub.go.notified().await;
            } else if call.event["userName"] == "jane" {
                change(&stub.app, &call.pool_id).await;
            }
            Ok(answered(call, json!({})))
        })
    }
}

/// Changes jane's row, so that what was read of it is out of date.
pub async fn change(app: &Weak<App>, pool: &str) {
    // One after another: sixty-four at once would be out of date for each other, oftener than an action runs again.
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _turn = TURN.lock().await;
    let app = app.upgrade().unwrap();
    let caller = Caller::Key {
        id: "test".into(),
        region: "us-east-1".into(),
    };
    let (from, id) = (ClientInfo::default(), random::uuid_v4());
    let op = Op::AdminUpdateUserAttributes;
    let cx = Cx::new(&app, op, caller, from, id.clone());
    let attributes = json!([{"Name": "nickname", "Value": id}]);
    let input = json!({"UserPoolId": pool, "Username": "jane", "UserAttributes": attributes});
    assert!(dispatch(&cx, input).await.is_ok());
}

/// Returns the same input as request `n`.
fn numbered(mut input: Value, n: impl ToString) -> Value {
    input["ClientMetadata"] = json!({"n": n.to_string()});
    input
}

/// Asserts that every request called each function at most once; returns the numbers of those that called `trigger`.
fn once_each(seen: &[Seen], trigger: Trigger) -> Vec<&str> {
    let all = seen.iter().filter(|(_, kind)| *kind == trigger);
    let mut numbers: Vec<&str> = all.map(|(number, _)| number.as_str()).collect();
    numbers.sort_unstable();
    let calls = numbers.len();
    numbers.dedup();
    assert_eq!(numbers.len(), calls, "{trigger:?} was called twice");
    numbers
}

async fn armed_site(t: &TestApp) -> Site {
    site_with(
        t,
        json!({"LambdaConfig": lambda_config(&TRIGGERS)}),
        json!({}),
    )
    .await
}

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    let end = Duration::from_secs(60);
    tokio::time::timeout(end, work).await.expect("in time")
}

#[each_engine]
async fn a_step_on_stale_rows_runs_again_and_calls_nothing_again(t: &TestApp) {
    use Trigger as T;
    let s = armed_site(t).await;
    user(t, &s.pool, "jane").await;
    let stub = Stub::install(t);
    let tokens = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    get_user(t, &tokens["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
    assert_eq!(
        stub.triggers(),
        [
            T::PreAuthentication,
            T::PostAuthentication,
            T::PreTokenGeneration
        ]
    );
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", "Wr0ng-one!"),
        WRONG.0,
        WRONG.1,
    )
    .await;
    assert_eq!(stub.triggers(), [T::PreAuthentication]);

    let srp = Srp::start(t, &s.client, "jane").await.unwrap();
    assert_eq!(stub.triggers(), [T::PreAuthentication]);
    let input = verify(&s.client, srp.responses(&s.pool, PASSWORD));
    let done = t.ok("RespondToAuthChallenge", input).await;
    assert_eq!(
        stub.triggers(),
        [T::PostAuthentication, T::PreTokenGeneration]
    );

    let refresh = json!({"REFRESH_TOKEN": done["AuthenticationResult"]["RefreshToken"]});
    t.ok(
        "InitiateAuth",
        initiate(&s.client, "REFRESH_TOKEN_AUTH", refresh),
    )
    .await;
    assert_eq!(stub.triggers(), [T::PreTokenGeneration]);
}

#[each_engine]
async fn a_retry_sends_one_code_and_takes_a_code_once(t: &TestApp) {
    use Trigger as T;
    let s = mfa::mfa_site(t, "OPTIONAL", &["SMS_MFA"]).await;
    mfa::jane(t, &s, &["phone_number"]).await;
    mfa::prefer(t, &s, json!({"SMSMfaSettings": {"Enabled": true}})).await;
    let stub = Stub::install(t);
    arm(t, &s.pool, &TRIGGERS, json!({})).await;
    let asked = mfa::challenge(t, &s).await;
    assert_eq!(stub.triggers(), [T::PreAuthentication]);
    let sent = mfa::inbox(t, &s.pool).await;
    assert_eq!(sent.len(), 1);
    let code = json!({"SMS_MFA_CODE": sent[0]["code"]});
    let done = mfa::respond(t, &s, &asked, code.clone()).await.unwrap();
    mfa::assert_signed_in(&done);
    assert_eq!(
        stub.triggers(),
        [T::PostAuthentication, T::PreTokenGeneration]
    );
    let again = mfa::respond(t, &s, &asked, code).await;
    assert_eq!(again.unwrap_err(), not_authorized(mfa::USED));
}

#[each_engine]
async fn a_function_can_refuse_before_anything_is_judged(t: &TestApp) {
    let s = armed_site(t).await;
    user(t, &s.pool, "jane").await;
    let stub = Stub::install(t);
    for password in [PASSWORD, "Wr0ng-one!"] {
        let mut input = by_password(&s.client, "jane", password);
        input["ClientMetadata"] = json!({"refuse": "yes"});
        t.refused(
            "InitiateAuth",
            input,
            "UserLambdaValidationException",
            "PreAuthentication failed with error no.",
        )
        .await;
    }
    assert_eq!(stub.triggers(), [Trigger::PreAuthentication; 2]);
}

#[each_engine]
async fn an_unknown_name_is_told_only_where_existence_is_hidden(t: &TestApp) {
    let stub = Stub::install(t);
    for (setting, calls) in [("ENABLED", 1), ("LEGACY", 0)] {
        let s = site_with(
            t,
            json!({"LambdaConfig": lambda_config(&TRIGGERS)}),
            json!({"PreventUserExistenceErrors": setting}),
        )
        .await;
        assert!(
            t.call("InitiateAuth", by_password(&s.client, "nobody", PASSWORD))
                .await
                .is_err()
        );
        assert_eq!(stub.triggers().len(), calls);
    }
}

#[each_engine]
async fn sixty_four_requests_at_once_call_each_function_once(t: &TestApp) {
    use Trigger as T;
    let s = armed_site(t).await;
    user(t, &s.pool, "jane").await;
    let stub = Stub::install(t);
    let starts = (0..MANY).map(|n| numbered(by_password(&s.client, "jane", PASSWORD), n));
    let answers = in_time(all_at_once(t, "InitiateAuth", starts.collect())).await;
    let seen = stub.seen();
    let good = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(good > 0 && once_each(&seen, T::PreAuthentication).len() >= good);
    let busy = not_authorized("Password attempts exceeded");
    assert!(
        answers
            .iter()
            .all(|answer| answer.as_ref().err().is_none_or(|refusal| *refusal == busy))
    );

    let mut inputs = Vec::new();
    for n in 0..MANY {
        let srp = Srp::start(t, &s.client, "jane").await.unwrap();
        inputs.push(numbered(
            verify(&s.client, srp.responses(&s.pool, PASSWORD)),
            n,
        ));
    }
    assert_eq!(stub.triggers(), vec![T::PreAuthentication; MANY]);
    let answers = in_time(all_at_once(t, "RespondToAuthChallenge", inputs)).await;
    let seen = stub.seen();
    let good = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(good > 0 && once_each(&seen, T::PostAuthentication).len() >= good);
    assert!(once_each(&seen, T::PreTokenGeneration).len() >= good);
    assert!(once_each(&seen, T::PreAuthentication).is_empty());
}

#[each_engine]
async fn the_user_is_not_locked_while_a_function_runs(t: &TestApp) {
    let s = armed_site(t).await;
    user(t, &s.pool, "jane").await;
    let stub = Stub::install(t);
    let slow = t.call(
        "InitiateAuth",
        numbered(by_password(&s.client, "jane", PASSWORD), "slow"),
    );
    let others = async {
        stub.begun.notified().await;
        t.ok(
            "InitiateAuth",
            numbered(by_password(&s.client, "jane", PASSWORD), 1),
        )
        .await;
        stub.go.notify_one();
    };
    let (slow, ()) = in_time(async { tokio::join!(slow, others) }).await;
    assert!(slow.is_ok());
    let before = stub.seen();
    assert_eq!(
        once_each(&before, Trigger::PreAuthentication),
        ["1", "slow"]
    );
}

#[each_engine]
async fn the_place_of_a_request_is_free_while_a_function_runs(t: &TestApp) {
    let s = armed_site(t).await;
    user(t, &s.pool, "jane").await;
    user(t, &s.pool, "john").await;
    let stub = Stub::install(t);
    let places = Arc::new(Semaphore::new(1));
    let slow = numbered(by_password(&s.client, "jane", PASSWORD), "slow");
    let others = async {
        stub.begun.notified().await;
        placed(
            t,
            &places,
            numbered(by_password(&s.client, "john", PASSWORD), 1),
        )
        .await
        .unwrap();
        stub.go.notify_one();
    };
    let (slow, ()) = in_time(async { tokio::join!(placed(t, &places, slow), others) }).await;
    assert!(slow.is_ok());
    assert_eq!(places.available_permits(), 1);
}

/// Calls InitiateAuth from a request that holds one of `places`.
async fn placed(t: &TestApp, places: &Arc<Semaphore>, input: Value) -> Result<(), Refusal> {
    let permit = places.clone().acquire_owned().await.unwrap();
    let (from, id) = (ClientInfo::default(), random::uuid_v4());
    let from = ClientInfo {
        base_url: Some("http://127.0.0.1:9229".into()),
        ..from
    };
    let cx = Cx::new(&t.app, Op::InitiateAuth, Caller::Public, from, id);
    let cx = cx.holding(Slot::new(places.clone(), permit));
    match dispatch(&cx, input).await {
        Ok(_) => Ok(()),
        Err(error) => Err((error.code.as_str().into(), error.message.into_owned())),
    }
}
