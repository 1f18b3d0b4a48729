//! A live token: of a user who is made for it and deleted again (`dev`), of a user whose password was given, or of a program.

use cognate_crypto::secret::{Secret, SecretString};
use cognate_crypto::srp::client::{Answer as SrpAnswer, Client as Srp, timestamp};
use cognate_crypto::{hash, jws, random};
use serde_json::{Value, json};

use super::ask::{self, Asker, Refused};
use super::clients::Client;
use super::facts::{App, Facts, Kind};
use super::pages;
use super::report::Report;

/// The scope of the API itself.
const API_SCOPE: &str = "aws.cognito.signin.user.admin";

/// Somebody who can sign in.
pub struct Person {
    /// The user name.
    pub name: String,
    /// The password.
    pub password: SecretString,
}

/// What a sign-in gives out. Nothing of it is printed.
#[derive(Default)]
pub struct Tokens {
    /// The access token; empty without one.
    pub access: String,
    /// The ID token; empty without one.
    pub id: String,
    /// The refresh token; empty without one.
    pub refresh: String,
}

impl Tokens {
    /// Reads AuthenticationResult.
    fn read(result: &Value) -> Option<Self> {
        let text = |name: &str| result.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            access: text("AccessToken")?,
            id: text("IdToken").unwrap_or_default(),
            refresh: text("RefreshToken").unwrap_or_default(),
        })
    }
}

/// Why there are no tokens.
pub enum Without {
    /// Something is wrong: what, and the setting.
    Finding(String, String),
    /// There is no way to try.
    NotChecked(String),
}

impl From<Refused> for Without {
    fn from(refused: Refused) -> Self {
        let setting = match &refused {
            Refused::No { hint, .. } if !hint.is_empty() => hint.clone(),
            Refused::No { code, .. } => format!("cognate explain {code}"),
            Refused::Silent(_) => "--endpoint".to_owned(),
        };
        Self::Finding(format!("the sign-in was refused: {refused}"), setting)
    }
}

