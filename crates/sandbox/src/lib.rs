//! Strict, stateful stand-in servers of the CRMs, for tests, examples and demonstrations.
//!
//! A stand-in keeps state like the CRM, and checks every request against a table whose rows cite
//! the CRM's reference. A failed check is refused with the CRM's own status and text, and recorded
//! with the reason. The stand-ins share no code with the clients of this project: they follow the
//! reference alone, so a client's mistake cannot be repeated in them.
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
//! Each CRM has its own port; one more port serves a page (`GET /`) and the control API: `GET
//! /state`, `POST /faults`, `POST /reset`, `POST /click`, `POST /account`.
//!
//! # Rooms
//! Every CRM's folder has the same files: `operations` (a row each: path, parameters, handler),
//! `checks` (schemas and rows), `seed` (the initial state), `state`, `handlers`, `mapping` (the
//! CRM's terms to common ones), `access` (the account from inside the process). The rest is shared;
//! `schema` is the engine of the checks.
//!
//! The page's port accepts requests for a loopback name or the page's own address, and from
//! browsers only the page's own origin: other sites must not control the sandbox.
//!
//! # Bounds
//! A stand-in keeps the newest 10 000 entries of each list (requests, calls, popups, customers, …)
//! and 256 MiB of bodies and files; older ones are dropped. `requests` in `/state` counts all.
//!
//! # Guesses
//! No CRM documents every refusal. [`Check::basis`] separates known checks from assumed ones, and
//! `docs/stand-in-rules.md` lists all of them.

pub mod bitrix24;
mod builder;
mod check;
mod click;
mod control;
mod crm;
mod fault;
mod host;
pub mod kontur;
mod limits;
mod multipart;
mod origin;
mod outgoing;
mod page;
mod pbx;
mod php;
mod rate_window;
mod record;
mod report;
pub mod retailcrm;
mod sandbox;
mod schema;
mod server;
pub mod uon;
mod wire;

pub use builder::{Builder, StartError};
pub use check::{Basis, Check};
pub use click::{Click, ClickError, ClickKind, ClickPath, ClickResponse, ClickVerb};
pub use crm::Crm;
pub use fault::{Ending, Fault, Lose};
pub use record::{Fate, RecordedRequest, Refused};
pub use report::{CallRow, LiveRow};
pub use sandbox::Sandbox;
pub use schema::{Route, Sample};
