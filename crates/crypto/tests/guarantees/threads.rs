//! Everything long-lived can be shared between the threads of a server.

use cognate_crypto::credential::Credential;
use cognate_crypto::jws::{PublicKey, SigningKey};
use cognate_crypto::seal::{PoolKey, RootKey};
use cognate_crypto::secret::{SecretBytes, SecretString};
use cognate_crypto::srp::{Challenge, PublicA, Verifier};
use cognate_crypto::workers::Workers;

const fn shared<T: Send + Sync + 'static>() {}

#[test]
fn long_lived_types_are_send_and_sync() {
    shared::<(RootKey, PoolKey, SigningKey, PublicKey, Workers)>();
    shared::<(
        Credential,
        Verifier,
        Challenge,
        PublicA,
        SecretBytes,
        SecretString,
    )>();
}
