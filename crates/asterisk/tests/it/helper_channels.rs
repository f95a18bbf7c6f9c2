//! Channels of bots, spies and media servers.

use serde_json::json;
use vochi_crm_core::{Extension, Outcome, Reason, Seconds};

use crate::fixture::finished;
use crate::stream::{Ami, Ch, ch, dialplan_event, names, only, talk};

const CLIENT: Ch = ch("1.1", "PJSIP/0001371-00000001", "1.1");
const PHONE: Ch = ch("1.2", "PJSIP/150-00000002", "1.1");

const HELPERS: &[Ch] = &[
    ch("1.3", "AudioSocket/127.0.0.1:9092-0x7f2c5c00a1b0", "1.1"),
    ch("1.3", "WebSocket/bot/0x7f2c5c00a1b0", "1.1"),
    ch("1.3", "UnicastRTP/192.0.2.9:5005-0x7f2c5c00a1b0", "1.1"),
    ch("1.3", "Snoop/1.1-00000000", "1.1"),
    ch("1.3", "Announcer/ARI-00000000;1", "1.1"),
    ch("1.3", "Recorder/ARI-00000000;1", "1.1"),
    ch("1.3", "CBAnn/800-00000001;2", "1.1"),
    ch("1.3", "Console/dsp", "1.1"),
];

fn calls_in() -> Ami {
    Ami::default().calls_in(0.0, CLIENT, "375291110001", "375172000110")
}

#[test]
fn client_with_only_a_helper_is_missed() {
    for helper in HELPERS {
        let stream = calls_in()
            .rings(0.5, CLIENT, *helper, "bot")
            .ends(1.0, CLIENT, *helper, "ANSWER")
            .talk(1.0, "b", *helper, CLIENT)
            .event(30.0, "HangupRequest", &[("", CLIENT)], json!({}))
            .part(30.0, "b", CLIENT, *helper);
        let call = only(finished(&stream.events()));
        let record = call.record();
        assert_eq!(record.outcome(), Outcome::Missed, "{}", helper.name);
        assert_eq!(record.reason(), Some(Reason::CallerGaveUp), "{}", helper.name);
        assert_eq!(record.wait().map(Seconds::get), Some(30), "{}", helper.name);
        assert!(record.rang().is_empty() && record.legs().is_empty(), "{record:?}");
    }
}

#[test]
fn helper_in_a_bridge_changes_no_talk() {
    for helper in HELPERS {
        let stream = calls_in()
            .rings(0.1, CLIENT, PHONE, "150")
            .ends(4.0, CLIENT, PHONE, "ANSWER")
            .talk(4.0, "b", PHONE, CLIENT)
            .enters(6.0, "b", *helper)
            .leaves(24.0, "b", PHONE)
            .hangs_up(24.0, PHONE)
            .leaves(24.0, "b", CLIENT)
            .hangs_up(24.0, CLIENT)
            .leaves(25.0, "b", *helper)
            .hangs_up(25.0, *helper);
        let call = only(finished(&stream.events()));
        assert_eq!(talk(&call), Some(20), "{}", helper.name);
        assert_eq!(names(call.record().talked_with()), ["150"], "{}", helper.name);
        assert_eq!(call.answered_by().map(Extension::as_str), Some("150"));
    }
}

#[test]
fn helper_channel_alone_is_no_call() {
    for helper in HELPERS {
        let own = Ch { linked: helper.id, ..*helper };
        let stream = Ami::default()
            .calls_in(0.0, own, "375291110001", "s")
            .enters(1.0, "b", own)
            .leaves(9.0, "b", own)
            .hangs_up(9.0, own);
        assert_eq!(finished(&stream.events()), [], "{}", helper.name);
    }
}

#[test]
fn dialplan_client_with_only_a_bot_is_missed() {
    let id = json!({"UniqueId": "6.1", "Phone": "375291110006", "CallType": 0, "Trunk": "0001363"});
    let seat = |id: &str, channel: &str| {
        json!({"UniqueId": id, "Channel": channel, "CallerIDNum": "375291110006",
               "BridgeUniqueid": "b"})
    };
    let (line, bot) = ("SIP/0001363-00000001", "AudioSocket/127.0.0.1:9092-0x1b0");
    let mut over = id.clone();
    over["CallStatus"] = "0".into();
    let call = only(finished(&[
        dialplan_event(0.0, "start", id),
        dialplan_event(1.0, "bridge", seat("6.1", line)),
        dialplan_event(1.2, "bridge", seat("6.2", bot)),
        dialplan_event(30.0, "bridge_leave", seat("6.2", bot)),
        dialplan_event(30.1, "bridge_leave", seat("6.1", line)),
        dialplan_event(30.2, "hangup", over),
    ]));
    assert_eq!(call.record().outcome(), Outcome::Missed);
}
