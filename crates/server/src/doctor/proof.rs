//! A token as a client judges it: signature by the published keys, issuer, audience, use, times.

use cognate_crypto::jws;
use serde_json::{Map, Value};

use super::facts::Facts;
use super::report::Report;

/// The use of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// An access token.
    Access,
    /// An ID token.
    Id,
}

impl Use {
    /// Returns it as `token_use` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Id => "id",
        }
    }
}

/// The issuer that a client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// The one that it is told, or finds in the document.
    Told,
    /// Amazon's, from region and pool in its code.
    Amazons,
}

/// The rules of a client.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The tokens that it judges.
    pub uses: &'static [Use],
    /// The issuer that it takes.
    pub issuer: Issuer,
}

/// Judges a token. `now`: seconds since 1970.
pub fn judge(facts: &Facts, rules: Rules, kind: Use, token: &str, now: i64, report: &mut Report) {
    let name = kind.name();
    let Some(parts) = jws::split(token) else {
        return report.finding(
            "signature",
            format!("{name}: this is no token that RS256 signed"),
            "--endpoint: what answers is no user pool",
        );
    };
    let kid = parts.header.kid.clone();
    let key = facts.keys.iter().find(|(id, _)| *id == kid);
    match key {
        Some((_, key)) if parts.signed_by(key) => {
            report.ok(
                "signature",
                format!("{name}: by key {kid} of {}", facts.keys_url()),
            );
        }
        Some(_) => {
            let detail = format!("{name}: key {kid} of {} did not sign it", facts.keys_url());
            return report.finding(
                "signature",
                detail,
                "public_url, --endpoint: two servers are behind one name",
            );
        }
        None => {
            let detail = format!("{name}: {} has no key {kid}", facts.keys_url());
            return report.finding(
                "signature",
                detail,
                "the URL of the keys at the client; its cache of keys",
            );
        }
    }
    let payload = parts.payload();
    let claims =
        payload.and_then(|bytes| serde_json::from_slice::<Map<String, Value>>(&bytes).ok());
    let Some(claims) = claims else {
        let detail = format!("{name}: its claims are no JSON object");
        return report.finding(
            "signature",
            detail,
            "--endpoint: what answers is no user pool",
        );
    };
    let text = |claim: &str| {
        claims
            .get(claim)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    issuer(facts, rules, name, text("iss"), report);
    let claim = match kind {
        Use::Access => "client_id",
        Use::Id => "aud",
    };
    same(
        "audience",
        &format!("{name}: {claim}"),
        text(claim),
        facts.client_id(),
        "the client id at the client",
        report,
    );
    same(
        "token_use",
        name,
        text("token_use"),
        name,
        "the use of tokens at the client",
        report,
    );
    let time = |claim: &str| {
        claims
            .get(claim)
            .and_then(Value::as_i64)
            .unwrap_or_default()
    };
    match (time("exp") - now, time("iat") - now) {
        (left, _) if left <= 0 => report.finding(
            "exp",
            format!("{name}: it ended {} s ago", -left),
            "AccessTokenValidity, IdTokenValidity and TokenValidityUnits of the client; the clocks",
        ),
        (_, early) if early > 0 => report.finding(
            "exp",
            format!("{name}: iat is {early} s in the future"),
            "the clocks of both machines; the clock of dev (POST /_dev/clock)",
        ),
        (left, _) => report.ok("exp", format!("{name}: good for {left} s more")),
    }
}

fn issuer(facts: &Facts, rules: Rules, name: &str, found: &str, report: &mut Report) {
    let (wanted, setting) = match rules.issuer {
        Issuer::Told => (
            facts.issuer.clone(),
            "cognate pool set-issuer, public_url, and one spelling of the host everywhere",
        ),
        Issuer::Amazons => {
            let (region, pool) = (&facts.region, &facts.pool);
            let wanted = format!("https://cognito-idp.{region}.amazonaws.com/{pool}");
            (
                wanted,
                "cognate pool set-issuer POOL aws; --issuer aws; cognate dev --impersonate REGION",
            )
        }
    };
    same("iss", name, found, &wanted, setting, report);
}

fn same(
    check: &'static str,
    name: &str,
    found: &str,
    wanted: &str,
    setting: &str,
    report: &mut Report,
) {
    match found == wanted {
        true => report.ok(check, format!("{name}: {found}")),
        false => report.finding(
            check,
            format!("{name}: {found}, and the client wants {wanted}"),
            setting,
        ),
    }
}

#[cfg(test)]
mod tests {
    use cognate_crypto::jws::SigningKey;
    use serde_json::json;

    use super::super::facts::App;
    use super::super::report::State;
    use super::*;

    const NOW: i64 = 1_800_000_000;
    const RULES: Rules = Rules {
        uses: &[Use::Access, Use::Id],
        issuer: Issuer::Told,
    };

    fn facts(key: &SigningKey) -> Facts {
        let mut facts = Facts {
            endpoint: "http://127.0.0.1:9229".to_owned(),
            region: "us-east-1".to_owned(),
            pool: "us-east-1_a".to_owned(),
            issuer: "http://127.0.0.1:9229/us-east-1_a".to_owned(),
            client: Some(App {
                id: "web".to_owned(),
                ..App::default()
            }),
            ..Facts::default()
        };
        let public = key.public();
        let jwk: Value = serde_json::from_str(&public.jwk_json("one")).unwrap();
        assert_eq!(
            facts.take_keys(&json!({"keys": [jwk, {"kty": "EC", "kid": "two"}]})),
            1
        );
        facts
    }

    fn found(facts: &Facts, rules: Rules, kind: Use, token: &str) -> Vec<(&'static str, State)> {
        let mut report = Report::default();
        judge(facts, rules, kind, token, NOW, &mut report);
        report
            .checks
            .iter()
            .map(|check| (check.name, check.state))
            .collect()
    }

    #[test]
    fn each_thing_that_a_client_looks_at_is_looked_at() {
        let key = SigningKey::generate();
        let facts = facts(&key);
        let token = |kid: &str, change: Value| {
            let mut claims = json!({
                "iss": facts.issuer, "client_id": "web", "token_use": "access", "iat": NOW, "exp": NOW + 60,
            });
            for (name, value) in change.as_object().unwrap() {
                claims[name] = value.clone();
            }
            key.sign_compact(
                jws::header_json(kid).as_bytes(),
                claims.to_string().as_bytes(),
            )
        };
        let good = token("one", json!({}));
        let names = ["signature", "iss", "audience", "token_use", "exp"];
        let all: Vec<_> = names.map(|name| (name, State::Ok)).to_vec();
        assert_eq!(found(&facts, RULES, Use::Access, &good), all);
        for (change, wrong) in [
            (json!({"iss": "http://localhost:9229/us-east-1_a"}), "iss"),
            (json!({"client_id": "other"}), "audience"),
            (json!({"token_use": "id"}), "token_use"),
            (json!({"exp": NOW}), "exp"),
            (json!({"iat": NOW + 1}), "exp"),
        ] {
            let seen = found(&facts, RULES, Use::Access, &token("one", change));
            let findings: Vec<_> = seen
                .iter()
                .filter(|(_, state)| *state == State::Finding)
                .collect();
            assert_eq!(findings, [&(wrong, State::Finding)]);
        }
        let amazons = Rules {
            issuer: Issuer::Amazons,
            ..RULES
        };
        assert!(found(&facts, amazons, Use::Access, &good).contains(&("iss", State::Finding)));
        // An unknown key, another key's signature, a changed token, and what is none: nothing of it is believed.
        let other = SigningKey::generate();
        let forged = other.sign_compact(jws::header_json("one").as_bytes(), b"{}");
        let cut = &good[..good.len() - 8];
        for bad in [token("two", json!({})).as_str(), &forged, cut, "", "a.b.c"] {
            assert_eq!(
                found(&facts, RULES, Use::Access, bad),
                [("signature", State::Finding)],
                "{bad}"
            );
        }
        let id = token(
            "one",
            json!({"aud": "web", "token_use": "id", "client_id": null}),
        );
        assert_eq!(found(&facts, RULES, Use::Id, &id), all);
    }
}
