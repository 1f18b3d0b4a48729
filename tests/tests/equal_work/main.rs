//! Where existence must not show (auth.md 2.11, PreventUserExistenceErrors ENABLED), known and unknown names cost the same
//! exponentiations, reads, commits and messages, and get answers of the same shape, in every operation that takes a name.
//!
//! Exponentiations are counted by the process, so this is a program of its own with a single test.

#[path = "../it/engines.rs"]
mod engines;
#[path = "../it/site.rs"]
mod site;

use std::collections::BTreeSet;

use cognate_crypto::random;
use cognate_crypto::srp::{self, client::Client};
use cognate_testkit::{Raw, Reply, TestServer};
use serde_json::{Value, json};
use site::*;

/// How often each script runs, with new names each time. The least of each number counts: the server's background work
/// can only add to it.
const TIMES: usize = 3;

/// What one call took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cost {
    fixed_base: u64,
    variable_base: u64,
    reads: u64,
    commits: u64,
    statements: u64,
    messages: i64,
}

impl Cost {
    fn least(self, other: Self) -> Self {
        Self {
            fixed_base: self.fixed_base.min(other.fixed_base),
            variable_base: self.variable_base.min(other.variable_base),
            reads: self.reads.min(other.reads),
            commits: self.commits.min(other.commits),
            statements: self.statements.min(other.statements),
            messages: self.messages.min(other.messages),
        }
    }
}

/// One call of a script: its name, what it took, what came back.
struct Step {
    name: String,
    cost: Cost,
    shape: Shape,
}

/// All of an answer that must not tell a user from nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shape {
    status: u16,
    headers: BTreeSet<String>,
    /// Errors whole; of a success the names and types, and the lengths of texts that have one length.
    body: Value,
}

impl Shape {
    fn of(reply: &Reply) -> Self {
        let body = reply.json();
        let body = if reply.status == 200 { skeleton("", &body) } else { body };
        let headers = reply.headers.keys().map(|name| name.as_str().to_owned()).collect();
        Self { status: reply.status.as_u16(), headers, body }
    }
}

fn skeleton(name: &str, value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), skeleton(name, value)));
            Value::Object(members.collect())
        }
        // A user name is a text of any length, a number can have leading zeros; these two differ in length by nature.
        // SECRET_BLOCK holds both, so only its size in kilobytes is compared.
        Value::String(_) if ["USERNAME", "USER_ID_FOR_SRP", "SRP_B", "SALT"].contains(&name) => json!("text"),
        Value::String(text) if name == "SECRET_BLOCK" => json!(text.len() / 1024),
        Value::String(text) if name == "Destination" => json!([mask(text)]),
        Value::String(text) if text.len() < 40 => json!(text),
        Value::String(text) => json!(text.len()),
        other => other.clone(),
    }
}

/// A masked address with its letters and digits made equal.
fn mask(text: &str) -> String {
    text.chars().map(|c| if c.is_alphabetic() { 'a' } else if c.is_numeric() { '0' } else { c }).collect()
}

/// A server and the clients of its API.
struct Bench<'a> {
    server: &'a TestServer,
    raw: Raw,
    open: Raw,
    steps: Vec<Step>,
}

impl<'a> Bench<'a> {
    fn new(server: &'a TestServer) -> Self {
        Self { server, raw: server.raw(), open: server.unsigned(), steps: Vec::new() }
    }

    async fn messages(&self) -> i64 {
        let rows = self.server.state().app.store.rows("SELECT COUNT(*) FROM messages", Vec::new()).await.unwrap();
        rows[0].int(0).unwrap()
    }

    /// Calls and counts; Admin operations are signed.
    async fn call(&mut self, name: &str, operation: &str, input: Value) -> Reply {
        let caller = if operation.starts_with("Admin") { self.raw.clone() } else { self.open.clone() };
        let store = &self.server.state().app.store;
        let messages = self.messages().await;
        let (work, powers) = (store.work(), srp::work());
        let reply = caller.call(operation, input).await.unwrap();
        let (work_after, powers_after) = (store.work(), srp::work());
        let cost = Cost {
            fixed_base: powers_after.fixed_base - powers.fixed_base,
            variable_base: powers_after.variable_base - powers.variable_base,
            reads: work_after.reads - work.reads,
            commits: work_after.commits - work.commits,
            statements: work_after.statements - work.statements,
            messages: self.messages().await - messages,
        };
        self.steps.push(Step { name: format!("{operation}, {name}"), cost, shape: Shape::of(&reply) });
        reply
    }

