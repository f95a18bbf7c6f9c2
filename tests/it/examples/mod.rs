//! Tests of the examples, which are compiled into this binary as modules.

#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own")]
#[path = "../../../examples/ami_to_crm.rs"]
mod ami_to_crm;
#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own")]
#[path = "../../../examples/host_test.rs"]
mod host_test;
#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own")]
#[path = "../../../examples/inbound_http.rs"]
mod inbound_http;
#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own")]
#[path = "../../../examples/two_crms_at_once.rs"]
mod two_crms_at_once;

mod ami;
mod inbound;
mod metrics;
mod two_crms;
