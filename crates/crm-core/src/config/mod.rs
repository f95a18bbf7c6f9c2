//! Settings as they are written: the keys of an account, what may stand behind each, and profiles.
//!
//! A key is declared once, as a documented field in [`keys!`](crate::keys). Files, variables,
//! suggestions and the tables of the documentation come from [`Keys::KEYS`].

mod check;
mod key;
mod macros;
mod nearest;
mod profile;

pub use check::{check, missing};
pub use key::{CRM_KEY, Key, Keys, Kind, Setting};
pub use nearest::nearest;
pub use profile::Profile;
