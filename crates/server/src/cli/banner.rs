//! The texts that commands print for people.

use std::fmt::Write as _;
use std::path::Path;

use cognate_domain::Mode;
use serde_json::Value;

use super::door;
use crate::start::Running;

/// Returns the text that a server prints once it answers. The last line of `dev` is `Ready.`, for scripts that wait for it.
/// `hosts`: the hosts file that was written for it.
pub fn of(mode: Mode, running: &Running, hosts: Option<&Path>) -> String {
    let scheme = if running.tls { "https" } else { "http" };
    let endpoints: Vec<String> = running
        .addresses
        .iter()
        .map(|address| format!("{scheme}://{address}"))
        .collect();
    // Every address of a machine, as in a container, is none that a client can be given.
    let first = running.addresses.first();
    let first = first.map(|address| door::url(running.tls, *address));
    let first = first.unwrap_or_default();
    let mut out = format!(
        "Cognate {} listens on {}\n",
        env!("CARGO_PKG_VERSION"),
        endpoints.join(", ")
    );
    match mode {
        Mode::Serve => {
            if let Some(root) = &running.new_root {
                let _ = writeln!(out, "\nRoot access key, shown this once:");
                let _ = writeln!(out, "  AWS_ACCESS_KEY_ID={}", root.id);
                let _ = writeln!(out, "  AWS_SECRET_ACCESS_KEY={}\n", root.secret);
            }
        }
        Mode::Dev => {
            let region = &running.state.app.settings.region;
            // The public key of `dev` is printed whole; one from the settings is not shown on a terminal.
            let keys = match running.state.keys.fixed_id() {
                Some("test") | None => {
                    "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test".to_owned()
                }
                Some(id) => {
                    format!("AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY=<root_secret_access_key>")
                }
            };
            let _ = writeln!(
                out,
                "\n  export {keys} AWS_REGION={region} AWS_DEFAULT_REGION={region}"
            );
            let _ = writeln!(
                out,
                "  export AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER={first}\n"
            );
            let _ = writeln!(out, "Try it:");
            let _ = writeln!(
                out,
                "  {keys} \\\n  aws cognito-idp create-user-pool \
                 --pool-name demo --region {region} --endpoint-url {first}\n"
            );
            let _ = writeln!(out, "Next:");
            let seed = match &running.state.seed {
                Some(seed) => format!("Pools and users of {} are here", seed.path.display()),
                None => {
                    "Pools, clients and users to start with go into cognate.yaml here".to_owned()
                }
            };
            for line in [
                "Point a client at the address above; any key and region will do (docs/DEV.md)"
                    .to_owned(),
                format!("{seed} (docs/SEED.md)"),
                format!("Pools and their pages, in a browser: {first}/"),
                format!(
                    "Messages to users: {first}/_dev/inbox, for programs {first}/_dev/messages"
                ),
                "Why something is refused: the header x-cognate-hint, the log, cognate explain"
                    .to_owned(),
            ] {
                let _ = writeln!(out, "  {line}");
            }
        }
    }
    if let Some(impersonated) = &running.impersonated {
        out.push_str(&impersonated.text(hosts));
    }
    out.push_str("Ready.");
    out
}

/// Formats the answer of an `access-keys` command as lines.
pub fn keys(answer: &Value) -> String {
    let text = |value: &Value, name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned()
    };
    match answer {
        Value::Array(lines) if lines.is_empty() => "no access keys".into(),
        Value::Array(lines) => {
            let line = |key: &Value| {
                let enabled = key.get("enabled").and_then(Value::as_bool).unwrap_or(false);
                let state = if enabled { "enabled" } else { "disabled" };
                format!("{}  {state:8}  {}", text(key, "id"), text(key, "name"))
            };
            lines.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        key if key.get("secret").is_some() => format!(
            "AWS_ACCESS_KEY_ID={}\nAWS_SECRET_ACCESS_KEY={}\nThe secret is shown this once.",
            text(key, "id"),
            text(key, "secret")
        ),
        key => format!("{} changed", text(key, "id")),
    }
}
