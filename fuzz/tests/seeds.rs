//! The recorded calls of the fixtures, and variants of them, keep the laws that are fuzzed for.

use vochi_crm_fuzz::{ami_stream, mutate_lines, pbx_events, recordings};

/// How many variants of each recording are tried.
const VARIANTS: u32 = 40;

#[test]
fn recordings_keep_the_laws() {
    let recordings = recordings();
    assert!(recordings.len() > 100, "the fixtures are there");
    for recording in recordings {
        println!("{}", recording.name);
        pbx_events(&recording.document);
        pbx_events(&recording.lines);
        let half = recording.document.len() / 2;
        pbx_events(&recording.document[..half]);
    }
}

#[test]
fn variants_of_recordings_keep_the_laws() {
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
fn streams_of_any_bytes_keep_the_laws() {
    let mut random = fastrand::Rng::with_seed(1);
    for stream in 0..1_000 {
        let length = random.usize(..300);
        let bytes: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(length).collect();
        println!("stream {stream}: {bytes:?}");
        ami_stream(&bytes);
    }
}
