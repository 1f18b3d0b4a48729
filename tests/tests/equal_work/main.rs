//! If existence must not show (auth.md 2.11, PreventUserExistenceErrors ENABLED), known and unknown names cost the same
//! exponentiations, reads, commits, round trips and messages, and get answers of the same shape, in every operation that takes
//! a name.
//!
//! Exponentiations are counted by the process, so this is a program of its own with a single test.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking; clippy sees only functions marked as tests as such"
)]

mod cost;
#[path = "../it/engines.rs"]
#[allow(dead_code, reason = "two test programs share this file")]
mod engines;
mod guarded;
#[path = "../it/site.rs"]
#[allow(dead_code, reason = "two test programs share this file")]
mod site;

use std::time::Duration;

use cognate_crypto::random;
use cognate_crypto::srp::{self, client::Client};
use cognate_store::params;
use cognate_testkit::{Raw, Reply, TestServer};
use cost::{Cost, Shape, Step, compare, hold};

use serde_json::{Value, json};
use site::*;

/// How often each script runs, with new names each time. The least of each number counts: the server's background work
/// can only add to it.
const TIMES: usize = 3;

/// A server and the clients of its API.
struct Bench<'a> {
    server: &'a TestServer,
    raw: Raw,
    open: Raw,
    steps: Vec<Step>,
}

impl<'a> Bench<'a> {
    fn new(server: &'a TestServer) -> Self {
        Self {
            server,
            raw: server.raw(),
            open: server.unsigned(),
            steps: Vec::new(),
        }
    }

    /// Returns the id of the newest message.
    async fn newest_message(&self) -> String {
        let sql = "SELECT COALESCE(MAX(message_id), '') FROM messages";
        let store = &self.server.state().app.store;
        let rows = store.rows(sql, Vec::new()).await.unwrap();
        rows[0].text(0).unwrap().to_owned()
    }

    /// Counts the messages after `newest`: the server may delete old ones meanwhile.
    async fn messages_since(&self, newest: String) -> i64 {
        let sql = "SELECT COUNT(*) FROM messages WHERE message_id > ?1";
        let store = &self.server.state().app.store;
        let rows = store.rows(sql, params![newest]).await.unwrap();
        rows[0].int(0).unwrap()
    }

    /// Calls and counts; Admin operations are signed.
    async fn call(&mut self, name: &str, operation: &str, input: Value) -> Reply {
        let caller = if operation.starts_with("Admin") {
            self.raw.clone()
        } else {
            self.open.clone()
        };
        hold(self.server, &input).await;
        let store = &self.server.state().app.store;
        let newest = self.newest_message().await;
        let (work, powers) = (store.work(), srp::work());
        let reply = caller.call(operation, input).await.unwrap();
        let (work_after, powers_after) = (store.work(), srp::work());
        let cost = Cost {
            fixed_base: powers_after.fixed_base - powers.fixed_base,
            variable_base: powers_after.variable_base - powers.variable_base,
            reads: work_after.reads - work.reads,
            commits: work_after.commits - work.commits,
            statements: work_after.statements - work.statements,
            trips: work_after.trips - work.trips,
            messages: self.messages_since(newest).await,
        };
        self.steps.push(Step {
            name: format!("{operation}, {name}"),
            cost,
            shape: Shape::of(&reply),
        });
        reply
    }

    /// Waits for the background work that a moved clock wakes, which belongs to no call.
    async fn settle(&self) {
        let store = &self.server.state().app.store;
        for _ in 0..50 {
            let before = store.work().reads;
            tokio::time::sleep(Duration::from_millis(20)).await;
            if store.work().reads == before {
                return;
            }
        }
    }

    /// Gets an SRP challenge and answers it wrongly, by the public or the Admin operations.
    async fn srp(&mut self, site: &Site, name: &str, admin: &str) {
        let proof = Client::new();
        let input = initiate(
            &site.client,
            "USER_SRP_AUTH",
            json!({ "USERNAME": name, "SRP_A": proof.srp_a() }),
        );
        let pool = json!({ "UserPoolId": site.pool });
        let begin = self
            .call("SRP", &format!("{admin}InitiateAuth"), with(input, &pool))
            .await;
        let started = Srp::of(proof, &begin.json());
        let input = with(
            verify(&site.client, started.responses(&site.pool, "wrong")),
            &pool,
        );
        self.call("SRP", &format!("{admin}RespondToAuthChallenge"), input)
            .await;
    }

