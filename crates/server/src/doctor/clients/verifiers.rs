//! Verifiers of tokens.

use super::{ANY, Client, needs_issuer, snippet};
use crate::doctor::facts::Facts;
use crate::doctor::proof::{Issuer, Rules, Use};
use crate::doctor::report::{Report, Snippet};

/// They judge what is sent to a program: access tokens.
const ACCESS: Rules = Rules {
    uses: &[Use::Access],
    issuer: Issuer::Told,
};

/// The clients.
pub const ALL: &[Client] = &[
    Client {
        name: "aws-jwt-verify",
        about: "aws-jwt-verify, JavaScript",
        rules: ANY,
        pages: None,
        asks_authorizer: false,
        look: |facts, report| {
            if facts.is_amazons() {
                report.ok("issuer", "it is the one that CognitoJwtVerifier takes");
            } else {
                report.ok(
                    "issuer",
                    "it is not Amazon's, so that JwtVerifier takes the place of CognitoJwtVerifier",
                );
            }
        },
        settings: aws_jwt_verify,
    },
    Client {
        name: "hard-coded",
        about: "libraries with Amazon's hosts in their code: cognito-express, fastapi-cloudauth, cognitojwt, pycognito and others",
        rules: Rules {
            uses: &[Use::Access, Use::Id],
            issuer: Issuer::Amazons,
        },
        pages: None,
        asks_authorizer: false,
        look: hard_coded,
        settings: |facts| {
            let (region, pool, client) = (&facts.region, &facts.pool, facts.client_id());
            vec![snippet(
                "what such libraries are told",
                format!("region: {region}\nuser pool id: {pool}\napp client id: {client}"),
            )]
        },
    },
    Client {
        name: "spring-resource-server",
        about: "Spring Security, OAuth2 resource server",
        rules: ACCESS,
        pages: None,
        asks_authorizer: false,
        look: |_, _| {},
        settings: |facts| {
            vec![snippet(
                "application.yml",
                format!(
                    "spring:\n  security:\n    oauth2:\n{}",
                    resource_server(facts)
                ),
            )]
        },
    },
    Client {
        name: "express-oauth2-jwt-bearer",
        about: "express-oauth2-jwt-bearer, JavaScript",
        rules: ACCESS,
        pages: None,
        asks_authorizer: false,
        look: |_, _| {},
        settings: |facts| {
            let (client, issuer, keys) = (facts.client_id(), &facts.issuer, facts.keys_url());
            vec![snippet(
                "app.js",
                format!(
                    "app.use(auth({{\n  issuer: \"{issuer}\",\n  jwksUri: \"{keys}\",\n  audience: \"{client}\",\n  \
                     // Access tokens have client_id in the place of aud.\n  \
                     validators: {{ aud: (_, claims) => claims.client_id === \"{client}\" && claims.token_use === \"access\" }},\n}}));"
                ),
            )]
        },
    },
    Client {
        name: "passport-jwt",
        about: "passport-jwt with jwks-rsa, JavaScript",
        rules: ACCESS,
        pages: None,
        asks_authorizer: false,
        look: |_, _| {},
        settings: |facts| {
            let (client, issuer, keys) = (facts.client_id(), &facts.issuer, facts.keys_url());
            vec![snippet(
                "app.js",
                format!(
                    "passport.use(new JwtStrategy({{\n  jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),\n  \
                     secretOrKeyProvider: passportJwtSecret({{ jwksUri: \"{keys}\", cache: true }}),\n  \
                     issuer: \"{issuer}\",\n  algorithms: [\"RS256\"],\n\
                     }}, (claims, done) => done(null, claims.client_id === \"{client}\" && claims.token_use === \"access\" && claims)));"
                ),
            )]
        },
    },
];

/// Returns what a resource server of Spring is told, as part of a file in YAML.
pub(super) fn resource_server(facts: &Facts) -> String {
    let mut text = format!(
        "      resourceserver:\n        jwt:\n          issuer-uri: \"{}\"\n",
        facts.issuer
    );
    if !facts.is_found_by_issuer() {
        // With it no document is asked for, and `iss` is compared all the same.
        text.push_str(&format!(
            "          jwk-set-uri: \"{}\"\n",
            facts.keys_url()
        ));
    }
    text
}

fn aws_jwt_verify(facts: &Facts) -> Vec<Snippet> {
    let (pool, client, issuer, keys) = (
        &facts.pool,
        facts.client_id(),
        &facts.issuer,
        facts.keys_url(),
    );
    let mut text = match facts.is_amazons() {
        true => format!(
            "import {{ CognitoJwtVerifier }} from \"aws-jwt-verify\";\n\
             const verifier = CognitoJwtVerifier.create({{ userPoolId: \"{pool}\", clientId: \"{client}\", tokenUse: \"access\" }});\n"
        ),
        false => format!(
            "import {{ JwtVerifier }} from \"aws-jwt-verify\";\n\
             const verifier = JwtVerifier.create({{\n  issuer: \"{issuer}\",\n  jwksUri: \"{keys}\",\n  audience: null,\n  \
             customJwtCheck: ({{ payload }}) => {{\n    \
             if (payload.client_id !== \"{client}\" || payload.token_use !== \"access\") throw new Error(\"another client or use\");\n  \
             }},\n}});\n"
        ),
    };
    // It fetches by https alone, and CognitoJwtVerifier from Amazon's host alone.
    if !facts.leads_here && (facts.is_amazons() || keys.starts_with("http://")) {
        text.push_str(&format!(
            "verifier.cacheJwks(await (await fetch(\"{keys}\")).json());\n"
        ));
    }
    text.push_str("const claims = await verifier.verify(token);");
    vec![snippet("app.mjs", text)]
}

fn hard_coded(facts: &Facts, report: &mut Report) {
    if !facts.is_amazons() {
        report.finding(
            "issuer",
            format!(
                "tokens name {}, and these libraries take Amazon's issuer alone",
                facts.issuer
            ),
            "cognate dev --impersonate REGION; cognate pool set-issuer POOL aws",
        );
    } else {
        needs_issuer(facts, report);
    }
}
