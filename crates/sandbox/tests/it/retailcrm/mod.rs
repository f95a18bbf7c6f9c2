//! RetailCRM's stand-in.

mod checks;
mod corporate;
mod customers;
pub(crate) mod fixtures;
mod history;
mod hostile;
mod limits;
mod modules;
mod state;
mod uploads;