    /// Signs in in every way, with a wrong password until the lock and during it.
    async fn sign_in(&mut self, site: &Site, name: &str, by_srp: bool) {
        let wrong = by_password(&site.client, name, "wrong");
        self.call("first wrong password", "InitiateAuth", wrong.clone())
            .await;
        let parameters = json!({ "USERNAME": name, "PASSWORD": "wrong" });
        let admin = initiate(&site.client, "ADMIN_USER_PASSWORD_AUTH", parameters);
        let admin = with(admin, &json!({ "UserPoolId": site.pool }));
        self.call("second wrong password", "AdminInitiateAuth", admin.clone())
            .await;
        if by_srp {
            self.srp(site, name, "").await;
            self.srp(site, name, "Admin").await;
        } else {
            self.call("third wrong password", "InitiateAuth", wrong.clone())
                .await;
            self.call("fourth wrong password", "InitiateAuth", wrong.clone())
                .await;
        }
        self.call("the password that locks", "InitiateAuth", wrong.clone())
            .await;
        self.call("in the lock", "InitiateAuth", wrong).await;
        self.call("in the lock", "AdminInitiateAuth", admin).await;
        let srp = json!({ "USERNAME": name, "SRP_A": Client::new().srp_a() });
        if by_srp {
            self.call(
                "SRP in the lock",
                "InitiateAuth",
                initiate(&site.client, "USER_SRP_AUTH", srp),
            )
            .await;
        }
    }

    /// Does the steps for a forgotten password.
    async fn recover(&mut self, site: &Site, name: &str) {
        let confirm = json!({
            "ClientId": site.client, "Username": name, "ConfirmationCode": "000000", "Password": "An0ther-one",
        });
        let forgot = json!({ "ClientId": site.client, "Username": name });
        self.call(
            "no code was asked for",
            "ConfirmForgotPassword",
            confirm.clone(),
        )
        .await;
        for n in ["first", "second"] {
            self.call(n, "ForgotPassword", forgot.clone()).await;
            self.call(
                &format!("wrong code, {n}"),
                "ConfirmForgotPassword",
                confirm.clone(),
            )
            .await;
        }
        self.server.advance("61m").await.unwrap();
        self.settle().await;
        self.call("too late", "ConfirmForgotPassword", confirm)
            .await;
    }

    /// Does the steps of a sign-up that is not confirmed yet; the code of the sign-up itself has expired.
    async fn confirm(&mut self, site: &Site, name: &str) {
        let confirm =
            json!({ "ClientId": site.client, "Username": name, "ConfirmationCode": "000000" });
        let resend = json!({ "ClientId": site.client, "Username": name });
        self.call("without a code", "ConfirmSignUp", confirm.clone())
            .await;
        for n in ["first", "second"] {
            self.call(n, "ResendConfirmationCode", resend.clone()).await;
            self.call(
                &format!("wrong code, {n}"),
                "ConfirmSignUp",
                confirm.clone(),
            )
            .await;
        }
        for n in 3..=6 {
            self.call(
                &format!("number {n}"),
                "ResendConfirmationCode",
                resend.clone(),
            )
            .await;
        }
    }
}

/// Which script to run.
#[derive(Clone, Copy)]
enum Script {
    SignIn,
    /// Without SRP, which takes no `sub` (settled C13).
    SignInByPassword,
    /// For users whose forgotten password is another matter.
    SignInOnly,
    /// For users who may not sign in.
    Recover,
    Confirm,
}

async fn run(server: &TestServer, site: &Site, script: Script, names: &[String]) -> Vec<Vec<Step>> {
    let mut runs = Vec::new();
    for name in names {
        let mut bench = Bench::new(server);
        match script {
            Script::SignIn | Script::SignInByPassword => {
                let by_srp = matches!(script, Script::SignIn);
                bench.sign_in(site, name, by_srp).await;
                bench.recover(site, name).await;
            }
            Script::SignInOnly => bench.sign_in(site, name, true).await,
            Script::Recover => bench.recover(site, name).await,
            Script::Confirm => bench.confirm(site, name).await,
        }
        runs.push(bench.steps);
    }
    runs
}

/// Returns a verified e-mail address as attributes.
fn email(address: &str) -> Value {
    json!([{ "Name": "email", "Value": address }, { "Name": "email_verified", "Value": "true" }])
}

