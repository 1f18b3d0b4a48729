//! The Cognito resources of a CloudFormation template as a seed. References among them are resolved; what else a template
//! computes is refused by name, but for a few placeholders (docs/SEED.md).

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use cognate_crypto::hash::sha256;
use cognate_templates::cloudformation::METADATA;
use serde_json::{Value, json};

mod bounds;
mod parts;

use bounds::Bounds;
use parts::{attach, mfa, user};

use super::SeedError;
use super::document::{Content, Node};
use super::file::{ClientSeed, Input, PoolSeed, Seed};

/// What a template is, once it is read.
type Made = (Seed, Vec<String>);

const KINDS: &str = "AWS::Cognito::";

/// Reads a template.
///
/// # Errors
/// What cannot be resolved, with its line.
pub fn seed(node: &Node, region: &str, account: &str) -> Result<Made, SeedError> {
    let mut resources = BTreeMap::new();
    if let Some(Node {
        content: Content::Table(members),
        ..
    }) = node.get("Resources")
    {
        for (name, _, resource) in members {
            let kind = resource.get("Type").and_then(Node::text);
            resources.insert(name.as_str(), (kind.unwrap_or_default(), resource));
        }
    }
    let parameters = node.get("Parameters").map(members).unwrap_or_default();
    let template = Template {
        resources,
        parameters: parameters
            .iter()
            .map(|(name, _, parameter)| (name.as_str(), parameter))
            .collect(),
        region,
        account,
        under: RefCell::default(),
        bounds: Bounds::default(),
    };
    template.seed()
}

struct Template<'a> {
    /// By logical id: the type and the resource.
    resources: BTreeMap<&'a str, (&'a str, &'a Node)>,
    /// By name.
    parameters: HashMap<&'a str, &'a Node>,
    region: &'a str,
    account: &'a str,
    /// The members that are being resolved: logical id and name.
    under: RefCell<Vec<(&'a str, &'static str)>>,
    bounds: Bounds,
}

fn members(node: &Node) -> &[(String, usize, Node)] {
    match &node.content {
        Content::Table(members) => members,
        _ => &[],
    }
}

/// Returns letters and digits that follow from a name.
fn word(name: &str, length: usize, letters: &[u8]) -> String {
    let mut out = String::new();
    let mut round = 0_u32;
    while out.len() < length {
        let digest = sha256(format!("cognate template\n{round}\n{name}").as_bytes());
        round += 1;
        let chosen = digest
            .iter()
            .filter_map(|byte| letters.get(usize::from(*byte) % letters.len().max(1)))
            .map(|letter| char::from(*letter));
        out.extend(chosen.take(length - out.len()));
    }
    out
}

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const ALL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

