//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::{Arg, ArgMatches, Command};
use cognate_domain::{App, Mode};
use serde_json::Value;

use crate::admin::{self, Request, alone, control};
use crate::log;
use crate::settings::config::{self, Config};
use crate::settings::{Database, ServerConfig};
use crate::start::{self, OpenDatabase};
use flags::{load, with_settings};

mod access_keys;
mod age;
mod audit;
mod audit_chain;
mod backup;
pub(crate) mod banner;
mod branding;
mod breached;
mod client;
mod consents;
mod dev;
mod doctor;
mod document;
pub(crate) mod door;
mod events;
mod explain;
mod explain_plan;
mod export;
mod find;
mod flags;
mod health;
mod import;
mod imports;
mod lint;
mod messages;
mod pool_change;
mod provider_links;
mod providers;
mod sealing_key;
mod seed;
mod shell;
mod triggers;
mod upstream;
mod whole_file;

/// Returns the grammar of the command line.
pub fn command() -> Command {
    let sub = |name: &'static str, about: &'static str| Command::new(name).about(about);
    let command = Command::new("cognate")
        .about("Amazon Cognito user pools as one program")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(dev::commands(sub(
            "dev",
            "Run the server on this machine with known keys, an inbox and a movable clock",
        )))
        .subcommand(sub("serve", "Run the server in production"))
        .subcommand(sub("version", "Print the version"))
        .subcommand(health::command())
        .subcommands(shell::commands())
        .subcommand(
            sub("config", "Look at the settings")
                .subcommand_required(true)
                .subcommand(sub(
                    "print",
                    "Print the settings in force and where they come from, secrets masked",
                )),
        )
        .subcommand(access_keys::command())
        .subcommand(sealing_key::command())
        .subcommand(audit::command())
        .subcommand(triggers::command())
        .subcommand(messages::command())
        .subcommand(branding::command())
        .subcommand(client::command())
        .subcommand(consents::command())
        .subcommand(imports::command())
        .subcommand(providers::command())
        .subcommand(import::command())
        .subcommand(export::command())
        .subcommand(age::command())
        .subcommand(backup::command())
        .subcommand(events::command())
        .subcommand(upstream::command())
        .subcommand(lint::command())
        .subcommand(breached::command())
        .subcommand(seed::command())
        .subcommand(explain::command())
        .subcommand(doctor::command())
        .subcommand(explain_plan::command())
        .subcommand(
            sub("pool", "Manage user pools beyond the API")
                .subcommand_required(true)
                .subcommand(client::create_command(
                    "Make a pool with an id of choice, such as that of the pool it stands in front of",
                ))
                .subcommand(
                    sub("set-issuer", "Set the issuer in a pool's tokens")
                        .arg(Arg::new("pool").required(true).help("Pool id"))
                        .arg(
                            Arg::new("issuer")
                                .required(true)
                                .help("gateway, aws, default or a URL"),
                        ),
                )
                .subcommand(pool_change::command()),
        );
    with_settings(command)
}

/// Returns the status with which the program ends if [`run`] fails: `lint`, `seed` and `explain-plan` have one of their own, since
/// 1 means findings.
pub fn failed(matches: &ArgMatches) -> ExitCode {
    match matches.subcommand_name() {
        Some("lint" | "seed" | "explain-plan") => ExitCode::from(lint::NOT_RUN),
        _ => ExitCode::FAILURE,
    }
}

/// Runs the command of the command line; returns the status with which the program ends.
pub async fn run(matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let mut config = load(matches)?;
    if matches.subcommand_name() == Some("dev") {
        config.adopt(&config::foreign::environment());
    }
    log::start(&config)?;
    for note in &config.notes {
        tracing::info!("{note}");
    }
    if let Some(("lint", sub)) = matches.subcommand() {
        return lint::run(&config, sub).await;
    }
    if let Some(("seed", sub)) = matches.subcommand() {
        return seed::run(&config, sub).await;
    }
    if let Some(("doctor", sub)) = matches.subcommand() {
        return doctor::run(&config, sub).await;
    }
    if let Some(("explain-plan", sub)) = matches.subcommand() {
        return explain_plan::run(sub);
    }
    perform(&config, matches).await?;
    Ok(ExitCode::SUCCESS)
}

