//! Sign-ins of several calls: by SRP, with an authenticator app, by a remembered device, by a passkey.

use anyhow::{Context, Result, bail};
use cognate_crypto::srp::client::{Answer, Client, timestamp};
use serde_json::{Value, json};

use crate::aws;
use crate::calls::{ID_TOKEN, has, unsigned};
use crate::factors::{Device, Factors, Site};
use crate::http::Connection;
use crate::world::{PASSWORD, World, password_input, signer, text};

/// USER_SRP_AUTH, PASSWORD_VERIFIER.
pub async fn by_srp(w: &World, connection: &mut Connection, i: u64) -> Result<()> {
    let site = Site {
        pool: w.pool.clone(),
        client: w.client.clone(),
    };
    let reply = password_proof(w, connection, &site, i, None).await?;
    has(&reply, ID_TOKEN)
}

/// USER_PASSWORD_AUTH, SOFTWARE_TOKEN_MFA.
pub async fn by_app(w: &World, connection: &mut Connection) -> Result<()> {
    let factors = factors(w)?;
    let turn = factors.take_turn();
    if turn.next_step {
        // The codes are those of the new step from here on: the server takes a step's code a step earlier and later.
        w.ahead.set(w.ahead.get() + 30);
    }
    // Of this round, though another may begin meanwhile: its code must be left for the user's next turn.
    let ahead = w.ahead.get();
    if turn.next_step {
        let request = format!(
            "POST /_dev/clock HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{}",
            w.host, r#"{"advance":"30s"}"#
        );
        connection.send(request.as_bytes()).await?.json()?;
    }
    let client = &factors.apps_at.client;
    let input = password_input(client, turn.user);
    let asked = unsigned(w, connection, "InitiateAuth", &input).await?;
    let code = factors.code(turn.user, aws::now() + ahead)?;
    let responses = json!({ "USERNAME": signer(turn.user), "SOFTWARE_TOKEN_MFA_CODE": code });
    let reply = answer(
        w,
        connection,
        client,
        "SOFTWARE_TOKEN_MFA",
        &asked,
        responses,
    )
    .await?;
    has(&reply, ID_TOKEN)
}

/// USER_PASSWORD_AUTH, DEVICE_SRP_AUTH, DEVICE_PASSWORD_VERIFIER.
pub async fn by_device(w: &World, connection: &mut Connection, i: u64) -> Result<()> {
    let factors = factors(w)?;
    let (site, device) = (&factors.devices_at, factors.device(i)?);
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": site.client,
        "AuthParameters": { "USERNAME": signer(i), "PASSWORD": PASSWORD, "DEVICE_KEY": device.key },
    });
    let asked = unsigned(w, connection, "InitiateAuth", &input).await?;
    device_proof(w, connection, site, device, i, &asked).await
}

/// USER_SRP_AUTH, PASSWORD_VERIFIER, DEVICE_SRP_AUTH, DEVICE_PASSWORD_VERIFIER.
pub async fn by_srp_and_device(w: &World, connection: &mut Connection, i: u64) -> Result<()> {
    let factors = factors(w)?;
    let (site, device) = (&factors.devices_at, factors.device(i)?);
    let asked = password_proof(w, connection, site, i, Some(&device.key)).await?;
    device_proof(w, connection, site, device, i, &asked).await
}

/// USER_AUTH, WEB_AUTHN.
pub async fn by_passkey(w: &World, connection: &mut Connection, i: u64) -> Result<()> {
    let factors = factors(w)?;
    let client = &factors.passkeys_at.client;
    let input = json!({
        "AuthFlow": "USER_AUTH", "ClientId": client,
        "AuthParameters": { "USERNAME": signer(i), "PREFERRED_CHALLENGE": "WEB_AUTHN" },
    });
    let asked = unsigned(w, connection, "InitiateAuth", &input).await?;
    let options = text(&asked, "/ChallengeParameters/CREDENTIAL_REQUEST_OPTIONS")?;
    let credential = factors.credential(i, &options)?;
    let responses = json!({ "USERNAME": signer(i), "CREDENTIAL": credential });
    let reply = answer(w, connection, client, "WEB_AUTHN", &asked, responses).await?;
    has(&reply, ID_TOKEN)
}

fn factors(w: &World) -> Result<&Factors> {
    w.factors
        .as_ref()
        .context("the pools of factors were not made")
}

