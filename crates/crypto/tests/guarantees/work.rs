//! The work of known and unknown users, counted in exponentiations.
//!
//! The counters belong to the process: no other test of this binary may call SRP.

use cognate_crypto::credential::Credential;
use cognate_crypto::srp::{self, Work, client::Client};

fn counted(run: impl FnOnce()) -> (u64, u64) {
    let before = srp::work();
    run();
    let Work {
        fixed_base,
        variable_base,
    } = srp::work();
    (
        fixed_base - before.fixed_base,
        variable_base - before.variable_base,
    )
}

#[test]
fn a_decoy_costs_what_a_real_credential_costs_in_every_step() {
    let real = Credential::for_password("AbCdEf123", "jane", "Passw0rd!");
    let stored = real.to_bytes();
    assert_eq!(
        counted(|| drop(Credential::from_bytes(stored.expose()))),
        (0, 0)
    );
    assert_eq!(counted(|| drop(Credential::decoy(&[7; 32]))), (0, 0));

    let a = srp::parse_public_a(&Client::new().srp_a()).unwrap();
    for credential in [real, Credential::decoy(&[7; 32])] {
        let right = counted(|| {
            let _ = credential.matches("AbCdEf123", "jane", "Passw0rd!");
        });
        let wrong = counted(|| {
            let _ = credential.matches("AbCdEf123", "jane", "");
        });
        assert_eq!((right, wrong), ((1, 0), (1, 0)));

        let (_, verifier) = credential.srp().unwrap();
        assert_eq!(counted(|| drop(srp::challenge(verifier))), (1, 0));
        let challenge = srp::challenge(verifier);
        assert_eq!(
            counted(|| drop(srp::session_key(&a, &challenge, verifier))),
            (0, 2)
        );
    }
}
