//! `cognate seed`: pools with everything in them, from a file and into one (docs/SEED.md).

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{ArgMatches, Command, FromArgMatches as _, Subcommand, ValueEnum};
use cognate_templates::terraform::Beside;
use cognate_templates::{cloudformation, terraform};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Reach, document, say};
use crate::admin::Request;
use crate::admin::seeds::Step as Ask;
use crate::seed::apply::{Applied, Change, Outcome};
use crate::seed::around::Around;
use crate::seed::document::{Language, Node};
use crate::seed::export::{Page, Step};
use crate::seed::file::{PoolSeed, Seed, VERSION};
use crate::seed::parts::{Part, Plan};
use crate::seed::start::{self, SeedFile, refusal};
use crate::seed::{schema, state, write};
use crate::settings::config::Config;

/// The status of `diff` where something differs.
const DIFFERS: u8 = 1;

/// The commands.
#[derive(Debug, Subcommand)]
enum Seeding {
    /// Make what is not there and change what differs; nothing else is touched
    Apply {
        /// Seed, answer of describe-user-pool, CloudFormation template or Terraform state; without it that of the working folder
        #[arg(value_name = "FILE")]
        file: Option<String>,
    },
    /// Say what apply would do; the status is 1 if that is anything
    Diff {
        /// Seed, answer of describe-user-pool, CloudFormation template or Terraform state; without it that of the working folder
        #[arg(value_name = "FILE")]
        file: Option<String>,
    },
    /// Write pools as a seed, a configuration of Terraform or a template of CloudFormation
    Export {
        /// Pool ids; without any all pools
        #[arg(value_name = "POOL")]
        pools: Vec<String>,
        /// Language: of a seed yaml, json or toml; terraform; or cloudformation (in YAML)
        #[arg(long, value_enum, default_value = "yaml")]
        format: Format,
        /// Password hashes, secrets of apps, clients and providers, and signing keys too
        #[arg(long)]
        with_secrets: bool,
        /// File to write, for its owner alone; without it standard output
        #[arg(long, value_name = "FILE")]
        output: Option<String>,
    },
    /// Write the resources of a Terraform or OpenTofu state as a seed, with their ids
    FromTerraform {
        /// File terraform.tfstate, or what `terraform show -json` prints; - for standard input
        #[arg(value_name = "STATE")]
        state: String,
        /// Language of the seed
        #[arg(long, value_enum, default_value = "yaml")]
        format: SeedFormat,
        /// Secrets of clients and providers and passwords, too
        #[arg(long)]
        with_secrets: bool,
        /// File to write, for its owner alone; without it standard output
        #[arg(long, value_name = "FILE")]
        output: Option<String>,
    },
    /// Print the JSON schema of seeds, for editors
    Schema,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Yaml,
    Json,
    Toml,
    Terraform,
    Cloudformation,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SeedFormat {
    Yaml,
    Json,
    Toml,
}

impl SeedFormat {
    const fn language(self) -> Language {
        match self {
            Self::Yaml => Language::Yaml,
            Self::Json => Language::Json,
            Self::Toml => Language::Toml,
        }
    }
}

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let command = Command::new("seed")
        .about("Pools, clients, groups and users from a file, and into one")
        .subcommand_required(true);
    Seeding::augment_subcommands(command)
}

