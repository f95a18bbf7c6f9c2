//! Calls: live events, finished records, recordings of what a PBX said.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use vochi_crm::{Direction, Outcome, Reason, TransferMode};

use super::DialStatus;
use super::values;

/// A live event.
#[derive(Debug, Args)]
#[command(after_help = EVENT_EXAMPLES)]
pub(crate) struct CallEventArgs {
    /// What happened.
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

    /// An employee's extension; several may ring. Asterisk's spellings are read too: `151&152`,
    /// `PJSIP/151`, a channel's name.
    #[arg(long, value_name = "E")]
    pub(crate) ext: Vec<String>,

    /// The line or trunk, as the PBX calls it.
    #[arg(long, value_name = "L")]
    pub(crate) line: Option<String>,

    /// Who called whom, where the call's beginning is not known.
    #[arg(long, value_name = "D")]
    pub(crate) direction: Option<SettledDirection>,

    /// How the call ended; with `hangup`. Without it, what is remembered of the call decides.
    #[arg(long, value_name = "O", value_parser = values::outcomes())]
    pub(crate) outcome: Option<Outcome>,

    /// Why it was not answered; with `hangup`.
    #[arg(long, value_name = "R", value_parser = values::reasons())]
    pub(crate) reason: Option<Reason>,

    /// Asterisk's `${DIALSTATUS}`, which gives outcome and reason; with `hangup`. --outcome and --reason
    /// go before it.
    #[arg(long, value_name = "S")]
    pub(crate) dialstatus: Option<DialStatus>,

    /// How long the client talked with people; with `hangup`.
    #[arg(long, value_name = "N")]
    pub(crate) talk_seconds: Option<u32>,

    /// When it happened, with a zone; now without it.
    #[arg(long, value_name = "RFC3339")]
    pub(crate) at: Option<String>,

    /// The CRM's own id of the call, when it came from a click in the CRM.
    #[arg(long, value_name = "I")]
    pub(crate) crm_call_id: Option<String>,

    /// The PBX's id of the leg the event is about.
    #[arg(long, value_name = "L")]
    pub(crate) leg: Option<String>,

    /// Who gets the call; with `transfer`.
    #[arg(long, value_name = "E", required_if_eq("kind", "transfer"))]
    pub(crate) to: Option<String>,

    /// Who passes it on; with `transfer`. Without it, who talked last.
    #[arg(long, value_name = "E")]
    pub(crate) from: Option<String>,

    /// How it is passed on; with `transfer`.
    #[arg(long, value_name = "MODE", value_parser = values::transfer_modes())]
    pub(crate) transfer_mode: Option<TransferMode>,

    /// Put the call into the CRM's history too; with `hangup`.
    #[arg(long)]
    pub(crate) record: bool,

    /// Where the recording can be fetched.
    #[arg(long, value_name = "U")]
    pub(crate) record_url: Option<String>,

    /// An option of one CRM; the value is JSON where it reads as JSON, else text.
    #[arg(long, value_name = "K=V", value_parser = values::pair)]
    pub(crate) extra: Vec<(String, String)>,
}

const EVENT_EXAMPLES: &str = "\
Later events need the call id only: missing values are taken from the earlier ones. An empty value
counts as absent.

Examples:
  vochi-crm call-event in --call-id 17.185 --phone '8029 111-22-33' --ext 151 --ext 152 --line 0001363
  vochi-crm call-event answered --call-id 17.185 --ext 151
  vochi-crm call-event transfer --call-id 17.185 --to 152 --transfer-mode attended
  vochi-crm call-event hangup --call-id 17.185 --record --record-url https://pbx.example.test/17.mp3
  vochi-crm call-event hangup --call-id 17.185 --dialstatus BUSY --talk-seconds '' --record
  vochi-crm --dry-run call-event out --call-id 17.186 --phone +375291112233 --ext 151";

/// What happened in a live call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventType {
    /// It rings at employees; again, with further --ext, at further ones.
    In,
    /// An employee calls a client.
    Out,
    /// Somebody took it.
    Answered,
    /// The client is on hold.
    Hold,
    /// The client is off hold.
    Resume,
    /// The call is passed on (--to).
    Transfer,
    /// An extension stops ringing or leaves; the call goes on.
    Leave,
    /// The call is over.
    Hangup,
}

/// A direction a CRM hears of.
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

/// A finished call.
#[derive(Debug, Args)]
#[command(after_help = LOG_EXAMPLES)]
pub(crate) struct CallLogArgs {
    /// The PBX's id of the call.
    #[arg(long, value_name = "ID")]
    pub(crate) call_id: String,

