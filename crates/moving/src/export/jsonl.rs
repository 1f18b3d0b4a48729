//! `jsonl`: the lines of [`crate::record`].

use std::io::{self, Write};

use crate::export::{PoolFacts, Taken, Tally, all_secrets};
use crate::record::{End, FORMAT, GroupRecord, Header, Line, UserRecord, VERSION};

pub(super) fn begin(facts: &PoolFacts, out: &mut impl Write) -> io::Result<()> {
    let header = Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        pool_id: facts.id.clone(),
        taken: facts.taken,
        secrets: facts.secrets,
    };
    line(&Line::Header(header), out)
}

pub(super) fn group(group: &GroupRecord, out: &mut impl Write) -> io::Result<()> {
    line(&Borrowed::Group(group), out)
}

pub(super) fn user(user: &UserRecord, out: &mut impl Write) -> io::Result<Taken> {
    line(&Borrowed::User(user), out)?;
    Ok(Taken {
        secrets: all_secrets(user),
        passkeys: user.passkeys.len(),
        links: user.links.len(),
    })
}

pub(super) fn end(tally: &Tally, out: &mut impl Write) -> io::Result<()> {
    let end = End {
        groups: tally.groups,
        users: tally.users,
        omitted_secrets: tally.omitted.sum(),
    };
    line(&Line::End(end), out)
}

/// [`Line`] without a copy of what is in it.
#[derive(serde::Serialize)]
#[serde(rename_all = "snake_case")]
enum Borrowed<'a> {
    Group(&'a GroupRecord),
    User(&'a UserRecord),
}

/// Texts go through no buffer on their way: what they hold may be secret.
fn line(line: &impl serde::Serialize, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}