/// Answers the challenge of `asked`, which must be `name`.
async fn answer(
    w: &World,
    connection: &mut Connection,
    client: &str,
    name: &str,
    asked: &Value,
    responses: Value,
) -> Result<Value> {
    let challenge = text(asked, "/ChallengeName")?;
    if challenge != name {
        bail!("asked for {challenge} instead of {name}");
    }
    let mut input =
        json!({ "ChallengeName": name, "ClientId": client, "ChallengeResponses": responses });
    if let (Some(input), Some(session)) = (input.as_object_mut(), asked.get("Session")) {
        input.insert("Session".into(), session.clone());
    }
    unsigned(w, connection, "RespondToAuthChallenge", &input).await
}

/// Proves the password by SRP; returns the next challenge, or the tokens.
async fn password_proof(
    w: &World,
    connection: &mut Connection,
    site: &Site,
    i: u64,
    device: Option<&str>,
) -> Result<Value> {
    let client = Client::with_secret(&cognate_crypto::random::bytes::<32>());
    let begin = json!({
        "AuthFlow": "USER_SRP_AUTH", "ClientId": site.client,
        "AuthParameters": { "USERNAME": signer(i), "SRP_A": client.srp_a() },
    });
    let asked = unsigned(w, connection, "InitiateAuth", &begin).await?;
    let user_id = text(&asked, "/ChallengeParameters/USER_ID_FOR_SRP")?;
    let pool_name = site.pool.split_once('_').map_or("", |(_, name)| name);
    let mut responses = proof(w, &client, &asked, [pool_name, &user_id, PASSWORD])?;
    if let (Some(responses), Some(key)) = (responses.as_object_mut(), device) {
        responses.insert("DEVICE_KEY".into(), key.into());
    }
    answer(
        w,
        connection,
        &site.client,
        "PASSWORD_VERIFIER",
        &asked,
        responses,
    )
    .await
}

/// Proves the device in the place of the second factor, for the tokens.
async fn device_proof(
    w: &World,
    connection: &mut Connection,
    site: &Site,
    device: &Device,
    i: u64,
    asked: &Value,
) -> Result<()> {
    let client = Client::with_secret(&cognate_crypto::random::bytes::<32>());
    let begin = json!({ "USERNAME": signer(i), "DEVICE_KEY": device.key, "SRP_A": client.srp_a() });
    let asked = answer(w, connection, &site.client, "DEVICE_SRP_AUTH", asked, begin).await?;
    let known = [&*device.group, &device.key, &device.password];
    let mut responses = proof(w, &client, &asked, known)?;
    if let Some(responses) = responses.as_object_mut() {
        responses.insert("DEVICE_KEY".into(), device.key.as_str().into());
    }
    let name = "DEVICE_PASSWORD_VERIFIER";
    let reply = answer(w, connection, &site.client, name, &asked, responses).await?;
    has(&reply, ID_TOKEN)
}

/// Returns the responses to a verifier's challenge. `known`: the pool's name (or device group), the user id (or device
/// key) and the password.
fn proof(w: &World, client: &Client, asked: &Value, known: [&str; 3]) -> Result<Value> {
    let given = |name: &str| text(asked, &format!("/ChallengeParameters/{name}"));
    let (salt, srp_b, block) = (given("SALT")?, given("SRP_B")?, given("SECRET_BLOCK")?);
    let stamp = timestamp(u64::try_from(w.now())?);
    let [pool_name, user_id, password] = known;
    let signature = client
        .answer(&Answer {
            pool_name,
            user_id,
            password,
            salt: &salt,
            srp_b: &srp_b,
            secret_block: &block,
            timestamp: &stamp,
        })
        .map_err(|e| anyhow::anyhow!("SRP: {e:?}"))?;
    Ok(json!({
        "USERNAME": given("USERNAME")?, "PASSWORD_CLAIM_SECRET_BLOCK": block,
        "PASSWORD_CLAIM_SIGNATURE": signature, "TIMESTAMP": stamp,
    }))
}

/// Whole seconds that the service's clock is ahead of this machine's; never more than it is, or an app would show its
/// codes too early.
pub async fn ahead(host: &str) -> Result<i64> {
    let mut connection = Connection::open(host).await?;
    let request = format!("GET /_dev/clock HTTP/1.1\r\nHost: {host}\r\n\r\n");
    let clock = connection.send(request.as_bytes()).await?.json()?;
    let now = clock
        .get("now")
        .and_then(Value::as_f64)
        .context("no time")?;
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a time of this century in seconds"
    )]
    Ok((now.floor() as i64) - aws::now())
}
