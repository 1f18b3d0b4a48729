//! What the metadata of a provider of SAML says, and how that fits the settings.

use cognate_federation::saml::inspect::{self, Certificate, Description, Service};
use cognate_federation::saml::metadata::{self, Metadata, MetadataError};

use super::call::{self, place};
use super::report::Steps;
use crate::app::App;
use crate::foreign;
use crate::oauth::provider::explain::{listed, moment, shown};
use crate::oauth::provider::saml::{says, signs_requests};
use crate::records::provider::Provider;
use crate::resources::providers::details::METADATA_URL;

/// Seconds before the end of a certificate in which it is told.
const SOON: i64 = 30 * 86_400;
/// What to do where the metadata has moved on.
const AGAIN: &str = "UpdateIdentityProvider reads the metadata again; from a MetadataURL it is read every six hours";

/// Looks at the metadata, fetched anew where there is a URL. `now`: seconds since 1970.
pub(super) async fn look(app: &App, steps: &mut Steps, provider: &Provider, now: i64) {
    const STEP: &str = "metadata";
    let Some(kept) = provider.doc.metadata.clone() else {
        let says = "none is kept";
        steps.fail(
            STEP,
            says,
            "UpdateIdentityProvider with MetadataURL or MetadataFile",
        );
        return;
    };
    let details = &provider.doc.details;
    let body = match (details.get(METADATA_URL), details.get("MetadataFile")) {
        (Some(url), _) => {
            let fetched = call::fetch(app, steps, STEP, url).await;
            if fetched.is_some() {
                steps.ok(STEP, format!("{} answers", place(url)));
            }
            fetched
        }
        (None, Some(file)) => {
            let change = "nothing; a MetadataURL is read again by itself when the provider changes its certificate";
            steps.warn(
                STEP,
                "a file that was pasted, which nobody reads again",
                change,
            );
            Some(file.clone().into_bytes())
        }
        (None, None) => None,
    };
    let Some(body) = body else {
        let list = kept
            .certificates
            .iter()
            .map(|text| inspect::certificate(text));
        certificates(
            steps,
            &list.collect::<Vec<_>>(),
            now,
            "of the metadata that is kept",
        );
        return;
    };
    let read = move || {
        let text = std::str::from_utf8(&body).map_err(|_| MetadataError::NotXml);
        let parsed = text.and_then(|text| metadata::parse(text, now));
        (parsed, text.ok().and_then(inspect::description))
    };
    let Ok((parsed, description)) = foreign::read(app, read).await else {
        steps.fail(
            STEP,
            "it was not read within five seconds",
            "give the metadata of this one provider",
        );
        return;
    };
    if let Err(error) = &parsed {
        steps.fail(STEP, error.to_string(), remedy(*error));
    } else {
        steps.ok(STEP, "it describes one identity provider of SAML 2.0");
    }
    let Some(description) = description else {
        return;
    };
    compare(steps, &kept, &description, parsed.as_ref().ok());
    certificates(steps, &description.certificates, now, "of the metadata");
    services(steps, &description);
    names(steps, &description);
    match (description.wants_signed_requests, signs_requests(provider)) {
        (true, false) => steps.fail(
            "requests",
            "the provider wants signed requests (WantAuthnRequestsSigned), and they are not",
            "set RequestSigningAlgorithm to rsa-sha256",
        ),
        (_, true) => steps.ok("requests", "signed by rsa-sha256"),
        (false, false) => steps.ok(
            "requests",
            "not signed, and the provider does not ask for it",
        ),
    }
    match says(provider, "EncryptedResponses", "true") {
        true => steps.ok(
            "encryption",
            "assertions must be encrypted, to the certificate of the step paste",
        ),
        false => steps.ok("encryption", "assertions may be encrypted"),
    }
    call::probe(app, steps, "sso", &kept.sso_redirect).await;
}

/// What to do about metadata that is of no use.
const fn remedy(error: MetadataError) -> &'static str {
    match error {
        MetadataError::NotXml => "give the URL of the XML document: a page may answer there",
        MetadataError::NoProvider => {
            "give the metadata of this one identity provider, not of a federation or a service provider"
        }
        MetadataError::NoRedirect => {
            "the provider must offer single sign-on by the HTTP-Redirect binding"
        }
        MetadataError::NoCertificate => {
            "the provider must publish the certificate that it signs with"
        }
        MetadataError::BadCertificate => {
            "the provider must publish whole certificates of at most 4,096 characters, at most 32"
        }
        MetadataError::Expired => "the provider must publish a certificate that has not ended",
    }
}

