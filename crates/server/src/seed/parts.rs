//! A seed as an ordered list of parts, each small enough for one command, and where each stands in the file.

use std::collections::BTreeSet;
use std::fmt;

use cognate_shapes::Op;
use serde::{Deserialize, Serialize};

use super::SeedError;
use super::document::{Content, Node};
use super::file::{ClientSeed, Input, KeysSeed, PoolSeed, Seed, UserSeed, VERSION};
use super::known;

/// The most users of a part.
pub const MOST_USERS: usize = 100;
/// The most bytes of a part, as JSON.
const MOST_BYTES: usize = 600 << 10;
/// The most pools of a seed.
const MOST_POOLS: usize = 1_000;

/// A part of a pool.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// The pool itself.
    Pool(Input),
    /// Its second factors.
    Mfa(Input),
    /// The issuer of its tokens.
    Issuer(String),
    /// Its signing keys.
    Keys(KeysSeed),
    /// A resource server.
    ResourceServer(Input),
    /// An identity provider.
    IdentityProvider(Input),
    /// An app client.
    Client(Box<ClientSeed>),
    /// A domain.
    Domain(Input),
    /// The risk configuration of the pool or of a client.
    Risk(Input),
    /// Where logs go.
    Logs(Input),
    /// The look of the classic pages, for all clients or for one.
    Look(Input),
    /// The look of the pages of managed login for a client.
    Branding(Input),
    /// A group.
    Group(Input),
    /// Users.
    Users(Vec<UserSeed>),
}

/// Shows the kind alone: there are secrets in it.
impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pool(_) => "Pool(..)",
            Self::Mfa(_) => "Mfa(..)",
            Self::Issuer(_) => "Issuer(..)",
            Self::Keys(_) => "Keys(..)",
            Self::ResourceServer(_) => "ResourceServer(..)",
            Self::IdentityProvider(_) => "IdentityProvider(..)",
            Self::Client(_) => "Client(..)",
            Self::Domain(_) => "Domain(..)",
            Self::Risk(_) => "Risk(..)",
            Self::Logs(_) => "Logs(..)",
            Self::Look(_) => "Look(..)",
            Self::Branding(_) => "Branding(..)",
            Self::Group(_) => "Group(..)",
            Self::Users(_) => "Users(..)",
        })
    }
}

/// A part.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Part {
    /// The id of the pool.
    pub pool: String,
    /// What is part of it.
    pub item: Item,
}

/// A seed that was read and found well formed.
#[derive(Debug, Default)]
pub struct Plan {
    /// The parts, in the order in which they depend on each other.
    pub parts: Vec<Part>,
    /// What of the file was left out or stands for something else.
    pub notes: Vec<String>,
    /// By part: the line, or of users those of each; 0 where it is not known.
    lines: Vec<Vec<usize>>,
}

impl Plan {
    /// Returns the parts of a seed that was read from a document.
    ///
    /// # Errors
    /// What is wrong with it, and its line.
    pub fn of(seed: &Seed, node: &Node) -> Result<Self, SeedError> {
        if seed.version.is_some_and(|version| version != VERSION) {
            return Err(SeedError::at(line(node, "version"), "the version is 1"));
        }
        if seed.pools.len() > MOST_POOLS {
            return Err(SeedError::of("a seed has 1000 pools at most"));
        }
        let mut plan = Self::default();
        let mut seen = BTreeSet::new();
        let nodes = items(node.get("pools"));
        for (at, pool) in seed.pools.iter().enumerate() {
            let node = nodes.get(at);
            if !seen.insert(pool.id.as_str()) {
                let line = node.map_or(0, |node| line(node, "id"));
                return Err(SeedError::at(line, "the pool is there twice").within("id"));
            }
            plan.pool(pool, node)
                .map_err(|error| error.within(&pool.id))?;
        }
        Ok(plan)
    }

    /// Returns the line of a part; for users that of one of them.
    pub fn line(&self, part: usize, user: usize) -> usize {
        let lines = self.lines.get(part);
        let line = lines.and_then(|lines| lines.get(user).or_else(|| lines.first()));
        line.copied().unwrap_or_default()
    }