fn names(prefix: &str, suffix: &str) -> Vec<String> {
    (0..TIMES)
        .map(|n| format!("{prefix}-{n}{suffix}"))
        .collect()
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
        user(
            &raw,
            &plain.pool,
            name,
            email(&format!("{name}@example.com")),
        )
        .await;
    }
    let unknown = run(server, &plain, Script::SignIn, &names("no-body", "")).await;
    compare(
        "a user",
        run(server, &plain, Script::SignIn, &known).await,
        unknown,
    );

    // By the alias, which looks like an address.
    let aliases = names("alia", "@example.com");
    for (n, alias) in aliases.iter().enumerate() {
        user(&raw, &plain.pool, &format!("alias-{n}"), email(alias)).await;
    }
    let unknown = run(
        server,
        &plain,
        Script::SignIn,
        &names("nobo", "@example.com"),
    )
    .await;
    compare(
        "a user by alias",
        run(server, &plain, Script::SignIn, &aliases).await,
        unknown,
    );

    let known = names("disabled", "");
    for name in &known {
        user(
            &raw,
            &plain.pool,
            name,
            email(&format!("{name}@example.com")),
        )
        .await;
        raw.ok(
            "AdminDisableUser",
            json!({ "UserPoolId": plain.pool, "Username": name }),
        )
        .await
        .unwrap();
    }
    let unknown = run(server, &plain, Script::SignIn, &names("nobodies", "")).await;
    compare(
        "a disabled user",
        run(server, &plain, Script::SignIn, &known).await,
        unknown,
    );

    let known = names("silent", "");
    for name in &known {
        user(&raw, &plain.pool, name, json!([])).await;
    }
    let unknown = run(server, &plain, Script::SignIn, &names("nobody", "-here")).await;
    compare(
        "a user without an address",
        run(server, &plain, Script::SignIn, &known).await,
        unknown,
    );

    let known = names("invited", "");
    for name in &known {
        let input = json!({
            "UserPoolId": plain.pool, "Username": name, "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS",
        });
        raw.ok("AdminCreateUser", input).await.unwrap();
    }
    let unknown = run(server, &plain, Script::SignInOnly, &names("no", "-one")).await;
    compare(
        "an invited user",
        run(server, &plain, Script::SignInOnly, &known).await,
        unknown,
    );

    guarded::compared(server, &raw, hide.clone()).await;

    // The names of such a pool look like addresses, and its users are called by their sub.
    let by_email = json!({ "AutoVerifiedAttributes": ["email"], "UsernameAttributes": ["email"] });
    let emails = site(&raw, by_email, hide.clone()).await;
    let known = names("jane", "@example.com");
    for name in &known {
        user(&raw, &emails.pool, name, email(name)).await;
    }
    run(
        server,
        &emails,
        Script::SignIn,
        &names("warm", "@example.com"),
    )
    .await;
    let unknown = run(
        server,
        &emails,
        Script::SignIn,
        &names("joan", "@example.com"),
    )
    .await;
    compare(
        "a user called by address",
        run(server, &emails, Script::SignIn, &known).await,
        unknown,
    );

    let mut subs = Vec::new();
    for name in names("sub", "@example.com") {
        user(&raw, &emails.pool, &name, email(&name)).await;
        let input = json!({ "UserPoolId": emails.pool, "Username": name });
        subs.push(text(
            &raw.ok("AdminGetUser", input).await.unwrap()["Username"],
        ));
    }
    let ids: Vec<String> = (0..TIMES).map(|_| random::uuid_v4()).collect();
    let unknown = run(server, &emails, Script::SignInByPassword, &ids).await;
    compare(
        "a user called by sub",
        run(server, &emails, Script::SignInByPassword, &subs).await,
        unknown,
    );

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
    compare(
        "a sign-up",
        run(server, &plain, Script::Confirm, &known).await,
        unknown,
    );
    let unknown = run(
        server,
        &emails,
        Script::Confirm,
        &names("miss", "@example.com"),
    )
    .await;
    compare(
        "a sign-up by address",
        run(server, &emails, Script::Confirm, &addresses).await,
        unknown,
    );
    let known = names("early", "");
    for name in &known {
        sign_up(&plain, name, &format!("{name}@example.com")).await;
    }
    let unknown = run(server, &plain, Script::Recover, &names("absent", "")).await;
    compare(
        "a sign-up that forgot its password",
        run(server, &plain, Script::Recover, &known).await,
        unknown,
    );
    control(server).await;
}

/// Checks that existence shows in a pool that allows it, which proves that the counters see a difference.
async fn control(server: &TestServer) {
    let raw = server.raw();
    let open = site(
        &raw,
        json!({}),
        json!({ "PreventUserExistenceErrors": "LEGACY" }),
    )
    .await;
    user(&raw, &open.pool, "jane", json!([])).await;
    let mut bench = Bench::new(server);
    for name in ["warm", "jane", "nobody"] {
        bench
            .call("", "InitiateAuth", by_password(&open.client, name, "wrong"))
            .await;
    }
    let [_, known, unknown] = bench.steps.as_slice() else {
        panic!("three steps")
    };
    assert_ne!(known.shape, unknown.shape);
    assert!(
        known.cost.fixed_base > unknown.cost.fixed_base,
        "{:?} {:?}",
        known.cost,
        unknown.cost
    );
    assert!(
        known.cost.commits > unknown.cost.commits,
        "{:?} {:?}",
        known.cost,
        unknown.cost
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn known_and_unknown_names_cost_the_same_and_look_the_same() {
    let server = engines::on_sqlite().await;
    all_kinds(&server).await;
    server.stop().await;
    if let Some(url) = engines::postgres_if_any("equal_work").await {
        let server = engines::on_postgresql(url).await;
        println!("The same on PostgreSQL.");
        all_kinds(&server).await;
        server.stop().await;
    }
}
