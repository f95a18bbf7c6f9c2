//! Checks that every connector has to pass.
//!
//! A connector implements [`CrmUnderTest`] for a marker type in its tests: a table of its
//! operations, its fixtures, and what is its CRM's alone. [`conformance!`](crate::conformance) makes
//! a test of every check. A check collects its failures over all operations and panics once with
//! all of them; each names the operation and the input. The tests need the runtime of tokio with
//! the features `macros` and `test-util`.
//!
//! `docs/add-a-crm.md` is the guide, and the core's own tests have an invented CRM as an example.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::needless_pass_by_value,
    clippy::unused_async,
    reason = "a check fails by panicking, and all checks have one form"
)]

mod attempt;
mod call;
pub mod faults;
pub mod flows;
pub mod inbound;
mod log;
mod operation;
pub mod operations;
mod report;
pub mod responses;
pub mod secrets;
mod stand_in;
mod subject;

pub use inbound::{Inbound, recorded_request};
pub use operation::{Needs, Operation, Sending};
pub use stand_in::{Disturbance, StandIn};
pub use subject::{CrmUnderTest, Refused};

/// A part of every secret of the account of [`CrmUnderTest::connector`].
pub const CANARY: &str = "canary";

/// Line breaks, a zero byte, an escape, both writing directions and every delimiter.
pub const SPECIAL_TEXT: &str = "a\r\nX-Evil: 1\u{0}\u{1b}[31m\u{202e}ё&=+%#?/\\\"'[]{}\u{1f4de}";

/// Makes a test of every check of [`conformance`](crate::testing::conformance), for a type that
/// implements [`CrmUnderTest`](crate::testing::conformance::CrmUnderTest).
///
/// The tests are in modules by subject: `suite::faults::refusal_is_final`.
///
/// ```ignore
/// vochi_crm_core::conformance!(RetailCrm);
/// ```
#[macro_export]
macro_rules! conformance {
    ($subject:ty) => {
        $crate::conformance! { @modules $subject =>
            [tokio::test(flavor = "multi_thread")]
            flows {
                ring_is_shown_once,
                events_in_any_order_lead_to_one_record,
                unsupported_event_sends_nothing,
                repeated_record_is_stored_once,
                lost_response_stores_a_record_once,
                refused_record_does_not_block_others,
                results_keep_the_order_of_records,
                failed_lookup_is_not_unknown,
                second_setup_changes_nothing,
                missed_call_is_followed_up_once,
                missing_capability_is_unsupported,
            }
            [tokio::test(start_paused = true)]
            operations {
                every_operation_is_listed,
                declared_repeat_is_true,
                subject_of_a_write_is_not_personal,
                planned_response_is_readable,
                invalid_value_is_refused,
                every_operation_has_invalid_values_or_a_reason,
                special_text_is_sent_unchanged,
            }
            [tokio::test(start_paused = true)]
            faults {
                unsent_request_is_retried,
                lost_response_is_retried_if_safe,
                lost_response_outweighs_a_refusal,
                late_response_counts_as_lost,
                deadline_of_the_caller_is_kept,
                rate_limit_is_awaited,
                broken_server_is_retried_if_safe,
                refusal_is_final,
                foreign_body_leaves_doubt,
                success_without_content_is_applied,
                created_status_is_a_success,
                endless_response_is_final,
                long_body_is_cut_in_errors,
            }
            [tokio::test(start_paused = true)]
            responses {
                wrong_value_costs_itself,
                scalar_as_text_means_the_same,
                unknown_field_changes_nothing,
                many_wrong_values_are_a_result_or_an_error,
                other_body_type_is_unreadable,
                wrong_value_in_a_refusal_keeps_it,
                every_fixture_is_used,
                recorded_success_is_readable,
            }
            [tokio::test(start_paused = true)]
            secrets {
                secret_is_in_no_error_and_no_log,
                dry_run_shows_no_secret,
                stored_call_contains_no_secret,
            }
            [tokio::test(start_paused = true)]
            inbound {
                wrong_parameter_is_an_event_or_a_refusal,
                oversized_or_unknown_request_is_refused,
                random_request_is_an_event_or_a_refusal,
            }
        }
    };
    (@modules $subject:ty => $($attribute:tt $module:ident { $($check:ident,)* })*) => {
        mod suite {
            use super::*;

            $(mod $module {
                use super::*;

                $(#$attribute
                async fn $check() {
                    $crate::testing::conformance::$module::$check::<$subject>().await;
                })*
            })*
        }
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn macro_lists_every_check() {
        let listed = include_str!("mod.rs");
        for (module, source) in [
            ("faults", include_str!("faults.rs")),
            ("flows", include_str!("flows.rs")),
            ("inbound", include_str!("inbound.rs")),
            ("operations", include_str!("operations.rs")),
            ("responses", include_str!("responses.rs")),
            ("secrets", include_str!("secrets.rs")),
        ] {
            for check in source.split("\npub async fn ").skip(1) {
                let (name, _) = check.split_once('<').unwrap();
                assert!(listed.contains(&format!("    {name},")), "{module}::{name}");
            }
        }
    }
}
