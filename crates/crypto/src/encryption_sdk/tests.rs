//! The format, field by field, read by a second implementation; what the official library reads is in e2e.

use super::*;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_ASN1, UnparsedPublicKey};

const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// Reads fields one after the other.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> &'a [u8] {
        let (head, tail) = self.0.split_at(n);
        self.0 = tail;
        head
    }

    fn number(&mut self, n: usize) -> usize {
        self.take(n)
            .iter()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    }

    fn counted(&mut self) -> &'a [u8] {
        let n = self.number(2);
        self.take(n)
    }
}

struct Read {
    context: BTreeMap<String, String>,
    provider: Vec<u8>,
    info: Vec<u8>,
    wrapped: Vec<u8>,
    text: Vec<u8>,
}

fn open(key: &LessSafeKey, iv: &[u8], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = sealed.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(iv).unwrap();
    let plain = key.open_in_place(nonce, Aad::from(aad), &mut bytes).ok()?;
    Some(plain.to_vec())
}

/// Reads a message; None if a tag or the signature is wrong. `unwrap` gives the data key for the wrapped one.
fn read(message: &[u8], unwrap: impl Fn(&Read, &[u8]) -> Option<[u8; 32]>) -> Option<Read> {
    let mut r = Reader(message);
    assert_eq!(r.take(4), [1, 0x80, 0x03, 0x78]);
    let id = r.take(16);
    let pairs = r.counted();
    let mut entries = Reader(pairs);
    let count = entries.number(2);
    let context: BTreeMap<_, _> = (0..count)
        .map(|_| [entries.counted(), entries.counted()])
        .map(|pair| pair.map(|part| String::from_utf8(part.to_vec()).unwrap()))
        .map(|[name, value]| (name, value))
        .collect();
    assert!(entries.0.is_empty());
    assert_eq!(r.number(2), 1, "one data key");
    let [provider, info, wrapped] = [r.counted(), r.counted(), r.counted()].map(<[u8]>::to_vec);
    assert_eq!(r.take(6), [2, 0, 0, 0, 0, 12]);
    assert_eq!(r.number(4), 4096);
    let header = &message[..message.len() - r.0.len()];
    let mut out = Read {
        context,
        provider,
        info,
        wrapped,
        text: Vec::new(),
    };
    let data_key = unwrap(&out, pairs)?;
    let mut derived = [0; 32];
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA384, &[]).extract(&data_key);
    hash::expand(&prk, &[&[0x03, 0x78], id], &mut derived);
    let key = cipher(&Secret::new(derived));
    let (iv, tag) = (r.take(12), r.take(16));
    assert_eq!(iv, [0; 12]);
    open(&key, iv, header, tag)?;
    assert_eq!((r.number(4), r.number(4)), (0xffff_ffff, 1));
    let iv = r.take(12);
    assert_eq!(iv, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    let size = r.number(4);
    let aad = [
        id,
        b"AWSKMSEncryptionClient Final Frame",
        &[0, 0, 0, 1],
        &u64::try_from(size).unwrap().to_be_bytes(),
    ]
    .concat();
    out.text = open(&key, iv, &aad, r.take(size + 16))?;
    let signed = &message[..message.len() - r.0.len()];
    let signature = r.counted();
    assert!(r.0.is_empty(), "nothing follows the signature");
    let point = STANDARD.decode(&out.context[PUBLIC_KEY]).unwrap();
    UnparsedPublicKey::new(&ECDSA_P384_SHA384_ASN1, point)
        .verify(signed, signature)
        .ok()?;
    Some(out)
}

fn by_kms(text: &[u8]) -> Vec<u8> {
    let draft = Draft::new(&[("userpool-id", "eu-west-1_AbCdEf123")]);
    let key = DataKey::of_kms(Secret::new([7; 32]), ARN, vec![9; 184]);
    draft.encrypt(&key, text).unwrap()
}

