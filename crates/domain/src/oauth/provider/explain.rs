//! What a failed check means to an administrator: a name for the audit trail, what is wrong, and what to change.
//!
//! The tables have a line for every variant of [`saml::Refused`], [`Flaw`] and [`id_token::Refused`], and the compiler
//! refuses a table that lacks one.

use cognate_crypto::basic_time;
use cognate_federation::oidc::id_token;
use cognate_federation::oidc::inspect as oidc;
use cognate_federation::saml::inspect::{self, Unverified};
use cognate_federation::saml::refused::{self as saml, Flaw};
use cognate_federation::saml::response;
use serde::Serialize;
use serde_json::{Map, Value};

/// The most characters that are told of what somebody else wrote.
const LONGEST: usize = 120;

/// A check that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Its name in the audit trail.
    pub check: &'static str,
    /// What is wrong.
    pub means: &'static str,
    /// What to change, and where.
    pub change: &'static str,
    /// The section of docs/FEDERATION.md.
    pub section: &'static str,
}

/// Makes a function from a variant to its explanation, and the list of all of them, out of one table.
macro_rules! explained {
    ($(#[$doc:meta])* $name:ident, $all:ident, $of:ty, $section:literal; $($variant:pat => $check:literal, $means:literal, $change:literal;)*) => {
        $(#[$doc])*
        pub fn $name(refused: &$of) -> Explanation {
            match refused {
                $($variant => Explanation { check: $check, means: $means, change: $change, section: $section },)*
            }
        }

        const $all: &[Explanation] = &[
            $(Explanation { check: $check, means: $means, change: $change, section: $section },)*
        ];
    };
}

explained! {
    /// Explains a refused ID token.
    id_token, ID_TOKEN, id_token::Refused, "An ID token";
    id_token::Refused::TooLong => "id_token.length", "The ID token has more than 64 KiB.", "Have the provider put less into it: groups and roles are what makes tokens grow.";
    id_token::Refused::Parts => "id_token.parts", "The ID token has not three parts; an encrypted one has five.", "Switch the encryption of ID tokens off at the provider.";
    id_token::Refused::Base64 => "id_token.base64", "A part of the ID token is no base64url without padding.", "The token was altered on its way, or the provider writes it wrongly.";
    id_token::Refused::Header => "id_token.header", "The header of the ID token is no JSON object.", "The token was altered on its way, or the provider writes it wrongly.";
    id_token::Refused::HeaderTwice => "id_token.header_twice", "The header of the ID token gives a member twice.", "The provider writes tokens that two readers read differently; it must give each member once.";
    id_token::Refused::Critical => "id_token.crit", "The header demands extensions (crit), and none is known.", "Switch the extension off at the provider.";
    id_token::Refused::Unencoded => "id_token.b64", "The header says that the payload is not encoded (b64).", "Switch that off at the provider.";
    id_token::Refused::OtherType => "id_token.typ", "The token says that it is for another purpose, such as an access token.", "Check that token_url is the token endpoint of OpenID Connect and the scopes have openid.";
    id_token::Refused::Algorithm => "id_token.alg", "The algorithm is missing, none, or not accepted.", "Set the client at the provider to RS256, PS256, ES256 or EdDSA.";
    id_token::Refused::MacNotShared => "id_token.mac", "A MAC (HS256 and its like) from a provider that is not of type OIDC or shares no client secret.", "Set client_secret, or have the provider sign with RS256 or ES256.";
    id_token::Refused::ShortSecret => "id_token.short_secret", "A MAC under a client secret of less than 32 bytes, which can be guessed.", "Have the provider sign with RS256 or ES256, or make a longer secret.";
    id_token::Refused::NoKid => "id_token.no_kid", "The header names no key (kid).", "The provider must name the key in its tokens.";
    id_token::Refused::UnknownKey => "id_token.kid", "The key that the token names is not in the provider's set, or was left out of it.", "Compare jwks_uri with the provider's discovery document; `cognate providers test` says which keys are left out.";
    id_token::Refused::KeyForOtherUse => "id_token.key_use", "The key says that it is not for signatures (use, key_ops).", "The provider signs with a key that it publishes for something else; have it publish a key for signatures.";
    id_token::Refused::KeyOfOtherAlgorithm => "id_token.key_alg", "The key says that it is for another algorithm than the token's.", "The provider's key set and its tokens disagree about alg; set one algorithm for the client there.";
    id_token::Refused::KeyOfOtherKind => "id_token.key_kind", "The key is of a kind that cannot make such signatures.", "The provider's key set and its tokens disagree; set one algorithm for the client there.";
    id_token::Refused::BadSignature => "id_token.signature", "The signature is not by the named key, or the token was altered.", "If the provider has another key of the same kid now, give the new one a new kid there.";
    id_token::Refused::Payload => "id_token.payload", "The payload is no JSON object.", "The provider writes tokens wrongly.";
    id_token::Refused::PayloadTwice => "id_token.payload_twice", "The payload gives a member twice.", "Look for a claim that a mapping at the provider adds a second time.";
    id_token::Refused::Issuer => "id_token.iss", "The issuer in the token is another one, character by character.", "Set oidc_issuer to what the token says, if that is your provider; at Microsoft use the issuer of one tenant.";
    id_token::Refused::Audience => "id_token.aud", "The token is for another client.", "Set client_id to the client at the provider that token_url and client_secret belong to.";
    id_token::Refused::AuthorizedParty => "id_token.azp", "The token was given to another client (azp), or has several audiences and no azp.", "Have the provider name this client alone as audience, or as azp.";
    id_token::Refused::NoEnd => "id_token.no_exp", "The token does not say when it ends (exp).", "The provider must put exp into its tokens.";
    id_token::Refused::Expired => "id_token.exp", "The token has ended.", "Compare the clocks of both servers; three minutes are allowed.";
    id_token::Refused::IssuedAhead => "id_token.iat", "The token was issued in the future.", "Compare the clocks of both servers; three minutes are allowed.";
    id_token::Refused::NotYet => "id_token.nbf", "The token has not begun.", "Compare the clocks of both servers; three minutes are allowed.";
    id_token::Refused::Nonce => "id_token.nonce", "The nonce is not the one that this sign-in sent: the token is of another sign-in, or the provider drops the nonce.", "Try again in one tab; if it stays, the provider does not pass the nonce on.";
    id_token::Refused::AccessTokenHash => "id_token.at_hash", "The hash is that of another access token than the one beside it.", "The provider's answer is mixed of two; a proxy or a cache in front of its token endpoint may do that.";
    id_token::Refused::Subject => "id_token.sub", "The subject is missing, empty, longer than 255 characters, or has control characters.", "Choose another claim as subject at the provider.";
}

explained! {
    /// Explains a refused answer of SAML.
    message, SAML, saml::Refused, "The checks in their order";
    saml::Refused::TooLong => "saml.length", "The answer has more than 100,000 characters of base64.", "Have the provider send less: groups are what makes answers grow.";
    saml::Refused::NotBase64 => "saml.base64", "The answer is not base64.", "The provider must use the HTTP-POST binding.";
    saml::Refused::NotUtf8 => "saml.utf8", "The answer is not UTF-8.", "Have the provider write UTF-8.";
    saml::Refused::NotDeflated => "saml.deflate", "The message in the URL is not compressed by DEFLATE, or is too long once it is not any more.", "The provider must use the HTTP-Redirect binding as the standard says.";
    saml::Refused::NotXml => "saml.xml", "The answer is no XML, has a document type definition, or is beyond the bounds.", "See the bounds in the documentation; an ordinary answer is far below them.";
    saml::Refused::Kind => "saml.kind", "The message is no Response.", "The provider must send its answer to a request to sign in to this URL, and nothing else.";
    saml::Refused::Sessions => "saml.sessions", "A sign-out names more sessions than anybody has.", "Have the provider name none: then all sessions of the user end.";
    saml::Refused::Version => "saml.version", "The message or its assertion is not of version 2.0.", "Set the application at the provider to SAML 2.0.";
    saml::Refused::Assertions => "saml.assertions", "There is not exactly one assertion.", "Have the provider send one assertion.";
    saml::Refused::Misplaced => "saml.misplaced", "An assertion, a response or a signature stands where none may be, as forgeries have it.", "If it is no attack, have the provider sign the response or its assertion and nothing inside of them.";
    saml::Refused::Signature(..) => "saml.signature", "A signature does not hold.", "Compare the certificates in the metadata with the provider's.";
    saml::Refused::Unsigned => "saml.unsigned", "Neither the response nor the assertion is signed.", "Have the provider sign the assertion, or the response.";
    saml::Refused::Status(_) => "saml.status", "The provider says that the sign-in failed.", "Its own log says why; NoPassive, AuthnFailed and RequestDenied are usual.";
    saml::Refused::Destination => "saml.destination", "The answer was made for another URL, or is signed and names none.", "Set the assertion consumer service URL (ACS, reply URL) at the provider to the expected one.";
    saml::Refused::InResponseTo => "saml.in_response_to", "The answer is one to another request, or to none.", "Begin the sign-in here and not at the provider, or set IDPInit of the provider.";
    saml::Refused::Issuer => "saml.issuer", "The answer is by another provider than the one of the metadata.", "Read the provider's metadata again: its entity ID must be the issuer of its answers.";
    saml::Refused::IssueInstant => "saml.issue_instant", "The time of issue is missing or in the future; that of an answer that nobody asked for, more than six minutes ago.", "Compare the clocks of both servers; three minutes are allowed.";
    saml::Refused::NotEncrypted => "saml.not_encrypted", "EncryptedResponses is on, and the assertion is not encrypted.", "Switch encryption on at the provider with the certificate of `cognate providers test`, or EncryptedResponses off.";
    saml::Refused::Sealed => "saml.sealed", "The encrypted assertion cannot be opened, or its signature does not hold. One reason for all of it, so that nobody learns how to read it.", "Compare the encryption certificate at the provider with that of `cognate providers test`; the key must be under RSA-OAEP, and response or assertion signed.";
    saml::Refused::Conditions => "saml.conditions", "There are no Conditions, or several, or one that is not known.", "Have the provider write one Conditions with an AudienceRestriction.";
    saml::Refused::TooEarly => "saml.not_before", "The assertion is not valid yet.", "Compare the clocks of both servers; three minutes are allowed.";
    saml::Refused::TooLate => "saml.not_on_or_after", "The assertion is not valid any more.", "Compare the clocks of both servers; three minutes are allowed.";
    saml::Refused::Audience => "saml.audience", "The assertion is for another audience, or for none.", "Set the audience (entity ID, identifier) of the application at the provider to the expected one.";
    saml::Refused::Confirmation => "saml.confirmation", "The subject has no confirmation by the bearer that can be used.", "Have the provider write one bearer confirmation with Recipient, InResponseTo and NotOnOrAfter, and without NotBefore.";
    saml::Refused::Recipient => "saml.recipient", "The confirmation is for another recipient.", "Set the assertion consumer service URL (ACS, reply URL, recipient) at the provider to the expected one.";
    saml::Refused::AuthnStatement => "saml.authn_statement", "The assertion does not say that somebody signed in (AuthnStatement).", "Have the provider write an AuthnStatement.";
    saml::Refused::SessionOver => "saml.session_over", "The session at the provider is over.", "Compare the clocks of both servers; else the user must sign in at the provider again.";
    saml::Refused::NameId => "saml.name_id", "There is not exactly one NameID of 1 to 128 characters, or it is encrypted.", "Choose a NameID at the provider that is short and stays the same, such as an immutable id.";
    saml::Refused::Unnamed => "saml.unnamed", "The assertion has no ID, or an attribute no Name.", "Give each attribute a Name at the provider.";
}

explained! {
    /// Explains a signature that does not hold.
    flaw, FLAWS, Flaw, "See only what was signed";
    Flaw::Several => "saml.signature.several", "There are two signatures of one element.", "Have the provider sign once.";
    Flaw::Shape => "saml.signature.shape", "The signature has not the one shape that is understood.", "See the shape in the documentation; foreign parts in the signature are refused.";
    Flaw::TooLarge => "saml.signature.size", "The signature is beyond the bounds.", "See the bounds in the documentation; an ordinary signature is far below them.";
    Flaw::Canonicalization => "saml.signature.canonicalization", "The canonicalization is not the exclusive one without comments.", "Set exclusive canonicalization (xml-exc-c14n#) at the provider.";
    Flaw::Algorithm => "saml.signature.algorithm", "The signature algorithm is not accepted: SHA-1, MD5, DSA, HMAC and RSA-PSS are not.", "Set RSA or ECDSA with SHA-256 at the provider.";
    Flaw::NoKey => "saml.signature.no_key", "The metadata has no key of the algorithm's kind.", "Read the provider's metadata again; `cognate providers test` says which certificates are of use.";
    Flaw::Value => "saml.signature.value", "No key of the metadata has made the signature: the provider signs with another key, or the message was altered.", "Read the provider's metadata again (UpdateIdentityProvider), if it has a new certificate.";
    Flaw::Reference => "saml.signature.reference", "The signature refers to something else than the element that it stands in, as forgeries have it.", "If it is no attack, the provider must refer to the element's ID.";
    Flaw::Transforms => "saml.signature.transforms", "The transforms are not enveloped-signature and exclusive canonicalization.", "Set those two at the provider.";
    Flaw::DigestMethod => "saml.signature.digest_method", "The digest algorithm is not accepted: SHA-1 and MD5 are not.", "Set SHA-256 at the provider.";
    Flaw::Digest => "saml.signature.digest", "The element was changed after it was signed.", "If it is no attack, look for a proxy or a plug-in that rewrites the message.";
}

/// What failed besides the checks of answers and tokens.
const OTHERS: &[Explanation] = &[
    other(
        "oauth.answer",
        "The browser brought no code from the provider, or an answer that is not to be trusted.",
        "An error of the provider is in its own words; its log says more.",
    ),
    other(
        "oauth.token_endpoint",
        "The provider gave no tokens for the code.",
        "`cognate providers test` tries the token endpoint and the client's secret.",
    ),
    other(
        "oauth.userinfo",
        "The provider gave no usable claims at attributes_url.",
        "`cognate providers test` tries the endpoint; the scopes decide what it may say.",
    ),
    other(
        "oauth.keys",
        "The provider's keys cannot be fetched, or none is of use.",
        "`cognate providers test` fetches them and says which are left out.",
    ),
    other(
        "oauth.private_key",
        "The private_key of Sign in with Apple is no P-256 key in PKCS #8.",
        "Paste the whole file AuthKey_….p8 again (UpdateIdentityProvider).",
    ),
    other(
        "user.claims",
        "What the provider says makes no user of the pool: a required attribute is missing, or a value does not fit.",
        "Map the attribute (AttributeMapping), and have the provider send the claim.",
    ),
    other(
        "user.disabled",
        "The user is disabled.",
        "AdminEnableUser lets the user in again.",
    ),
    other(
        "user.not_confirmed",
        "The linked user never confirmed the sign-up.",
        "The user confirms it, or an administrator does (AdminConfirmSignUp).",
    ),
    other(
        "user.taken",
        "The name of the identity is that of a user to whom it does not belong.",
        "Rename or delete that user.",
    ),
    other(
        "user.waits",
        "The identity has no user, and the provider's policy lets an administrator decide.",
        "`cognate providers links POOL` lists what waits; approve or deny it there.",
    ),
    other(
        "user.too_many_wait",
        "As many users of the provider wait for an approval as may.",
        "Approve or deny some with `cognate providers links`.",
    ),
    other(
        "user.alias",
        "Another user has the address as a name to sign in with.",
        "Change the address of one of the two users.",
    ),
    other(
        "user.function",
        "A function of the pool refused the sign-in or failed.",
        "The function's own log says why.",
    ),
    other(
        "answer.used",
        "The provider's answer was used before.",
        "Begin the sign-in anew; an answer that is sent twice counts once.",
    ),
    other(
        "sign_in.unknown",
        "No sign-in waits for the answer: it took more than five minutes, was answered before, or the provider or its client was changed meanwhile.",
        "Begin the sign-in anew, and do not keep the provider's page as a bookmark.",
    ),
    other(
        "sign_in.other_browser",
        "The answer came in another browser than the one in which the sign-in began, on another host, or without its cookie.",
        "Begin and end in one browser under one host; look for a proxy that takes cookies away or changes Host.",
    ),
    other(
        "sign_in.other_protocol",
        "The answer came to the endpoint of another protocol than the provider's.",
        "Set the URL at the provider: /oauth2/idpresponse for OpenID and social providers, /saml2/idpresponse for SAML.",
    ),
    other(
        "sign_in.faster",
        "Another answer to the same sign-in was faster.",
        "Nothing: a double click does that.",
    ),
];

const fn other(check: &'static str, means: &'static str, change: &'static str) -> Explanation {
    Explanation {
        check,
        means,
        change,
        section: "When a sign-in fails",
    }
}

/// Explains a refused answer of SAML; of a signature, what is wrong with it.
#[must_use]
pub fn saml(refused: &saml::Refused) -> Explanation {
    match refused {
        saml::Refused::Signature(_, bad) => flaw(bad),
        other => message(other),
    }
}

/// Returns the explanation of a check by its name in the audit trail.
#[must_use]
pub fn of(check: &str) -> Option<Explanation> {
    let all = [ID_TOKEN, SAML, FLAWS, OTHERS].into_iter().flatten();
    all.copied().find(|known| known.check == check)
}

/// Returns the names of all checks.
pub fn checks() -> impl Iterator<Item = &'static str> {
    let all = [ID_TOKEN, SAML, FLAWS, OTHERS].into_iter().flatten();
    all.map(|known| known.check)
}

/// Returns words for the audit trail with the name of the check in front of what was compared.
#[must_use]
pub fn marked(words: &str, check: &str, compared: Option<&Compared>) -> String {
    let compared = compared.map_or_else(String::new, |Compared { expected, found }| {
        format!(" Expected: {expected}. Found: {found}.")
    });
    format!("{words} Check: {check}.{compared}")
}

/// Returns the name of the check in words that [`marked`] made.
#[must_use]
pub fn named(words: &str) -> Option<&str> {
    let (_, rest) = words.split_once(" Check: ")?;
    let end =
        rest.find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || "._".contains(c)));
    let name = rest.get(..end.unwrap_or(rest.len()))?;
    Some(name.trim_end_matches('.'))
}

