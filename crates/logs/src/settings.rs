//! The settings: which ARN leads to which target, and how targets are called.

use std::path::PathBuf;

use cognate_crypto::secret::SecretString;
use cognate_outbound::pattern::Pattern;
use http::Uri;

/// The size after which a file is rotated unless the settings say otherwise, in bytes.
pub const DEFAULT_ROTATE: u64 = 64 << 20;
/// Rotated files that are kept unless the settings say otherwise.
pub const DEFAULT_KEEP: u32 = 8;

/// Everything that the delivery of log records needs to know.
#[derive(Debug)]
pub struct LogSettings {
    /// True in `dev`: an ARN without a target goes to a file of the data folder, or into the program's own log.
    pub dev: bool,
    /// The targets.
    pub targets: Vec<Mapping>,
    /// The key that signs calls of services.
    pub key: Option<AccessKey>,
    /// The key that signs calls of webhooks.
    pub webhook_secret: Option<SecretString>,
    /// The region in signatures for S3, whose ARNs name none.
    pub region: String,
    /// The data folder; None without one.
    pub folder: Option<PathBuf>,
}

impl LogSettings {
    /// Returns settings without any target.
    #[must_use]
    pub fn new(dev: bool) -> Self {
        Self {
            dev,
            targets: Vec::new(),
            key: None,
            webhook_secret: None,
            region: "us-east-1".to_owned(),
            folder: None,
        }
    }
}

/// An access key of the services.
#[derive(Debug)]
pub struct AccessKey {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: SecretString,
    /// The session token of temporary keys.
    pub token: Option<SecretString>,
}

/// A target and the ARNs that lead to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The ARNs.
    pub pattern: Pattern,
    /// The target.
    pub target: Target,
    /// The region in signatures, in place of that of the ARN.
    pub region: Option<String>,
}

/// Where records go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A service that speaks CloudWatch Logs. None: Amazon's of the ARN's region.
    CloudWatch(Option<String>),
    /// A service that speaks Firehose.
    Firehose(Option<String>),
    /// A service that speaks S3.
    S3(Option<String>),
    /// A URL to which records are posted.
    Webhook(String),
    /// A file.
    File {
        /// Its path.
        path: PathBuf,
        /// The size after which it is rotated, in bytes.
        rotate: u64,
        /// Rotated files that are kept.
        keep: u32,
    },
}

const FORM: &str = "must have the form PATTERN=TARGET, where TARGET is cloudwatch:URL, firehose:URL, s3:URL, webhook:URL or file:PATH, and URL may be aws for Amazon's";

impl Mapping {
    /// Parses `PATTERN=TARGET`, with `;region=REGION` at the end for services, and `;rotate_mib=N` and `;keep=N` for files.
    ///
    /// # Errors
    /// Why the text is none, for the operator.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (pattern, target) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` {FORM}"))?;
        let pattern = Pattern::parse(pattern.trim())?;
        let mut target = target.trim();
        let (mut region, mut rotate, mut keep) = (None, None, None);
        while let Some((rest, option)) = target.rsplit_once(';') {
            let Some((key, value)) = option.trim().split_once('=') else {
                break;
            };
            match key {
                "region" => region = Some(proper_region(value)?),
                "rotate_mib" => rotate = Some(number(option, value, 1..=65_536)? << 20),
                "keep" => keep = Some(number(option, value, 0..=10_000)?),
                _ => return Err(format!("`;{key}=` is no option of a target of logs")),
            }
            target = rest.trim_end();
        }
        let (kind, place) = target
            .split_once(':')
            .ok_or_else(|| format!("`{target}` is no target: the value {FORM}"))?;
        let is_file = kind == "file";
        if !is_file && (rotate.is_some() || keep.is_some()) {
            return Err("`;rotate_mib=` and `;keep=` are for file: targets only".into());
        }
        if region.is_some() && !matches!(kind, "cloudwatch" | "firehose" | "s3") {
            return Err("`;region=` is for services only".into());
        }
        let target = match kind {
            "cloudwatch" => Target::CloudWatch(endpoint(place)?),
            "firehose" => Target::Firehose(endpoint(place)?),
            "s3" => Target::S3(endpoint(place)?),
            "webhook" => {
                check(place)?;
                Target::Webhook(place.to_owned())
            }
            "file" if place.is_empty() => return Err("`file:` needs a path".into()),
            "file" => Target::File {
                path: place.into(),
                rotate: rotate.unwrap_or(DEFAULT_ROTATE),
                keep: u32::try_from(keep.unwrap_or(DEFAULT_KEEP.into())).unwrap_or(DEFAULT_KEEP),
            },
            _ => return Err(format!("`{kind}:` is no kind of target: the value {FORM}")),
        };
        Ok(Self {
            pattern,
            target,
            region,
        })
    }
}

