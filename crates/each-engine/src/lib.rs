//! `#[each_engine]`: one test function, run on SQLite and on PostgreSQL. For tests only.

use proc_macro::{TokenStream, TokenTree};

/// Runs an `async fn name(t: &TestApp)` as the tests `name::sqlite` and `name::postgres`.
///
/// The app comes from `crate::support::TestApp`. The test on PostgreSQL is ignored unless the runner asks for ignored
/// tests, so that a run without a database counts it as skipped; asked for without a database, it fails.
#[proc_macro_attribute]
pub fn each_engine(arguments: TokenStream, function: TokenStream) -> TokenStream {
    let expanded = match name(function.clone()) {
        Some(name) if arguments.is_empty() => tests(&name),
        _ => refusal(),
    };
    let mut all = function;
    all.extend(expanded);
    all
}

/// Returns the name after the first `fn`.
fn name(function: TokenStream) -> Option<String> {
    let mut tokens = function.into_iter();
    tokens.find(|token| matches!(token, TokenTree::Ident(word) if word.to_string() == "fn"))?;
    match tokens.next()? {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    }
}

/// Returns the module with the two tests.
fn tests(name: &str) -> TokenStream {
    let text = format!(
        r#"
        mod {name} {{
            use crate::support::TestApp;
            #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {{
                super::{name}(&TestApp::sqlite().await).await;
            }}
            #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            #[ignore = "needs TEST_POSTGRES_URL"]
            async fn postgres() {{
                super::{name}(&TestApp::postgres().await).await;
            }}
        }}
        "#
    );
    parsed(&text)
}

/// Returns the error for a use on anything but a function.
fn refusal() -> TokenStream {
    parsed(
        r#"compile_error!("`#[each_engine]`, without arguments, belongs on `async fn name(t: &TestApp)`");"#,
    )
}

/// Parses text of this file, which is valid Rust; the compiler would report the macro's panic otherwise.
fn parsed(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}
