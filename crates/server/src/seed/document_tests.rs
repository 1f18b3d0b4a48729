//! Tests of the reader of documents.

use serde_json::json;

use super::*;

fn value(text: &str, language: Language) -> Value {
    read(text, language).unwrap().to_json()
}

fn refused(text: &str, language: Language) -> String {
    read(text, language).unwrap_err().to_string()
}

#[test]
fn the_three_languages_say_the_same() {
    let same = json!({"a": [1, "x", true], "b": {"c": "007", "d": 1.5}});
    let yaml = "a: [1, x, true]\nb:\n  c: 007\n  d: 1.5\n";
    assert_eq!(value(yaml, Language::Yaml), same);
    assert_eq!(value(&same.to_string(), Language::Json), same);
    let toml = "a = [1, \"x\", true]\n[b]\nc = \"007\"\nd = 1.5\n";
    assert_eq!(value(toml, Language::Toml), same);
}

#[test]
fn values_know_their_lines() {
    let line = |text: &str, language| {
        let node = read(text, language).unwrap();
        let list = node.get("a").unwrap().clone();
        let Content::List(items) = list.content else {
            panic!("a list");
        };
        items[1].line
    };
    assert_eq!(line("# x\na:\n  - 1\n  - 2\n", Language::Yaml), 4);
    assert_eq!(line("{\n\"a\": [\n1,\n2]}", Language::Json), 4);
    assert_eq!(line("a = [\n1,\n\n2]\n", Language::Toml), 4);
}

#[test]
fn numbers_keep_their_zeros_and_signs_and_words_are_texts() {
    let yaml = "a: 0123\nb: +15550100\nc: -3\nd: 1e3\ne: no\nf: 1.2.3\ng:\nh: '5'\ni: !!str 5\n";
    let read = value(yaml, Language::Yaml);
    assert_eq!(
        read,
        json!({"a": "0123", "b": "+15550100", "c": -3, "d": 1000.0, "e": "no", "f": "1.2.3",
               "g": null, "h": "5", "i": "5"})
    );
}

#[test]
fn aliases_repeat_and_are_counted() {
    let yaml = "a: &x {k: 1}\nb: [*x, *x]\n";
    let read = value(yaml, Language::Yaml);
    assert_eq!(read, json!({"a": {"k": 1}, "b": [{"k": 1}, {"k": 1}]}));
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        let before = n - 1;
        let ten = vec![format!("*a{before}"); 10].join(", ");
        laughs.push_str(&format!("a{n}: &a{n} [{ten}]\n"));
    }
    let text = "the file has too much in it, with what its aliases repeat";
    assert!(refused(&laughs, Language::Yaml).ends_with(text));
    let long = format!(
        "a: &a {}\nb: [{}]\n",
        "x".repeat(1 << 20),
        "*a, ".repeat(20)
    );
    assert!(refused(&long, Language::Yaml).ends_with(text));
    assert!(refused("a: &a [*a]\n", Language::Yaml).starts_with("line 1: "));
}

#[test]
fn what_is_too_deep_too_large_twice_or_no_document_is_refused() {
    let deep = format!("{}{}", "[".repeat(70), "]".repeat(70));
    assert_eq!(
        refused(&deep, Language::Json),
        "line 1: the file has more than 64 levels"
    );
    assert!(refused(&format!("a = {deep}"), Language::Toml).contains("line 1: "));
    let large = "x".repeat(MOST_BYTES + 1);
    assert_eq!(
        refused(&large, Language::Yaml),
        "the file is larger than 8 MiB"
    );
    assert_eq!(
        refused("a: 1\na: 2\n", Language::Yaml),
        "line 2: `a` is there twice"
    );
    assert_eq!(
        refused("a: 1\n---\nb: 2\n", Language::Yaml),
        "line 2: a file has one document"
    );
    assert_eq!(
        refused("{\n\"a\": }", Language::Json),
        "line 2: this is no JSON"
    );
    assert_eq!(refused("a = \n", Language::Toml), "line 1: this is no TOML");
    assert!(refused("a: [1\n", Language::Yaml).contains("no YAML"));
}

#[test]
fn the_short_tags_of_templates_have_long_forms() {
    let read = value(
        "a: !Ref X\nb: !GetAtt X.Arn\nc: !Sub ['${Y}', {Y: z}]\n",
        Language::Yaml,
    );
    assert_eq!(
        read,
        json!({"a": {"Ref": "X"}, "b": {"Fn::GetAtt": "X.Arn"}, "c": {"Fn::Sub": ["${Y}", {"Y": "z"}]}})
    );
    assert_eq!(
        refused("a: !<x:y> 1\n", Language::Yaml),
        "line 1: a tag is not understood"
    );
}

#[test]
fn escapes_of_json_alone_are_read() {
    let text = "{\"a\": \"\\ud83d\\ude00\\/\"}";
    assert_eq!(value(text, Language::Json), json!({"a": "\u{1f600}/"}));
}

#[test]
fn json_that_is_no_yaml_has_the_same_bounds_and_no_name_twice() {
    // A member that only JSON can have, before what is judged.
    let with = |text: &str| format!("{{\"a\": \"\\ud83d\\ude00\", \"b\":\n{text}}}");
    let many = format!("[{}1]", "1,".repeat(MOST_VALUES));
    assert_eq!(
        refused(&with(&many), Language::Json),
        "line 2: the file has too much in it"
    );
    let deep = format!("{}{}", "[".repeat(64), "]".repeat(64));
    assert_eq!(
        refused(&with(&deep), Language::Json),
        "the file has more than 64 levels"
    );
    assert_eq!(
        refused(&with("1, \"b\": 2"), Language::Json),
        "line 2: a name is there twice"
    );
    assert_eq!(
        refused("{\"a\": 1, \"a\": 2}", Language::Json),
        "line 1: a name is there twice"
    );
}

#[test]
fn toml_is_counted_before_it_is_read() {
    let too_much = "line 2: the file has too much in it";
    let too_deep = "line 2: the file has more than 64 levels";
    let values = format!("# a\na = [{}]", "[],".repeat(MOST_VALUES));
    assert_eq!(refused(&values, Language::Toml), too_much);
    let dots = "a.".repeat(65);
    assert_eq!(refused(&format!("\n{dots}b = 1"), Language::Toml), too_deep);
    assert_eq!(refused(&format!("\n[{dots}b]"), Language::Toml), too_deep);
    // In texts and comments they are letters.
    let signs = ",=[{.".repeat(100_000);
    for text in [
        format!("a = \"{signs}\\\"{signs}\"\nb = 1"),
        format!("a = '{signs}\"'\nb = 1"),
        format!("a = \"\"\"\n{signs}\"\"{signs}\\\"\"\"\"\"\nb = 1"),
        format!("a = '''{signs}'\n'{signs}'''\nb = 1"),
        format!("a = 1 # {signs} \"\nb = 1"),
    ] {
        let found = value(&text, Language::Toml);
        assert_eq!(found["b"], 1, "{}", &text[..20]);
    }
    assert!(refused("a = \"x\nb = 1", Language::Toml).contains("this is no TOML"));
}

#[test]
fn a_table_may_have_many_names() {
    let mut text = String::new();
    for at in 0..60_000 {
        text.push_str(&format!("n{at}: 1\n"));
    }
    assert!(read(&text, Language::Yaml).is_ok());
    text.push_str("n0: 2\n");
    let why = refused(&text, Language::Yaml);
    assert_eq!(why, "line 60001: `n0` is there twice");
}
