//! RetailCRM's stand-in.

mod checks;
mod customers;
pub(crate) mod fixtures;
mod limits;
mod modules;
mod state;