async fn perform(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("dev", sub)) if dev::run(config, sub).await? => Ok(()),
        Some(("dev", sub)) => serve(Mode::Dev, config, dev::hosts_to_write(config, sub)?).await,
        Some(("serve", _)) => serve(Mode::Serve, config, None).await,
        Some(("version", _)) => say(&format!("cognate {}", env!("CARGO_PKG_VERSION"))),
        Some(("health", _)) => health::run(config).await,
        Some(("completions", sub)) => shell::completions(sub),
        Some(("man", sub)) => shell::man(sub),
        Some(("config", _)) => say(config.print().trim_end()),
        Some(("access-keys", sub)) => access_keys::run(config, sub).await,
        Some(("sealing-key", sub)) => sealing_key::run(config, sub).await,
        Some(("audit", sub)) => audit::run(config, sub).await,
        Some(("triggers", sub)) => triggers::run(config, sub).await,
        Some(("messages", sub)) => messages::run(config, sub).await,
        Some(("branding", sub)) => branding::run(config, sub).await,
        Some(("client", sub)) => client::run(config, sub).await,
        Some(("consents", sub)) => consents::run(config, sub).await,
        Some(("imports", sub)) => imports::run(config, sub).await,
        Some(("providers", sub)) => providers::run(config, sub).await,
        Some(("import", sub)) => import::run(config, sub).await,
        Some(("export", sub)) => export::run(config, sub).await,
        Some(("age", sub)) => age::run(sub),
        Some(("explain", sub)) => explain::run(config, sub).await,
        Some(("breached", sub)) => breached::run(config, sub),
        Some(("backup", sub)) => backup::run(config, sub).await,
        Some(("upstream", sub)) => upstream::run(config, sub).await,
        Some(("events", sub)) => events::run(config, sub).await,
        Some(("pool", sub)) if sub.subcommand_matches("create").is_some() => {
            client::create_pool(config, sub).await
        }
        Some(("pool", sub)) => {
            if let Some(("plan-change", sub)) = sub.subcommand() {
                return pool_change::run(config, sub).await;
            }
            let sub = sub
                .subcommand_matches("set-issuer")
                .context("unknown command")?;
            let (pool, issuer) = (text(sub, "pool"), text(sub, "issuer"));
            ask(
                config,
                Request::SetIssuer {
                    pool: pool.clone(),
                    issuer,
                },
            )
            .await?;
            say(&format!(
                "{pool} has its new issuer; tokens issued before keep the old one"
            ))
        }
        _ => bail!("unknown command"),
    }
}

/// Runs a server until a signal. `hosts`: the hosts file that is to lead Amazon's names to it.
async fn serve(mode: Mode, config: &Config, hosts: Option<PathBuf>) -> anyhow::Result<()> {
    let signals = Signals::new()?;
    let running = start::start(ServerConfig::new(mode, config)?).await?;
    if let (Some(hosts), Some(impersonated)) = (&hosts, &running.impersonated)
        && let Err(error) = impersonated.write_hosts(hosts)
    {
        running.stop().await;
        return Err(error);
    }
    say(&banner::of(mode, &running, hosts.as_deref()))?;
    match config.switch("until_stdin_ends")? {
        true => tokio::select! {
            () = signals.wait() => {}
            () = end_of_stdin() => {}
        },
        false => signals.wait().await,
    }
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// Waits for the end of standard input. Its thread ends with this program: nothing interrupts a read.
async fn end_of_stdin() {
    use std::io::Read as _;
    let (ended, end) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut unread = [0; 1024];
        while matches!(input.read(&mut unread), Ok(read) if read > 0) {}
        let _ = ended.send(());
    });
    let _ = end.await;
}

/// The signals that stop a server; handled before it starts, so that none is lost.
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Says that a question cannot be answered, where the other answers are yes and no: the program ends with the status 2.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub struct Unable(anyhow::Error);

/// Runs one command; see [`Reach::ask`].
async fn ask(config: &Config, request: Request) -> anyhow::Result<Value> {
    let mut reach = Reach::new(config)?;
    let answer = reach.ask(request).await;
    reach.close().await;
    answer
}

/// The way to a database: through the server that has it, or by opening it.
struct Reach {
    config: Config,
    database: Database,
    opened: Option<OpenDatabase>,
    /// The domain on the opened database, once a command needed it.
    app: Option<Arc<App>>,
}

