//! Functions of triggers that are slow, while the rows that an operation has read change: each is called once, and what
//! it was told holds for the operation, however often that runs.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use cognate_crypto::random;
use cognate_domain::app::functions::{Functions, Invocation, Invoking, Trigger};
use cognate_domain::{Caller, ClientInfo, Cx, Slot, dispatch};
use cognate_shapes::{Auth, Op};
use cognate_store::params;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;

use crate::support::functions::{answered, arm};
use crate::support::users::{PASSWORD, attribute, client, inbox, pool, sign_in, user, with};
use crate::support::{Refusal, TestApp};
use each_engine::each_engine;

/// How many operations run at once.
const AT_ONCE: usize = 64;
/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(30);

/// A call that waits for its answer.
struct Waiting {
    call: Invocation,
    answer: oneshot::Sender<()>,
}

/// Functions of one pool that answer when the test says so.
struct Stub {
    waiting: mpsc::UnboundedSender<Waiting>,
}

impl Functions for Stub {
    fn invoke<'a>(&'a self, call: &'a Invocation) -> Invoking<'a> {
        Box::pin(async move {
            let (answer, released) = oneshot::channel();
            let waiting = Waiting {
                call: call.clone(),
                answer,
            };
            self.waiting.send(waiting).unwrap();
            released.await.unwrap();
            Ok(answered(call, json!({})))
        })
    }
}

/// An app with the stub, whose requests have one place among them.
struct Scene<'t> {
    t: &'t TestApp,
    calls: mpsc::UnboundedReceiver<Waiting>,
    place: Arc<Semaphore>,
    /// The user's `sub` in the calls, by trigger and user name.
    seen: HashMap<(Trigger, String), Vec<String>>,
}

type Answers = tokio::task::JoinSet<(String, Result<Value, Refusal>, u32)>;

impl<'t> Scene<'t> {
    fn new(t: &'t TestApp) -> Self {
        let (waiting, calls) = mpsc::unbounded_channel();
        assert!(t.app.functions.set(Box::new(Stub { waiting })).is_ok());
        Self {
            t,
            calls,
            place: Arc::new(Semaphore::new(1)),
            seen: HashMap::new(),
        }
    }

    /// Makes a request that takes the one place, as the server's do; returns also how often it ran again.
    fn request(
        &self,
        op: &str,
        input: Value,
    ) -> impl Future<Output = (Result<Value, Refusal>, u32)> + use<> {
        let (app, place) = (self.t.app.clone(), self.place.clone());
        let op = Op::from_name(op).unwrap();
        async move {
            let held = place.clone().acquire_owned().await.unwrap();
            let caller = match op.auth() {
                Auth::Public => Caller::Public,
                _ => Caller::Key {
                    id: "test".into(),
                    region: "us-east-1".into(),
                },
            };
            let from = ClientInfo::default();
            let cx = Cx::new(&app, op, caller, from, random::uuid_v4());
            let cx = cx.holding(Slot::new(place, held));
            let answer = match dispatch(&cx, input).await {
                Ok(answer) => Ok(answer
                    .body
                    .map_or(Value::Null, |body| serde_json::from_slice(&body).unwrap())),
                Err(error) => Err((error.code.as_str().into(), error.message.into_owned())),
            };
            (answer, cx.tries())
        }
    }

    fn start(&self, op: &str, input: impl Fn(&str) -> Value) -> Answers {
        let mut answers = Answers::new();
        for n in 0..AT_ONCE {
            let name = format!("user{n}");
            let request = self.request(op, input(&name));
            answers.spawn(async move {
                let (answer, tries) = request.await;
                (name, answer, tries)
            });
        }
        answers
    }

    /// Waits until every request has called its function, though there is one place for all of them.
    async fn all_wait(&mut self, trigger: Trigger) -> Vec<Waiting> {
        let mut all = Vec::new();
        while all.len() < AT_ONCE {
            let call = timeout(LONG, self.calls.recv()).await.unwrap().unwrap();
            assert_eq!(call.call.trigger, trigger);
            let event = &call.call.event;
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let key = (trigger, text(&event["userName"]));
            let sub = text(&event["request"]["userAttributes"]["sub"]);
            self.seen.entry(key).or_default().push(sub);
            all.push(call);
        }
        all
    }

    /// Makes a request of another pool, which waits for no other request.
    async fn elsewhere(&self, client: &str, name: &str) {
        let input = json!({"ClientId": client, "Username": name, "Password": PASSWORD});
        let (answer, _) = timeout(LONG, self.request("SignUp", input)).await.unwrap();
        answer.unwrap();
    }

