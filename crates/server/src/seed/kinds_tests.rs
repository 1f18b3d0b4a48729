//! Tests of what the crate `templates` knows by heart, against what it is about: the API's inputs and the standard attributes.

use std::collections::BTreeSet;

use cognate_domain::records::standard_schema::standard_attributes;
use cognate_shapes::Op;
use cognate_shapes::table::{Kind, Shape};
use cognate_templates::attributes::STANDARD;
use cognate_templates::fields::{Field, Form, below};
use cognate_templates::kinds;

/// Compares a table with a structure: `missing` gets members without a field, `unknown` fields without a member. `prefix`: where
/// the structure is in the table, with a dot behind it.
struct Comparison {
    missing: Vec<String>,
    unknown: Vec<String>,
}

impl Comparison {
    fn of(shape: &Shape, fields: &[Field], prefix: &str) -> Self {
        let mut comparison = Self {
            missing: Vec::new(),
            unknown: Vec::new(),
        };
        comparison.walk(shape, fields, prefix, "");
        comparison
    }

    fn walk(&mut self, shape: &Shape, fields: &[Field], prefix: &str, path: &str) {
        let Kind::Structure { members, .. } = &shape.kind else {
            panic!("{path} is no structure");
        };
        for field in fields {
            let Some(rest) = field.member.strip_prefix(prefix) else {
                continue;
            };
            let name = rest.split('.').next().unwrap();
            if !members.iter().any(|member| member.wire == name) {
                self.unknown.push(below(path, rest));
            }
        }
        for member in *members {
            let (full, path) = (format!("{prefix}{}", member.wire), below(path, member.wire));
            let field = fields.iter().find(|field| field.member == full);
            let inner = format!("{full}.");
            match (field.map(|field| field.form), &member.shape.kind) {
                (Some(Form::Block(fields)), _) => self.walk(member.shape, fields, "", &path),
                (Some(Form::Blocks(fields) | Form::List(_, fields)), Kind::List { of, .. }) => {
                    self.walk(of, fields, "", &path);
                }
                (Some(Form::Blocks(_) | Form::List(..)), _) => panic!("{path} is no list"),
                (Some(_), Kind::Structure { .. }) => panic!("{path} has members"),
                (Some(_), _) => {}
                (None, _) if fields.iter().any(|field| field.member.starts_with(&inner)) => {
                    self.walk(member.shape, fields, &inner, &path);
                }
                (None, _) => self.missing.push(path),
            }
        }
    }
}

/// The fields of a pool that are those of its second factors, or the others.
fn of_pool(of_mfa: bool) -> Vec<Field> {
    let fields = kinds::POOL.iter().copied();
    fields
        .filter(|field| field.member.starts_with("Mfa.") == of_mfa)
        .collect()
}

#[test]
fn a_member_of_an_input_has_a_field_or_is_one_that_the_provider_lacks() {
    let (pool, mfa) = (of_pool(false), of_pool(true));
    let tables: [(Op, &[Field], &str, &[&str]); 11] = [
        (
            Op::CreateUserPool,
            &pool,
            "",
            &[
                "AcrConfiguration",
                "AdminCreateUserConfig.UnusedAccountValidityDays",
                "DcrConfiguration",
                "IssuerConfiguration",
                "KeyConfiguration",
                "LambdaConfig.InboundFederation",
                // Said with the second factors.
                "MfaConfiguration",
                "SmsConfiguration.EumsSms",
            ],
        ),
        (
            Op::SetUserPoolMfaConfig,
            &mfa,
            "Mfa.",
            // The first is what SmsConfiguration makes of it.
            &[
                "SmsMfaConfiguration",
                "WebAuthnConfiguration.FactorConfiguration",
            ],
        ),
        (
            Op::CreateUserPoolClient,
            kinds::CLIENT,
            "",
            // A seed has the secret beside the settings.
            &["ClientSecret", "PublishSecretsInAWSSecretsManager"],
        ),
        (
            Op::CreateUserPoolDomain,
            kinds::DOMAIN,
            "",
            &["CustomDomainConfig.SecurityPolicy", "Routing"],
        ),
        (
            Op::CreateIdentityProvider,
            kinds::PROVIDER,
            "",
            &["AcrMapping"],
        ),
        (Op::CreateResourceServer, kinds::SERVER, "", &[]),
        (Op::CreateGroup, kinds::GROUP, "", &[]),
        (Op::SetRiskConfiguration, kinds::RISK, "", &[]),
        (Op::SetLogDeliveryConfiguration, kinds::LOGS, "", &[]),
        (Op::SetUICustomization, kinds::CLASSIC, "", &[]),
        (Op::CreateManagedLoginBranding, kinds::BRANDING, "", &[]),
    ];
    for (op, fields, prefix, lacking) in tables {
        let mut found = Comparison::of(op.input(), fields, prefix);
        // The pool is said around it.
        found.missing.retain(|path| path != "UserPoolId");
        found.missing.sort();
        assert_eq!(found.missing, lacking, "{op:?}");
        assert_eq!(found.unknown, [""; 0], "{op:?}");
    }
}

#[test]
fn the_standard_attributes_are_those_of_a_pool() {
    let schema = standard_attributes();
    let names: BTreeSet<&str> = schema
        .iter()
        .filter_map(|attribute| attribute.name.as_deref())
        .collect();
    assert_eq!(STANDARD.iter().copied().collect::<BTreeSet<_>>(), names);
}
