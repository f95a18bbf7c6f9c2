//! Tests of the connector to the invented CRM.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

mod conformance;
mod server;
