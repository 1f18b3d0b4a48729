//! The settings: which ARN leads to which target, and how targets are called.

use std::time::Duration;

use cognate_crypto::secret::SecretString;
pub use cognate_outbound::pattern::Pattern;
use http::Uri;

/// The time of one try unless the settings say otherwise (admin.md 3.1).
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
/// The number of tries unless the settings say otherwise (admin.md 3.1).
pub const DEFAULT_TRIES: u32 = 3;
/// The longest time of one try that may be set: that of a function at most.
pub const LONGEST_TIMEOUT: Duration = Duration::from_secs(900);
/// The most tries that may be set.
pub const MOST_TRIES: u32 = 10;

/// Everything that the calls of functions need to know.
#[derive(Debug)]
pub struct FunctionSettings {
    /// True in `dev`: commands may be run, calls are recorded, HTTP and internal addresses may be called.
    pub dev: bool,
    /// The targets.
    pub triggers: Vec<Mapping>,
    /// The key that signs calls of Lambda-compatible endpoints; without it they are not signed.
    pub key: Option<AccessKey>,
    /// The region in signatures, in place of that of the function's ARN.
    pub region: Option<String>,
    /// The key that signs calls of hooks.
    pub hook_secret: Option<SecretString>,
    /// The time of one try.
    pub timeout: Duration,
    /// The number of tries.
    pub tries: u32,
    /// True if `serve` may call internal addresses and plain HTTP.
    pub private: bool,
    /// Names of variables that a command must not see.
    pub hidden_variables: Vec<String>,
}

impl FunctionSettings {
    /// Returns settings without any target.
    pub fn new(dev: bool) -> Self {
        Self {
            dev,
            triggers: Vec::new(),
            key: None,
            region: None,
            hook_secret: None,
            timeout: DEFAULT_TIMEOUT,
            tries: DEFAULT_TRIES,
            private: false,
            hidden_variables: Vec::new(),
        }
    }
}

/// An access key of the service that runs functions.
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
    /// The time of one try, if the target has its own.
    pub timeout: Option<Duration>,
    /// The number of tries, if the target has its own.
    pub tries: Option<u32>,
}

/// Where functions run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An endpoint that speaks the Lambda Invoke API.
    Lambda {
        /// Its URL, without a slash at the end. `{region}` in it stands for the region of the function's ARN.
        url: String,
        /// The name by which the endpoint knows the function.
        name: FunctionName,
    },
    /// A URL to which the event is posted.
    Hook {
        /// The URL.
        url: String,
    },
    /// A program that reads the event and writes its answer.
    Command(CommandLine),
}

/// The name by which an endpoint knows a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionName {
    /// The ARN as LambdaConfig has it, with its version or alias.
    Arn,
    /// The name in the ARN; its version or alias is the parameter `Qualifier`.
    Short,
    /// One name for all.
    Fixed(String),
}

/// A program that runs on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandLine {
    /// A line of the shell.
    Shell(String),
    /// A handler file, run by a runner of this crate.
    Handler {
        /// The program that runs the language.
        program: String,
        /// The language.
        language: Language,
        /// False for `node FILE` and its kin, where the file may be a program that reads the event by itself: its text
        /// tells.
        certain: bool,
        /// The path of the file.
        file: String,
        /// The function in it; None for `handler` and its kin.
        function: Option<String>,
    },
}

/// A language of handler files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// JavaScript, run by `node`.
    Node,
    /// Python, run by `python3`.
    Python,
}

const FORM: &str = "must have the form PATTERN=TARGET, where TARGET is lambda:URL, hook:URL or, in dev, command:LINE";

