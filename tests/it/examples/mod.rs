//! The examples do what they say. Each is compiled into this test as a module.

#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own")]
#[path = "../../../examples/ami_to_crm.rs"]
mod ami_to_crm;
#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own")]
#[path = "../../../examples/inbound_http.rs"]
mod inbound_http;

mod ami;
mod inbound;
mod metrics;