/// Makes a user of whom nobody is told.
///
/// # Errors
/// What the server refuses.
pub async fn make(asker: &Asker, facts: &Facts) -> Result<Person, Refused> {
    let unique = random::uuid_v4();
    let email = format!("doctor-{unique}@doctor.invalid");
    let digits: u64 = unique
        .bytes()
        .fold(0, |sum, b| (sum * 31 + u64::from(b)) % 10_000_000);
    let is_named = |attribute: &str| facts.names.contains(attribute);
    let name = match (is_named("email"), is_named("phone_number")) {
        (true, _) => email.clone(),
        (false, true) => format!("+1555{digits:07}"),
        (false, false) => format!("doctor-{unique}"),
    };
    // Every policy is met: four kinds of characters, and as long as a policy can ask for.
    let password = format!("Aa1!{}", "x".repeat(99 - 4 - 72));
    let password = password + &random::uuid_v4() + &random::uuid_v4();
    let (pool, region) = (&facts.pool, Some(facts.region.as_str()));
    let user = json!({
        "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS",
        "UserAttributes": [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
    });
    let person = Person {
        name,
        password: Secret::new(password),
    };
    if let Err(refused) = asker.call("AdminCreateUser", &user, region).await {
        if matches!(refused, Refused::Silent(_)) {
            // It may have been done all the same.
            let _ = delete(asker, facts, &person).await;
        }
        return Err(refused);
    }
    let set = json!({
        "UserPoolId": pool, "Username": person.name, "Password": person.password.expose(), "Permanent": true,
    });
    match asker.call("AdminSetUserPassword", &set, region).await {
        Ok(_) => Ok(person),
        Err(refused) => {
            let _ = delete(asker, facts, &person).await;
            Err(refused)
        }
    }
}

/// Deletes the user again.
///
/// # Errors
/// What the server refuses.
pub async fn delete(asker: &Asker, facts: &Facts, person: &Person) -> Result<(), Refused> {
    let user = json!({"UserPoolId": facts.pool, "Username": person.name});
    let deleted = asker
        .call("AdminDeleteUser", &user, Some(&facts.region))
        .await;
    deleted.map(drop)
}

/// Signs somebody in as the client program does: through the pages with the URL that its settings have, where it does so and the app
/// client may; else by the first flow that the app client may use.
///
/// # Errors
/// Why there are no tokens.
pub async fn tokens(
    asker: &Asker,
    facts: &Facts,
    client: Option<&Client>,
    person: &Person,
) -> Result<Tokens, Without> {
    let Some(app) = &facts.client else {
        return Err(Without::NotChecked("no app client is known".to_owned()));
    };
    let pages = client.and_then(|client| client.pages);
    if let Some(usual) = pages.filter(|_| app.oauth.contains("code")) {
        let redirect = facts.redirect(usual);
        return pages::tokens(asker, facts, app, person, Some(&redirect)).await;
    }
    let password = person.password.expose();
    let given = json!({"USERNAME": person.name, "PASSWORD": password});
    // By SRP the password stays here. Of a client whose settings are not known it is tried.
    if app.has_flow("ALLOW_USER_SRP_AUTH", "USER_SRP_AUTH") || !app.is_known {
        return by_srp(asker, facts, app, person).await;
    }
    let as_admin = asker.key_id().is_some()
        && app.has_flow("ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH");
    if as_admin {
        let input = json!({
            "UserPoolId": facts.pool, "ClientId": app.id, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": hashed(app, &person.name, given),
        });
        return read(
            asker
                .call("AdminInitiateAuth", &input, Some(&facts.region))
                .await?,
        );
    }
    if app.has_flow("ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH") {
        return read(initiate(asker, app, "USER_PASSWORD_AUTH", &person.name, given).await?);
    }
    if app.has_flow("ALLOW_USER_AUTH", "") {
        let given = json!({"USERNAME": person.name, "PASSWORD": password, "PREFERRED_CHALLENGE": "PASSWORD"});
        return read(initiate(asker, app, "USER_AUTH", &person.name, given).await?);
    }
    if app.oauth.contains("code") {
        return pages::tokens(asker, facts, app, person, None).await;
    }
    Err(Without::NotChecked(
        "the client has no flow by which a password signs in (ExplicitAuthFlows, AllowedOAuthFlows)".to_owned(),
    ))
}

async fn initiate(
    asker: &Asker,
    app: &App,
    flow: &str,
    name: &str,
    given: Value,
) -> Result<Value, Refused> {
    let input =
        json!({"ClientId": app.id, "AuthFlow": flow, "AuthParameters": hashed(app, name, given)});
    asker.call("InitiateAuth", &input, None).await
}

/// Adds the proof that the caller knows the secret of the client.
fn hashed(app: &App, name: &str, mut given: Value) -> Value {
    if let (Some(secret), Some(members)) = (&app.secret, given.as_object_mut()) {
        let hash = hash::secret_hash(secret.expose(), name, &app.id);
        members.insert("SECRET_HASH".to_owned(), json!(hash));
    }
    given
}

fn read(answer: Value) -> Result<Tokens, Without> {
    if let Some(found) = answer.get("AuthenticationResult").and_then(Tokens::read) {
        return Ok(found);
    }
    let challenge = answer.get("ChallengeName").and_then(Value::as_str);
    Err(Without::NotChecked(match challenge {
        Some(challenge) => format!("the sign-in asks for more than the password: {challenge}"),
        None => "the answer to the sign-in has neither tokens nor a challenge".to_owned(),
    }))
}

async fn by_srp(
    asker: &Asker,
    facts: &Facts,
    app: &App,
    person: &Person,
) -> Result<Tokens, Without> {
    let odd = || {
        let why = "the challenge of SRP is not understood".to_owned();
        Without::Finding(why, "--endpoint: what answers is no user pool".to_owned())
    };
    let client = Srp::new();
    let given = json!({"USERNAME": person.name, "SRP_A": client.srp_a()});
    let answer = initiate(asker, app, "USER_SRP_AUTH", &person.name, given).await?;
    if answer.get("ChallengeName").and_then(Value::as_str) != Some("PASSWORD_VERIFIER") {
        return read(answer);
    }
    let parameters = answer
        .get("ChallengeParameters")
        .cloned()
        .unwrap_or_default();
    let parameter = |name: &str| {
        parameters
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let user = parameter("USER_ID_FOR_SRP");
    let (_, pool_name) = facts.pool.split_once('_').ok_or_else(odd)?;
    let now = timestamp(ask::now().unsigned_abs());
    let signature = client.answer(&SrpAnswer {
        pool_name,
        user_id: user,
        password: person.password.expose(),
        salt: parameter("SALT"),
        srp_b: parameter("SRP_B"),
        secret_block: parameter("SECRET_BLOCK"),
        timestamp: &now,
    });
    let signature = signature.map_err(|_| odd())?;
    let responses = json!({
        "USERNAME": user, "PASSWORD_CLAIM_SECRET_BLOCK": parameter("SECRET_BLOCK"),
        "PASSWORD_CLAIM_SIGNATURE": signature, "TIMESTAMP": now,
    });
    let mut input = json!({
        "ClientId": app.id, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": hashed(app, user, responses),
    });
    if let (Some(session), Some(members)) = (answer.get("Session"), input.as_object_mut()) {
        members.insert("Session".to_owned(), session.clone());
    }
    read(asker.call("RespondToAuthChallenge", &input, None).await?)
}

/// Asks the API who the user of an access token is, as applications do.
///
/// A token without the API's own scope is none for that.
pub async fn whoami(asker: &Asker, tokens: &Tokens, report: &mut Report) {
    let claims = jws::split(&tokens.access).and_then(|parts| parts.payload());
    let claims = claims.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let scope = claims
        .as_ref()
        .and_then(|claims| claims.get("scope")?.as_str());
    if !scope.is_some_and(|scope| scope.split(' ').any(|one| one == API_SCOPE)) {
        return;
    }
    let input = json!({"AccessToken": tokens.access});
    match asker.call("GetUser", &input, None).await {
        Ok(_) => report.ok("GetUser", "the access token is taken by the API"),
        Err(refused) => report.finding(
            "GetUser",
            refused.to_string(),
            "--endpoint; RevokeToken, GlobalSignOut",
        ),
    }
}

/// Ends the session of a user who stays.
pub async fn end(asker: &Asker, facts: &Facts, tokens: &Tokens) {
    let Some(app) = facts.client.as_ref().filter(|_| !tokens.refresh.is_empty()) else {
        return;
    };
    let mut input = json!({"ClientId": app.id, "Token": tokens.refresh});
    if let (Some(secret), Some(members)) = (&app.secret, input.as_object_mut()) {
        members.insert("ClientSecret".to_owned(), json!(secret.expose()));
    }
    let _ = asker.call("RevokeToken", &input, None).await;
}

/// True if a user may be made for the proof: in `dev` alone, with an access key.
pub fn may_make(asker: &Asker, facts: &Facts) -> bool {
    facts.kind == Kind::Dev && asker.key_id().is_some()
}
