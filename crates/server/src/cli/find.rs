//! `cognate audit find`: what stands behind the reference number of an error page, and what to do about it.

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use cognate_domain::oauth::provider::explain;
use serde::{Deserialize, Serialize};

use super::{Reach, say, text};
use crate::admin::Request;
use crate::audit::{Page, Query};
use crate::hints;
use crate::settings::config::Config;

/// The most rows under one number that are shown.
const MOST: usize = 50;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    Command::new("find")
        .about("Explain the reference number of an error page")
        .arg(
            Arg::new("reference")
                .value_name("REFERENCE")
                .required(true)
                .help("The number that the page shows, or x-amzn-requestid of the answer"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print JSON lines"),
        )
}

/// A row of the trail as it is listed.
#[derive(Deserialize)]
struct Row {
    at: String,
    operation: String,
    pool: Option<String>,
    result: String,
    detail: Option<String>,
    request_id: Option<String>,
}

/// A row with what it means.
#[derive(Serialize)]
struct Found {
    time: String,
    reference: Option<String>,
    operation: String,
    pool: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    result: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    says: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    means: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'static str>,
    see: String,
}

/// Looks the number up.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    for found in found(config, &text(matches, "reference")).await? {
        match matches.get_flag("json") {
            true => say(&serde_json::to_string(&found)?)?,
            false => say(&shown(&found))?,
        }
    }
    Ok(())
}

/// Prints what stands behind a number, each row with the hints about its result.
///
/// # Errors
/// If the trail cannot be read or has nothing under the number.
pub(super) async fn explain(config: &Config, reference: &str) -> anyhow::Result<()> {
    for found in found(config, reference).await? {
        say(&shown(&found))?;
        for hint in hints::explained(&found.result) {
            say(&format!("\n{hint}"))?;
        }
    }
    Ok(())
}

/// True for what has the form of a request's id, with or without the name under which a page's URL has it.
pub(super) fn is_reference(text: &str) -> bool {
    let text = text.trim().trim_start_matches("reference=");
    text.len() == 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

async fn found(config: &Config, reference: &str) -> anyhow::Result<Vec<Found>> {
    let reference = reference.trim().trim_start_matches("reference=");
    let mut reach = Reach::new(config)?;
    let rows = rows(&mut reach, reference).await;
    reach.close().await;
    let rows = rows?;
    if rows.is_empty() {
        bail!(
            "the audit trail has nothing under {reference}: a node records a bounded number of refusals that anybody can \
             cause, and rows end with audit_retention_days"
        );
    }
    Ok(rows.into_iter().map(explained).collect())
}

/// Reads the rows under a number. They are of one request, so that none is far behind the first.
async fn rows(reach: &mut Reach, reference: &str) -> anyhow::Result<Vec<Row>> {
    let (mut found, mut position) = (Vec::new(), None);
    loop {
        let had = !found.is_empty();
        let request = Request::Audit {
            query: Query {
                request: Some(reference.to_owned()),
                ..Query::default()
            },
            position: position.take(),
            lines: MOST,
        };
        let page: Page = serde_json::from_value(reach.ask(request).await?)
            .context("the server's answer is not understood")?;
        for line in &page.lines {
            found.push(serde_json::from_str(line).context("a row is not understood")?);
        }
        position = page.next;
        if position.is_none() || had || found.len() >= MOST {
            return Ok(found);
        }
    }
}

fn explained(row: Row) -> Found {
    let words = row.detail.as_deref().unwrap_or_default();
    let known = explain::named(words).and_then(explain::of);
    let section = match &known {
        Some(known) => format!("docs/FEDERATION.md, \"{}\"", known.section),
        None if row.result == "ProviderRefused" => {
            "docs/FEDERATION.md, \"When a sign-in fails\"".to_owned()
        }
        None if row.detail.is_some() => "docs/OAUTH.md, \"Refusals in the audit trail\"".to_owned(),
        None => "docs/CONFIG.md, \"The audit trail\"".to_owned(),
    };
    Found {
        provider: provider(words).map(str::to_owned),
        time: row.at,
        reference: row.request_id,
        operation: row.operation,
        pool: row.pool,
        result: row.result,
        check: known.map(|known| known.check),
        means: known.map(|known| known.means),
        change: known.map(|known| known.change),
        says: row.detail,
        see: section,
    }
}

/// Returns the provider that a row names.
fn provider(words: &str) -> Option<&str> {
    let (_, rest) = words.rsplit_once(" Identity provider: \"")?;
    rest.split('"').next()
}

fn shown(found: &Found) -> String {
    let lines = [
        ("time", Some(found.time.as_str())),
        ("reference", found.reference.as_deref()),
        ("operation", Some(found.operation.as_str())),
        ("pool", found.pool.as_deref()),
        ("provider", found.provider.as_deref()),
        ("result", Some(found.result.as_str())),
        ("check", found.check),
        ("says", found.says.as_deref()),
        ("means", found.means),
        ("change", found.change),
        ("see", Some(found.see.as_str())),
    ];
    let lines = lines.into_iter().filter_map(|(name, value)| {
        let plain = value?.chars().filter(|c| !c.is_control());
        Some(format!("{name:<9} {}", plain.collect::<String>()))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(result: &str, detail: Option<&str>) -> Row {
        Row {
            at: "2026-11-29T12:00:00Z".to_owned(),
            operation: "ProviderSignIn".to_owned(),
            pool: Some("p".to_owned()),
            result: result.to_owned(),
            detail: detail.map(str::to_owned),
            request_id: Some("r".to_owned()),
        }
    }

    #[test]
    fn a_row_is_explained_by_the_check_that_it_names() {
        let words = "The provider's ID token: the issuer is another one. Check: id_token.iss. Expected: \"a\". Found: \"b\". \
                     Identity provider: \"Corp\". Client: c.";
        let text = shown(&explained(row("ProviderRefused", Some(words))));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[4], "provider  Corp");
        assert_eq!(lines[6], "check     id_token.iss");
        assert_eq!(lines[7], format!("says      {words}"));
        assert!(lines[9].starts_with("change    Set oidc_issuer"), "{text}");
        assert_eq!(lines[10], "see       docs/FEDERATION.md, \"An ID token\"");
    }

    #[test]
    fn a_row_without_a_known_check_says_where_to_look() {
        for (result, detail, section) in [
            ("ProviderRefused", Some("Odd."), "When a sign-in fails"),
            (
                "ProviderRefused",
                Some("Odd. Check: none.such."),
                "When a sign-in fails",
            ),
            (
                "RedirectMismatch",
                Some("The redirect URI is none."),
                "Refusals in the audit trail",
            ),
            ("ok", None, "The audit trail"),
        ] {
            let found = explained(row(result, detail));
            assert!(
                found.see.contains(section) && found.check.is_none(),
                "{}",
                found.see
            );
        }
    }
}
