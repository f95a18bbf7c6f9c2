//! Events with missing or arbitrary content.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use vochi_crm_asterisk::{ExtensionPattern, PbxEvent, Reading};

use crate::fixture::{at, tracker};

const KNOWN: &[&str] = &[
    "start",
    "dial",
    "bridge",
    "bridge_create",
    "bridge_leave",
    "bridge_destroy",
    "new_callerid",
    "hangup",
    "Newchannel",
    "Newstate",
    "DialBegin",
    "DialState",
    "DialEnd",
    "BridgeEnter",
    "BridgeLeave",
    "BridgeDestroy",
    "Hangup",
    "HangupRequest",
    "Hold",
    "Unhold",
    "BlindTransfer",
    "AttendedTransfer",
    "LocalBridge",
    "Pickup",
    "UnParkedCall",
    "MixMonitorStart",
    "MessageWaiting",
    "UserEvent",
];

const FIELDS: &[&str] = &[
    "Token",
    "UniqueId",
    "Phone",
    "Extensions",
    "CallType",
    "CallStatus",
    "Trunk",
    "StartTime",
    "EndTime",
    "DateReceived",
    "BridgeUniqueid",
    "BridgeNumChannels",
    "BridgeType",
    "BridgeTechnology",
    "Channel",
    "CallerIDNum",
    "ConnectedLineNum",
    "Exten",
    "Uniqueid",
    "Linkedid",
    "ChannelState",
    "DestUniqueid",
    "DestLinkedid",
    "DestChannel",
    "DialString",
    "DialStatus",
    "Cause",
    "TransfererUniqueid",
    "TransfereeUniqueid",
    "OrigTransfererUniqueid",
    "SecondTransfererUniqueid",
    "LocalOneUniqueid",
    "LocalOneChannel",
    "LocalTwoUniqueid",
    "LocalTwoChannel",
    "TargetUniqueid",
    "ParkeeUniqueid",
    "RetrieverUniqueid",
    "Waiting",
    "Outcome",
    "Extension",
    "SwapUniqueid",
];

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("1.1")),
        Just(json!("1.2")),
        Just(json!("1.3")),
        Just(json!("151")),
        Just(json!("375291112233")),
        Just(json!("PJSIP/151-00000001")),
        Just(json!("PJSIP/0001363-00000002")),
        Just(json!("Local/152@x-00000003;1")),
        Just(json!("Local/152@x-00000003;2")),
        Just(json!("2026-03-02 11:00:00")),
        Just(json!("")),
        Just(json!("<unknown>")),
        Just(json!(null)),
        Just(json!({"a": 1})),
        Just(json!(["150", 151, null, "152,153"])),
        any::<i64>().prop_map(|number| json!(number)),
        (0_u8..6).prop_map(|number| json!(number)),
        "\\PC{0,20}".prop_map(|text| json!(text)),
        Just(json!("x".repeat(400))),
        Just(json!("\u{0}\n")),
    ]
}

fn body() -> impl Strategy<Value = Map<String, Value>> {
    proptest::collection::vec((proptest::sample::select(FIELDS), value()), 0..12).prop_map(
        |fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn arbitrary_bodies_do_not_panic(
        events in proptest::collection::vec(
            (proptest::sample::select(KNOWN), body(), -5_i32..4000), 1..60)
    ) {
        let mut calls = tracker();
        for (name, body, second) in &events {
            if let Ok(Reading::Event(event)) = PbxEvent::read(name, body) {
                calls.process(at(f64::from(*second).max(0.0)), &event);
            }
        }
        calls.finish();
        prop_assert_eq!(calls.open_calls(), 0);
    }
}

#[test]
fn event_without_a_required_field_names_it() {
    for (name, missing) in [
        ("hangup", "UniqueId"),
        ("Newchannel", "Uniqueid"),
        ("DialBegin", "DestUniqueid"),
        ("BlindTransfer", "TransfererUniqueid"),
        ("BridgeDestroy", "BridgeUniqueid"),
    ] {
        let broken = PbxEvent::read(name, &Map::new()).unwrap_err();
        assert_eq!(broken.missing(), missing, "{name}");
        assert_eq!(broken.to_string(), format!("missing {missing}"));
    }
}

#[test]
fn invalid_pattern_has_a_hint() {
    for bad in ["1[0-9", "1)|(2"] {
        let error = bad.parse::<ExtensionPattern>().unwrap_err();
        assert!(error.to_string().contains("pattern of extensions"), "{error}");
        assert!(error.hint().unwrap().contains("1[0-9]{2}"), "{error}");
    }
}

#[test]
fn flapping_call_stays_bounded() {
    let mut calls = tracker();
    let mut process = |second: u32, name: &str, body: Value| {
        if let Ok(Reading::Event(event)) = PbxEvent::read(name, body.as_object().unwrap()) {
            calls.process(at(f64::from(second)), &event);
        }
    };
    process(0, "start", json!({"UniqueId": "1.1", "Phone": "375291112233", "Trunk": "0001363"}));
    for second in 0..20_000 {
        let name = if second % 2 == 0 { "bridge" } else { "bridge_leave" };
        process(
            second,
            name,
            json!({
                "UniqueId": "1.1", "BridgeUniqueid": "b", "Channel": "SIP/0001363-1", "CallerIDNum": "375291112233"
            }),
        );
    }
    let saved = serde_json::to_string(&calls.save()).unwrap();
    assert!(saved.len() < 400_000, "{} bytes for one call", saved.len());
}