    fn pool(&mut self, pool: &PoolSeed, node: Option<&Node>) -> Result<(), SeedError> {
        let at = |name: &str| node.map_or(0, |node| line(node, name));
        let fitted = |op, input: &Input, name: &str| {
            let mut input = input.clone();
            let fit = known::fit(op, &mut input);
            fit.map_err(|error| error.or_line(at(name)).within(name))?;
            Ok(input)
        };
        if let Some(settings) = &pool.settings {
            let settings = fitted(Op::CreateUserPool, settings, "settings")?;
            self.push(pool, Item::Pool(settings), vec![at("settings")])?;
        }
        if let Some(mfa) = &pool.mfa {
            let mfa = fitted(Op::SetUserPoolMfaConfig, mfa, "mfa")?;
            self.push(pool, Item::Mfa(mfa), vec![at("mfa")])?;
        }
        if let Some(issuer) = &pool.issuer {
            self.push(pool, Item::Issuer(issuer.clone()), vec![at("issuer")])?;
        }
        if let Some(keys) = &pool.signing_keys {
            self.push(pool, Item::Keys(keys.clone()), vec![at("signing_keys")])?;
        }
        type Kind = (&'static str, Op, &'static str, fn(Input) -> Item);
        let servers: Kind = (
            "resource_servers",
            Op::CreateResourceServer,
            "Identifier",
            Item::ResourceServer,
        );
        let providers: Kind = (
            "identity_providers",
            Op::CreateIdentityProvider,
            "ProviderName",
            Item::IdentityProvider,
        );
        let domains: Kind = ("domains", Op::CreateUserPoolDomain, "Domain", Item::Domain);
        let groups: Kind = ("groups", Op::CreateGroup, "GroupName", Item::Group);
        self.inputs(pool, node, servers, &pool.resource_servers)?;
        self.inputs(pool, node, providers, &pool.identity_providers)?;
        self.clients(pool, node)?;
        self.inputs(pool, node, domains, &pool.domains)?;
        self.of_clients(pool, node)?;
        self.inputs(pool, node, groups, &pool.groups)?;
        self.users(pool, node)
    }

    fn inputs(
        &mut self,
        pool: &PoolSeed,
        node: Option<&Node>,
        (member, op, key, item): (&'static str, Op, &'static str, fn(Input) -> Item),
        inputs: &[Input],
    ) -> Result<(), SeedError> {
        let nodes = items(node.and_then(|node| node.get(member)));
        let mut seen = BTreeSet::new();
        for (at, input) in inputs.iter().enumerate() {
            let line = nodes.get(at).map_or(0, |node| node.line);
            let placed = |error: SeedError| error.or_line(line).within(member);
            let mut input = input.clone();
            known::fit(op, &mut input).map_err(placed)?;
            let Some(name) = input.get(key).and_then(|name| name.as_str()) else {
                return Err(placed(SeedError::of(&format!("there is no {key}"))));
            };
            if !seen.insert(name.to_owned()) {
                return Err(placed(SeedError::of("it is there twice").within(name)));
            }
            self.push(pool, item(input), vec![line])?;
        }
        Ok(())
    }

    fn clients(&mut self, pool: &PoolSeed, node: Option<&Node>) -> Result<(), SeedError> {
        let nodes = items(node.and_then(|node| node.get("clients")));
        let mut seen = BTreeSet::new();
        for (at, client) in pool.clients.iter().enumerate() {
            let line = nodes.get(at).map_or(0, |node| node.line);
            let id = &client.id;
            let placed = |error: SeedError| error.or_line(line).within(id);
            let mut client = client.clone();
            let fit = known::fit(Op::CreateUserPoolClient, &mut client.settings);
            fit.map_err(|error| placed(error.within("settings")))?;
            if !seen.insert(client.id.clone()) {
                return Err(placed(SeedError::of("the client is there twice")));
            }
            self.push(pool, Item::Client(Box::new(client)), vec![line])?;
        }
        Ok(())
    }

