//! The results as the tables of docs/THREATS.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cognate_risk::judge::Level;
use cognate_risk::rules::RULES;

use crate::replay::{Counts, Results};
use crate::world::Who;

const KINDS: [(Who, &str); 7] = [
    (Who::Owner, "ordinary users"),
    (Who::Stuffing, "stuffing by a botnet"),
    (Who::Spraying, "spraying from three machines"),
    (Who::Travel, "travel, with the owner's program"),
    (Who::TakeoverAbroad, "takeover from abroad"),
    (Who::TakeoverNearby, "takeover from the owner's country"),
    (
        Who::Mimicry,
        "mimicry: country, program and fingerprint are the owner's",
    ),
];

pub fn print(with: &Results, without: &Results) -> String {
    let mut text = String::from(
        "| Sign-ins with the right password | of | Low | Medium | High | Medium or above | without a database |\n|---|---|---|---|---|---|---|\n",
    );
    let exactly = |counts: &Counts, level| counts.levels.get(&Some(level)).copied().unwrap_or(0);
    let mut row = |name: &str, counts: &Counts, blind: &Counts| {
        writeln!(
            text,
            "| {name} | {} | {} | {} | {} | {:.1} % | {:.1} % |",
            counts.total(),
            exactly(counts, Level::Low),
            exactly(counts, Level::Medium),
            exactly(counts, Level::High),
            counts.share(Level::Medium) * 100.0,
            blind.share(Level::Medium) * 100.0,
        )
        .unwrap();
    };
    for (who, name) in KINDS {
        row(name, &with.of(who), &without.of(who));
    }
    row(
        "all attacks but mimicry",
        &with.attacks(),
        &without.attacks(),
    );
    text.push_str("\n| Rule | Weight | of attacks | of ordinary sign-ins |\n|---|---|---|---|\n");
    for rule in RULES {
        let share = |counts: &Counts| {
            let count = counts.rules.get(rule.name).copied().unwrap_or(0);
            f64::from(count) * 100.0 / f64::from(counts.total().max(1))
        };
        let (attacks, ordinary) = (share(&with.attacks()), share(&with.ordinary()));
        writeln!(
            text,
            "| {} | {} | {attacks:.1} % | {ordinary:.2} % |",
            rule.name, rule.weight
        )
        .unwrap();
    }
    text.push_str("\nOrdinary sign-ins at Medium or above, by their reasons:\n");
    text.push_str(&list(&with.ordinary().reasons));
    text.push_str("\nAttacks below Medium, by their reasons:\n");
    text.push_str(&list(&with.attacks().missed));
    text
}

fn list(counted: &BTreeMap<String, u32>) -> String {
    let mut reasons: Vec<_> = counted.iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let line = |(reasons, count): (&String, &u32)| format!("{count} × {reasons}\n");
    reasons.into_iter().map(line).collect()
}