impl Mapping {
    /// Parses `PATTERN=TARGET`, with `;timeout=MILLISECONDS`, `;tries=N` and for `lambda:` also `;name=NAME` at the end.
    /// `dev`: commands may be run. `private`: URLs may begin with `http:` (always in `dev`).
    ///
    /// # Errors
    /// Why the text is none, for the operator.
    pub fn parse(text: &str, dev: bool, private: bool) -> Result<Self, String> {
        let (pattern, target) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` {FORM}"))?;
        let pattern = Pattern::parse(pattern.trim())?;
        let mut target = target.trim();
        let (mut timeout, mut tries, mut name) = (None, None, None);
        while let Some((rest, option)) = target.rsplit_once(';') {
            let Some((key, value)) = option.trim().split_once('=') else {
                break;
            };
            match key {
                "timeout" => timeout = Some(milliseconds(value)?),
                "tries" => tries = Some(number(value)?),
                "name" => name = Some(function_name(value)?),
                _ => break,
            }
            target = rest.trim_end();
        }
        let plain = dev || private;
        let target = match target.split_once(':') {
            Some(("lambda", url)) => Target::Lambda {
                url: endpoint(url, plain)?,
                name: name.take().unwrap_or(FunctionName::Arn),
            },
            Some(("hook", url)) => Target::Hook {
                url: hook_url(url, plain)?,
            },
            Some(("http" | "https", _)) => Target::Hook {
                url: hook_url(target, plain)?,
            },
            Some(("command", line)) if dev => Target::Command(command(line)?),
            Some((scheme, rest)) if is_scheme(scheme, rest) => {
                return Err(format!(
                    "`{scheme}:` is no kind of target: the value {FORM}"
                ));
            }
            _ if dev && !target.starts_with("command:") => Target::Command(command(target)?),
            _ => {
                return Err(format!(
                    "`{target}` is a command, which only dev runs: here TARGET is lambda:URL or hook:URL"
                ));
            }
        };
        if name.is_some() {
            return Err("`;name=` is for lambda: targets only".into());
        }
        Ok(Self {
            pattern,
            target,
            timeout,
            tries,
        })
    }
}

/// True for what looks like a misspelt kind of target rather than a command.
fn is_scheme(scheme: &str, rest: &str) -> bool {
    let word = !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric());
    let url = ["//", "http://", "https://"];
    word && url.iter().any(|begin| rest.starts_with(begin))
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let parsed = text.parse().ok().map(Duration::from_millis);
    let allowed = parsed.filter(|time| !time.is_zero() && *time <= LONGEST_TIMEOUT);
    allowed.ok_or_else(|| {
        format!(
            "`;timeout={text}` must be 1 to {} milliseconds",
            LONGEST_TIMEOUT.as_millis()
        )
    })
}

fn number(text: &str) -> Result<u32, String> {
    let parsed = text
        .parse()
        .ok()
        .filter(|tries| (1..=MOST_TRIES).contains(tries));
    parsed.ok_or_else(|| format!("`;tries={text}` must be 1 to {MOST_TRIES}"))
}

fn function_name(text: &str) -> Result<FunctionName, String> {
    match text {
        "" => Err("`;name=` needs a name, or `*` for the name in the ARN".into()),
        "*" => Ok(FunctionName::Short),
        name => Ok(FunctionName::Fixed(name.to_owned())),
    }
}

fn endpoint(text: &str, plain: bool) -> Result<String, String> {
    let url = text.trim_end_matches('/');
    let sample = url.replace("{region}", "us-east-1");
    if sample.contains('?') {
        return Err(format!("`{text}`: the URL of an endpoint has no query"));
    }
    check(&sample, plain)?;
    Ok(url.to_owned())
}

fn hook_url(text: &str, plain: bool) -> Result<String, String> {
    check(text, plain)?;
    Ok(text.to_owned())
}

/// Refuses what is no URL of a target.
fn check(url: &str, plain: bool) -> Result<(), String> {
    let uri: Uri = url.parse().map_err(|_| format!("`{url}` is not a URL"))?;
    let authority = uri.authority().map(|a| a.as_str()).unwrap_or_default();
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if plain => {}
        Some("http") => {
            return Err(format!(
                "`{url}`: plain HTTP is allowed only with private_functions"
            ));
        }
        _ => return Err(format!("`{url}` must begin with https:// or http://")),
    }
    if authority.is_empty() || authority.contains('@') || url.contains('#') {
        return Err(format!("`{url}` must have a host, no user and no fragment"));
    }
    Ok(())
}

fn command(line: &str) -> Result<CommandLine, String> {
    let line = line.trim();
    if line.is_empty() {
        return Err("the command is empty".into());
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let handler = match words.as_slice() {
        [file] => handler(None, file),
        [program, file] => handler(Some(program), file),
        _ => None,
    };
    Ok(handler.unwrap_or_else(|| CommandLine::Shell(line.to_owned())))
}

/// Returns the command of a handler file, or of a program that runs one; None for anything else.
fn handler(program: Option<&str>, word: &str) -> Option<CommandLine> {
    // What the shell would not take as it is, is the shell's.
    if !word
        .chars()
        .all(|c| c.is_alphanumeric() || "/._-:+@".contains(c))
    {
        return None;
    }
    let (file, function) = match word.rsplit_once(':') {
        Some((file, function)) if program.is_none() && is_identifier(function) => {
            (file, Some(function.to_owned()))
        }
        _ => (word, None),
    };
    let language = match file.rsplit_once('.') {
        Some((stem, "js" | "mjs" | "cjs")) if !stem.is_empty() => Language::Node,
        Some((stem, "py")) if !stem.is_empty() => Language::Python,
        _ => return None,
    };
    let certain = program.is_none();
    let program = match (language, program) {
        (Language::Node, None | Some("node")) => "node",
        (Language::Python, None | Some("python3")) => "python3",
        (Language::Python, Some("python")) => "python",
        _ => return None,
    };
    Some(CommandLine::Handler {
        program: program.to_owned(),
        language,
        certain,
        file: file.to_owned(),
        function,
    })
}

fn is_identifier(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