    /// The client's number as the PBX has it.
    #[arg(long, value_name = "P", allow_hyphen_values = true)]
    pub(crate) phone: String,

    /// Who called whom.
    #[arg(long, value_name = "D")]
    pub(crate) direction: SettledDirection,

    /// When it began, with a zone.
    #[arg(long, value_name = "RFC3339")]
    pub(crate) started_at: String,

    /// How it ended for the client.
    #[arg(long, value_name = "O", value_parser = values::outcomes())]
    pub(crate) outcome: Outcome,

    /// The extension of the employee who talked or, unanswered, whose phone rang; then it may be
    /// several.
    #[arg(long, value_name = "E")]
    pub(crate) ext: Option<String>,

    /// The line or trunk, as the PBX calls it.
    #[arg(long, value_name = "L")]
    pub(crate) line: Option<String>,

    /// How long the client talked with people. Required with `answered`, unless the call's live
    /// events told it.
    #[arg(long, value_name = "N")]
    pub(crate) talk_seconds: Option<u32>,

    /// How long the client waited.
    #[arg(long, value_name = "N")]
    pub(crate) wait_seconds: Option<u32>,

    /// Where the recording can be fetched.
    #[arg(long, value_name = "U", conflicts_with = "record_file")]
    pub(crate) record_url: Option<String>,

    /// The recording as a file on this machine.
    #[arg(long, value_name = "F")]
    pub(crate) record_file: Option<PathBuf>,

    /// The CRM's own id of the call, when it came from a click in the CRM.
    #[arg(long, value_name = "I")]
    pub(crate) crm_call_id: Option<String>,
}

const LOG_EXAMPLES: &str = "\
Sending the same call twice records it once.

Examples:
  vochi-crm call-log --call-id 17.185 --phone 375446370646 --direction in \\
      --started-at 2026-03-02T11:00:00+03:00 --outcome answered --ext 151 --line 0001363 \\
      --talk-seconds 64 --wait-seconds 6 --record-url https://pbx.example.test/rec/17.185.mp3
  vochi-crm call-log --call-id 17.190 --phone 375441278772 --direction in \\
      --started-at 2026-03-02T13:56:00+03:00 --outcome missed --ext 150 --wait-seconds 26";

/// Pending work.
#[derive(Debug, Args)]
#[command(after_help = SETTLE_EXAMPLES)]
pub(crate) struct SettleArgs {
    /// Keep running: every 30 seconds, after failures less often, at least every 10 minutes.
    #[arg(long)]
    pub(crate) watch: bool,

    /// Send what is pending of this call although it may have been done before. Look into the CRM
    /// first.
    #[arg(long, value_name = "ID", conflicts_with = "watch")]
    pub(crate) send: Option<String>,
}

const SETTLE_EXAMPLES: &str = "\
Works on all profiles, or on the one of --profile. Ends with 0 if nothing was due.

Examples:
  vochi-crm settle
  vochi-crm settle --watch
  vochi-crm settle --profile shop --send 17.185";

/// A recording of what a PBX said.
#[derive(Debug, Args)]
#[command(after_help = REPLAY_EXAMPLES)]
pub(crate) struct ReplayArgs {
    /// The events: JSON lines, an array, or an object with an array `events`; `-` is standard
    /// input.
    #[arg(value_name = "FILE|-")]
    pub(crate) file: PathBuf,

    /// How many times faster than it happened: 1 is real time. Without it: as fast as it goes.
    #[arg(long, value_name = "N", value_parser = values::speed)]
    pub(crate) speed: Option<f64>,

    /// The moment of `t` = 0, with a zone. Without it: `started_at` of the file, else what the
    /// times in the events say.
    #[arg(long, value_name = "RFC3339")]
    pub(crate) base_time: Option<String>,

    /// Show popups in a CRM that is not on this machine too.
    #[arg(long)]
    pub(crate) popups: bool,

    /// Keep calls that go on when the input ends in this file, and go on with those an earlier run
    /// kept there.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
}

const REPLAY_EXAMPLES: &str = "\
Without --profile it only prints what it understood, and needs no configuration. With one it
records every call with an outside party there, each once however often it is replayed. A call
that still goes on at the end of the input is shown as unfinished and not recorded, unless --state
keeps it for the next run.

Examples:
  vochi-crm replay events.json
  vochi-crm --output json replay - < events.jsonl | jq -r 'select(.outcome == \"missed\")'
  vochi-crm --dry-run replay events.json --profile shop
  vochi-crm replay events.json --profile shop --profile outlet --base-time 2026-03-02T11:00:00+03:00
  vochi-crm replay events.json --profile sandbox --speed 10
  vochi-crm replay - --profile shop --state open-calls.json < events.jsonl";
