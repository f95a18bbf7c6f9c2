//! Invalid values are rejected before anything is sent.

mod accepted;
mod clients;
mod integration;
mod table;
mod types;

use std::collections::BTreeSet;

use vochi_crm_core::{Cx, Effect, ErrorKind, TryAgain};

use super::operations::table as operations;
use super::support::Harness;
use table::rows;

#[tokio::test(start_paused = true)]
async fn invalid_values_are_rejected_before_sending() {
    for row in rows() {
        let case = format!("{}: {}", row.type_name, row.what);
        let harness = Harness::new([]);
        let client = harness.connector.client();
        let result = row.operation.send(client, &Cx::history()).await;
        assert!(harness.played().is_empty(), "{case}: a request was sent");
        let error = result.expect_err(&case);
        assert_eq!(error.kind(), ErrorKind::Input, "{case}: {error}");
        assert_eq!(error.effect(), Effect::NotApplied, "{case}");
        assert_eq!(error.try_again(), TryAgain::Never, "{case}");
        assert_eq!(error.attempts(), 0, "{case}");
        let begin = format!("kontur account demo: {}: ", row.operation.name());
        assert!(error.to_string().starts_with(&begin), "{case}: {error}");
        assert!(error.message().contains(row.message), "{case}: {error}");
    }
}

#[test]
fn every_operation_is_in_the_table() {
    let mut named: BTreeSet<&str> = rows().iter().map(|row| row.type_name).collect();
    for (type_name, why) in table::ALWAYS_VALID {
        assert!(named.insert(type_name), "{type_name} has rows: {why}");
    }
    let all = operations::all();
    let all: BTreeSet<&str> = all.iter().map(operations::Row::type_name).collect();
    assert_eq!(named, all);
}