    /// Adds what is of the whole pool or of a client each, and where the logs go.
    fn of_clients(&mut self, pool: &PoolSeed, node: Option<&Node>) -> Result<(), SeedError> {
        type Kind<'a> = (&'static str, Op, &'a [Input], fn(Input) -> Item);
        let kinds: [Kind<'_>; 4] = [
            (
                "risk_configurations",
                Op::SetRiskConfiguration,
                &pool.risk_configurations,
                Item::Risk,
            ),
            (
                "log_delivery",
                Op::SetLogDeliveryConfiguration,
                pool.log_delivery.as_slice(),
                Item::Logs,
            ),
            (
                "ui_customizations",
                Op::SetUICustomization,
                &pool.ui_customizations,
                Item::Look,
            ),
            (
                "managed_login_branding",
                Op::CreateManagedLoginBranding,
                &pool.managed_login_branding,
                Item::Branding,
            ),
        ];
        for (member, op, inputs, item) in kinds {
            let found = node.and_then(|node| node.get(member));
            let nodes = items(found);
            let mut seen = BTreeSet::new();
            for (at, input) in inputs.iter().enumerate() {
                let line = nodes.get(at).or(found).map_or(0, |node| node.line);
                let placed = |error: SeedError| error.or_line(line).within(member);
                let mut input = input.clone();
                known::fit(op, &mut input).map_err(placed)?;
                let client = input.get("ClientId").and_then(|client| client.as_str());
                if op == Op::CreateManagedLoginBranding && client.is_none() {
                    return Err(placed(SeedError::of("there is no ClientId")));
                }
                let client = client.filter(|client| *client != "ALL").unwrap_or_default();
                if !seen.insert(client.to_owned()) {
                    return Err(placed(SeedError::of("it is there twice").within(client)));
                }
                self.push(pool, item(input), vec![line])?;
            }
        }
        Ok(())
    }

    fn users(&mut self, pool: &PoolSeed, node: Option<&Node>) -> Result<(), SeedError> {
        let nodes = items(node.and_then(|node| node.get("users")));
        let mut seen = BTreeSet::new();
        let (mut part, mut lines, mut bytes) = (Vec::new(), Vec::new(), 0);
        for (at, user) in pool.users.iter().enumerate() {
            let line = nodes.get(at).map_or(0, |node| node.line);
            let placed = |what: &str| {
                let error = SeedError::at(line, what);
                Err(error.within(&user.username).within("users"))
            };
            if !seen.insert(user.username.as_str()) {
                return placed("the user is there twice");
            }
            if user.password.is_some() && user.password_hash.is_some() {
                return placed("a user has a password or a password_hash");
            }
            let length = size(user)?;
            if part.len() >= MOST_USERS || bytes + length > MOST_BYTES {
                let (part, lines) = (std::mem::take(&mut part), std::mem::take(&mut lines));
                self.push(pool, Item::Users(part), lines)?;
                bytes = 0;
            }
            bytes += length;
            part.push(user.clone());
            lines.push(line);
        }
        match part.is_empty() {
            true => Ok(()),
            false => self.push(pool, Item::Users(part), lines),
        }
    }

    fn push(&mut self, pool: &PoolSeed, item: Item, lines: Vec<usize>) -> Result<(), SeedError> {
        if size(&item)? > MOST_BYTES {
            let line = lines.first().copied().unwrap_or_default();
            return Err(SeedError::at(line, "this is larger than 600 KiB"));
        }
        self.parts.push(Part {
            pool: pool.id.clone(),
            item,
        });
        self.lines.push(lines);
        Ok(())
    }
}

fn size(value: &impl Serialize) -> Result<usize, SeedError> {
    let text = serde_json::to_vec(value);
    Ok(text
        .map_err(|error| SeedError::of(&error.to_string()))?
        .len())
}

/// Returns the line of a member of a table, or of the table.
fn line(node: &Node, name: &str) -> usize {
    match &node.content {
        Content::Table(members) => {
            let found = members.iter().find(|(known, ..)| known == name);
            found.map_or(node.line, |(_, line, _)| *line)
        }
        _ => node.line,
    }
}

fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.content) {
        Some(Content::List(items)) => items,
        _ => &[],
    }
}