    /// Gets an SRP challenge and answers it wrongly, by the public or the Admin operations.
    async fn srp(&mut self, site: &Site, name: &str, admin: &str) {
        let proof = Client::new();
        let input = initiate(&site.client, "USER_SRP_AUTH", json!({ "USERNAME": name, "SRP_A": proof.srp_a() }));
        let pool = json!({ "UserPoolId": site.pool });
        let begin = self.call("SRP", &format!("{admin}InitiateAuth"), with(input, &pool)).await;
        let started = Srp::of(proof, &begin.json());
        let input = with(verify(&site.client, started.responses(&site.pool, "wrong")), &pool);
        self.call("SRP", &format!("{admin}RespondToAuthChallenge"), input).await;
    }

    /// Every way to sign in, with a wrong password until the lock and in it; then the way of a forgotten password.
    async fn sign_in_and_recover(&mut self, site: &Site, name: &str, by_srp: bool) {
        let wrong = by_password(&site.client, name, "wrong");
        self.call("first wrong password", "InitiateAuth", wrong.clone()).await;
        let parameters = json!({ "USERNAME": name, "PASSWORD": "wrong" });
        let admin = initiate(&site.client, "ADMIN_USER_PASSWORD_AUTH", parameters);
        let admin = with(admin, &json!({ "UserPoolId": site.pool }));
        self.call("second wrong password", "AdminInitiateAuth", admin.clone()).await;
        if by_srp {
            self.srp(site, name, "").await;
            self.srp(site, name, "Admin").await;
        } else {
            self.call("third wrong password", "InitiateAuth", wrong.clone()).await;
            self.call("fourth wrong password", "InitiateAuth", wrong.clone()).await;
        }
        self.call("the password that locks", "InitiateAuth", wrong.clone()).await;
        self.call("in the lock", "InitiateAuth", wrong).await;
        self.call("in the lock", "AdminInitiateAuth", admin).await;
        let srp = json!({ "USERNAME": name, "SRP_A": Client::new().srp_a() });
        if by_srp {
            self.call("SRP in the lock", "InitiateAuth", initiate(&site.client, "USER_SRP_AUTH", srp)).await;
        }
        let confirm = json!({
            "ClientId": site.client, "Username": name, "ConfirmationCode": "000000", "Password": "An0ther-one",
        });
        let forgot = json!({ "ClientId": site.client, "Username": name });
        self.call("no code was asked for", "ConfirmForgotPassword", confirm.clone()).await;
        for n in ["first", "second"] {
            self.call(n, "ForgotPassword", forgot.clone()).await;
            self.call(&format!("wrong code, {n}"), "ConfirmForgotPassword", confirm.clone()).await;
        }
        self.server.advance("61m").await.unwrap();
        self.call("too late", "ConfirmForgotPassword", confirm).await;
    }

    /// The way of a sign-up that is not confirmed yet; the code of the sign-up itself has expired.
    async fn confirm(&mut self, site: &Site, name: &str) {
        let confirm = json!({ "ClientId": site.client, "Username": name, "ConfirmationCode": "000000" });
        let resend = json!({ "ClientId": site.client, "Username": name });
        self.call("without a code", "ConfirmSignUp", confirm.clone()).await;
        for n in ["first", "second"] {
            self.call(n, "ResendConfirmationCode", resend.clone()).await;
            self.call(&format!("wrong code, {n}"), "ConfirmSignUp", confirm.clone()).await;
        }
        for n in 3..=6 {
            self.call(&format!("number {n}"), "ResendConfirmationCode", resend.clone()).await;
        }
    }
}

/// The least cost of each step over the runs of one script. The shapes must not vary from run to run.
fn summary(runs: Vec<Vec<Step>>) -> Vec<Step> {
    let mut runs = runs.into_iter();
    let mut first = runs.next().unwrap();
    for run in runs {
        assert_eq!(run.len(), first.len());
        for (step, again) in first.iter_mut().zip(run) {
            assert_eq!((&step.name, &step.shape), (&again.name, &again.shape));
            step.cost = step.cost.least(again.cost);
        }
    }
    first
}

fn compare(about: &str, known: Vec<Vec<Step>>, unknown: Vec<Vec<Step>>) {
    for (known, unknown) in summary(known).into_iter().zip(summary(unknown)) {
        println!("{about}: {}: {:?}", known.name, known.cost);
        assert_eq!(known.name, unknown.name);
        assert_eq!(known.cost, unknown.cost, "{about}: {}", known.name);
        assert_eq!(known.shape, unknown.shape, "{about}: {}", known.name);
    }
}

/// Which script to run.
#[derive(Clone, Copy)]
enum Script {
    SignIn,
    /// Without SRP, which takes no `sub` (settled C13).
    SignInByPassword,
    Confirm,
}

async fn run(server: &TestServer, site: &Site, script: Script, names: &[String]) -> Vec<Vec<Step>> {
    let mut runs = Vec::new();
    for name in names {
        let mut bench = Bench::new(server);
        match script {
            Script::SignIn => bench.sign_in_and_recover(site, name, true).await,
            Script::SignInByPassword => bench.sign_in_and_recover(site, name, false).await,
            Script::Confirm => bench.confirm(site, name).await,
        }
        runs.push(bench.steps);
    }
    runs
}

