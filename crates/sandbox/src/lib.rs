//! Strict, stateful stand-ins of the CRMs: for tests, examples and demonstrations.
//!
//! A stand-in keeps state as the CRM would, and checks every request against a table whose rows
//! cite the CRM's reference. What does not pass is refused with the CRM's own status and text, and
//! written down with the reason. It knows nothing of the clients in this project: it is written
//! from the reference alone, so a client cannot be wrong in the same way.
//!
//! ```
//! use vochi_crm_sandbox::{Crm, Fault, Lose, Sandbox};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::builder().start().await?;
//! let profile = &sandbox.profiles()["retailcrm"]; // url, api_key, extensions, lines, …
//!
//! // The next upload is carried out, but the client never hears of it.
//! sandbox.fault(
//!     Fault::on(Crm::RetailCrm).path("/api/v5/telephony/calls/upload").lose(Lose::Answer),
//! );
//!
//! // … let a client loose on profile["url"] …
//! # let _ = profile;
//!
//! assert!(sandbox.refused(Crm::RetailCrm).is_empty(), "the client keeps to the reference");
//! for call in sandbox.retailcrm().calls() {
//!     assert_eq!(call.row.outcome, Some("answered"));
//! }
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(example())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Each CRM has a port of its own; one more serves a page for people (`GET /`) and the controls
//! for scripts: `GET /state`, `POST /faults`, `POST /reset`, `POST /click`, `POST /account`.
//!
//! # Rooms
//! Every CRM is a folder of the same files: `first` (the first state), `state`, `checks`,
//! `handlers`, `words` (its words in ours), `access` (the account from inside the process).
//! Everything else is shared.
//!
//! The page's port answers requests to a loopback name or to the page's own address, and of browsers
//! only the page's own: another site must not control the sandbox.
//!
//! # Bounds
//! A stand-in keeps the newest 10 000 entries of each list (requests, calls, popups, customers, …)
//! and 256 MiB of bodies and files; older ones make room. `requests` in `/state` counts all.
//!
//! # Guesses
//! No CRM documents every refusal. [`Check::basis`] tells what is known from what is supposed, and
//! `docs/testing.md` lists the rest.

mod bounds;
mod builder;
mod check;
mod click;
mod control;
mod crm;
mod desk;
mod fault;
pub mod kontur;
mod meter;
mod outgoing;
mod page;
mod record;
mod report;
pub mod retailcrm;
mod sandbox;
mod sender;
mod server;
mod wire;

pub use builder::{Builder, StartError};
pub use check::{Basis, Check};
pub use click::{Click, ClickAnswer, ClickError, ClickKind, ClickPath, ClickVerb};
pub use crm::Crm;
pub use fault::{Ending, Fault, Lose};
pub use record::{Fate, RecordedRequest, Refused};
pub use report::{CallRow, LiveRow};
pub use sandbox::Sandbox;
