//! Fixtures and mutated variants of them satisfy the fuzzed invariants.

use std::collections::HashSet;

use vochi_crm::CrmName;
use vochi_crm_fuzz::{
    ami_stream, ami_text, inbound, mutate_lines, pbx_events, phone, profile, recordings, response,
    seeds,
};

/// Variants per recording.
const VARIANTS: u32 = 40;

#[test]
fn recordings_satisfy_the_invariants() {
    let recordings = recordings();
    assert!(recordings.len() > 100, "too few fixtures");
    for recording in recordings {
        println!("{}", recording.name);
        pbx_events(&recording.document);
        pbx_events(&recording.lines);
        let half = recording.document.len() / 2;
        pbx_events(&recording.document[..half]);
    }
}

#[test]
fn mutated_recordings_satisfy_the_invariants() {
    for recording in recordings() {
        let size = recording.lines.len();
        for seed in 0..VARIANTS {
            println!("{}, variant {seed}", recording.name);
            let mut variant = recording.lines.clone();
            variant.resize(size * 2, 0);
            let length = mutate_lines(&mut variant, size, seed);
            pbx_events(&variant[..length]);
        }
    }
}

#[test]
fn arbitrary_streams_satisfy_the_invariants() {
    let mut random = fastrand::Rng::with_seed(1);
    for stream in 0..1_000 {
        let length = random.usize(..300);
        let bytes: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(length).collect();
        println!("stream {stream}: {bytes:?}");
        ami_stream(&bytes);
    }
}

/// Checks the first inputs of a target, and variants with a few bytes changed.
fn seeds_and_variants_satisfy(target: &str, variants: u32, check: fn(&[u8])) {
    let mut random = fastrand::Rng::with_seed(1);
    let seeds = seeds(target);
    assert!(!seeds.is_empty(), "{target} has no seeds");
    for seed in seeds {
        check(&seed);
        for _ in 0..variants {
            let mut variant = seed.clone();
            for _ in 0..random.usize(1..4) {
                let place = random.usize(..=variant.len());
                match random.u8(..3) {
                    0 => variant.insert(place, random.u8(..)),
                    1 => variant.truncate(place.max(1)),
                    _ => variant
                        .iter_mut()
                        .skip(place)
                        .take(1)
                        .for_each(|byte| *byte = random.u8(..)),
                }
            }
            println!("{target}: {:?}", String::from_utf8_lossy(&variant));
            check(&variant);
        }
    }
}

/// The search begins beyond the first check of each CRM.
fn assert_some_accepted(target: &str, accepted_by: fn(&[u8]) -> Vec<CrmName>) {
    let accepted: HashSet<CrmName> = seeds(target).iter().flat_map(|it| accepted_by(it)).collect();
    assert_eq!(accepted.len(), 3, "{target}: each CRM accepts a seed, not only {accepted:?}");
}

#[test]
fn phones_satisfy_the_invariants() {
    seeds_and_variants_satisfy("phones", 4, phone);
}

#[test]
fn ami_text_satisfies_the_invariants() {
    seeds_and_variants_satisfy("ami_text", 200, ami_text);
}

#[test]
fn inbound_requests_satisfy_the_invariants() {
    seeds_and_variants_satisfy("inbound", 40, |input| drop(inbound(input)));
    assert_some_accepted("inbound", inbound);
}

#[test]
fn responses_satisfy_the_invariants() {
    seeds_and_variants_satisfy("responses", 4, |input| drop(response(input)));
    assert_some_accepted("responses", response);
}

#[test]
fn profiles_satisfy_the_invariants() {
    seeds_and_variants_satisfy("profiles", 300, profile);
}