fn names(prefix: &str, suffix: &str) -> Vec<String> {
    (0..TIMES).map(|n| format!("{prefix}-{n}{suffix}")).collect()
}

async fn all_kinds(server: &TestServer) {
    let raw = server.raw();
    let hide = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let verified = json!({ "AutoVerifiedAttributes": ["email"], "AliasAttributes": ["email"] });
    let plain = site(&raw, verified, hide.clone()).await;
    let nobody = run(server, &plain, Script::SignIn, &names("nobody", "")).await;
    // The first tokens and keys of a pool are not part of any of this, but the caches are: they are warm by now.
    let nobody_again = run(server, &plain, Script::SignIn, &names("no-one", "")).await;
    compare("nobody and nobody", nobody, nobody_again);

    let known = names("jane", "");
    for name in &known {
        user(&raw, &plain.pool, name, email(&format!("{name}@example.com"))).await;
    }
    let unknown = run(server, &plain, Script::SignIn, &names("no-body", "")).await;
    compare("a user", run(server, &plain, Script::SignIn, &known).await, unknown);

    // By the alias, which looks like an address.
    let aliases = names("alia", "@example.com");
    for (n, alias) in aliases.iter().enumerate() {
        user(&raw, &plain.pool, &format!("alias-{n}"), email(alias)).await;
    }
    let unknown = run(server, &plain, Script::SignIn, &names("nobo", "@example.com")).await;
    compare("a user by alias", run(server, &plain, Script::SignIn, &aliases).await, unknown);

    let known = names("disabled", "");
    for name in &known {
        user(&raw, &plain.pool, name, email(&format!("{name}@example.com"))).await;
        raw.ok("AdminDisableUser", json!({ "UserPoolId": plain.pool, "Username": name })).await.unwrap();
    }
    let unknown = run(server, &plain, Script::SignIn, &names("nobodies", "")).await;
    compare("a disabled user", run(server, &plain, Script::SignIn, &known).await, unknown);

    let known = names("silent", "");
    for name in &known {
        user(&raw, &plain.pool, name, json!([])).await;
    }
    let unknown = run(server, &plain, Script::SignIn, &names("nobody", "-here")).await;
    compare("a user without an address", run(server, &plain, Script::SignIn, &known).await, unknown);

    // The names of such a pool look like addresses, and its users are called by their sub.
    let by_email = json!({ "AutoVerifiedAttributes": ["email"], "UsernameAttributes": ["email"] });
    let emails = site(&raw, by_email, hide.clone()).await;
    let known = names("jane", "@example.com");
    for name in &known {
        user(&raw, &emails.pool, name, email(name)).await;
    }
    run(server, &emails, Script::SignIn, &names("warm", "@example.com")).await;
    let unknown = run(server, &emails, Script::SignIn, &names("joan", "@example.com")).await;
    compare("a user called by address", run(server, &emails, Script::SignIn, &known).await, unknown);

    let mut subs = Vec::new();
    for name in names("sub", "@example.com") {
        user(&raw, &emails.pool, &name, email(&name)).await;
        let input = json!({ "UserPoolId": emails.pool, "Username": name });
        subs.push(text(&raw.ok("AdminGetUser", input).await.unwrap()["Username"]));
    }
    let ids: Vec<String> = (0..TIMES).map(|_| random::uuid_v4()).collect();
    let unknown = run(server, &emails, Script::SignInByPassword, &ids).await;
    compare("a user called by sub", run(server, &emails, Script::SignInByPassword, &subs).await, unknown);

    // Sign-ups that wait for their code.
    let sign_up = async |site: &Site, name: &str, address: &str| {
        let input = json!({
            "ClientId": site.client, "Username": name, "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": address }],
        });
        server.unsigned().ok("SignUp", input).await.unwrap();
    };
    let known = names("waiting", "");
    let addresses = names("wait", "@example.com");
    for (name, address) in known.iter().zip(&addresses) {
        sign_up(&plain, name, address).await;
        sign_up(&emails, address, address).await;
    }
    server.advance("25h").await.unwrap();
    let unknown = run(server, &plain, Script::Confirm, &names("missing", "")).await;
    compare("a sign-up", run(server, &plain, Script::Confirm, &known).await, unknown);
    let unknown = run(server, &emails, Script::Confirm, &names("miss", "@example.com")).await;
    compare("a sign-up by address", run(server, &emails, Script::Confirm, &addresses).await, unknown);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn known_and_unknown_names_cost_the_same_and_look_the_same() {
    let server = engines::on_sqlite().await;
    all_kinds(&server).await;
    server.stop().await;
    if let Some(server) = engines::on_postgresql("equal_work").await {
        println!("The same on PostgreSQL.");
        all_kinds(&server).await;
        server.stop().await;
    }
}