fn compare(steps: &mut Steps, kept: &Metadata, said: &Description, parsed: Option<&Metadata>) {
    match said.entity_id == kept.entity_id {
        true => steps.ok("entity-id", shown(&kept.entity_id)),
        false => steps.fail(
            "entity-id",
            format!(
                "kept is {}, the metadata has {}",
                shown(&kept.entity_id),
                shown(&said.entity_id)
            ),
            AGAIN,
        ),
    }
    if let Some(parsed) = parsed
        && parsed.certificates != kept.certificates
    {
        let says = "the certificates that are kept are others than those of the metadata";
        match kept
            .certificates
            .iter()
            .any(|one| parsed.certificates.contains(one))
        {
            true => steps.warn("certificates", says, AGAIN),
            false => steps.fail("certificates", says, AGAIN),
        }
    }
}

fn certificates(steps: &mut Steps, list: &[Certificate], now: i64, whose: &str) {
    const STEP: &str = "certificates";
    let count = list.len();
    let usable = |one: &&Certificate| one.is_accepted && one.ends.is_some_and(|end| end > now);
    for (at, certificate) in list.iter().enumerate() {
        let name = format!("{} of {count} {whose}", at + 1);
        let renew = "have the provider publish a newer one beside it before it ends";
        match (certificate.ends, certificate.is_accepted) {
            (None, _) => steps.fail(
                STEP,
                format!("{name} is no certificate"),
                "the provider must publish whole certificates",
            ),
            (Some(end), _) if end <= now => {
                steps.warn(STEP, format!("{name} has ended at {}", moment(end)), renew)
            }
            (Some(_), false) => steps.warn(
                STEP,
                format!("{name} is of a key that is not accepted: weak, or of another kind"),
                "the provider must sign with RSA of 2048 bits at least, P-256 or P-384",
            ),
            (Some(end), true) if end <= now.saturating_add(SOON) => {
                steps.warn(STEP, format!("{name} ends soon, at {}", moment(end)), renew)
            }
            (Some(end), true) => steps.ok(STEP, format!("{name} is good until {}", moment(end))),
        }
    }
    if list.iter().filter(usable).count() == 0 {
        let change = "the provider must publish the certificate that it signs with";
        steps.fail(
            STEP,
            "none is of use, so that every answer is refused",
            change,
        );
    }
}

fn services(steps: &mut Steps, said: &Description) {
    let bindings = |list: &[Service]| listed(list.iter().map(|one| one.binding.as_str()));
    let redirect = |list: &[Service]| {
        let found = list.iter().find(|one| one.binding == "HTTP-Redirect");
        found.map(|one| one.location.clone())
    };
    match redirect(&said.sign_in) {
        Some(url) if url.starts_with("https://") => {
            steps.ok(
                "sso",
                format!("{} ({})", place(&url), bindings(&said.sign_in)),
            );
        }
        Some(url) => steps.warn(
            "sso",
            format!("{} is no https URL", place(&url)),
            "the provider should offer it by https",
        ),
        None => steps.fail(
            "sso",
            format!("bindings: {}", bindings(&said.sign_in)),
            "the provider must offer HTTP-Redirect",
        ),
    }
    match (said.sign_out.is_empty(), redirect(&said.sign_out)) {
        (true, _) => steps.ok("slo", "the provider has no single logout"),
        (false, Some(url)) => steps.ok(
            "slo",
            format!("{} ({})", place(&url), bindings(&said.sign_out)),
        ),
        (false, None) => steps.warn(
            "slo",
            format!("bindings: {}", bindings(&said.sign_out)),
            "nothing, or have the provider offer HTTP-Redirect",
        ),
    }
}

fn names(steps: &mut Steps, said: &Description) {
    let last = |format: &String| format.rsplit(':').next().unwrap_or(format).to_owned();
    let formats: Vec<String> = said.name_formats.iter().map(last).collect();
    let list = listed(formats.iter().map(String::as_str));
    match formats.as_slice() {
        [] => steps.ok(
            "name-id",
            "the provider does not say which formats it offers",
        ),
        [only] if only == "transient" => steps.warn(
            "name-id",
            "transient alone: every sign-in would make another user",
            "choose a name at the provider that stays the same (persistent)",
        ),
        _ => steps.ok(
            "name-id",
            format!("{list}; the name must stay the same for a user"),
        ),
    }
}