impl Reach {
    fn new(config: &Config) -> anyhow::Result<Self> {
        let database = Database::new(None, config)?;
        if let Some(folder) = &database.folder
            && !folder.path().is_dir()
        {
            bail!("there is no database in {}", folder.path().display());
        }
        Ok(Self {
            config: config.clone(),
            database,
            opened: None,
            app: None,
        })
    }

    /// Lets the server that has the database open run the command, or runs it here if there is none.
    async fn ask(&mut self, request: Request) -> anyhow::Result<Value> {
        if let Some(answer) = self.served(&request).await? {
            return Ok(answer);
        }
        let OpenDatabase { store, root } = self.opened.as_ref().context("no database is open")?;
        if alone::is_one(&request) {
            let app = match self.app.take() {
                Some(app) => app,
                None => alone::open(&self.config, store, root).await?,
            };
            let answer = alone::perform(&app, request).await;
            self.app = Some(app);
            return answer.map_err(anyhow::Error::msg);
        }
        let now = cognate_domain::clock::Clock::default().wall();
        let answer = admin::perform(store, root, now, request).await;
        answer.map_err(anyhow::Error::msg)
    }

    /// Lets the server that has the database open run the command; opens the database and returns None if there is none.
    async fn served(&mut self, request: &Request) -> anyhow::Result<Option<Value>> {
        if self.opened.is_none() {
            if let Some(folder) = &self.database.folder
                && let Some(answer) = control::ask(folder.path(), request).await?
            {
                return Ok(Some(answer));
            }
            self.opened = Some(start::open_existing(&self.database).await?);
        }
        Ok(None)
    }

    /// True if the command has opened an embedded database itself, which then no server has.
    fn is_alone(&self) -> bool {
        self.database.folder.is_some() && self.opened.is_some()
    }

    async fn close(self) {
        if let Some(OpenDatabase { store, .. }) = self.opened {
            store.close().await;
        }
    }
}

/// The status of commands that look for something where there are findings.
const FOUND: u8 = 1;

/// Returns how such a command prints them.
fn format_of_findings() -> Arg {
    Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .value_parser(["text", "json"])
        .default_value("text")
        .help("How the findings are printed")
}

fn text(matches: &ArgMatches, name: &str) -> String {
    matches.get_one::<String>(name).cloned().unwrap_or_default()
}

/// Prints a line on standard output.
fn say(text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn settings_may_stand_anywhere_and_switches_need_no_value() {
        let read = |line: &str| {
            let matches = command().try_get_matches_from(line.split(' ')).unwrap();
            let config = load(&matches).unwrap();
            (
                config.many("listen").to_vec(),
                config.switch("ephemeral").unwrap(),
            )
        };
        let both = vec!["127.0.0.1:0".to_owned(), "[::1]:0".to_owned()];
        assert_eq!(
            read("cognate dev --listen 127.0.0.1:0 --listen [::1]:0 --ephemeral"),
            (both.clone(), true)
        );
        assert_eq!(
            read("cognate --listen 127.0.0.1:0 --listen [::1]:0 dev --ephemeral=false"),
            (both.clone(), false)
        );
        assert_eq!(
            read(
                "cognate --listen a pool --listen 127.0.0.1:0 --listen [::1]:0 set-issuer p x --ephemeral"
            ),
            (both, true)
        );
    }

    #[test]
    fn a_command_has_no_settings_before_it_is_wanted() {
        for sub in command().get_subcommands() {
            let count = sub.get_arguments().count();
            assert!(count < 30, "{}: {count}", sub.get_name());
        }
    }

    #[test]
    fn a_hosts_file_is_named_for_what_changes_it() {
        let read = |line: &str| command().try_get_matches_from(line.split(' ')).is_ok();
        for line in ["--undo", "--write-hosts"] {
            assert!(
                read(&format!("cognate dev {line} --hosts-file x")),
                "{line}"
            );
            assert!(read(&format!("cognate dev {line}")), "{line}");
        }
        for line in ["--hosts-file x", "--undo --write-hosts"] {
            assert!(!read(&format!("cognate dev {line}")), "{line}");
        }
    }

    #[test]
    fn unknown_flags_are_refused() {
        assert!(
            command()
                .try_get_matches_from(["cognate", "dev", "--lisen", "x"])
                .is_err()
        );
    }
}
