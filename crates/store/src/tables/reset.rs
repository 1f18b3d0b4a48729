//! What `POST /_dev/reset` takes away: every row of every table but those that belong to the server itself. A test walks
//! the schema, so that no table is forgotten.

use crate::{Batch, params};

/// One statement for each table with data of pools.
const EMPTY: &[&str] = &[
    "DELETE FROM pools",
    "DELETE FROM clients",
    "DELETE FROM client_pools",
    "DELETE FROM signing_keys",
    "DELETE FROM current_keys",
    "DELETE FROM users",
    "DELETE FROM logins",
    "DELETE FROM user_attrs",
    "DELETE FROM tombstones",
    "DELETE FROM user_counts",
    "DELETE FROM user_groups",
    "DELETE FROM group_members",
    "DELETE FROM resource_counts",
    "DELETE FROM resource_servers",
    "DELETE FROM terms",
    "DELETE FROM domains",
    "DELETE FROM identity_providers",
    "DELETE FROM idp_identifiers",
    "DELETE FROM provider_links",
    "DELETE FROM devices",
    "DELETE FROM passkeys",
    "DELETE FROM codes",
    "DELETE FROM custom_auth",
    "DELETE FROM software_tokens",
    "DELETE FROM attempts",
    "DELETE FROM sessions",
    "DELETE FROM session_turns",
    "DELETE FROM spent",
    "DELETE FROM auth_events",
    "DELETE FROM audit",
    "DELETE FROM messages",
    "DELETE FROM jobs",
    "DELETE FROM ui_customizations",
    "DELETE FROM login_styles",
    "DELETE FROM login_assets",
];

/// Deletes every pool with all that belongs to it. Access keys, the stamp and the clock stay.
pub fn everything(batch: Batch) -> Batch {
    EMPTY
        .iter()
        .fold(batch, |batch, sql| batch.run(sql, params![]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_emptied_or_stays_on_purpose() {
        let stays = ["meta", "batches", "access_keys", "spare_keys"];
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut tables = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for table in text
                .lines()
                .filter_map(|line| line.strip_prefix("CREATE TABLE "))
            {
                let name = table.split(' ').next().unwrap();
                let emptied = EMPTY.iter().any(|sql| sql.rsplit(' ').next() == Some(name));
                assert!(emptied != stays.contains(&name), "{name}");
                tables += 1;
            }
        }
        assert_eq!(tables, EMPTY.len() + stays.len());
    }
}