/// What a check wanted and what was there, printable and short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// What it wanted.
    pub expected: String,
    /// What somebody else wrote.
    pub found: String,
}

fn compared(expected: &str, found: Option<&str>) -> Compared {
    Compared {
        expected: shown(expected),
        found: found.map_or_else(|| "nothing".to_owned(), shown),
    }
}

/// Returns a text of somebody else's as it may be shown: between quotes, short, without what is not seen or turns the text
/// around it.
#[must_use]
pub fn shown(text: &str) -> String {
    let seen = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '"')
    };
    let mut short: String = text.chars().filter(seen).take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    format!("\"{short}\"")
}

/// Returns texts of somebody else's as they may be shown.
#[must_use]
pub fn listed<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 8;
    let mut texts = texts.into_iter();
    let list: Vec<String> = texts.by_ref().take(MOST).map(shown).collect();
    match (list.is_empty(), texts.next()) {
        (true, _) => "nothing".to_owned(),
        (false, None) => list.join(", "),
        (false, Some(_)) => format!("{} and more", list.join(", ")),
    }
}

/// Returns what a check of an answer of SAML compared; None where there is nothing to show. Nothing that identifies the
/// user is in it.
#[must_use]
pub fn saml_compared(
    refused: &saml::Refused,
    expected: &response::Expected<'_>,
    posted: &str,
) -> Option<Compared> {
    use saml::Refused as R;
    let wanted = match refused {
        R::Destination | R::Recipient => expected.acs.to_owned(),
        R::InResponseTo => match expected.request {
            response::Asked::Request(_) => "the request of this sign-in".to_owned(),
            response::Asked::Unsolicited | response::Asked::Presented(_) => "no request".to_owned(),
        },
        R::Issuer => expected.issuer.to_owned(),
        R::Audience => expected.audience.to_owned(),
        R::IssueInstant | R::TooEarly | R::TooLate | R::SessionOver => moment(expected.now),
        R::Signature(_, Flaw::Algorithm | Flaw::DigestMethod) => {
            "SHA-256, SHA-384 or SHA-512".to_owned()
        }
        _ => return None,
    };
    let said = inspect::message(posted).ok()?;
    Some(Compared {
        expected: shown(&wanted),
        found: found(refused, &said),
    })
}

