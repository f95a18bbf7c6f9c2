//! `communications/callbacks/telephony/*`: what the PBX tells of calls, and whom it asks for.

mod call_event;
mod call_failed;
mod call_finished;
mod call_recording;
mod call_redirect;
mod call_started;
mod register_call;

pub use call_event::{EventLeg, SendCallEvent};
pub use call_failed::CallFailed;
pub use call_finished::CallFinished;
pub use call_recording::CallRecording;
pub use call_redirect::CallRedirect;
pub use call_started::CallStarted;
pub use register_call::{RegisterCall, RegisteredLeg};