fn proper_region(text: &str) -> Result<String, String> {
    match is_region(text) {
        true => Ok(text.to_owned()),
        false => Err(format!("`;region={text}` must have the form of us-east-1")),
    }
}

/// True for what may be a part of the name of a host.
pub(crate) fn is_region(text: &str) -> bool {
    let proper = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.len() <= 32 && text.bytes().all(proper)
}

fn number(option: &str, text: &str, range: std::ops::RangeInclusive<u64>) -> Result<u64, String> {
    let parsed = text.parse().ok().filter(|number| range.contains(number));
    let (first, last) = (range.start(), range.end());
    parsed.ok_or_else(|| format!("`;{option}` must be {first} to {last}"))
}

fn endpoint(text: &str) -> Result<Option<String>, String> {
    if text == "aws" {
        return Ok(None);
    }
    let url = text.trim_end_matches('/');
    check(url)?;
    if url.contains('?') {
        return Err(format!("`{text}`: the URL of a service has no query"));
    }
    Ok(Some(url.to_owned()))
}

/// Refuses what is no URL of a target. The operator names it, so that plain HTTP is the operator's decision.
fn check(url: &str) -> Result<(), String> {
    let uri: Uri = url.parse().map_err(|_| format!("`{url}` is not a URL"))?;
    let authority = uri.authority().map(|a| a.as_str()).unwrap_or_default();
    let schemed = matches!(uri.scheme_str(), Some("http" | "https"));
    if !schemed || authority.is_empty() || authority.contains('@') || url.contains('#') {
        return Err(format!(
            "`{url}` must begin with https:// or http:// and have a host, no user and no fragment"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_with_their_options() {
        let read = |text: &str| Mapping::parse(text).unwrap();
        let group = "arn:aws:logs:eu-west-1:111122223333:log-group:g";
        let one = read(&format!(
            "{group}=cloudwatch:https://logs.example/;region=eu-west-2"
        ));
        assert_eq!(one.pattern, Pattern::Exact(group.into()));
        assert_eq!(
            one.target,
            Target::CloudWatch(Some("https://logs.example".into()))
        );
        assert_eq!(one.region.as_deref(), Some("eu-west-2"));
        assert_eq!(read("*=firehose:aws").target, Target::Firehose(None));
        assert_eq!(
            read("arn:aws:s3:*=s3:http://minio:9000").target,
            Target::S3(Some("http://minio:9000".into()))
        );
        assert_eq!(
            read("*=webhook:https://h.example/in?a=b").target,
            Target::Webhook("https://h.example/in?a=b".into())
        );
        assert_eq!(
            read("*=file:/var/log/users.jsonl;rotate_mib=2;keep=3").target,
            Target::File {
                path: "/var/log/users.jsonl".into(),
                rotate: 2 << 20,
                keep: 3
            }
        );
    }

    #[test]
    fn what_is_no_target_is_refused() {
        for (text, why) in [
            ("*", "must have the form"),
            ("*=x", "is no target"),
            ("*=ftp://x", "is no kind of target"),
            ("logs*=file:/x", "is no pattern"),
            ("*=cloudwatch:logs.example", "must begin with https://"),
            ("*=s3:https://u@h", "no user"),
            ("*=s3:https://h/?a", "has no query"),
            ("*=file:", "needs a path"),
            ("*=file:/x;rotate_mib=0", "must be 1 to 65536"),
            ("*=file:/x;region=us-east-1", "for services only"),
            ("*=s3:aws;keep=1", "for file: targets only"),
            ("*=s3:aws;region=US", "must have the form of us-east-1"),
            ("*=s3:aws;zone=1", "is no option"),
        ] {
            let error = Mapping::parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
