//! Arguments of `call-event`, `call-log`, `settle` and `replay`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use vochi_crm::{Direction, Outcome, Reason, TransferMode};

use super::DialStatus;
use super::values;

/// Arguments of `call-event`.
#[derive(Debug, Args)]
#[command(after_help = EVENT_EXAMPLES)]
pub(crate) struct CallEventArgs {
    /// The type of the event.
    #[arg(value_name = "TYPE")]
    pub(crate) kind: EventType,

    /// The PBX's id of the call, the same in all its events.
    #[arg(long, value_name = "ID")]
    pub(crate) call_id: String,

    /// The client's number as the PBX has it. Required for `in` and `out`.
    #[arg(
        long,
        value_name = "P",
        required_if_eq_any([("kind", "in"), ("kind", "out")]),
        allow_hyphen_values = true
    )]
    pub(crate) phone: Option<String>,

    /// An employee's extension; several may ring. Accepts Asterisk's forms too: `151&152`,
    /// `PJSIP/151`, a channel name.
    #[arg(long, value_name = "E")]
    pub(crate) ext: Vec<String>,

    /// The line or trunk, as the PBX calls it.
    #[arg(long, value_name = "L")]
    pub(crate) line: Option<String>,

    /// The direction of the call, if its start event is missing.
    #[arg(long, value_name = "D")]
    pub(crate) direction: Option<SettledDirection>,

    /// How the call ended; with `hangup`. By default derived from the stored events of the call.
    #[arg(long, value_name = "O", value_parser = values::outcomes())]
    pub(crate) outcome: Option<Outcome>,

    /// Why the call was not answered; with `hangup`.
    #[arg(long, value_name = "R", value_parser = values::reasons())]
    pub(crate) reason: Option<Reason>,

    /// Asterisk's `${DIALSTATUS}`, which sets outcome and reason; with `hangup`. --outcome and --reason
    /// take precedence.
    #[arg(long, value_name = "S")]
    pub(crate) dialstatus: Option<DialStatus>,

    /// How many seconds the client talked with employees; with `hangup`.
    #[arg(long, value_name = "N")]
    pub(crate) talk_seconds: Option<u32>,

    /// The time of the event, with a zone. By default now.
    #[arg(long, value_name = "RFC3339")]
    pub(crate) at: Option<String>,

    /// The CRM's id of the call, if it was started by a click in the CRM.
    #[arg(long, value_name = "I")]
    pub(crate) crm_call_id: Option<String>,

    /// The PBX's id of the leg the event is about.
    #[arg(long, value_name = "L")]
    pub(crate) leg: Option<String>,

    /// The extension that gets the call; with `transfer`.
    #[arg(long, value_name = "E", required_if_eq("kind", "transfer"))]
    pub(crate) to: Option<String>,

    /// The extension that transfers the call; with `transfer`. By default the last one that talked.
    #[arg(long, value_name = "E")]
    pub(crate) from: Option<String>,

    /// The kind of transfer; with `transfer`. By default blind.
    #[arg(long, value_name = "MODE", value_parser = values::transfer_modes())]
    pub(crate) transfer_mode: Option<TransferMode>,

    /// Also log the call in the CRM's history; with `hangup`.
    #[arg(long)]
    pub(crate) record: bool,

    /// The address of the recording.
    #[arg(long, value_name = "U")]
    pub(crate) record_url: Option<String>,

    /// An option of one CRM; the value is parsed as JSON if possible, else taken as text.
    #[arg(long, value_name = "K=V", value_parser = values::pair)]
    pub(crate) extra: Vec<(String, String)>,
}

const EVENT_EXAMPLES: &str = "\
Later events need only the call id: missing values are taken from the earlier ones. An empty value
counts as absent.

Examples:
  vochi-crm call-event in --call-id 17.185 --phone '8029 111-22-33' --ext 151 --ext 152 --line 0001363
  vochi-crm call-event answered --call-id 17.185 --ext 151
  vochi-crm call-event transfer --call-id 17.185 --to 152 --transfer-mode attended
  vochi-crm call-event hangup --call-id 17.185 --record --record-url https://pbx.example.test/17.mp3
  vochi-crm call-event hangup --call-id 17.185 --dialstatus BUSY --talk-seconds '' --record
  vochi-crm --dry-run call-event out --call-id 17.186 --phone +375291112233 --ext 151";

/// The type of a live event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventType {
    /// Phones of employees ring; repeated with further --ext, further phones ring.
    In,
    /// An employee calls a client.
    Out,
    /// An employee answered.
    Answered,
    /// The client is on hold.
    Hold,
    /// The client is off hold.
    Resume,
    /// The call is transferred (--to).
    Transfer,
    /// An extension stops ringing or leaves; the call continues.
    Leave,
    /// The call is over.
    Hangup,
}

/// The direction of a call with a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SettledDirection {
    /// The client called.
    In,
    /// The company called.
    Out,
}