impl<'a> Template<'a> {
    fn seed(&self) -> Result<Made, SeedError> {
        let mut pools: BTreeMap<String, PoolSeed> = BTreeMap::new();
        let (mut notes, mut attached) = (Vec::new(), Vec::new());
        for (logical, (kind, _)) in &self.resources {
            if kind.strip_prefix(KINDS) == Some("UserPool") {
                let id = self.pool_id(logical)?;
                let pool = self.pool(logical, &id)?;
                notes.push(format!("{logical} is user pool {id}"));
                pools.insert(id, pool);
            }
        }
        for (logical, (kind, resource)) in &self.resources {
            let Some(kind) = kind.strip_prefix(KINDS).filter(|kind| *kind != "UserPool") else {
                continue;
            };
            let known = [
                "UserPoolClient",
                "UserPoolDomain",
                "UserPoolGroup",
                "UserPoolResourceServer",
                "UserPoolIdentityProvider",
                "UserPoolUser",
                "UserPoolUserToGroupAttachment",
                "UserPoolRiskConfigurationAttachment",
                "UserPoolUICustomizationAttachment",
                "ManagedLoginBranding",
                "LogDeliveryConfiguration",
            ];
            if !known.contains(&kind) {
                notes.push(format!("{logical} is left out: {KINDS}{kind}"));
                continue;
            }
            let mut input = self.properties(logical)?;
            let owner = input.remove("UserPoolId");
            let owner = owner.as_ref().and_then(Value::as_str).unwrap_or_default();
            let pool = pools.entry(owner.to_owned()).or_insert_with(|| PoolSeed {
                id: owner.to_owned(),
                ..PoolSeed::default()
            });
            match kind {
                "UserPoolClient" => {
                    let id = self.client_id(logical)?;
                    notes.push(format!("{logical} is app client {id}"));
                    let name = || json!(logical);
                    input.entry("ClientName".to_owned()).or_insert_with(name);
                    pool.clients.push(ClientSeed {
                        id,
                        settings: input,
                        ..ClientSeed::default()
                    });
                }
                "UserPoolDomain" => pool.domains.push(input),
                "UserPoolGroup" => {
                    let name = || json!(logical);
                    input.entry("GroupName".to_owned()).or_insert_with(name);
                    pool.groups.push(input);
                }
                "UserPoolResourceServer" => pool.resource_servers.push(input),
                "UserPoolIdentityProvider" => pool.identity_providers.push(input),
                "UserPoolUser" => {
                    let mut user = user(&input);
                    user.sub = self.noted(logical, "Sub").map(str::to_owned);
                    pool.users.push(user);
                }
                "UserPoolRiskConfigurationAttachment" => {
                    if input.get("ClientId").is_some_and(|client| client == "ALL") {
                        input.remove("ClientId");
                    }
                    pool.risk_configurations.push(input);
                }
                "UserPoolUICustomizationAttachment" => pool.ui_customizations.push(input),
                "ManagedLoginBranding" => {
                    input.remove("ReturnMergedResources");
                    pool.managed_login_branding.push(input);
                }
                "LogDeliveryConfiguration" => pool.log_delivery = Some(input),
                _ => {
                    let member = |name: &str| input.get(name).and_then(Value::as_str);
                    let (name, group) = (member("Username"), member("GroupName"));
                    let (Some(name), Some(group)) = (name, group) else {
                        let what = "an attachment has a Username and a GroupName";
                        return Err(SeedError::at(resource.line, what).within(logical));
                    };
                    attached.push((owner.to_owned(), name.to_owned(), group.to_owned()));
                }
            }
        }
        attach(&mut pools, attached);
        let pools = pools.into_values().collect();
        let seed = Seed {
            pools,
            ..Seed::default()
        };
        Ok((seed, notes))
    }

    fn properties(&self, logical: &str) -> Result<Input, SeedError> {
        let resource = self.resources.get(logical).map(|(_, resource)| *resource);
        let Some(properties) = resource.and_then(|resource| resource.get("Properties")) else {
            return Ok(Input::new());
        };
        let value = self.resolve(properties);
        match value.map_err(|error| error.within(logical))? {
            Some(Value::Object(members)) => Ok(members),
            _ => Err(SeedError::at(properties.line, "Properties is a table").within(logical)),
        }
    }

    /// Returns a text among the properties of a resource.
    fn text_of(&self, logical: &str, member: &'static str) -> Result<Option<String>, SeedError> {
        let Some((logical, (_, resource))) = self.resources.get_key_value(logical) else {
            return Ok(None);
        };
        let Some(properties) = resource.get("Properties") else {
            return Ok(None);
        };
        let looked = members(resource).len() + members(properties).len();
        self.bounds.looked(looked, properties.line)?;
        let Some(node) = properties.get(member) else {
            return Ok(None);
        };
        let this = (*logical, member);
        if self.under.borrow().contains(&this) {
            let what = format!("{member} of {logical} refers to itself");
            return Err(SeedError::at(node.line, &what));
        }
        self.under.borrow_mut().push(this);
        let value = self.resolve(node).map_err(|error| error.within(logical));
        self.under.borrow_mut().pop();
        Ok(value?.and_then(|value| value.as_str().map(str::to_owned)))
    }

    /// Returns what an export of this program says in the metadata of a resource.
    fn noted(&self, logical: &str, name: &str) -> Option<&str> {
        let (_, resource) = self.resources.get(logical)?;
        let metadata = resource.get("Metadata")?.get(METADATA)?;
        metadata.get(name).and_then(Node::text)
    }

    /// Returns the id that the metadata or a tag asks for, or one that follows from the logical id.
    fn pool_id(&self, logical: &str) -> Result<String, SeedError> {
        if let Some(id) = self.noted(logical, "Id") {
            return Ok(id.to_owned());
        }
        let resource = self.resources.get(logical).map(|(_, resource)| *resource);
        let properties = resource.and_then(|resource| resource.get("Properties"));
        let tags = properties.and_then(|properties| properties.get("UserPoolTags"));
        for node in [properties, tags].into_iter().flatten() {
            self.bounds.looked(members(node).len(), node.line)?;
        }
        for tag in ["_custom_id_", "ms-custom-id", "floci:override-id"] {
            if let Some(id) = tags.and_then(|tags| tags.get(tag)).and_then(Node::text) {
                return Ok(match id.contains('_') {
                    true => id.to_owned(),
                    false => format!("{}_{id}", self.region),
                });
            }
        }
        Ok(format!("{}_{}", self.region, word(logical, 9, ALL)))
    }

