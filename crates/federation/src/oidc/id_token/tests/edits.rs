//! Random edits of an honest token: refused, or the same claims.

use proptest::prelude::*;

use super::*;

/// An edit of a text, by places that are taken modulo its length.
#[derive(Clone, Debug)]
enum Edit {
    Replace(usize, char),
    Insert(usize, char),
    Delete(usize),
    Swap(usize, usize),
    Copy(usize, usize, usize),
    Cut(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let place = 0..4_096_usize;
    let sign = prop_oneof![
        5 => proptest::char::ranges(vec!['0'..='9', 'A'..='Z', 'a'..='z'].into()),
        3 => prop::sample::select(vec!['.', '-', '_', '=', '+', '/', '"', '{', '}', ':', ',', '\\', ' ', '\n', '\0', 'ü']),
    ];
    prop_oneof![
        4 => (place.clone(), sign.clone()).prop_map(|(at, c)| Edit::Replace(at, c)),
        2 => (place.clone(), sign).prop_map(|(at, c)| Edit::Insert(at, c)),
        2 => place.clone().prop_map(Edit::Delete),
        2 => (place.clone(), place.clone()).prop_map(|(a, b)| Edit::Swap(a, b)),
        1 => (place.clone(), place.clone(), place.clone()).prop_map(|(a, b, to)| Edit::Copy(a, b, to)),
        1 => place.prop_map(Edit::Cut),
    ]
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let mut signs: Vec<char> = text.chars().collect();
    for edit in edits {
        let length = signs.len().max(1);
        match *edit {
            Edit::Replace(at, sign) if !signs.is_empty() => signs[at % length] = sign,
            Edit::Insert(at, sign) => signs.insert(at % (signs.len() + 1), sign),
            Edit::Delete(at) if !signs.is_empty() => {
                signs.remove(at % length);
            }
            Edit::Swap(a, b) if !signs.is_empty() => signs.swap(a % length, b % length),
            Edit::Copy(a, b, to) => {
                let (a, b) = (a % length, b % length);
                let piece: Vec<char> = signs.get(a.min(b)..a.max(b)).unwrap_or(&[]).to_vec();
                let to = to % (signs.len() + 1);
                signs.splice(to..to, piece);
            }
            Edit::Cut(at) => signs.truncate(at % length),
            Edit::Replace(..) | Edit::Delete(_) | Edit::Swap(..) => {}
        }
    }
    signs.into_iter().collect()
}

const HEADER: &str = r#"{"alg":"RS256","kid":"rsa"}"#;

/// Whatever is taken says what the provider signed.
fn same_or_refused(token: &str) -> Result<(), TestCaseError> {
    let secret = SecretString::new(SECRET.into());
    let issuers = [ISSUER];
    let expected = Expected {
        kind: Kind::Oidc,
        issuers: &issuers,
        client_id: CLIENT,
        client_secret: Some(&secret),
        nonce: Some(NONCE),
        access_token: None,
        now: NOW,
    };
    if let Ok(claims) = check(token, &MADE.published, &expected) {
        prop_assert_eq!(Value::Object(claims.into_members()), honest());
    }
    Ok(())
}

proptest! {
    // PROPTEST_CASES asks for more.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.max(1_500),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn an_edited_token_is_refused_or_the_same(edits in prop::collection::vec(edit(), 1..4)) {
        same_or_refused(&apply(&paid(&honest()), &edits))?;
    }

    #[test]
    fn an_edited_payload_under_the_old_signature_is_refused(edits in prop::collection::vec(edit(), 1..4)) {
        let honest = honest().to_string();
        let signature = paid(&self::honest());
        let signature = signature.rsplit('.').next().unwrap_or_default();
        let edited = apply(&honest, &edits);
        same_or_refused(&format!("{}.{signature}", input(HEADER, &edited)))?;
    }

    #[test]
    fn an_edited_header_is_refused_or_means_the_same(edits in prop::collection::vec(edit(), 1..4)) {
        let edited = apply(HEADER, &edits);
        let payload = honest().to_string();
        let signature = paid(&honest());
        let signature = signature.rsplit('.').next().unwrap_or_default();
        same_or_refused(&format!("{}.{signature}", input(&edited, &payload)))?;
        // Signed as it is: whatever is taken has the honest payload.
        same_or_refused(&sign(&MADE.rsa, Alg::Rs256, &edited, &payload))?;
    }

    #[test]
    fn no_token_of_a_stranger_is_taken(header in any::<usize>(), edits in prop::collection::vec(edit(), 0..3)) {
        let headers = [
            HEADER,
            r#"{"alg":"none","kid":"rsa"}"#,
            r#"{"alg":"HS256","kid":"rsa"}"#,
            r#"{"alg":"PS256","kid":"both"}"#,
            r#"{"alg":"ES256","kid":"p256"}"#,
        ];
        let header = apply(headers[header % headers.len()], &edits);
        let payload = with("sub", json!("admin")).to_string();
        for alg in [Alg::Rs256, Alg::Ps256] {
            let token = sign(&MADE.stranger, alg, &header, &payload);
            prop_assert!(failed(&token).is_some());
        }
    }

    #[test]
    fn any_text_is_refused(token in ".{0,200}") {
        prop_assert!(failed(&token).is_some());
    }
}
