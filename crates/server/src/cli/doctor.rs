//! `cognate doctor`: whether a running server and a client's settings for it fit together (docs/DEV.md).

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{ArgMatches, Args as _, Command, FromArgMatches as _};
use cognate_crypto::secret::{Secret, SecretString};
use serde_json::json;

use super::door::Door;
use super::say;
use crate::doctor::ask::{self, AccessKey, Asker, is_this_machine};
use crate::doctor::facts::{Facts, is_plain};
use crate::doctor::report::{State, plain};
use crate::doctor::{self, Wanted, clients};
use crate::http::authority;
use crate::impersonation;
use crate::settings::DEV_FOLDER;
use crate::settings::config::Config;

/// The status where there are findings.
const FOUND: u8 = 1;
/// The most bytes of a file with a secret.
const LONGEST: u64 = 4_096;

#[derive(Debug, clap::Args)]
struct Arguments {
    /// Client program whose settings are looked at and printed; without it the server alone
    #[arg(value_name = "CLIENT")]
    client: Option<String>,
    /// The server to ask; without it the one of the data folder
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// Pool id; without it the only pool
    #[arg(long, value_name = "ID")]
    pool: Option<String>,
    /// App client id; without it the only one of the pool
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// File with the secret of the app client, for those who may not read its settings
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// The URL to which the application has browsers sent back
    #[arg(long, value_name = "URL")]
    redirect_uri: Option<String>,
    /// A user to sign in; without one, in dev, a user is made and deleted again
    #[arg(long, value_name = "NAME", requires = "password_file")]
    username: Option<String>,
    /// File with the user's password
    #[arg(long, value_name = "FILE", requires = "username")]
    password_file: Option<PathBuf>,
    /// File with an access key, one line: ID=SECRET; in dev test=test
    #[arg(long, value_name = "FILE")]
    access_key_file: Option<PathBuf>,
    /// PEM file with authorities that are trusted besides the system's
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Print the secret of the app client in its settings
    #[arg(long)]
    show_secrets: bool,
}

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let names: Vec<&'static str> = clients::all().map(|client| client.name).collect();
    let about = "Check a running server and the settings of a client for it, and prove them with a live token";
    let list = clients::all().map(|client| format!("  {:<26} {}", client.name, client.about));
    let list: Vec<String> = list.collect();
    let after = format!("Clients:\n{}", list.join("\n"));
    Arguments::augment_args(Command::new("doctor").about(about).after_help(after))
        .mut_arg("client", |arg| arg.value_parser(names))
}

/// Runs the command; status 0 without findings, else 1.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let given = Arguments::from_arg_matches(matches)?;
    let endpoint = match &given.endpoint {
        Some(url) => url.clone(),
        None => match config.one("public_url") {
            Some(url) => url.to_owned(),
            None => Door::of_dev(config)?.url(),
        },
    };
    if ask::origin(&endpoint).is_none_or(|(scheme, _, _)| scheme != "http" && scheme != "https") {
        bail!("--endpoint has the form of http://127.0.0.1:9229");
    }
    let region = region(config);
    // They get into URLs and into settings.
    let texts = [&given.pool, &given.client_id, &given.redirect_uri];
    let mut texts = texts.into_iter().flatten().chain([&endpoint]);
    if let Some(odd) = texts.find(|text| !is_plain(text)) {
        bail!("{odd:?} has characters that no id and no URL has");
    }
    let key = access_key(config, &given)?;
    let texts = key.iter().map(|key| &key.id).chain([&region]);
    if let Some(odd) = texts.into_iter().find(|text| !is_plain(text)) {
        bail!("{odd:?} has characters that no access key and no region has");
    }
    let asker = Asker::new(&endpoint, key, authorities(config, &given, &endpoint)?);
    let asker = asker.await;
    let facts = Facts {
        endpoint: asker.endpoint.clone(),
        region,
        redirect: given.redirect_uri.clone(),
        shows_secrets: given.show_secrets,
        ..Facts::default()
    };
    let client = given.client.as_deref().and_then(clients::named);
    let person = match (&given.username, &given.password_file) {
        (Some(name), Some(file)) => Some((name.clone(), secret(file)?)),
        _ => None,
    };
    let wanted = Wanted {
        client,
        pool: given.pool.clone(),
        client_id: given.client_id.clone(),
        client_secret: given
            .client_secret_file
            .as_deref()
            .map(secret)
            .transpose()?,
        person,
    };
    let (facts, report) = Box::pin(doctor::examine(asker, wanted, facts)).await;
    let named = client.map(|client| client.name);
    if given.json {
        let head = json!({
            "endpoint": facts.endpoint, "kind": facts.kind.name(), "client": named,
            "pool": facts.pool, "clientId": facts.client_id(), "issuer": facts.issuer,
        });
        say(&serde_json::to_string_pretty(&report.json(head))?)?;
    } else {
        let (name, kind) = (named.unwrap_or("the server"), facts.kind.name());
        let head = format!("{name} and {} at {}", kind, plain(&facts.endpoint));
        say(&report.text(&head))?;
    }
    Ok(match report.count(State::Finding) {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(FOUND),
    })
}

