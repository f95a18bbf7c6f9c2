//! Facts of calls that Kontur cannot store, and what it stores instead.

use serde_json::Value;
use vochi_crm_sandbox::kontur::Communication;

use super::host::Host;
use super::recording::Recording;

/// The part of the general check that an exception replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aspect {
    /// None: the exception only checks more.
    Nothing,
    /// The waiting time.
    Wait,
    /// The extension of the call.
    Extension,
    /// Equal leg ids in live events and in the record.
    Legs,
}

/// A fact that Kontur cannot store.
pub(super) struct Exception {
    /// The fact.
    pub(super) what: &'static str,
    /// Why Kontur cannot store it.
    pub(super) why: &'static str,
    aspect: Aspect,
    /// The recordings with this fact.
    pub(super) recordings: &'static [&'static str],
    /// Checks what Kontur stores instead.
    pub(super) check: fn(&Stored<'_>),
}

/// A recording and the host whose Kontur account holds it.
pub(super) struct Stored<'a> {
    pub(super) host: &'a Host,
    pub(super) recording: &'a Recording,
}

impl Stored<'_> {
    fn row(&self) -> Value {
        let expected = self.recording.expected_calls();
        let mut calls = self.host.calls(vochi_crm_sandbox::Crm::Kontur);
        calls.remove(expected[0].id()).expect("the call is stored")
    }

    fn communication(&self) -> Communication {
        let expected = self.recording.expected_calls();
        let communication = self.host.sandbox.kontur().communication(expected[0].id());
        communication.expect("the call is stored")
    }

    fn expected_wait(&self) -> u64 {
        self.recording.expected_calls()[0].wait().unwrap()
    }
}

pub(super) const EXCEPTIONS: &[Exception] = &[
    Exception {
        what: "busy, cancelled, failed",
        why: "an unanswered call has no reason",
        aspect: Aspect::Nothing,
        recordings: &[
            "asterisk-ami/out_busy",
            "asterisk-ami/out_cancelled_by_employee",
            "asterisk-ami/out_click_to_call_client_busy",
            "asterisk-ami/out_number_does_not_exist",
        ],
        check: |stored| assert_eq!(stored.row()["outcome"], "no-answer"),
    },
    Exception {
        what: "voicemail",
        why: "there is no outcome for voicemail, and no phone rang",
        aspect: Aspect::Nothing,
        recordings: &["asterisk-ami/in_closed_message_left"],
        check: |stored| {
            assert_eq!(stored.row()["outcome"], "missed");
            unknown_user_only(&stored.communication());
        },
    },
    Exception {
        what: "a hangup in the menu",
        why: "a call needs a leg, and no phone rang",
        aspect: Aspect::Nothing,
        recordings: &["asterisk-ami/in_greeting_client_hangs_up_in_menu"],
        check: |stored| unknown_user_only(&stored.communication()),
    },
    Exception {
        what: "a hidden caller",
        why: "an invalid number is refused, so none is sent",
        aspect: Aspect::Nothing,
        recordings: &["asterisk-ami/in_anonymous_answered"],
        check: |stored| assert_eq!(stored.communication().client_phone, None),
    },
    Exception {
        what: "calls among employees, and clicks that reached no client",
        why: "these calls have no client, so the host does not send them",
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
        check: |stored| {
            assert!(stored.host.sandbox.kontur().communications().is_empty());
            let requests = stored.host.sandbox.requests(vochi_crm_sandbox::Crm::Kontur);
            assert!(requests.is_empty(), "{}", stored.recording.name);
        },
    },
    Exception {
        what: "only the hangup event is left",
        why: "the employee and the talk time are unknown",
        aspect: Aspect::Nothing,
        recordings: &["asterisk/in_lost_all_but_hangup"],
        check: |stored| {
            assert_eq!(stored.row()["talk_seconds"], 1);
            unknown_user_only(&stored.communication());
        },
    },
    Exception {
        what: "a click-to-call rings the employee's phone first",
        why: "the waiting time counts from the start of the call",
        aspect: Aspect::Wait,
        recordings: &[
            "asterisk-ami/out_click_to_call_answered",
            "asterisk-ami/out_click_to_call_client_busy",
            "asterisk-ami/out_click_to_call_client_no_answer_employee_gives_up",
        ],
        check: |stored| {
            let wait = stored.row()["wait_seconds"].as_u64().unwrap();
            assert!(wait > stored.expected_wait() && wait <= stored.expected_wait() + 5, "{wait}");
        },
    },
    Exception {
        what: "a refused attended transfer",
        why: "a dialplan and a feature code report the consultation as an answered leg of the client, which \
              would count as a talk with the client",
        aspect: Aspect::Nothing,
        recordings: &[
            "asterisk/in_attended_followme_extension_refused",
            "asterisk/in_attended_followme_mobile_refused",
            "asterisk/out_attended_transfer_refused",
            "asterisk-ami/in_attended_transfer_feature_code_refused",
        ],
        check: |stored| {
            let legs = stored.communication().legs;
            let with_client = legs
                .iter()
                .filter(|leg| leg.from["type"] == "client" || leg.to["type"] == "client");
            let talks = with_client.filter(|leg| leg.started_at.is_some()).count();
            assert_eq!(talks, 1, "{}: {legs:?}", stored.recording.name);
        },
    },
    Exception {
        what: "a conference of three",
        why: "a leg has two ends; the employee who returned has the last leg",
        aspect: Aspect::Extension,
        recordings: &["asterisk-ami/in_attended_transfer_feature_code_three_way"],
        check: |stored| assert_eq!(stored.row()["extension"], "150"),
    },
];

/// Expects a single leg, of an unknown user.
#[track_caller]
fn unknown_user_only(call: &Communication) {
    let [leg] = call.legs.as_slice() else { panic!("one leg: {:?}", call.legs) };
    assert_eq!(leg.to, serde_json::json!({"type": "user"}));
}

/// Recordings with different leg ids in live events and in the record. In a conference of three, the
/// employee who returns from a consultation gets a second leg in live events; the record has one leg.
const DIFFERENT_LEGS: &[&str] = &["asterisk-ami/in_attended_transfer_feature_code_three_way"];

/// Returns true if an exception replaces this part of the check.
pub(super) fn is_exception(recording: &str, aspect: Aspect) -> bool {
    if aspect == Aspect::Legs {
        return DIFFERENT_LEGS.contains(&recording);
    }
    let mut exceptions = EXCEPTIONS.iter().filter(|one| one.aspect == aspect);
    exceptions.any(|one| one.recordings.contains(&recording))
}
