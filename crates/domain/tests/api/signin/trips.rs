//! The budget of the calls that clients make most: what they read and write, exactly. A change that reads once more has to
//! say so here. docs/PERFORMANCE.md has the table.

#![allow(clippy::print_stdout, reason = "the table is printed")]

use cognate_crypto::random;
use cognate_crypto::srp::client::Client;
use cognate_crypto::webauthn::client::Authenticator;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::devices;
use crate::support::TestApp;
use crate::support::devices::Proof;
use crate::support::mfa::{assert_signed_in, jane_with_app, later, respond};
use crate::support::passkeys::{
    Page, RP, WRONG_PASSKEY, asked_by, bare_site, by_passkey, configure, passkey_site, register,
    registered, show,
};
use crate::support::signin::*;

/// Round trips that read, statements in them, commits, statements in those.
type Work = [u64; 4];

/// Round trips of a commit of several statements on PostgreSQL.
const COMMIT: u64 = 1;

/// The calls, with their work on SQLite and on PostgreSQL, where a trip costs more than a statement: there groups are read
/// with the user.
const BUDGET: [(&str, Work, Work); 20] = [
    ("password", [2, 3, 1, 4], [1, 3, 1, 4]),
    ("SRP, 1", [1, 2, 0, 0], [1, 2, 0, 0]),
    ("SRP, 2", [2, 4, 1, 5], [1, 4, 1, 5]),
    ("refresh", [1, 3, 0, 0], [1, 3, 0, 0]),
    ("refresh with rotation", [1, 3, 1, 2], [1, 3, 1, 2]),
    ("GetUser", [1, 2, 0, 0], [1, 2, 0, 0]),
    ("AdminGetUser", [1, 1, 0, 0], [1, 1, 0, 0]),
    ("ListUsers", [1, 1, 0, 0], [1, 1, 0, 0]),
    ("AdminCreateUser", [0, 0, 1, 10], [0, 0, 1, 10]),
    ("password + app, 1", [1, 2, 0, 0], [1, 3, 0, 0]),
    ("password + app, 2", [1, 5, 1, 6], [1, 5, 1, 6]),
    ("password + device, 1", [1, 3, 1, 4], [1, 4, 1, 4]),
    ("password + device, 2", [1, 4, 0, 0], [1, 4, 0, 0]),
    ("password + device, 3", [1, 5, 1, 7], [1, 5, 1, 7]),
    ("SRP + device, 1", [1, 2, 0, 0], [1, 2, 0, 0]),
    ("SRP + device, 2", [1, 4, 1, 5], [1, 5, 1, 5]),
    ("SRP + device, 3", [1, 4, 0, 0], [1, 4, 0, 0]),
    ("SRP + device, 4", [1, 5, 1, 7], [1, 5, 1, 7]),
    ("passkey, 1", [1, 3, 0, 0], [1, 3, 0, 0]),
    ("passkey, 2", [2, 5, 1, 6], [1, 5, 1, 6]),
];

/// The least work of each call so far: what a cache reads anew when its time has come is in one round or the other.
struct Meter<'a> {
    t: &'a TestApp,
    least: Vec<(&'static str, Work)>,
}

impl Meter<'_> {
    /// Makes a call and counts its work.
    async fn of<T>(&mut self, s: &Site, what: &'static str, call: impl Future<Output = T>) -> T {
        let store = &self.t.app.store;
        self.t.hold(&s.pool, &s.client).await;
        let before = store.work();
        let answer = call.await;
        let after = store.work();
        let commits = after.commits - before.commits;
        let of_each = if store.reads_inline() { 1 } else { COMMIT };
        let work = [
            after.trips - before.trips - commits * of_each,
            after.reads - before.reads,
            commits,
            after.statements - before.statements,
        ];
        match self.least.iter_mut().find(|(name, _)| *name == what) {
            Some((_, least)) => *least = work.min(*least),
            None => self.least.push((what, work)),
        }
        answer
    }

    async fn ok(&mut self, s: &Site, what: &'static str, op: &str, input: Value) -> Value {
        self.of(s, what, self.t.ok(op, input)).await
    }
}

