//! Local commands and handler files.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use cognate_domain::app::functions::{InvokeError, MAX_OUTPUT};
use serde_json::json;

use super::*;

/// A folder that is deleted afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let name = format!("cognate-functions-{}", cognate_crypto::random::uuid_v4());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    /// Writes a file and returns its path.
    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn run(target: &str) -> Result<serde_json::Value, InvokeError> {
    invoke(&functions(target)).await
}

#[tokio::test]
async fn a_command_reads_the_event_and_writes_its_answer() {
    assert_eq!(run("command:exec cat").await, Ok(event()));
    let variables = "printf '\"%s %s\"' $AWS_LAMBDA_FUNCTION_NAME $AWS_REGION";
    assert_eq!(run(variables).await, Ok(json!("f eu-west-1")));
    // It need not read its event.
    assert_eq!(run("command:echo null").await, Ok(json!(null)));
    assert_eq!(run("command:echo no").await, Err(InvokeError::NotJson));
}

#[tokio::test]
async fn a_command_that_fails_says_why() {
    for (line, text) in [
        (
            "echo first >&2; echo 'the last words' >&2; exit 3",
            "the last words",
        ),
        (
            r#"echo '{"errorMessage":"by name"}'; echo noise >&2; exit 1"#,
            "by name",
        ),
        (
            r#"echo '{"errorMessage":"on stderr"}' >&2; exit 1"#,
            "on stderr",
        ),
        ("exit 7", "Unhandled: exit status: 7"),
        ("kill -9 $$", "Unhandled: signal: 9 (SIGKILL)"),
    ] {
        let functions = functions(&format!("command:{line}"));
        assert_eq!(invoke(&functions).await, failed(text), "{line}");
        assert_eq!(last(&functions).tries, 1);
    }
}

