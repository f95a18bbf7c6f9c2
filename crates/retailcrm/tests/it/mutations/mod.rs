//! Mutated responses.

mod refusals;
mod responses;
mod table;

use vochi_crm_core::ErrorKind;
use vochi_crm_core::http::{Operation, Response};
use vochi_crm_core::testing::mutations;

use super::fixture::Fixture;

/// Asserts that a mutation loses only the mutated value. Mutations of the places in `vital` are
/// decode errors.
pub(crate) fn answer_survives<E: Operation>(
    fixture: &str,
    answer: &str,
    operation: &E,
    vital: &[&str],
) {
    let body = Fixture::open(fixture).body(answer);
    assert!(operation.decode(&Response::ok_json(&body)).is_ok());
    for mutation in mutations(&body) {
        let path = mutation.path.join(".");
        let place = format!("{fixture}: {path} {}", mutation.what);
        match operation.decode(&Response::ok_json(&mutation.body)) {
            Ok(_) => {}
            Err(error) => {
                assert!(vital.contains(&path.as_str()), "{place}: {error}");
                assert_eq!(error.kind(), ErrorKind::Decode, "{place}");
            }
        }
    }
}
