//! Tests of the connector to the invented CRM.

mod conformance;
mod server;