    fn client_id(&self, logical: &str) -> Result<String, SeedError> {
        if let Some(id) = self.noted(logical, "Id") {
            return Ok(id.to_owned());
        }
        let name = self.text_of(logical, "ClientName")?.unwrap_or_default();
        for prefix in ["_custom_id_:", "ms-custom-id:"] {
            if let Some(id) = name.strip_prefix(prefix) {
                return Ok(id.to_owned());
            }
        }
        Ok(word(logical, 26, LOWER))
    }

    fn pool(&self, logical: &str, id: &str) -> Result<PoolSeed, SeedError> {
        let mut input = self.properties(logical)?;
        let name = input.remove("UserPoolName");
        input.insert(
            "PoolName".to_owned(),
            name.unwrap_or_else(|| json!(logical)),
        );
        let mfa = mfa(&mut input);
        Ok(PoolSeed {
            id: id.to_owned(),
            settings: Some(input),
            mfa,
            ..PoolSeed::default()
        })
    }

    /// Returns the value with references resolved; None for what the template wants to be absent.
    ///
    /// # Errors
    /// What cannot be resolved, or would be too much.
    fn resolve(&self, node: &Node) -> Result<Option<Value>, SeedError> {
        let _level = self.bounds.enter(node.line)?;
        self.bounds
            .made(node.text().map_or(0, str::len), node.line)?;
        Ok(Some(match &node.content {
            Content::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.extend(self.resolve(item)?);
                }
                Value::Array(list)
            }
            Content::Table(members) => {
                if let [(name, _, inner)] = members.as_slice()
                    && (name == "Ref" || name.starts_with("Fn::"))
                {
                    return self.function(name, inner);
                }
                let mut table = Input::new();
                for (name, _, inner) in members {
                    let value = self.resolve(inner).map_err(|error| error.within(name))?;
                    if let Some(value) = value {
                        table.insert(name.clone(), value);
                    }
                }
                Value::Object(table)
            }
            _ => node.to_json(),
        }))
    }

    fn function(&self, name: &str, inner: &Node) -> Result<Option<Value>, SeedError> {
        let wrong = || SeedError::at(inner.line, &format!("{name} is not understood here"));
        match name {
            "Ref" => {
                let target = inner.text().ok_or_else(wrong)?;
                if target == "AWS::NoValue" {
                    return Ok(None);
                }
                self.reference(target, inner.line)
                    .map(|text| Some(json!(text)))
            }
            "Fn::GetAtt" => {
                let parts = match &inner.content {
                    Content::Text(text) => text.split_once('.'),
                    Content::List(items) => match items.as_slice() {
                        [target, member] => target.text().zip(member.text()),
                        _ => None,
                    },
                    _ => None,
                };
                let (target, member) = parts.ok_or_else(wrong)?;
                self.attribute(target, member, inner.line)
                    .map(|text| Some(json!(text)))
            }
            "Fn::Sub" => match &inner.content {
                Content::Text(text) => self.substituted(text, None, inner.line).map(Some),
                Content::List(items) => match items.as_slice() {
                    [text, own] => {
                        let text = text.text().ok_or_else(wrong)?;
                        self.substituted(text, Some(own), inner.line).map(Some)
                    }
                    _ => Err(wrong()),
                },
                _ => Err(wrong()),
            },
            "Fn::Join" => {
                let value = self.resolve(inner)?;
                let parts = value.as_ref().and_then(Value::as_array);
                let parts = parts.filter(|parts| parts.len() == 2);
                let between = parts.and_then(|parts| parts.first()?.as_str());
                let items = parts.and_then(|parts| parts.get(1)?.as_array());
                let (between, items) = between.zip(items).ok_or_else(wrong)?;
                let items: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
                let items = items.ok_or_else(wrong)?;
                let texts: usize = items.iter().map(|item| item.len()).sum();
                let bytes = between.len().saturating_mul(items.len());
                self.bounds.made(bytes.saturating_add(texts), inner.line)?;
                Ok(Some(json!(items.join(between))))
            }
            other => {
                let what = format!("{other} is not computed here");
                Err(SeedError::at(inner.line, &what))
            }
        }
    }

    fn substituted(&self, text: &str, own: Option<&Node>, line: usize) -> Result<Value, SeedError> {
        let own: HashMap<&str, &Node> = own
            .map(members)
            .unwrap_or_default()
            .iter()
            .map(|(name, _, value)| (name.as_str(), value))
            .collect();
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| SeedError::at(line, "Fn::Sub has ${ without an end"))?;
            rest = after;
            let value = if let Some(literal) = name.strip_prefix('!') {
                format!("${{{literal}}}")
            } else if let Some(value) = own.get(name) {
                let value = self.resolve(value)?.unwrap_or_default();
                let text = value.as_str().map(str::to_owned);
                text.unwrap_or_else(|| value.to_string())
            } else {
                match name.split_once('.') {
                    Some((target, member)) => self.attribute(target, member, line)?,
                    None => self.reference(name, line)?,
                }
            };
            // Before it is there twice: in the text, and in those that the text is part of.
            self.bounds.made(value.len(), line)?;
            out.push_str(&value);
        }
        out.push_str(rest);
        Ok(json!(out))
    }

    fn reference(&self, target: &str, line: usize) -> Result<String, SeedError> {
        let found = self.referred(target, line)?;
        self.bounds.made(found.len(), line)?;
        Ok(found)
    }

    fn referred(&self, target: &str, line: usize) -> Result<String, SeedError> {
        let own = match target {
            "AWS::Region" => Some(self.region),
            "AWS::AccountId" => Some(self.account),
            "AWS::Partition" => Some("aws"),
            "AWS::StackName" => Some("seed"),
            "AWS::URLSuffix" => Some("amazonaws.com"),
            _ => None,
        };
        if let Some(own) = own {
            return Ok(own.to_owned());
        }
        if let Some(parameter) = self.parameters.get(target) {
            let default = parameter.get("Default").map(Node::to_json);
            return match default {
                Some(Value::String(text)) => Ok(text),
                Some(other) => Ok(other.to_string()),
                None => {
                    let what = format!("the parameter {target} has no Default");
                    Err(SeedError::at(line, &what))
                }
            };
        }
        let Some((kind, _)) = self.resources.get(target) else {
            let what = format!("there is nothing called {target} in the template");
            return Err(SeedError::at(line, &what));
        };
        let named = |member: &'static str| {
            let name = self.text_of(target, member)?;
            Ok(name.unwrap_or_else(|| target.to_owned()))
        };
        match *kind {
            "AWS::Cognito::UserPool" => self.pool_id(target),
            "AWS::Cognito::UserPoolClient" => self.client_id(target),
            "AWS::Cognito::UserPoolDomain" => named("Domain"),
            "AWS::Cognito::UserPoolGroup" => named("GroupName"),
            "AWS::Cognito::UserPoolResourceServer" => named("Identifier"),
            "AWS::Cognito::UserPoolIdentityProvider" => named("ProviderName"),
            "AWS::Cognito::UserPoolUser" => named("Username"),
            "AWS::Lambda::Function" | "AWS::Serverless::Function" => named("FunctionName"),
            "AWS::IAM::Role" => named("RoleName"),
            other => {
                let what = format!("Ref of {target} ({other}) has no value here");
                Err(SeedError::at(line, &what))
            }
        }
    }

    fn attribute(&self, target: &str, member: &str, line: usize) -> Result<String, SeedError> {
        let (region, account) = (self.region, self.account);
        let kind = self.resources.get(target).map(|(kind, _)| *kind);
        let kind = kind.unwrap_or("nothing in the template");
        let aws = format!("cognito-idp.{region}.amazonaws.com");
        Ok(match (kind, member) {
            ("AWS::Cognito::UserPool", "UserPoolId") => self.pool_id(target)?,
            ("AWS::Cognito::UserPool", "Arn") => {
                let id = self.pool_id(target)?;
                format!("arn:aws:cognito-idp:{region}:{account}:userpool/{id}")
            }
            ("AWS::Cognito::UserPool", "ProviderName") => {
                format!("{aws}/{}", self.pool_id(target)?)
            }
            ("AWS::Cognito::UserPool", "ProviderURL") => {
                format!("https://{aws}/{}", self.pool_id(target)?)
            }
            ("AWS::Cognito::UserPoolClient", "ClientId") => self.client_id(target)?,
            ("AWS::Lambda::Function" | "AWS::Serverless::Function", "Arn") => {
                let name = self.reference(target, line)?;
                format!("arn:aws:lambda:{region}:{account}:function:{name}")
            }
            ("AWS::IAM::Role", "Arn") => {
                let name = self.reference(target, line)?;
                format!("arn:aws:iam::{account}:role/{name}")
            }
            _ => {
                let what = format!("Fn::GetAtt {target}.{member} ({kind}) has no value here");
                return Err(SeedError::at(line, &what));
            }
        })
    }
}
