//! `cognate pool set-issuer`: the issuer in a pool's tokens (design decision 7).

use cognate_crypto::seal::RootKey;
use cognate_domain::Fault;
use cognate_domain::records::pool::Issuer;
use cognate_domain::tokens::issuer;
use cognate_store::Store;

use crate::http::host::Host;

/// Parses the argument of the command: `gateway`, `aws` or a URL; `default` deletes the pool's own setting.
///
/// # Errors
/// What an issuer is.
pub fn parse(text: &str) -> Result<Option<Issuer>, String> {
    match text {
        "default" => Ok(None),
        "gateway" => Ok(Some(Issuer::Gateway)),
        "aws" => Ok(Some(Issuer::Aws)),
        url => {
            let plain = url.parse::<http::Uri>().ok().filter(|uri| {
                matches!(uri.scheme_str(), Some("http" | "https"))
                    && uri.query().is_none()
                    && uri
                        .authority()
                        .is_some_and(|a| Host::parse(a.as_str()).is_some())
            });
            if plain.is_none() || url.contains('#') {
                return Err("an issuer is gateway, aws, default, or an http or https URL without query or fragment".into());
            }
            Ok(Some(Issuer::Custom(url.trim_end_matches('/').to_owned())))
        }
    }
}

/// Sets the issuer of an active pool. `now` in microseconds.
///
/// # Errors
/// A text for the person at the terminal.
pub async fn set(
    store: &Store,
    root: &RootKey,
    pool_id: &str,
    text: &str,
    now: i64,
) -> Result<(), String> {
    set_parsed(store, root, pool_id, parse(text)?.as_ref(), now).await
}

/// The same for an issuer that was parsed.
///
/// # Errors
/// A text for the person at the terminal.
pub async fn set_parsed(
    store: &Store,
    root: &RootKey,
    pool_id: &str,
    issuer: Option<&Issuer>,
    now: i64,
) -> Result<(), String> {
    match issuer::set(store, root, now, pool_id, issuer).await {
        Ok(()) => Ok(()),
        Err(Fault::Api(error)) => Err(error.message.into_owned()),
        Err(Fault::Stale) => Err(format!("user pool {pool_id} changes too often; try again")),
        Err(Fault::Internal(detail)) => Err(detail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_urls_are_issuers() {
        assert_eq!(parse("default"), Ok(None));
        assert_eq!(parse("aws"), Ok(Some(Issuer::Aws)));
        assert_eq!(parse("gateway"), Ok(Some(Issuer::Gateway)));
        assert_eq!(
            parse("https://id.example/x/"),
            Ok(Some(Issuer::Custom("https://id.example/x".into())))
        );
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "AWS",
            "id.example",
            "ftp://id.example",
            "https://id.example?x",
            "https://id.example#x",
            "https://u@id.example",
            "https://id.example:x",
            "https://[::1].id.example",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
