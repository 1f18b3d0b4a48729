//! The server, its pool and its client: whether they are there, and whether what the server publishes of itself agrees.

use cognate_crypto::basic_time;
use cognate_domain::ids;
use cognate_outbound::OutboundError;
use serde_json::{Value, json};

use super::ask::{self, Asker, Refused};
use super::domain;
use super::facts::{self, App, Facts, Kind};
use super::report::Report;
use crate::errors;

/// Seconds by which clocks may differ: some verifiers allow none, and nobody notices this much.
const SKEW: i64 = 5;
/// What is told of a server that is asked by http across a network.
pub const IN_THE_CLEAR: &str =
    "passwords, secrets and tokens are not sent in the clear: ask by https";

/// Looks whether the server answers and can do its work; false if there is no use in going on.
pub async fn reach(asker: &Asker, facts: &mut Facts, report: &mut Report) -> bool {
    let url = &asker.endpoint;
    let secure = url.starts_with("https://");
    let live = match asker.get("/health/live").await {
        Ok(answer) => answer,
        Err(OutboundError::Broken(why)) if secure && is_of_tls(&why) => {
            report.finding(
                "tls",
                format!("the certificate of {url} is not believed: {why}"),
                "--ca FILE for this command; NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE, AWS_CA_BUNDLE, SSL_CERT_FILE for clients; \
                 tls_cert of the server",
            );
            return false;
        }
        Err(error) => {
            report.finding(
                "reachable",
                format!("{url} does not answer: {error}"),
                "--endpoint; listen of the server",
            );
            return false;
        }
    };
    report.ok("reachable", format!("{url} answers"));
    tls(asker, report);
    match asker.get("/health/ready").await {
        Ok(ready) if ready.status == 200 => report.ok("health", "it can do its work"),
        Ok(ready) => report.finding(
            "health",
            format!("{}: {}", ready.status, String::from_utf8_lossy(&ready.body)),
            "the log of the server says why",
        ),
        Err(error) => report.finding(
            "health",
            error.to_string(),
            "the log of the server says why",
        ),
    }
    clock(asker, live.header("date"), facts, report).await;
    true
}

fn is_of_tls(why: &str) -> bool {
    ["certificate", "handshake", "tls", "UnknownIssuer"]
        .iter()
        .any(|word| {
            why.to_ascii_lowercase()
                .contains(&word.to_ascii_lowercase())
        })
}

fn tls(asker: &Asker, report: &mut Report) {
    match (asker.endpoint.starts_with("https://"), asker.is_private()) {
        (true, _) => report.ok("tls", "its certificate is believed"),
        (false, true) => report.ok("tls", "none, on this machine"),
        (false, false) => report.finding(
            "tls",
            "passwords and tokens cross the network in the clear",
            "tls_cert and tls_key, or a proxy that ends TLS (behind_proxy)",
        ),
    }
}

/// Reads the form of a date in which servers write it (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
fn from_http_date(text: &str) -> Option<i64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let words: Vec<&str> = text.split(' ').collect();
    let [_, day, month, year, time, "GMT"] = words.as_slice() else {
        return None;
    };
    let at = MONTHS
        .find(month)
        .filter(|at| month.len() == 3 && at % 3 == 0)?;
    let month = u8::try_from(at / 3 + 1).ok()?;
    let parts: Vec<u8> = time
        .split(':')
        .map_while(|part| part.parse().ok())
        .collect();
    let [hour, minute, second] = *parts.as_slice() else {
        return None;
    };
    basic_time::seconds(
        (year.parse().ok()?, month, day.parse().ok()?),
        (hour, minute, second),
    )
}