#[test]
fn a_message_says_what_it_should_and_opens() {
    for text in [&b""[..], b"123456", "päss<>😀".as_bytes(), &[b'x'; 4096]] {
        let message = by_kms(text);
        let read = read(&message, |_, _| Some([7; 32])).unwrap();
        assert_eq!(read.text, text);
        assert_eq!(
            (
                read.provider.as_slice(),
                read.info.as_slice(),
                read.wrapped.as_slice()
            ),
            (&b"aws-kms"[..], ARN.as_bytes(), &[9; 184][..])
        );
        let names: Vec<_> = read.context.keys().map(String::as_str).collect();
        assert_eq!(names, ["aws-crypto-public-key", "userpool-id"]);
        assert_eq!(read.context["userpool-id"], "eu-west-1_AbCdEf123");
    }
}

/// The head and the length of a message that the service sent for a code of six digits: two public captures agree on
/// all but ids, names and bytes that look random (admin.md 3.7).
#[test]
fn a_code_has_the_form_of_those_that_the_service_sends() {
    let message = by_kms(b"123456");
    assert!(STANDARD.encode(&message).starts_with("AYADe"));
    assert_eq!(message[20..24], [0, 129, 0, 2]);
    assert_eq!(&message[24..47], b"\0\x15aws-crypto-public-key");
    assert_eq!(message[47..49], [0, 68]);
    assert_eq!(
        message[117..151],
        *b"\0\x0buserpool-id\0\x13eu-west-1_AbCdEf123"
    );
    let footer = &message[message.len() - 105..];
    assert_eq!(footer[..3], [0, 103, 0x30]);
}

#[test]
fn messages_never_repeat_a_key_an_id_or_a_signer() {
    let (one, two) = (by_kms(b"123456"), by_kms(b"123456"));
    assert_ne!(one[4..20], two[4..20]);
    let context = |message: &[u8]| read(message, |_, _| Some([7; 32])).unwrap().context;
    assert_ne!(context(&one)[PUBLIC_KEY], context(&two)[PUBLIC_KEY]);
}

#[test]
fn an_altered_message_does_not_open() {
    let message = by_kms(b"123456");
    // The message id, the pool, the key's ARN, the data key, the header's tag, the text, its tag, the signature.
    let ends = [160, 125, 115, 30].map(|back| message.len() - back);
    for at in [5, 135, 230, 260].into_iter().chain(ends) {
        let mut altered = message.clone();
        altered[at] ^= 1;
        assert!(read(&altered, |_, _| Some([7; 32])).is_none(), "byte {at}");
    }
    assert!(read(&message, |_, _| Some([8; 32])).is_none());
}

#[test]
fn an_operators_key_wraps_as_a_raw_aes_keyring_does() {
    let key = WrappingKey::new("cognate", "codes", Secret::new([3; 32])).unwrap();
    let draft = Draft::new(&[("userpool-id", "eu-west-1_AbCdEf123")]);
    let data_key = draft.wrapped_by(&key).unwrap();
    let message = draft.encrypt(&data_key, b"123456").unwrap();
    let unwrap = |read: &Read, pairs: &[u8]| {
        assert_eq!(read.provider, b"cognate");
        let mut info = Reader(&read.info);
        assert_eq!(info.take(5), b"codes");
        assert_eq!((info.number(4), info.number(4)), (128, 12));
        let plain = open(&cipher(&Secret::new([3; 32])), info.0, pairs, &read.wrapped)?;
        plain.try_into().ok()
    };
    assert_eq!(read(&message, unwrap).unwrap().text, b"123456");
    assert!(WrappingKey::new("aws-kms", "codes", Secret::new([3; 32])).is_none());
}

#[test]
fn what_does_not_fit_is_refused() {
    let key = DataKey::of_kms(Secret::new([7; 32]), ARN, vec![9; 65_536]);
    assert_eq!(Draft::new(&[]).encrypt(&key, b"1"), Err(TooLong));
    let key = DataKey::of_kms(Secret::new([7; 32]), ARN, vec![9; 184]);
    assert_eq!(Draft::new(&[]).encrypt(&key, &[0; 4097]), Err(TooLong));
    let long = "x".repeat(65_536);
    assert_eq!(
        Draft::new(&[("a", &long)]).encrypt(&key, b"1"),
        Err(TooLong)
    );
}