/// Returns what a message says where a check of it failed.
#[must_use]
pub fn found(refused: &saml::Refused, said: &Unverified) -> String {
    use saml::Refused as R;
    let texts = |list: &[String]| listed(list.iter().map(String::as_str));
    let one = |text: &Option<String>| listed(text.as_deref());
    match refused {
        R::Destination => one(&said.destination),
        R::Recipient => texts(&said.recipients),
        // Which one is nobody's business.
        R::InResponseTo => match said.in_response_to {
            Some(_) => "another request".to_owned(),
            None => "no request".to_owned(),
        },
        R::Issuer => texts(&said.issuers),
        R::Audience => texts(&said.audiences),
        R::IssueInstant => one(&said.issue_instant),
        R::Signature(..) => texts(&said.algorithms),
        R::TooEarly | R::TooLate | R::SessionOver => {
            let times = said.times.iter();
            let times = times.map(|(name, time)| format!("{name} {}", shown(time)));
            times.collect::<Vec<_>>().join(", ")
        }
        R::NameId => format!("a name of the format {}", one(&said.name_format)),
        _ => "another".to_owned(),
    }
}

/// Returns what a check of an ID token compared; None where there is nothing to show. `ids`: those of the provider's keys.
/// Nothing that identifies the user is in it.
#[must_use]
pub fn id_token_compared(
    refused: id_token::Refused,
    expected: &id_token::Expected<'_>,
    ids: &[&str],
    token: &str,
) -> Option<Compared> {
    use id_token::Refused as R;
    let said = oidc::token(token)?;
    let (header, payload) = (&said.header, &said.payload);
    let now = moment(expected.now);
    Some(match refused {
        R::Algorithm => compared(
            "RS256, PS256, ES256 or their like",
            text(header, "alg").as_deref(),
        ),
        R::OtherType => compared("JWT", text(header, "typ").as_deref()),
        R::UnknownKey | R::NoKid => Compared {
            expected: listed(ids.iter().copied()),
            found: listed(text(header, "kid").as_deref()),
        },
        R::Issuer => Compared {
            expected: listed(expected.issuers.iter().copied()),
            found: listed(text(payload, "iss").as_deref()),
        },
        R::Audience => compared(expected.client_id, text(payload, "aud").as_deref()),
        R::AuthorizedParty => compared(expected.client_id, text(payload, "azp").as_deref()),
        R::Expired => compared(
            &format!("an end behind {now}"),
            time(payload, "exp").as_deref(),
        ),
        R::IssuedAhead => compared(
            &format!("not behind {now}"),
            time(payload, "iat").as_deref(),
        ),
        R::NotYet => compared(
            &format!("not behind {now}"),
            time(payload, "nbf").as_deref(),
        ),
        _ => return None,
    })
}

/// Returns a member as text: a text as it is, anything else as JSON.
#[must_use]
pub fn text(members: &Map<String, Value>, name: &str) -> Option<String> {
    Some(match members.get(name)? {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

/// Returns a member that is a time, as text.
#[must_use]
pub fn time(members: &Map<String, Value>, name: &str) -> Option<String> {
    let seconds = members.get(name).and_then(Value::as_i64);
    seconds.map(moment).or_else(|| text(members, name))
}

/// Returns a time in seconds since 1970 as text.
#[must_use]
pub fn moment(seconds: i64) -> String {
    let at = basic_time::utc(seconds);
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}