#[tokio::test]
async fn a_slow_command_is_killed_with_all_that_it_started() {
    let scratch = Scratch::new();
    let pids = scratch.0.join("pids").display().to_string();
    let line = format!("sleep 60 & echo $! >> {pids}; echo $$ >> {pids}; wait");
    let begun = Instant::now();
    let result = run(&format!("command:{line};timeout=400;tries=2")).await;
    assert_eq!(result, Err(InvokeError::Timeout));
    assert!(begun.elapsed() < Duration::from_secs(20));
    let text = std::fs::read_to_string(&pids).unwrap();
    assert_eq!(text.lines().count(), 4, "{text}");
    for pid in text.lines() {
        let deadline = Instant::now() + Duration::from_secs(10);
        while is_running(pid) {
            assert!(Instant::now() < deadline, "{pid} still runs");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// True unless a process is gone or waits only to be reaped.
fn is_running(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

#[tokio::test]
async fn what_a_command_leaves_behind_keeps_nobody_waiting() {
    let begun = Instant::now();
    assert_eq!(
        run("command:sleep 30 >/dev/null & echo 1").await,
        Ok(json!(1))
    );
    // Not even if it has the same output.
    assert_eq!(run("command:sleep 30 & echo 1").await, Ok(json!(1)));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn an_output_without_end_is_cut_off() {
    let begun = Instant::now();
    assert_eq!(run("command:yes; true").await, Err(InvokeError::NotJson));
    let long = format!("head -c {} /dev/zero | tr '\\0' 1", MAX_OUTPUT + 1);
    assert_eq!(
        run(&format!("command:{long}")).await,
        Err(InvokeError::NotJson)
    );
    let noise = "command:yes noise | head -c 20000000 >&2; echo 2";
    assert_eq!(run(noise).await, Ok(json!(2)));
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_commands_run_at_once() {
    let functions = functions("command:sleep 0.4; echo 1");
    let begun = Instant::now();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let functions = functions.clone();
        calls.spawn(async move { invoke(&functions).await.unwrap() });
    }
    calls.join_all().await;
    assert!(begun.elapsed() >= Duration::from_millis(800));
}

#[tokio::test]
async fn javascript_handlers_of_every_style_run() {
    let scratch = Scratch::new();
    let confirm = "event.response.autoConfirmUser = true;";
    let mut expected = event();
    expected["response"]["autoConfirmUser"] = json!(true);
    for (name, text) in [
        (
            "a.js",
            format!(
                "exports.handler = async (event) => {{ console.log('noise'); {confirm} return event; }};"
            ),
        ),
        (
            "b.js",
            format!(
                "exports.handler = (event, context, callback) => {{ {confirm} setTimeout(() => callback(null, event), 5); }};"
            ),
        ),
        (
            "c.cjs",
            format!(
                "module.exports = {{ handler(event, context) {{ {confirm} context.succeed(event); }} }};"
            ),
        ),
        (
            "d.mjs",
            format!(
                "export const handler = async (event) => {{ process.stdout.write('noise'); {confirm} return event; }};"
            ),
        ),
    ] {
        let file = scratch.file(name, &text);
        assert_eq!(run(&file).await, Ok(expected.clone()), "{name}");
    }
    let named = scratch.file("e.js", "exports.other = async () => 5;");
    assert_eq!(run(&format!("{named}:other")).await, Ok(json!(5)));
    let large = scratch.file("f.js", "exports.handler = async () => 'x'.repeat(4000000);");
    assert_eq!(
        run(&large).await.unwrap().as_str().unwrap().len(),
        4_000_000
    );
    let context = "exports.handler = async (e, c) => [c.functionName, c.invokedFunctionArn, c.getRemainingTimeInMillis() > 0];";
    let context = scratch.file("g.js", context);
    assert_eq!(run(&context).await, Ok(json!(["f", ARN, true])));
    // Without an answer the result is null, as it is in the service.
    let silent = scratch.file("h.js", "exports.handler = () => 'ignored';");
    assert_eq!(run(&silent).await, Ok(json!(null)));
}

#[tokio::test]
async fn javascript_handlers_fail_with_their_message() {
    let scratch = Scratch::new();
    for (name, text, message) in [
        (
            "a.js",
            "exports.handler = async () => { throw new Error('no.'); };",
            "no.",
        ),
        (
            "b.js",
            "exports.handler = (e, c, callback) => callback(new Error('by callback'));",
            "by callback",
        ),
        (
            "c.js",
            "exports.handler = (e, c, callback) => callback('a text');",
            "a text",
        ),
        (
            "d.js",
            "exports.handler = () => { setTimeout(() => { throw new TypeError('later'); }, 1); };",
            "later",
        ),
        (
            "e.mjs",
            "export const handler = () => Promise.reject(new Error('rejected'));",
            "rejected",
        ),
    ] {
        assert_eq!(
            run(&scratch.file(name, text)).await,
            failed(message),
            "{name}"
        );
    }
    let empty = scratch.file("f.js", "");
    let Err(InvokeError::Failed(message)) = run(&empty).await else {
        panic!("a file without a handler")
    };
    assert!(message.contains("exports no function handler"), "{message}");
}

#[tokio::test]
async fn python_handlers_run_and_fail() {
    let scratch = Scratch::new();
    let body = "(event, context):\n    print('noise')\n    event['response'] = {'name': context.function_name}\n    return event\n";
    let mut expected = event();
    expected["response"] = json!({"name": "f"});
    for name in ["handler", "lambda_handler"] {
        let file = scratch.file(&format!("{name}.py"), &format!("def {name}{body}"));
        assert_eq!(run(&file).await, Ok(expected.clone()), "{name}");
    }
    let named = scratch.file("named.py", &format!("def other{body}"));
    assert_eq!(run(&format!("{named}:other")).await, Ok(expected));
    let wrong = scratch.file(
        "wrong.py",
        "def handler(event, context):\n    raise ValueError('not you')\n",
    );
    assert_eq!(run(&wrong).await, failed("not you"));
    let empty = scratch.file("empty.py", "");
    assert_eq!(
        run(&empty).await,
        failed(&format!(
            "{empty} has no function handler or lambda_handler"
        ))
    );
}

#[tokio::test]
async fn a_command_sees_no_hidden_variable() {
    let mut settings = settings(&["*=command:printf '\"%s\"' \"$PATH\"".to_owned()]);
    settings.hidden_variables = vec!["PATH".into()];
    let result = invoke(&TriggerFunctions::new(settings).unwrap())
        .await
        .unwrap();
    // The shell has a path of its own where it is given none.
    let inherited = std::env::vars().find(|(name, _)| name == "PATH").unwrap().1;
    assert_ne!(result, json!(inherited));
}

#[tokio::test]
async fn a_file_after_its_program_is_a_handler_or_a_program_by_itself() {
    let scratch = Scratch::new();
    let mut expected = event();
    expected["response"] = json!({"by": "x"});
    for (program, name, text) in [
        (
            "node",
            "a.js",
            "exports.handler = async (event) => { event.response = {by: 'x'}; return event; };",
        ),
        (
            "node",
            "b.js",
            "const event = JSON.parse(require('fs').readFileSync(0)); event.response = {by: 'x'}; console.log(JSON.stringify(event));",
        ),
        (
            "python3",
            "c.py",
            "def lambda_handler(event, context):\n    event['response'] = {'by': 'x'}\n    return event\n",
        ),
        (
            "python3",
            "d.py",
            "import json, sys\nevent = json.load(sys.stdin)\nevent['response'] = {'by': 'x'}\nprint(json.dumps(event))\n",
        ),
    ] {
        let line = format!("{program} {}", scratch.file(name, text));
        assert_eq!(run(&line).await, Ok(expected.clone()), "{name}");
    }
}