async fn plain(m: &mut Meter<'_>, s: &Site, rotating: &Site, round: usize) {
    let t = m.t;
    let by_password = |s: &Site| by_password(&s.client, "jane", PASSWORD);
    let done = m.ok(s, "password", "InitiateAuth", by_password(s)).await;
    let tokens = &done["AuthenticationResult"];
    let started = Srp::start(t, &s.client, "jane");
    let started = m.of(s, "SRP, 1", started).await.unwrap();
    let proof = verify(&s.client, started.responses(&s.pool, PASSWORD));
    assert_signed_in(&m.ok(s, "SRP, 2", "RespondToAuthChallenge", proof).await);
    let parameters = json!({"REFRESH_TOKEN": tokens["RefreshToken"]});
    let refresh = initiate(&s.client, "REFRESH_TOKEN_AUTH", parameters);
    m.ok(s, "refresh", "InitiateAuth", refresh).await;
    let first = t.ok("InitiateAuth", by_password(rotating)).await;
    let token = &first["AuthenticationResult"]["RefreshToken"];
    let input = json!({"ClientId": rotating.client, "RefreshToken": token});
    let (what, op) = ("refresh with rotation", "GetTokensFromRefreshToken");
    m.ok(rotating, what, op, input).await;
    let mine = json!({"AccessToken": tokens["AccessToken"]});
    m.ok(s, "GetUser", "GetUser", mine).await;
    let jane = json!({"UserPoolId": s.pool, "Username": "jane"});
    m.ok(s, "AdminGetUser", "AdminGetUser", jane).await;
    let page = json!({"UserPoolId": s.pool, "Limit": 60});
    m.ok(s, "ListUsers", "ListUsers", page).await;
    let email = json!([{"Name": "email", "Value": format!("{round}@example.com")}]);
    let made = json!({
        "UserPoolId": s.pool, "Username": format!("user{round}"), "MessageAction": "SUPPRESS", "UserAttributes": email,
    });
    m.ok(s, "AdminCreateUser", "AdminCreateUser", made).await;
}

async fn with_device(m: &mut Meter<'_>, w: &devices::World) {
    let (t, s) = (m.t, &w.s);
    let start = w.device.sign_in(&s.client, "jane");
    let asked = m.ok(s, "password + device, 1", "InitiateAuth", start).await;
    let proof = Proof::start(t, &s.client, "jane", &w.device, Some(&asked["Session"]));
    let proof = m.of(s, "password + device, 2", proof).await.unwrap();
    let (what, op) = ("password + device, 3", "RespondToAuthChallenge");
    assert_signed_in(&m.ok(s, what, op, w.answer(&proof)).await);

    let started = Srp::start(t, &s.client, "jane");
    let started = m.of(s, "SRP + device, 1", started).await.unwrap();
    let named = json!({"DEVICE_KEY": w.device.key});
    let responses = with(started.responses(&s.pool, PASSWORD), named);
    let asked = m
        .ok(s, "SRP + device, 2", op, verify(&s.client, responses))
        .await;
    let proof = Proof::start(t, &s.client, "jane", &w.device, Some(&asked["Session"]));
    let proof = m.of(s, "SRP + device, 3", proof).await.unwrap();
    assert_signed_in(&m.ok(s, "SRP + device, 4", op, w.answer(&proof)).await);
}

#[each_engine]
async fn the_calls_that_clients_make_most_read_and_write_exactly_this(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let rotation = json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
    });
    let client = client_of(t, &s.pool, rotation).await["ClientId"].clone();
    let rotating = Site {
        pool: s.pool.clone(),
        client: client.as_str().unwrap().to_owned(),
    };
    let (of_app, app) = jane_with_app(t).await;
    let of_device = devices::world(t).await;
    let of_passkey = passkey_site(t, json!({})).await;
    let mut passkey = Authenticator::es256(RP);
    registered(t, &of_passkey, "jane", &passkey).await;

    let mut m = Meter {
        t,
        least: Vec::new(),
    };
    for round in 0..3 {
        plain(&mut m, &s, &rotating, round).await;

        later(t).await;
        let start = by_password(&of_app.client, "jane", PASSWORD);
        let asked = m
            .ok(&of_app, "password + app, 1", "InitiateAuth", start)
            .await;
        let code = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
        let answered = respond(t, &of_app, &asked, code);
        let done = m.of(&of_app, "password + app, 2", answered).await;
        assert_signed_in(&done.unwrap());

        with_device(&mut m, &of_device).await;

        let s = &of_passkey;
        let start = by_passkey(&s.client, "jane");
        let asked = asked_by(&m.ok(s, "passkey, 1", "InitiateAuth", start).await);
        let credential = Page::default().get(&asked.options, &mut passkey);
        let input = show(&s.client, "jane", &asked.session, &credential);
        let done = m.ok(s, "passkey, 2", "RespondToAuthChallenge", input).await;
        assert_signed_in(&done);
    }
    let is_inline = t.app.store.reads_inline();
    println!("{}", t.app.store.engine_name());
    for (what, [trips, reads, commits, statements]) in &m.least {
        println!(
            "{what}: {trips} trips read by {reads} statements; {commits} commits of {statements}"
        );
    }
    let budget =
        BUDGET.map(|(what, inline, remote)| (what, if is_inline { inline } else { remote }));
    assert_eq!(m.least, budget);
}

