//! The clients: what each asks of a pool, its settings with the real values, and the rules by which it judges tokens.

pub mod gateway;
mod oauth;
mod sdks;
mod verifiers;

use super::facts::Facts;
use super::proof::{Issuer, Rules, Use};
use super::report::{Report, Snippet};

/// The rules of a client that judges every token by what it is told.
pub const ANY: Rules = Rules {
    uses: &[Use::Access, Use::Id],
    issuer: Issuer::Told,
};

/// A client program.
pub struct Client {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// How it judges tokens.
    pub rules: Rules,
    /// For one that sends browsers to the pages of the pool: the URL to which it usually has them sent back.
    pub pages: Option<&'static str>,
    /// True if it leaves tokens to `/_authorize`.
    pub asks_authorizer: bool,
    /// Compares the settings of the pool and of the app client with what it needs.
    pub look: fn(&Facts, &mut Report),
    /// Returns its settings.
    pub settings: fn(&Facts) -> Vec<Snippet>,
}

/// Returns all of them.
pub fn all() -> impl Iterator<Item = &'static Client> {
    let first = verifiers::ALL.iter().chain(oauth::ALL);
    first.chain(gateway::ALL).chain(sdks::ALL)
}

/// Returns the one with a name.
pub fn named(name: &str) -> Option<&'static Client> {
    all().find(|client| client.name == name)
}

fn snippet(place: &str, text: String) -> Snippet {
    Snippet {
        place: place.to_owned(),
        text,
    }
}

/// Says that a client needs an issuer that leads to the server, where it does not.
fn needs_issuer(facts: &Facts, report: &mut Report) {
    if !facts.is_found_by_issuer() {
        report.finding(
            "issuer",
            format!(
                "it finds everything by the issuer, and {} does not lead here",
                facts.issuer
            ),
            "cognate pool set-issuer POOL gateway; or cognate dev --impersonate REGION",
        );
    }
}

/// Says that a client cannot keep a secret, where the app client has one.
fn no_secret(facts: &Facts, report: &mut Report) {
    if facts
        .client
        .as_ref()
        .is_some_and(|app| app.secret.is_some())
    {
        report.finding(
            "secret",
            "the app client has a secret, which this client cannot send",
            "an app client without GenerateSecret",
        );
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