/// Compares the clocks, and finds out which kind of server it is.
async fn clock(asker: &Asker, date: &str, facts: &mut Facts, report: &mut Report) {
    let here = ask::now();
    // A proxy in front of `serve` may refuse or answer any path: what counts is that `dev` says it.
    let answer = asker.get("/_dev/clock").await;
    let (status, body) = answer.map_or((0, Value::Null), |answer| (answer.status, answer.json()));
    let service = body.get("now").and_then(Value::as_f64);
    // As a text, since no number of this kind becomes the other without loss.
    let service = service.and_then(|seconds| format!("{seconds:.0}").parse::<i64>().ok());
    let refusal = errors::foreign_page().message;
    let is_refused =
        status == 403 && body.get("error").and_then(Value::as_str) == refusal.as_deref();
    if is_refused || service.is_some() {
        facts.kind = Kind::Dev;
    }
    if is_refused {
        report.finding(
            "hosts",
            "dev does not know the name by which it is asked, and refuses calls of administrators",
            "--host NAME of dev",
        );
    }
    let ahead = |there: i64| there.saturating_sub(here);
    compare(from_http_date(date).map(ahead), service.map(ahead), report);
}

/// Says whether the clocks agree. `wall`: the seconds by which the server's is ahead; `moved`: those by which the time that `dev`
/// goes by is.
fn compare(wall: Option<i64>, moved: Option<i64>, report: &mut Report) {
    let differs = wall.filter(|wall| wall.abs() > SKEW);
    match (differs, moved) {
        (Some(wall), _) => report.finding(
            "clock",
            format!("the clock of the server differs from the one here by {wall} s"),
            "the clocks of both machines (NTP): signatures and tokens are judged by them",
        ),
        (None, Some(moved)) if moved > SKEW => report.finding(
            "clock",
            format!("the clock of dev was moved {moved} s ahead: its tokens are of the future for others"),
            "POST /_dev/snapshots/NAME/restore goes back; else another --data-dir, or --ephemeral",
        ),
        (None, None) if wall.is_none() => {
            report.not_checked("clock", "no answer says what time it is there (Date)");
        }
        _ => report.ok("clock", "it agrees with the one here"),
    }
}