/// The steps of a name for which no answer is right, and the work of each: reads, commits, statements, round trips.
async fn tried(t: &TestApp, s: &Site, name: &str, foreign: &mut Authenticator) -> Vec<[u64; 4]> {
    let mut all = Vec::new();
    let mut cost = async |op: &str, input: Value| {
        t.hold(&s.pool, &s.client).await;
        let before = t.app.store.work();
        let answer = t.call(op, input).await;
        let after = t.app.store.work();
        all.push([
            after.reads - before.reads,
            after.commits - before.commits,
            after.statements - before.statements,
            after.trips - before.trips,
        ]);
        answer
    };
    let client = &s.client;
    let device = "us-east-1_00000000-0000-4000-8000-000000000000";
    let parameters = json!({"USERNAME": name, "PASSWORD": "Wr0ng-one!", "DEVICE_KEY": device});
    let wrong = cost(
        "InitiateAuth",
        initiate(client, "USER_PASSWORD_AUTH", parameters),
    )
    .await;
    assert_eq!(wrong, Err(refusal(WRONG)), "{name}");

    let list = initiate(client, "USER_AUTH", json!({"USERNAME": name}));
    let list = cost("InitiateAuth", list).await.unwrap();
    assert!(
        list["AvailableChallenges"]
            .as_array()
            .unwrap()
            .contains(&json!("WEB_AUTHN"))
    );
    let answer = "RespondToAuthChallenge";
    let chosen = json!({
        "ClientId": client, "ChallengeName": "SELECT_CHALLENGE", "Session": list["Session"],
        "ChallengeResponses": {"USERNAME": name, "ANSWER": "PASSWORD", "PASSWORD": "Wr0ng-one!"},
    });
    assert_eq!(cost(answer, chosen).await, Err(refusal(WRONG)), "{name}");

    let asked = cost("InitiateAuth", by_passkey(client, name)).await;
    let asked = asked_by(&asked.unwrap());
    let credential = Page::default().get(&asked.options, foreign);
    let shown = show(client, name, &asked.session, &credential);
    let wrong = cost(answer, shown).await;
    assert_eq!(wrong, Err(refusal(WRONG_PASSKEY)), "{name}");

    let proof = Client::new();
    let parameters = json!({"USERNAME": name, "SRP_A": proof.srp_a()});
    let begun = cost(
        "InitiateAuth",
        initiate(client, "USER_SRP_AUTH", parameters),
    )
    .await;
    let started = Srp::of(proof, &begun.unwrap());
    let named = json!({"DEVICE_KEY": device});
    let responses = with(started.responses(&s.pool, "Wr0ng-one!"), named);
    let wrong = cost(answer, verify(client, responses)).await;
    assert_eq!(wrong, Err(refusal(WRONG)), "{name}");
    all
}

#[each_engine]
async fn nobody_costs_the_trips_of_a_user_with_passkeys_groups_and_devices(t: &TestApp) {
    let tracks = json!({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true}});
    let open = bare_site(t, tracks).await;
    configure(t, &open, json!({"RelyingPartyId": RP})).await;
    let hiding = json!({
        "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"],
        "PreventUserExistenceErrors": "ENABLED",
    });
    let client = client_of(t, &open.pool, hiding).await["ClientId"].clone();
    let s = Site {
        pool: open.pool.clone(),
        client: client.as_str().unwrap().to_owned(),
    };
    t.ok(
        "CreateGroup",
        json!({"UserPoolId": s.pool, "GroupName": "g"}),
    )
    .await;
    let mut subs = Vec::new();
    for name in ["jane", "bob"] {
        subs.push(user(t, &s.pool, name).await);
        let joins = json!({"UserPoolId": s.pool, "Username": name, "GroupName": "g"});
        t.ok("AdminAddUserToGroup", joins).await;
        let access = sign_in(t, &open.client, name).await["AccessToken"].clone();
        register(t, &access, &Authenticator::es256(RP)).await;
    }
    let mut foreign = Authenticator::es256(RP);
    tried(t, &s, "warm", &mut foreign).await;
    let known = tried(t, &s, "jane", &mut foreign).await;
    assert_eq!(tried(t, &s, "nobody", &mut foreign).await, known);
    let known = tried(t, &s, &subs[1], &mut foreign).await;
    let unknown = random::uuid_v4();
    assert_eq!(tried(t, &s, &unknown, &mut foreign).await, known);
}