/// Runs a command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    match Seeding::from_arg_matches(matches)? {
        Seeding::Apply { file } => apply(config, file.as_deref(), false).await,
        Seeding::Diff { file } => apply(config, file.as_deref(), true).await,
        Seeding::Export {
            pools,
            format,
            with_secrets,
            output,
        } => {
            let mut reach = Reach::new(config)?;
            let exported = export(&mut reach, pools, with_secrets).await;
            reach.close().await;
            let text = written(exported?, format)?;
            put(&text, output.as_deref())?;
            Ok(ExitCode::SUCCESS)
        }
        Seeding::FromTerraform {
            state,
            format,
            with_secrets,
            output,
        } => {
            let document = document::read(&state)?;
            let made = state::of(&document, with_secrets);
            let (seed, notes) = made.map_err(|error| anyhow::anyhow!("{state}: {error}"))?;
            // Before anything is written: it has to be a seed.
            let plan = Plan::of(&seed, &Node::of_json(&Value::Null, 0));
            plan.map_err(|error| anyhow::anyhow!("{state}: {error}"))?;
            document::notes(&notes)?;
            put(&write::write(&seed, format.language())?, output.as_deref())?;
            Ok(ExitCode::SUCCESS)
        }
        Seeding::Schema => {
            say(&serde_json::to_string_pretty(&schema::schema())?)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn read(config: &Config, file: Option<&str>) -> anyhow::Result<SeedFile> {
    let region = config.one("region").unwrap_or("us-east-1");
    let account = config.one("account").unwrap_or("000000000000");
    if let Some(file) = file.or_else(|| config.one("seed")) {
        return start::read(Path::new(file), region, account);
    }
    let found = start::found(Path::new("."), config.path.as_deref(), region, account)?;
    found.context("there is no cognate.yaml, .json or .toml here: name the seed")
}

async fn apply(config: &Config, file: Option<&str>, only_look: bool) -> anyhow::Result<ExitCode> {
    let seed = read(config, file)?;
    for note in &seed.plan.notes {
        say(&format!("note: {}", shown(note)))?;
    }
    let mut reach = Reach::new(config)?;
    let outcome = all(&mut reach, &seed, only_look).await;
    reach.close().await;
    let (created, changed) = outcome?;
    if created + changed == 0 {
        say("no changes")?;
        return Ok(ExitCode::SUCCESS);
    }
    let would = if only_look { "would be " } else { "" };
    say(&format!(
        "{created} {would}created, {changed} {would}changed"
    ))?;
    Ok(match only_look {
        true => ExitCode::from(DIFFERS),
        false => ExitCode::SUCCESS,
    })
}

/// Applies every part; returns how much is new and how much changed.
async fn all(
    reach: &mut Reach,
    seed: &SeedFile,
    only_look: bool,
) -> anyhow::Result<(usize, usize)> {
    let (mut created, mut changed) = (0, 0);
    for (at, part) in seed.plan.parts.iter().enumerate() {
        let changes = match one(reach, part, only_look).await? {
            Applied::Done(changes) => changes,
            Applied::Refused(refused) => {
                let line = seed.plan.line(at, refused.user);
                bail!("{}", refusal(&seed.path, line, &refused.what, &refused.why));
            }
        };
        for change in changes {
            match change.outcome {
                Outcome::Created => created += 1,
                Outcome::Changed => changed += 1,
                Outcome::Same => {}
            }
            print(&change)?;
        }
    }
    Ok((created, changed))
}

async fn one(reach: &mut Reach, part: &Part, only_look: bool) -> anyhow::Result<Applied> {
    let step = Ask::Apply {
        part: part.clone(),
        only_look,
    };
    ask(reach, step).await
}

/// What people chose as names is escaped: it may be made for a terminal.
fn shown(text: &str) -> String {
    let escaped = |c: char| match c.is_control() {
        true => c.escape_debug().collect::<Vec<_>>(),
        false => vec![c],
    };
    text.chars().flat_map(escaped).collect()
}

fn print(change: &Change) -> anyhow::Result<()> {
    let what = shown(&change.what);
    match change.outcome {
        Outcome::Created => say(&format!("+ {what}"))?,
        Outcome::Changed => say(&format!("~ {what}: {}", shown(&change.members.join(", "))))?,
        Outcome::Same => {}
    }
    for note in &change.notes {
        say(&format!("note: {what}: {}", shown(note)))?;
    }
    Ok(())
}

async fn ask<T: DeserializeOwned>(reach: &mut Reach, step: Ask) -> anyhow::Result<T> {
    let request = Request::Seed {
        step: Box::new(step),
    };
    let answer = reach.ask(request).await?;
    serde_json::from_value(answer).context("the answer is not understood")
}

/// What was exported.
struct Exported {
    seed: Seed,
    beside: Beside,
}

/// Writes what was exported, and says what the language cannot hold.
fn written(exported: Exported, format: Format) -> anyhow::Result<String> {
    let Exported { seed, beside } = exported;
    let mut notes = beside.left_out.clone();
    let pools = || -> anyhow::Result<Vec<Value>> {
        let pools = seed.pools.iter().map(serde_json::to_value);
        Ok(pools.collect::<Result<_, _>>()?)
    };
    let text = match format {
        Format::Yaml => write::write(&seed, Language::Yaml)?,
        Format::Json => write::write(&seed, Language::Json)?,
        Format::Toml => write::write(&seed, Language::Toml)?,
        Format::Terraform => {
            let made = terraform::configuration(&pools()?, &beside);
            notes = made.warnings;
            made.text
        }
        Format::Cloudformation => {
            let made = cloudformation::template(&pools()?, &beside.left_out);
            notes = made.warnings;
            write::yaml_of(&made.template)
        }
    };
    let notes: Vec<String> = notes
        .iter()
        .map(|note| format!("not in it: {note}"))
        .collect();
    document::notes(&notes)?;
    Ok(text)
}

async fn export(
    reach: &mut Reach,
    mut pools: Vec<String>,
    secrets: bool,
) -> anyhow::Result<Exported> {
    if pools.is_empty() {
        let mut from = None;
        loop {
            let page: Page<String> = ask(reach, Ask::Pools { from }).await?;
            pools.extend(page.items);
            from = page.next;
            if from.is_none() {
                break;
            }
        }
    }
    let mut seeds = Vec::new();
    let mut beside = Beside::default();
    for id in pools {
        let mut export = Export {
            reach: &mut *reach,
            id,
            secrets,
            beside: &mut beside,
        };
        seeds.push(export.pool().await?);
    }
    let seed = Seed {
        schema: None,
        version: Some(VERSION),
        pools: seeds,
    };
    Ok(Exported { seed, beside })
}

struct Export<'a> {
    reach: &'a mut Reach,
    id: String,
    secrets: bool,
    beside: &'a mut Beside,
}

