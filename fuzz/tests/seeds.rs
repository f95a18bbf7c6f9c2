//! Fixtures and mutated variants of them satisfy the fuzzed invariants.

use vochi_crm_fuzz::{ami_stream, mutate_lines, pbx_events, recordings};

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