    /// Returns the answers, all of them successes that had to run again, by user name.
    async fn finish(&mut self, mut answers: Answers) -> BTreeMap<String, Value> {
        let mut done = BTreeMap::new();
        loop {
            let next = tokio::select! {
                next = timeout(LONG, answers.join_next()) => next.unwrap(),
                call = self.calls.recv() => panic!("called again: {:?}", call.unwrap().call),
            };
            let Some(next) = next else { break };
            let (name, answer, tries) = next.unwrap();
            assert!(tries > 0, "{name} found everything up to date");
            done.insert(name, answer.unwrap());
        }
        assert!(
            self.calls.try_recv().is_err(),
            "a function was called again"
        );
        done
    }

    /// Asserts one call for the user, about this `sub`, which is empty before the user exists.
    fn assert_called_once(&self, trigger: Trigger, name: &str, sub: &str) {
        let subs = &self.seen[&(trigger, name.to_owned())];
        assert_eq!(subs, &[sub], "{trigger:?} of {name}");
    }

    async fn change_pool(&self, pool: &str, name: &str) {
        let attribute = json!([{"Name": name, "AttributeDataType": "String"}]);
        let input = json!({"UserPoolId": pool, "CustomAttributes": attribute});
        self.t.ok("AddCustomAttributes", input).await;
    }
}

fn let_go(waiting: Vec<Waiting>) {
    for call in waiting {
        call.answer.send(()).unwrap();
    }
}

fn email(name: &str) -> Value {
    json!([{"Name": "email", "Value": format!("{name}@example.com")}, {"Name": "email_verified", "Value": "true"}])
}

/// Returns the one message of a kind to each user: its code by user name.
async fn codes(t: &TestApp, pool: &str, kind: &str) -> BTreeMap<String, String> {
    let list = inbox(t, pool).await;
    let list = list.into_iter().filter(|message| message["kind"] == kind);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let codes: Vec<_> = list.map(|m| (text(&m["user"]), text(&m["code"]))).collect();
    assert_eq!(codes.len(), AT_ONCE);
    let codes: BTreeMap<_, _> = codes.into_iter().collect();
    assert_eq!(codes.len(), AT_ONCE);
    codes
}

#[each_engine]
async fn sign_ups_keep_their_sub_and_code_when_the_pool_changes_during_the_calls(t: &TestApp) {
    let pool_id = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client_id = client(t, &pool_id, json!({})).await;
    let other = client(t, &pool(t, json!({})).await, json!({})).await;
    let mut scene = Scene::new(t);
    let triggers = [
        Trigger::PreSignUp,
        Trigger::CustomMessage,
        Trigger::PostConfirmation,
    ];
    let verified = json!({"AutoVerifiedAttributes": ["email"]});
    arm(t, &pool_id, &triggers, verified).await;
    let answers = scene.start("SignUp", |name| {
        let attributes = json!([email(name)[0]]);
        json!({"ClientId": client_id, "Username": name, "Password": PASSWORD, "UserAttributes": attributes})
    });
    let waiting = scene.all_wait(Trigger::PreSignUp).await;
    scene.elsewhere(&other, "joe").await;
    scene.change_pool(&pool_id, "one").await;
    let_go(waiting);
    let waiting = scene.all_wait(Trigger::CustomMessage).await;
    scene.elsewhere(&other, "jim").await;
    scene.change_pool(&pool_id, "two").await;
    let_go(waiting);
    let done = scene.finish(answers).await;

    let listed = t
        .ok("ListUsers", json!({"UserPoolId": pool_id, "Limit": 60}))
        .await;
    assert_eq!(listed["Users"].as_array().unwrap().len(), 60);
    let codes = codes(t, &pool_id, "sign_up").await;
    for (name, answer) in &done {
        let sub = answer["UserSub"].as_str().unwrap();
        scene.assert_called_once(Trigger::PreSignUp, name, "");
        scene.assert_called_once(Trigger::CustomMessage, name, sub);
        assert_eq!(attribute(&user(t, &pool_id, name).await, "sub"), Some(sub));
    }

    // The code that was sent is the one that is kept; the function for confirmed users is called once, after the
    // commit.
    let confirm =
        json!({"ClientId": client_id, "Username": "user7", "ConfirmationCode": codes["user7"]});
    let request = tokio::spawn(scene.request("ConfirmSignUp", confirm));
    let call = timeout(LONG, scene.calls.recv()).await.unwrap().unwrap();
    assert_eq!(
        (call.call.trigger, &call.call.event["userName"]),
        (Trigger::PostConfirmation, &json!("user7"))
    );
    assert_eq!(user(t, &pool_id, "user7").await["UserStatus"], "CONFIRMED");
    scene.change_pool(&pool_id, "three").await;
    scene.elsewhere(&other, "jack").await;
    let_go(vec![call]);
    request.await.unwrap().0.unwrap();
    assert!(
        scene.calls.try_recv().is_err(),
        "a function was called again"
    );
}

