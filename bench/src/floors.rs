//! The work that cannot be avoided, measured on the server's core.

use std::hint::black_box;
use std::time::{Duration, Instant};

use cognate_crypto::foreign::provider::{Kind, ProviderKey};
use cognate_crypto::foreign::{Alg, VerifyingKey};
use cognate_crypto::jws::{SigningKey, header_json};
use cognate_crypto::srp;
use cognate_crypto::totp::Seed;
use cognate_crypto::webauthn::client::Authenticator;
use cognate_crypto::webauthn::key::CredentialKey;

use crate::machine;

/// The cryptographic work that a kind of request cannot do without.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Floor {
    /// Two signatures and g^x: a sign-in with the password.
    Password,
    /// Two signatures, g^b, v^u and (A·v^u)^b: a sign-in by SRP, both calls.
    Srp,
    /// Two signatures, g^x and the three codes of the window: a sign-in with the password and an app.
    App,
    /// Two signatures, g^x, g^b, v^u and (A·v^u)^b: a sign-in with the password and a remembered device.
    Device,
    /// Two signatures, and twice g^b, v^u and (A·v^u)^b: a sign-in by SRP and a remembered device.
    SrpDevice,
    /// Two signatures and the check of one with ECDSA: a sign-in by a passkey.
    Passkey,
    /// Two signatures: a refresh, or the tokens for a code.
    Refresh,
    /// Two signatures, g^x and the hashes of a code and its verifier: a sign-in on a page, with the tokens for its code.
    Page,
    /// One signature: an access token for a client itself.
    Machine,
    /// Two signatures and the check of the provider's: a sign-in through OpenID Connect.
    Oidc,
    /// Two signatures and the checks of the provider's two, of the answer and of its assertion: a sign-in through SAML.
    Saml,
    /// None: the row has a bound in microseconds.
    None,
}

/// The pieces, ready to be measured.
pub struct Pieces {
    key: SigningKey,
    header: String,
    payload: Vec<u8>,
    x: cognate_crypto::secret::Secret<[u8; 32]>,
    verifier: srp::Verifier,
    public_a: srp::PublicA,
    app: Seed,
    passkey: CredentialKey,
    /// The bytes that the passkey signed, and its signature.
    shown: (Vec<u8>, Vec<u8>),
    provider: VerifyingKey,
    /// The bytes that the provider signed, and its signature.
    said: (Vec<u8>, Vec<u8>),
}

impl Pieces {
    /// Makes keys and a verifier of the real sizes.
    pub fn new() -> anyhow::Result<Self> {
        srp::warm_up();
        let key = SigningKey::generate();
        let mut device = Authenticator::es256("example.com");
        let passkey = CredentialKey::from_cose(&device.public_key())
            .map_err(|e| anyhow::anyhow!("a passkey: {e:?}"))?;
        let client_data = [b'x'; 180];
        let (mut message, shown) = device.sign_in(&client_data);
        message.extend(cognate_crypto::hash::sha256(&client_data));
        anyhow::ensure!(passkey.verify(&message, &shown), "a passkey's signature");
        let signer = ProviderKey::generate(Kind::Rsa);
        let provider = VerifyingKey::from_certificate(&signer.certificate("idp", 0..1_000))
            .map_err(|e| anyhow::anyhow!("a provider's key: {e:?}"))?;
        let said = vec![b'x'; 700];
        let signature = signer.sign(Alg::Rs256, &said);
        anyhow::ensure!(
            provider.verify(Alg::Rs256, &said, &signature),
            "a provider's signature"
        );
        let header = header_json(&key.public().kid());
        let x = srp::x("pool", "user", "Passw0rd!", &srp::new_salt());
        let public_a = srp::parse_public_a(&srp::client::Client::new().srp_a())
            .map_err(|_| anyhow::anyhow!("a client's A was refused"))?;
        Ok(Self {
            key,
            header,
            payload: vec![b'x'; 700],
            verifier: srp::verifier(&x),
            x,
            public_a,
            app: Seed::generate(),
            passkey,
            shown: (message, shown),
            provider,
            said: (said, signature),
        })
    }

    fn once(&self, floor: Floor) {
        let signature = || {
            drop(black_box(
                self.key.sign_compact(self.header.as_bytes(), &self.payload),
            ))
        };
        let signatures = || {
            signature();
            signature();
        };
        let proof = || {
            let challenge = srp::challenge(&self.verifier);
            let _ = black_box(srp::session_key(&self.public_a, &challenge, &self.verifier));
        };
        let password = || drop(black_box(srp::verifier(&self.x)));
        let check = || {
            let (said, signature) = &self.said;
            black_box(self.provider.verify(Alg::Rs256, said, signature));
        };
        match floor {
            Floor::Password => {
                password();
                signatures();
            }
            Floor::Srp => {
                proof();
                signatures();
            }
            Floor::App => {
                password();
                black_box(self.app.judge(1_800_000_000, 0, "000000"));
                signatures();
            }
            Floor::Device => {
                password();
                proof();
                signatures();
            }
            Floor::SrpDevice => {
                proof();
                proof();
                signatures();
            }
            Floor::Passkey => {
                let (message, signature) = &self.shown;
                black_box(self.passkey.verify(message, signature));
                signatures();
            }
            Floor::Refresh => signatures(),
            Floor::Page => {
                password();
                for text in [black_box(&self.payload), black_box(&self.payload)] {
                    black_box(cognate_crypto::hash::sha256(text.get(..43).unwrap_or(text)));
                }
                signatures();
            }
            Floor::Machine => signature(),
            Floor::Oidc => {
                check();
                signatures();
            }
            Floor::Saml => {
                check();
                check();
                signatures();
            }
            Floor::None => {}
        }
    }

    /// Measures the median time of `floor` over a slice of `length` on the server's core, in microseconds.
    pub fn slice(&self, floor: Floor, length: Duration) -> f64 {
        if floor == Floor::None {
            return 0.0;
        }
        std::thread::scope(|scope| {
            let measure = scope.spawn(|| {
                machine::pin(machine::SERVER_CORE);
                let mut times = Vec::new();
                let start = Instant::now();
                while start.elapsed() < length {
                    let begin = Instant::now();
                    self.once(floor);
                    times.push(begin.elapsed().as_secs_f64() * 1e6);
                }
                median(&mut times)
            });
            measure.join().unwrap_or(f64::NAN)
        })
    }
}

/// Returns the middle of the sorted values.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
