//! What happened and Kontur has no words for, why, and what stands there instead.

use serde_json::Value;
use vochi_crm_sandbox::kontur::Communication;

use super::desk::Desk;
use super::recording::Recording;

/// What of a call the general judgement leaves to this table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aspect {
    /// Nothing: the row only says what stands there.
    Nothing,
    /// How long the client waited.
    Wait,
    /// Whose the call is.
    Extension,
    /// That every leg is registered under the id its events had.
    Legs,
}

/// One thing Kontur cannot be told.
pub(super) struct Row {
    /// What happened.
    pub(super) what: &'static str,
    /// Why it cannot be said.
    pub(super) why: &'static str,
    aspect: Aspect,
    /// The recordings in which it happened.
    pub(super) recordings: &'static [&'static str],
    /// What stands there instead.
    pub(super) instead: fn(&Stood<'_>),
}

/// What stands in Kontur of a recording.
pub(super) struct Stood<'a> {
    pub(super) desk: &'a Desk,
    pub(super) recording: &'a Recording,
}

impl Stood<'_> {
    fn row(&self) -> Value {
        let truths = self.recording.truths();
        let mut calls = self.desk.calls(vochi_crm_sandbox::Crm::Kontur);
        calls.remove(truths[0].id()).expect("the call stands there")
    }

    fn communication(&self) -> Communication {
        let truths = self.recording.truths();
        let communication = self.desk.sandbox.kontur().communication(truths[0].id());
        communication.expect("the call stands there")
    }

    fn expected_wait(&self) -> u64 {
        self.recording.truths()[0].wait().unwrap()
    }
}

pub(super) const TABLE: &[Row] = &[
    Row {
        what: "busy, cancelled, failed",
        why: "a call was answered or not; there is no reason for the latter",
        aspect: Aspect::Nothing,
        recordings: &[
            "asterisk-ami/out_busy",
            "asterisk-ami/out_cancelled_by_employee",
            "asterisk-ami/out_click_to_call_client_busy",
            "asterisk-ami/out_number_does_not_exist",
        ],
        instead: |stood| assert_eq!(stood.row()["outcome"], "no-answer"),
    },
    Row {
        what: "a message was left",
        why: "there is no word for voicemail, and nobody's phone rang",
        aspect: Aspect::Nothing,
        recordings: &["asterisk-ami/in_closed_message_left"],
        instead: |stood| {
            assert_eq!(stood.row()["outcome"], "missed");
            unknown_user_only(&stood.communication());
        },
    },
    Row {
        what: "the client hung up in the menu",
        why: "a call is its legs, so there has to be one, and no phone rang",
        aspect: Aspect::Nothing,
        recordings: &["asterisk-ami/in_greeting_client_hangs_up_in_menu"],
        instead: |stood| unknown_user_only(&stood.communication()),
    },
    Row {
        what: "a hidden caller",
        why: "a number that is none is refused, so none is sent",
        aspect: Aspect::Nothing,
        recordings: &["asterisk-ami/in_anonymous_answered"],
        instead: |stood| assert_eq!(stood.communication().client_phone, None),
    },
    Row {
        what: "calls among employees, and clicks that reached no client",
        why: "they are no calls of a client: the PBX's host does not hand them over",
        aspect: Aspect::Nothing,
        recordings: &[
            "asterisk/internal_answered",
            "asterisk/internal_department_answered",
            "asterisk/internal_missed",
            "asterisk/click_to_call_own_phone_busy",
            "asterisk-ami/internal_answered",
            "asterisk-ami/internal_group_answered",
            "asterisk-ami/internal_no_answer",
            "asterisk-ami/out_click_to_call_employee_no_answer",
        ],
        instead: |stood| {
            assert!(stood.desk.sandbox.kontur().communications().is_empty());
            let requests = stood.desk.sandbox.requests(vochi_crm_sandbox::Crm::Kontur);
            assert!(requests.is_empty(), "{}", stood.recording.name);
        },
    },
    Row {
        what: "everything but the hangup was lost",
        why: "somebody talked, and nobody knows who or for how long",
        aspect: Aspect::Nothing,
        recordings: &["asterisk/in_lost_all_but_hangup"],
        instead: |stood| {
            assert_eq!(stood.row()["talk_seconds"], 1);
            unknown_user_only(&stood.communication());
        },
    },
    Row {
        what: "the own phone rang first in a click-to-call",
        why: "there is no wait but from the beginning of the call to its answer",
        aspect: Aspect::Wait,
        recordings: &[
            "asterisk-ami/out_click_to_call_answered",
            "asterisk-ami/out_click_to_call_client_busy",
            "asterisk-ami/out_click_to_call_client_no_answer_employee_gives_up",
        ],
        instead: |stood| {
            let wait = stood.row()["wait_seconds"].as_u64().unwrap();
            assert!(wait > stood.expected_wait() && wait <= stood.expected_wait() + 5, "{wait}");
        },
    },
    Row {
        what: "a colleague was asked and did not take the client",
        why: "a dialplan and a feature code tell the question as a leg of the client's own, which was \
              answered; answered it would be a talk with the client",
        aspect: Aspect::Nothing,
        recordings: &[
            "asterisk/in_attended_followme_extension_refused",
            "asterisk/in_attended_followme_mobile_refused",
            "asterisk/out_attended_transfer_refused",
            "asterisk-ami/in_attended_transfer_feature_code_refused",
        ],
        instead: |stood| {
            let legs = stood.communication().legs;
            let with_client = legs
                .iter()
                .filter(|leg| leg.from["type"] == "client" || leg.to["type"] == "client");
            let talks = with_client.filter(|leg| leg.started_at.is_some()).count();
            assert_eq!(talks, 1, "{}: {legs:?}", stood.recording.name);
        },
    },
    Row {
        what: "three talked at once",
        why: "a leg has two ends; who came back into the talk has a leg that began last",
        aspect: Aspect::Extension,
        recordings: &["asterisk-ami/in_attended_transfer_feature_code_three_way"],
        instead: |stood| assert_eq!(stood.row()["extension"], "150"),
    },
];

/// The one leg of a call that is nobody's.
#[track_caller]
fn unknown_user_only(call: &Communication) {
    let [leg] = call.legs.as_slice() else { panic!("one leg: {:?}", call.legs) };
    assert_eq!(leg.to, serde_json::json!({"type": "user"}));
}

/// Recordings whose registered legs have not all the ids of their live events. When three talk at
/// once, the one who comes back from a question gets a second leg while the call lives; the PBX's
/// record has one leg from the first word to the last.
const NOT_ALIKE: &[&str] = &["asterisk-ami/in_attended_transfer_feature_code_three_way"];

/// Whether the table has something to say of this.
pub(super) fn says_otherwise(recording: &str, aspect: Aspect) -> bool {
    if aspect == Aspect::Legs {
        return NOT_ALIKE.contains(&recording);
    }
    let mut rows = TABLE.iter().filter(|row| row.aspect == aspect);
    rows.any(|row| row.recordings.contains(&recording))
}