#[each_engine]
async fn forgotten_passwords_get_one_code_when_the_user_changes_during_the_call(t: &TestApp) {
    let pool_id = pool(t, json!({})).await;
    let client_id = client(
        t,
        &pool_id,
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    let other = client(t, &pool(t, json!({})).await, json!({})).await;
    let mut scene = Scene::new(t);
    for n in 0..AT_ONCE {
        let name = format!("user{n}");
        let user = json!({"UserPoolId": pool_id, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": email(&name)});
        t.ok("AdminCreateUser", user).await;
        let password = json!({"UserPoolId": pool_id, "Username": name, "Password": PASSWORD, "Permanent": true});
        t.ok("AdminSetUserPassword", password).await;
    }
    arm(t, &pool_id, &[Trigger::CustomMessage], json!({})).await;
    let answers = scene.start(
        "ForgotPassword",
        |name| json!({"ClientId": client_id, "Username": name}),
    );
    let waiting = scene.all_wait(Trigger::CustomMessage).await;
    scene.elsewhere(&other, "joe").await;
    for call in &waiting {
        let changed = json!([{"Name": "nickname", "Value": "other"}]);
        let input = json!({"UserPoolId": pool_id, "Username": call.call.event["userName"], "UserAttributes": changed});
        t.ok("AdminUpdateUserAttributes", input).await;
    }
    let_go(waiting);
    for name in scene.finish(answers).await.keys() {
        let calls = &scene.seen[&(Trigger::CustomMessage, name.clone())];
        assert_eq!(calls.len(), 1, "{name}");
    }
    // A request is counted once, however often it runs.
    let counts = t
        .app
        .store
        .rows(
            "SELECT n FROM attempts WHERE pool_id = ?1 AND kind = 'reset'",
            params![&pool_id],
        )
        .await
        .unwrap();
    let counts: Vec<_> = counts.iter().map(|row| row.int(0).unwrap()).collect();
    assert_eq!(counts, [1; AT_ONCE]);
    let codes = codes(t, &pool_id, "forgot_password").await;
    let reset = json!({"ClientId": client_id, "Username": "user7", "ConfirmationCode": codes["user7"], "Password": "Another1!"});
    t.ok("ConfirmForgotPassword", reset).await;
    sign_in(t, &client_id, "user7", "Another1!").await.unwrap();
    // No function learns of a name that is not a user's.
    let unknown = scene.request(
        "ForgotPassword",
        json!({"ClientId": client_id, "Username": "joe"}),
    );
    timeout(LONG, unknown).await.unwrap().0.unwrap();
    assert!(
        scene.calls.try_recv().is_err(),
        "a function was called for an unknown name"
    );
}

#[each_engine]
async fn created_users_keep_their_sub_and_password_when_the_pool_changes_during_the_calls(
    t: &TestApp,
) {
    let pool_id = pool(t, json!({})).await;
    let client_id = client(t, &pool_id, json!({})).await;
    let other = client(t, &pool(t, json!({})).await, json!({})).await;
    let mut scene = Scene::new(t);
    let triggers = [Trigger::PreSignUp, Trigger::CustomMessage];
    arm(t, &pool_id, &triggers, json!({})).await;
    let answers = scene.start("AdminCreateUser", |name| {
        let base = json!({"UserPoolId": pool_id, "Username": name, "UserAttributes": email(name)});
        with(base, json!({"DesiredDeliveryMediums": ["EMAIL"]}))
    });
    let waiting = scene.all_wait(Trigger::PreSignUp).await;
    scene.elsewhere(&other, "joe").await;
    scene.change_pool(&pool_id, "one").await;
    let_go(waiting);
    let waiting = scene.all_wait(Trigger::CustomMessage).await;
    scene.change_pool(&pool_id, "two").await;
    let_go(waiting);
    let done = scene.finish(answers).await;
    let passwords = codes(t, &pool_id, "admin_create_user").await;
    for (name, answer) in &done {
        let sub = attribute(&answer["User"], "sub").unwrap();
        scene.assert_called_once(Trigger::PreSignUp, name, "");
        scene.assert_called_once(Trigger::CustomMessage, name, sub);
    }
    let challenge = sign_in(t, &client_id, "user7", &passwords["user7"])
        .await
        .unwrap();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}
