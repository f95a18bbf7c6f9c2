//! Several attempts to reach a client: the one that got furthest decides.

use serde_json::json;
use vochi_crm_core::{Outcome, Reason};

use crate::fixture::finished;
use crate::stream::{Ami, Ch, ch, only};

const PHONE: Ch = ch("1.1", "PJSIP/150-00000001", "1.1");
const LINES: [Ch; 2] =
    [ch("1.2", "PJSIP/0001371-00000002", "1.1"), ch("1.3", "PJSIP/0001372-00000003", "1.1")];
const NUMBER: &str = "375291110001@0001371";

/// Result of an attempt: whether it rings, its `DialStatus` and its hangup cause.
type Attempt = (bool, &'static str, &'static str);

const RANG: Attempt = (true, "NOANSWER", "19");
const BUSY: Attempt = (true, "BUSY", "17");
const BUSY_AT_ONCE: Attempt = (false, "BUSY", "17");
const NO_LINE: Attempt = (false, "CONGESTION", "34");
const NO_NUMBER: Attempt = (false, "CHANUNAVAIL", "1");
const CANCELLED_BEFORE_IT_RANG: Attempt = (false, "CANCEL", "16");
const CANCELLED: Attempt = (true, "CANCEL", "16");

fn outcome(attempts: [Attempt; 2]) -> (Outcome, Option<Reason>) {
    let mut stream = Ami::default().picks_up(0.0, PHONE, "375291110001");
    for ((nth, line), (rings, end, cause)) in (0..).zip(LINES).zip(attempts) {
        let t = 1.0 + 40.0 * f64::from(nth);
        let parts = [("", PHONE), ("Dest", line)];
        stream = stream.event(t, "Newchannel", &[("", line)], json!({"ChannelState": "0"})).event(
            t,
            "DialBegin",
            &parts,
            json!({"DialString": NUMBER}),
        );
        if rings {
            stream = stream.event(t, "DialState", &parts, json!({"DialStatus": "RINGING"}));
        }
        stream = stream.ends(t + 30.0, PHONE, line, end).event(
            t + 30.0,
            "Hangup",
            &[("", line)],
            json!({"Cause": cause}),
        );
    }
    let call = only(finished(&stream.hangs_up(90.0, PHONE).events()));
    (call.record().outcome(), call.record().reason())
}

#[test]
fn furthest_attempt_decides_in_either_order() {
    let no_answer = (Outcome::NoAnswer, Some(Reason::Timeout));
    let busy = (Outcome::Busy, Some(Reason::Busy));
    for failed in [NO_LINE, NO_NUMBER, CANCELLED_BEFORE_IT_RANG] {
        for (far, wanted) in [(RANG, no_answer), (BUSY, busy), (BUSY_AT_ONCE, busy)] {
            assert_eq!(outcome([far, failed]), wanted, "{far:?} then {failed:?}");
            assert_eq!(outcome([failed, far]), wanted, "{failed:?} then {far:?}");
        }
    }
}

#[test]
fn later_of_equal_attempts_decides() {
    let failed = (Outcome::Failed, Some(Reason::Unavailable));
    for (attempts, wanted) in [
        ([RANG, BUSY_AT_ONCE], (Outcome::Busy, Some(Reason::Busy))),
        ([BUSY, RANG], (Outcome::NoAnswer, Some(Reason::Timeout))),
        ([RANG, CANCELLED], (Outcome::Cancelled, None)),
        ([NO_NUMBER, NO_LINE], failed),
        ([NO_LINE, CANCELLED_BEFORE_IT_RANG], (Outcome::Cancelled, None)),
        ([CANCELLED_BEFORE_IT_RANG, NO_LINE], failed),
    ] {
        assert_eq!(outcome(attempts), wanted, "{attempts:?}");
    }
}
