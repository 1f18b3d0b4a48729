//! The load generator: measures what a server adds to the work that cannot be avoided.
//!
//! It starts `cognate` on one core and sends from another. For each kind of request it prints the server's CPU time a
//! request (all its threads, from the kernel's accounting), the floor (the unavoidable work, measured on the server's
//! core in slices that alternate with the load), their ratio and difference, and then the latency at half of the
//! measured capacity in an open loop: requests leave on schedule whether or not earlier ones were answered, and a
//! request's time runs from its scheduled start.

#![allow(clippy::print_stdout, reason = "a program whose output is its result")]

mod aws;
mod backups;
mod calls;
mod deletion;
mod events;
mod factors;
mod federated;
mod floors;
mod hook;
mod hosted;
mod hostile;
mod http;
mod images;
mod imports;
mod instructions;
mod load;
mod machine;
mod mixed;
mod outcomes;
mod overload;
mod pools;
mod report;
mod rows;
mod scale;
mod seed;
mod sign_ups;
mod sinks;
mod snapshots;
mod steady;
mod steps;
mod sweeps;
mod threats;
mod timing;
mod traffic;
mod usage;
mod world;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The arguments of the program.
#[derive(Clone, Parser)]
#[command(about = "Measures Cognate against its performance floors")]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
    /// The server's program.
    #[arg(long, default_value = "target/release/cognate", global = true)]
    program: std::path::PathBuf,
    /// Measure on this database instead of SQLite.
    #[arg(long, global = true)]
    database_url: Option<String>,
}

impl Arguments {
    /// Returns the same arguments for another program.
    fn with_program(&self, program: &std::path::Path) -> Self {
        Self {
            program: program.to_owned(),
            ..self.clone()
        }
    }
}

#[derive(Clone, Subcommand)]
enum What {
    /// CPU a request against its floor, and latency at half capacity.
    Requests(rows::Options),
    /// A mixed load at 70 % of what the server can do, then three times of that, and the way back.
    Load(mixed::Options),
    /// CPU a request with few and with many users in the pool; disk and memory a user.
    Scale(scale::Options),
    /// CPU of creating, listing and describing with few and with many pools; memory.
    Pools {
        /// How many are many.
        #[arg(long, default_value_t = 100_000)]
        pools: u64,
        /// Seconds of load for each row and server.
        #[arg(long, default_value_t = 3)]
        seconds: u64,
    },
    /// Deletes a pool with many users, with a kill in the middle.
    Delete {
        /// Users in the pool.
        #[arg(long, default_value_t = 1_000_000)]
        users: u64,
        /// Seconds of load on another pool before the deletion, and during it until the kill.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// Backs a server with many users up while it serves, and restores it.
    Backup {
        /// Users in the pool.
        #[arg(long, default_value_t = 1_000_000)]
        users: u64,
        /// An empty PostgreSQL database to restore into, instead of a new folder.
        #[arg(long)]
        restore_url: Option<String>,
        /// Prove the archive in between.
        #[arg(long)]
        prove: bool,
    },
    /// CPU of a sign-in with a function over a hook, against one without.
    Hook {
        /// Seconds of load for each pool.
        #[arg(long, default_value_t = 8)]
        seconds: u64,
    },
    /// CPU of listing a user's events among few and among many.
    Events {
        /// How many are few.
        #[arg(long, default_value_t = 100_000)]
        few: u64,
        /// How many are many.
        #[arg(long, default_value_t = 10_000_000)]
        many: u64,
        /// Seconds of load for each row and server.
        #[arg(long, default_value_t = 6)]
        seconds: u64,
    },
    /// Sign-ins while expired events are swept, beside a server where as many are kept.
    Sweeps {
        /// Events on each server.
        #[arg(long, default_value_t = 1_000_000)]
        events: u64,
        /// Seconds of sign-ins at each.
        #[arg(long, default_value_t = 40)]
        seconds: u64,
    },
    /// Instructions a request, counted by valgrind.
    Instructions {
        /// A document with a table of recorded counts, docs/PERFORMANCE.md: more than 2 % away is an error.
        #[arg(long)]
        check: Option<std::path::PathBuf>,
    },
    /// CPU of requests to a pool that keeps images for recovery, against one that does not.
    Images {
        /// Seconds of load for each request and pool.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// CPU of sign-ins to a pool with threat protection ENFORCED, against one where it is OFF.
    Threats {
        /// Seconds of load for each request and pool.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// How long sign-ins take while a provider of another client never answers, against a time without it.
    Hostile {
        /// Seconds of load for each.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
        /// Browsers that wait for the provider.
        #[arg(long, default_value_t = 60)]
        waiting: u64,
    },
    /// Sign-ups whose codes go out by SMTP, at a fixed rate.
    SignUps {
        /// Sign-ups a second.
        #[arg(long, default_value_t = 200)]
        rate: u64,
        /// Seconds of load.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Users that import jobs bring in a second, and the answer times of other requests meanwhile.
    Imports {
        /// Users.
        #[arg(long, default_value_t = 1_000_000)]
        users: u64,
        /// Seconds of other requests alone, before.
        #[arg(long, default_value_t = 20)]
        seconds: u64,
    },
    /// How long snapshots of `dev` and the way back to them take, alone and in worlds.
    Snapshots {
        /// Users in the pool.
        #[arg(long, default_value_t = 1_000)]
        users: u64,
    },
    /// Start-up time, idle memory, size of the program.
    Machine,
    /// The times of answers for known and unknown users, compared (Welch's t).
    Timing {
        /// Calls of each kind.
        #[arg(long, default_value_t = 20_000)]
        calls: usize,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    machine::pin_generator();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match &arguments.what {
            What::Requests(options) => rows::run(&arguments, options).await,
            What::Load(options) => mixed::run(&arguments, options).await,
            What::Scale(options) => scale::run(&arguments, options).await,
            What::Pools { pools, seconds } => pools::run(&arguments, *pools, *seconds).await,
            What::Delete { users, seconds } => deletion::run(&arguments, *users, *seconds).await,
            What::Backup {
                users,
                restore_url,
                prove,
            } => backups::run(&arguments, *users, restore_url.as_deref(), *prove).await,
            What::Hook { seconds } => hook::run(&arguments, *seconds).await,
            What::Events { few, many, seconds } => {
                events::run(&arguments, *few, *many, *seconds).await
            }
            What::Sweeps { events, seconds } => sweeps::run(&arguments, *events, *seconds).await,
            What::Instructions { check } => instructions::run(&arguments, check.as_deref()).await,
            What::Images { seconds } => images::run(&arguments, *seconds).await,
            What::Threats { seconds } => threats::run(&arguments, *seconds).await,
            What::Hostile { seconds, waiting } => {
                hostile::run(&arguments, *seconds, *waiting).await
            }
            What::SignUps { rate, seconds } => sign_ups::run(&arguments, *rate, *seconds).await,
            What::Imports { users, seconds } => imports::run(&arguments, *users, *seconds).await,
            What::Snapshots { users } => snapshots::run(&arguments, *users).await,
            What::Machine => machine::run(&arguments).await,
            What::Timing { calls } => timing::run(&arguments, *calls).await,
        }
    })
}