/// Finds the pool and the client, those that are named or the only ones.
pub async fn find(
    asker: &Asker,
    wanted: (Option<&str>, Option<&str>),
    facts: &mut Facts,
    report: &mut Report,
) {
    let (pool, client) = wanted;
    if let Some(pool) = pool.filter(|pool| !facts.take_pool(pool)) {
        return no_pool(pool, report);
    }
    let odd = client.filter(|id| !ids::is_client_id(id));
    if let Some(id) = odd {
        return report.finding("client", format!("{id} is no client id"), "--client-id ID");
    }
    if asker.key_id().is_none() {
        facts.client = client.map(|id| App {
            id: id.to_owned(),
            ..App::default()
        });
        let why = "without an access key (--access-key-file) settings cannot be read";
        return report.not_checked("pool", why);
    }
    if facts.pool.is_empty() && !only_pool(asker, facts, report).await {
        return;
    }
    let input = json!({"UserPoolId": facts.pool});
    match asker
        .call("DescribeUserPool", &input, Some(&facts.region))
        .await
    {
        Ok(answer) => {
            let found = answer.get("UserPool").cloned().unwrap_or_default();
            let name = found
                .get("Name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            facts.names = facts::texts(&found, "UsernameAttributes")
                .into_iter()
                .collect();
            report.ok("pool", format!("{} {name:?}", facts.pool));
        }
        Err(refused) => {
            let setting = settings_of(
                &refused,
                "--pool; --data-dir, seed or another folder of the server",
            );
            return report.finding("pool", format!("{}: {refused}", facts.pool), setting);
        }
    }
    let id = match client {
        Some(id) => id.to_owned(),
        None => match only_client(asker, facts, report).await {
            Some(id) => id,
            None => return,
        },
    };
    if !asker.is_private() {
        // The answer has the secret of the client, and could be anybody's.
        facts.client = ids::is_client_id(&id).then(|| App {
            id,
            ..App::default()
        });
        return report.not_checked("client", IN_THE_CLEAR);
    }
    let input = json!({"UserPoolId": facts.pool, "ClientId": id});
    match asker
        .call("DescribeUserPoolClient", &input, Some(&facts.region))
        .await
    {
        Ok(answer) => match App::read(answer.get("UserPoolClient").unwrap_or(&Value::Null)) {
            Some(app) => {
                let secret = if app.secret.is_some() {
                    "with a secret"
                } else {
                    "without a secret"
                };
                report.ok("client", format!("{} {secret}", app.id));
                facts.client = Some(app);
            }
            None => report.finding("client", "its settings are not understood", "--endpoint"),
        },
        Err(refused) => {
            let setting = settings_of(
                &refused,
                "--client-id; the pool's clients (ListUserPoolClients)",
            );
            report.finding("client", format!("{id}: {refused}"), setting);
        }
    }
}

fn no_pool(id: &str, report: &mut Report) {
    report.finding(
        "pool",
        format!("{id} is not understood: an id is a region, `_`, letters and digits"),
        "--pool ID",
    );
}

fn settings_of(refused: &Refused, usual: &str) -> String {
    match refused {
        Refused::No { hint, .. } if !hint.is_empty() => hint.clone(),
        Refused::No { code, .. } if code == "ResourceNotFoundException" => usual.to_owned(),
        Refused::No { .. } => "the access key (--access-key-file) and its policy".to_owned(),
        Refused::Silent(_) => "--endpoint".to_owned(),
    }
}

async fn only_pool(asker: &Asker, facts: &mut Facts, report: &mut Report) -> bool {
    let input = json!({"MaxResults": 60});
    let list = asker
        .call("ListUserPools", &input, Some(&facts.region))
        .await;
    match ids(list, "UserPools", "Id") {
        Ok(mut all) if all.len() == 1 => {
            let id = all.pop().unwrap_or_default();
            if facts.take_pool(&id) {
                return true;
            }
            no_pool(&id, report);
        }
        Ok(all) if all.is_empty() => {
            report.finding(
                "pool",
                "there is none",
                "CreateUserPool, or pools in cognate.yaml (docs/SEED.md)",
            );
        }
        Ok(all) => report.finding(
            "pool",
            format!("there are several: {}", all.join(", ")),
            "--pool ID",
        ),
        Err(refused) => {
            report.finding(
                "pool",
                refused.to_string(),
                settings_of(&refused, "--pool ID"),
            );
        }
    }
    false
}

async fn only_client(asker: &Asker, facts: &Facts, report: &mut Report) -> Option<String> {
    let input = json!({"UserPoolId": facts.pool, "MaxResults": 60});
    let list = asker.call("ListUserPoolClients", &input, Some(&facts.region));
    match ids(list.await, "UserPoolClients", "ClientId") {
        Ok(mut all) if all.len() == 1 => return all.pop(),
        Ok(all) if all.is_empty() => {
            report.finding(
                "client",
                "the pool has none",
                "CreateUserPoolClient, or clients in cognate.yaml (docs/SEED.md)",
            );
        }
        Ok(all) => report.finding(
            "client",
            format!("there are several: {}", all.join(", ")),
            "--client-id ID",
        ),
        Err(refused) => {
            report.finding(
                "client",
                refused.to_string(),
                settings_of(&refused, "--client-id ID"),
            );
        }
    }
    None
}

fn ids(answer: Result<Value, Refused>, list: &str, member: &str) -> Result<Vec<String>, Refused> {
    let answer = answer?;
    let list = answer.get(list).and_then(Value::as_array);
    let ids = list.into_iter().flatten();
    Ok(ids.filter_map(|item| facts::text(item, member)).collect())
}

/// Reads the keys and the discovery document, and compares what they say.
pub async fn documents(asker: &Asker, facts: &mut Facts, report: &mut Report) {
    let at = format!("/{}/.well-known", facts.pool);
    let keys = match fetched(asker, &format!("{at}/jwks.json"), "jwks", report).await {
        Some(set) => {
            let odd = facts.take_keys(&set);
            match (facts.keys.len(), odd) {
                (0, _) => report.finding(
                    "jwks",
                    "it has no key for RS256",
                    "the id of the pool (--pool)",
                ),
                (good, 0) => report.ok("jwks", format!("{good} keys")),
                (good, odd) => report.ok("jwks", format!("{good} keys, and {odd} of other kinds")),
            }
            set
        }
        None => Value::Null,
    };
    let url = format!("{at}/openid-configuration");
    let Some(document) = fetched(asker, &url, "discovery", report).await else {
        return;
    };
    let member = |name: &str| facts::text(&document, name).unwrap_or_default();
    facts.issuer = member("issuer");
    facts.endpoints = facts::Endpoints {
        authorize: member("authorization_endpoint"),
        token: member("token_endpoint"),
        user_info: member("userinfo_endpoint"),
    };
    if facts.issuer.is_empty() {
        return report.finding(
            "discovery",
            "it names no issuer that can be used",
            "issuer of the pool (cognate pool set-issuer)",
        );
    }
    let is_amazons = facts.is_amazons();
    if is_amazons {
        facts.leads_here = domain::has_keys(asker, &facts.issuer, &keys).await.is_ok();
    }
    if !facts.is_found_by_issuer() {
        return report.ok(
            "discovery",
            format!(
                "the issuer is Amazon's, {}, and does not lead here",
                facts.issuer
            ),
        );
    }
    by_issuer(asker, facts, &keys, &member("jwks_uri"), report).await;
}

async fn fetched(
    asker: &Asker,
    url: &str,
    name: &'static str,
    report: &mut Report,
) -> Option<Value> {
    let why = match asker.get(url).await {
        Ok(answer) if answer.status == 200 => match answer.json() {
            Value::Object(members) => return Some(Value::Object(members)),
            _ => "the answer is no JSON object".to_owned(),
        },
        Ok(answer) => format!("the answer has the status {}", answer.status),
        Err(error) => error.to_string(),
    };
    report.finding(
        name,
        format!("{url}: {why}"),
        "the id of the pool (--pool); a proxy in between",
    );
    None
}

/// Asks as a client does that knows the issuer alone: the document there must name this issuer byte by byte, and its keys
/// must be the pool's.
async fn by_issuer(
    asker: &Asker,
    facts: &Facts,
    keys: &Value,
    keys_url: &str,
    report: &mut Report,
) {
    let issuer = &facts.issuer;
    let url = format!("{issuer}/.well-known/openid-configuration");
    let Some(there) = fetched(asker, &url, "discovery", report).await else {
        return;
    };
    let named = facts::text(&there, "issuer").unwrap_or_default();
    if named != *issuer {
        return report.finding(
            "discovery",
            format!("the document at {issuer} names the issuer {named}: clients that compare the two refuse it"),
            "public_url; the Host that a proxy sends; hosts (serve), host (dev)",
        );
    }
    report.ok(
        "discovery",
        format!("the document at {issuer} names this issuer"),
    );
    let Some(set) = fetched(asker, keys_url, "jwks", report).await else {
        return;
    };
    match set == *keys {
        true => report.ok("jwks", format!("{keys_url} has the same keys")),
        false => report.finding(
            "jwks",
            format!("{keys_url} has other keys than {}", asker.endpoint),
            "public_url and the name service: the issuer leads to another server",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::State;
    use super::*;

    #[test]
    fn a_clock_that_nobody_shows_is_not_checked() {
        for (wall, moved, expected) in [
            (None, None, State::NotChecked),
            (Some(0), None, State::Ok),
            (Some(-6), None, State::Finding),
            (Some(6), Some(0), State::Finding),
            (None, Some(5), State::Ok),
            (None, Some(6), State::Finding),
            (Some(0), Some(3_600), State::Finding),
        ] {
            let mut report = Report::default();
            compare(wall, moved, &mut report);
            let states: Vec<_> = report
                .checks
                .iter()
                .map(|one| (one.name, one.state))
                .collect();
            assert_eq!(states, [("clock", expected)], "{wall:?} {moved:?}");
        }
    }

    #[test]
    fn dates_of_servers_are_read() {
        assert_eq!(
            from_http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(784_111_777)
        );
        for text in [
            "",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 anF 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
        ] {
            assert_eq!(from_http_date(text), None, "{text}");
        }
    }
}