impl From<SettledDirection> for Direction {
    fn from(direction: SettledDirection) -> Self {
        match direction {
            SettledDirection::In => Self::Inbound,
            SettledDirection::Out => Self::Outbound,
        }
    }
}

/// Arguments of `call-log`.
#[derive(Debug, Args)]
#[command(after_help = LOG_EXAMPLES)]
pub(crate) struct CallLogArgs {
    /// The PBX's id of the call.
    #[arg(long, value_name = "ID")]
    pub(crate) call_id: String,

    /// The client's number as the PBX has it.
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    pub(crate) phone: String,

    /// The direction of the call.
    #[arg(long, value_name = "D")]
    pub(crate) direction: SettledDirection,

    /// The start time, with a zone.
    #[arg(long, value_name = "RFC3339")]
    pub(crate) started_at: String,

    /// How the call ended for the client.
    #[arg(long, value_name = "O", value_parser = values::outcomes())]
    pub(crate) outcome: Outcome,

    /// The extension that talked; of an unanswered call, the extensions that rang.
    #[arg(long, value_name = "E")]
    pub(crate) ext: Option<String>,

    /// The line or trunk, as the PBX calls it.
    #[arg(long, value_name = "L")]
    pub(crate) line: Option<String>,

    /// How many seconds the client talked with employees. Required with `answered`, unless the call's
    /// live events give it.
    #[arg(long, value_name = "N")]
    pub(crate) talk_seconds: Option<u32>,

    /// How many seconds the client waited.
    #[arg(long, value_name = "N")]
    pub(crate) wait_seconds: Option<u32>,

    /// The address of the recording.
    #[arg(long, value_name = "U", conflicts_with = "record_file")]
    pub(crate) record_url: Option<String>,

    /// The recording as a file on this machine.
    #[arg(long, value_name = "F")]
    pub(crate) record_file: Option<PathBuf>,

    /// The CRM's id of the call, if it was started by a click in the CRM.
    #[arg(long, value_name = "I")]
    pub(crate) crm_call_id: Option<String>,
}

const LOG_EXAMPLES: &str = "\
Sending the same call again does not record it twice.

Examples:
  vochi-crm call-log --call-id 17.185 --phone 375446370646 --direction in \\
      --started-at 2026-03-02T11:00:00+03:00 --outcome answered --ext 151 --line 0001363 \\
      --talk-seconds 64 --wait-seconds 6 --record-url https://pbx.example.test/rec/17.185.mp3
  vochi-crm call-log --call-id 17.190 --phone 375441278772 --direction in \\
      --started-at 2026-03-02T13:56:00+03:00 --outcome missed --ext 150 --wait-seconds 26";

/// Arguments of `settle`.
#[derive(Debug, Args)]
#[command(after_help = SETTLE_EXAMPLES)]
pub(crate) struct SettleArgs {
    /// Keep running: every 30 seconds; after failures less often, at least every 10 minutes.
    #[arg(long)]
    pub(crate) watch: bool,

    /// Send the pending work of this call, although the CRM may have it already. Check the CRM first.
    #[arg(long, value_name = "ID", conflicts_with = "watch")]
    pub(crate) send: Option<String>,
}

const SETTLE_EXAMPLES: &str = "\
Handles all profiles, or the one of --profile. Ends with 0 if nothing was due.

Examples:
  vochi-crm settle
  vochi-crm settle --watch
  vochi-crm settle --profile shop --send 17.185";

/// Arguments of `replay`.
#[derive(Debug, Args)]
#[command(after_help = REPLAY_EXAMPLES)]
pub(crate) struct ReplayArgs {
    /// The events: JSON lines, an array, or an object with an array `events`; `-` is standard
    /// input.
    #[arg(value_name = "FILE|-")]
    pub(crate) file: PathBuf,

    /// How many times faster than real time. By default without waiting.
    #[arg(long, value_name = "N", value_parser = values::speed)]
    pub(crate) speed: Option<f64>,

    /// The time of `t` = 0, with a zone. By default `started_at` of the file, else derived from the
    /// times in the events.
    #[arg(long, value_name = "RFC3339")]
    pub(crate) base_time: Option<String>,

    /// Also show popups in CRMs that are not on this machine.
    #[arg(long)]
    pub(crate) popups: bool,

    /// Store unfinished calls in this file at the end of the input, and continue those stored by an
    /// earlier run.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
}

const REPLAY_EXAMPLES: &str = "\
Without --profile it only prints the calls and needs no configuration. With one it records every
call with a client there; replaying a call again does not record it twice. A call that is not over
at the end of the input is shown as unfinished and not recorded, unless --state keeps it for the
next run.

Examples:
  vochi-crm replay events.json
  vochi-crm --output json replay - < events.jsonl | jq -r 'select(.outcome == \"missed\")'
  vochi-crm --dry-run replay events.json --profile shop
  vochi-crm replay events.json --profile shop --profile outlet --base-time 2026-03-02T11:00:00+03:00
  vochi-crm replay events.json --profile sandbox --speed 10
  vochi-crm replay - --profile shop --state open-calls.json < events.jsonl";
