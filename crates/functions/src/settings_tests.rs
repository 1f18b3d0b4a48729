//! Tests of the form of targets.

use super::*;

fn dev(text: &str) -> Mapping {
    Mapping::parse(text, true, false).unwrap()
}

fn refused(text: &str) -> String {
    Mapping::parse(text, false, false).unwrap_err()
}

const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f";

#[test]
fn patterns_are_arns_prefixes_or_all() {
    let pattern = |text: &str| dev(&format!("{text}=https://h")).pattern;
    assert_eq!(pattern("*"), Pattern::Prefix(String::new()));
    assert_eq!(pattern("arn:*"), Pattern::Prefix("arn:".into()));
    assert_eq!(pattern(ARN), Pattern::Exact(ARN.into()));
    let longer = pattern(&format!("{ARN}*"));
    assert!(longer.matches(ARN) && longer.matches(&format!("{ARN}:prod")));
    assert!(!pattern(ARN).matches(&format!("{ARN}:prod")));
    assert!(pattern(ARN).rank() > longer.rank());
    assert!(longer.rank() > pattern("arn:*").rank());
    for bad in ["", "f", "arn:*:f", "* ", "arn:a b", "x*"] {
        let text = format!("{bad}=https://h");
        match bad {
            // Spaces around a pattern are no part of it.
            "* " => assert!(Mapping::parse(&text, true, false).is_ok()),
            _ => assert!(Mapping::parse(&text, true, false).is_err(), "{bad}"),
        }
    }
}

#[test]
fn targets_have_kinds() {
    let target = |text: &str| dev(&format!("*={text}")).target;
    let lambda = |url: &str, name| Target::Lambda {
        url: url.into(),
        name,
    };
    assert_eq!(
        target("lambda:https://lambda.{region}.amazonaws.com/"),
        lambda("https://lambda.{region}.amazonaws.com", FunctionName::Arn)
    );
    assert_eq!(
        target("lambda:http://localhost:9000;name=function"),
        lambda(
            "http://localhost:9000",
            FunctionName::Fixed("function".into())
        )
    );
    assert_eq!(
        target("lambda:http://localhost:3001;name=*"),
        lambda("http://localhost:3001", FunctionName::Short)
    );
    let hook = |url: &str| Target::Hook { url: url.into() };
    assert_eq!(target("hook:https://h/p?q=1"), hook("https://h/p?q=1"));
    assert_eq!(
        target("http://localhost:3000/"),
        hook("http://localhost:3000/")
    );
    let shell = |line: &str| Target::Command(CommandLine::Shell(line.into()));
    assert_eq!(
        target("node --import x a.js"),
        shell("node --import x a.js")
    );
    assert_eq!(target("node $HOME/a.js"), shell("node $HOME/a.js"));
    assert_eq!(target("node a.py"), shell("node a.py"));
    assert_eq!(target("bun a.js"), shell("bun a.js"));
    assert_eq!(
        target("command:FOO=1 node a.js; true"),
        shell("FOO=1 node a.js; true")
    );
    assert_eq!(target("./run:all"), shell("./run:all"));
    let handler = |language, file: &str, function: Option<&str>| {
        Target::Command(CommandLine::Handler {
            program: match language {
                Language::Node => "node".into(),
                Language::Python => "python3".into(),
            },
            language,
            certain: true,
            file: file.into(),
            function: function.map(str::to_owned),
        })
    };
    for (line, program, file) in [
        ("node handler.js", "node", "handler.js"),
        ("command:python3 a/b.py", "python3", "a/b.py"),
        ("python b.py", "python", "b.py"),
    ] {
        let found = target(line);
        assert!(
            matches!(&found, Target::Command(CommandLine::Handler { program: p, certain: false, file: f, .. })
                if p == program && f == file),
            "{found:?}"
        );
    }
    assert_eq!(
        target("handler.js"),
        handler(Language::Node, "handler.js", None)
    );
    assert_eq!(
        target("command:a/b.mjs"),
        handler(Language::Node, "a/b.mjs", None)
    );
    assert_eq!(
        target("x.py:main"),
        handler(Language::Python, "x.py", Some("main"))
    );
}

#[test]
fn a_target_may_have_its_own_time_and_tries() {
    let read = |text: &str| {
        let mapping = dev(text);
        (mapping.timeout.map(|t| t.as_millis()), mapping.tries)
    };
    assert_eq!(
        read("*=https://h;timeout=2000;tries=1"),
        (Some(2000), Some(1))
    );
    assert_eq!(read("*=node a.js; tries=2"), (None, Some(2)));
    assert_eq!(read("*=https://h"), (None, None));
    for bad in [
        "timeout=0",
        "timeout=900001",
        "timeout=5s",
        "tries=0",
        "tries=11",
        "name=x",
        "name=",
    ] {
        assert!(
            Mapping::parse(&format!("*=https://h;{bad}"), true, false).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn serve_has_neither_commands_nor_plain_http() {
    for text in [
        "*=handler.js",
        "*=node handler.js",
        "*=command:node handler.js",
    ] {
        assert!(refused(text).contains("only dev runs"), "{text}");
    }
    for text in ["*=http://h", "*=hook:http://10.0.0.1/", "*=lambda:http://h"] {
        assert!(refused(text).contains("private_functions"), "{text}");
        assert!(Mapping::parse(text, false, true).is_ok(), "{text}");
    }
    assert!(Mapping::parse("*=hook:https://h", false, false).is_ok());
}

#[test]
fn what_is_no_target_is_refused_in_either_mode() {
    for text in [
        "*",
        "*=",
        "*=lamda:https://h",
        "*=ftp://h/",
        "*=lambda:",
        "*=lambda:h",
        "*=lambda:https://h?q=1",
        "*=hook:https://u:p@h/",
        "*=hook:https://h/#f",
        "*=hook:/etc/passwd",
        "*=command:",
    ] {
        assert!(Mapping::parse(text, true, false).is_err(), "{text}");
        assert!(Mapping::parse(text, false, true).is_err(), "{text}");
    }
}