impl Export<'_> {
    async fn pool(&mut self) -> anyhow::Result<PoolSeed> {
        let mut pool: PoolSeed = serde_json::from_value(self.step(Step::Pool).await?)?;
        pool.resource_servers = self.pages(Step::ResourceServers).await?;
        pool.identity_providers = self.pages(Step::IdentityProviders).await?;
        pool.clients = self.pages(Step::Clients).await?;
        pool.domains = self.pages(|_| Step::Domains).await?;
        for around in self.pages(Step::Around).await? {
            match around {
                Around::Risk(input) => pool.risk_configurations.push(input),
                Around::Logs(input) => pool.log_delivery = Some(input),
                Around::Look(input) => pool.ui_customizations.push(input),
                Around::Branding { id, input } => {
                    if let Some(Value::String(client)) = input.get("ClientId") {
                        self.beside.brandings.insert(client.clone(), id);
                    }
                    pool.managed_login_branding.push(input);
                }
                Around::LeftOut(what) => self.beside.left_out.push(what),
            }
        }
        pool.groups = self.pages(Step::Groups).await?;
        pool.users = self.pages(Step::Users).await?;
        Ok(pool)
    }

    async fn step(&mut self, step: Step) -> anyhow::Result<Value> {
        let step = Ask::Export {
            pool: self.id.clone(),
            step,
            secrets: self.secrets,
        };
        ask(self.reach, step).await
    }

    async fn pages<T: DeserializeOwned>(
        &mut self,
        step: impl Fn(Option<String>) -> Step,
    ) -> anyhow::Result<Vec<T>> {
        let (mut items, mut from) = (Vec::new(), None);
        loop {
            let answer = self.step(step(from)).await?;
            let page: Page<T> = serde_json::from_value(answer)?;
            items.extend(page.items);
            from = page.next;
            if from.is_none() {
                return Ok(items);
            }
        }
    }
}

/// Writes a seed. A file that is there is not replaced.
fn put(text: &str, output: Option<&str>) -> anyhow::Result<()> {
    let Some(path) = output else {
        return say(text.trim_end());
    };
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(path);
    let mut file = opened.with_context(|| format!("cannot make {path}"))?;
    file.write_all(text.as_bytes())
        .with_context(|| format!("cannot write {path}"))
}
