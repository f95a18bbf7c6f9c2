//! RetailCRM's stand-in.

mod checks;
mod customers;
mod files;
pub(crate) mod fixtures;
mod hostile;
mod limits;
mod modules;
mod orders;
mod state;
mod tasks;