fn region(config: &Config) -> String {
    let region = config.one("impersonate").or(config.one("region"));
    region.unwrap_or("us-east-1").to_owned()
}

/// Returns the access key: the one of the file, or the root's of the settings; None leaves that of `dev`.
fn access_key(config: &Config, given: &Arguments) -> anyhow::Result<Option<AccessKey>> {
    if let Some(file) = &given.access_key_file {
        let text = secret(file)?;
        let (id, key) = text
            .expose()
            .split_once('=')
            .context("an access key has the form ID=SECRET")?;
        return Ok(Some(AccessKey {
            id: id.to_owned(),
            secret: Secret::new(key.to_owned()),
        }));
    }
    let root = (
        config.one("root_access_key_id"),
        config.one("root_secret_access_key"),
    );
    let (Some(id), Some(key)) = root else {
        return Ok(None);
    };
    Ok(Some(AccessKey {
        id: id.to_owned(),
        secret: Secret::new(key.to_owned()),
    }))
}

/// Reads the first line of a file with a secret.
fn secret(path: &Path) -> anyhow::Result<SecretString> {
    let shown = || format!("cannot read {}", path.display());
    let mut text = String::new();
    let file = std::fs::File::open(path).with_context(shown)?;
    file.take(LONGEST)
        .read_to_string(&mut text)
        .with_context(shown)?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(Secret::new(line.to_owned())),
        _ => bail!("{} is empty", path.display()),
    }
}

/// Returns the authorities that are trusted besides the system's: those of the file, else those that `dev` made in the data
/// folder, where they are as it makes them, for the hosts that they are for. A folder that somebody has brought along has no say
/// about any other host.
fn authorities(config: &Config, given: &Arguments, endpoint: &str) -> anyhow::Result<Vec<Vec<u8>>> {
    if let Some(file) = &given.ca {
        return ask::authorities(file);
    }
    let host = ask::origin(endpoint).map(|(_, host, _)| host);
    if !host.is_some_and(|host| is_this_machine(&host) || impersonation::is_of_service(&host)) {
        return Ok(Vec::new());
    }
    let data = Path::new(config.one("data_dir").unwrap_or(DEV_FOLDER));
    let now = ask::now();
    let own = [
        authority::believed(data, now),
        impersonation::believed(data, now),
    ];
    Ok(own.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_of_a_folder_is_believed_about_this_machine_alone() {
        let name = format!("cognate-doctor-{}", cognate_crypto::random::uuid_v4());
        let data = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&data).unwrap();
        authority::pair(&data, ask::now()).unwrap();
        let shown = data.display().to_string();
        let config = Config::load(vec![("data_dir", vec![shown])], None, &[]).unwrap();
        let believed = |arguments: &[&str], endpoint: &str| {
            let words = ["doctor"].into_iter().chain(arguments.iter().copied());
            let matches = command().get_matches_from(words);
            let given = Arguments::from_arg_matches(&matches).unwrap();
            authorities(&config, &given, endpoint).unwrap()
        };
        let own = ask::authorities(&authority::path(&data)).unwrap();
        for endpoint in [
            "https://127.0.0.1:9229",
            "https://localhost",
            "https://[::1]:1",
        ] {
            assert_eq!(believed(&[], endpoint), own, "{endpoint}");
        }
        let ca = authority::path(&data).display().to_string();
        for endpoint in [
            "https://id.example",
            "https://10.0.0.1",
            "https://localhost.example",
        ] {
            assert_eq!(believed(&[], endpoint), Vec::<Vec<u8>>::new(), "{endpoint}");
            assert_eq!(believed(&["--ca", &ca], endpoint), own, "{endpoint}");
        }
        // One that this program did not make.
        let (key, now) = (cognate_crypto::jws::SigningKey::generate(), ask::now());
        let other = cognate_crypto::certificate::self_signed(&key, "x", now - 1..now + 9_999_999);
        let text = crate::pem::written("CERTIFICATE", &other.unwrap());
        std::fs::write(authority::path(&data), text).unwrap();
        assert_eq!(
            believed(&[], "https://127.0.0.1:9229"),
            Vec::<Vec<u8>>::new()
        );
        std::fs::remove_dir_all(data).unwrap();
    }
}
