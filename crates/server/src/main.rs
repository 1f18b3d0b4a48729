//! The `cognate` program.

use std::process::ExitCode;

use cognate_server::cli;

/// See Cargo.toml for why.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let matches = cli::command().get_matches();
    // One worker per core, which is the runtime's default.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("cognate")
        .build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(cli::run(&matches));
            // Tasks that still run had their time during the stop.
            runtime.shutdown_timeout(std::time::Duration::from_secs(1));
            outcome
        }
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(status) => status,
        Err(error) => {
            #[allow(
                clippy::print_stderr,
                reason = "this is how a program tells a person why it ended"
            )]
            {
                eprintln!("cognate: {error:#}");
            }
            match error.is::<cli::Unable>() {
                true => ExitCode::from(2),
                false => cli::failed(&matches),
            }
        }
    }
}
