//! Operations that create, change or delete.

use vochi_crm_bitrix24::api::{
    AddEntity, AddItem, AddLine, AttachRecordUrl, AttachTranscription, BindEvent,
    ClearOfflineEvents, DeleteLine, FailOfflineEvents, FinishCall, HideCard, Notify, RecordName,
    RegisterCall, RequestUpload, SetInnerPhone, ShowCard, Side, TakeOfflineEvents, UnbindEvent,
    UpdateItem, UpdateLine, UploadRecord, Utterance,
};
use vochi_crm_bitrix24::model::{
    Activity, ActivityData, ActivityType, CallType, Company, CompanyData, Contact, ContactData,
    Deal, DealData, Delivery, DialString, EntityId, EntityTypeId, EventName, Flag, ItemChange,
    ItemData, ItemId, Lead, LeadData, LineNumber, MultiFieldChange, MultiFieldId, MultiFieldType,
    NewItemMultiField, NewMultiField, PortalCallId, StatusCode, UserId,
};
use vochi_crm_core::http::Repeat::{Keyed, Unsafe};
use vochi_crm_core::testing::conformance::Needs::{Field, Success};
use vochi_crm_core::testing::conformance::SPECIAL_TEXT;
use vochi_crm_core::{Seconds, SecretUrl};

use super::reads::{BY_TYPE, Operation, text};

const CALL_ID: &str = "externalCall.0a1b2c3d4e5f60718293a4b5c6d7e8f9.1778743592";

const REGISTERED: &[&str] = &["result", "result.CALL_ID"];
const ITEM: &[&str] = &["result", "result.item", "result.item.id"];
const CREATED: &[(&str, &str)] =
    &[("result.CRM_CREATED_ENTITIES.*.ENTITY_ID", "result.CRM_CREATED_ENTITIES.*")];

fn call() -> PortalCallId {
    PortalCallId::new(CALL_ID).unwrap()
}

fn user() -> UserId {
    UserId::new(17).unwrap()
}

fn register(call_type: CallType, id: &str) -> RegisterCall {
    let number = DialString::of("+375291112233").unwrap();
    RegisterCall::new(user(), number, call_type, text(id))
}

pub(super) fn all() -> Vec<Operation> {
    let mut all = calls();
    all.extend(recordings());
    all.extend(lines_and_events());
    all.extend(crm());
    all
}

fn calls() -> Vec<Operation> {
    let finish = || FinishCall::new(call(), user(), Seconds::new(95), StatusCode::Answered);
    vec![
        Operation::new(Keyed, Field, register(CallType::Incoming, "17.1"))
            .samples(&["telephony.externalCall.register"])
            .required(REGISTERED)
            .carries(CREATED)
            .refuses("an unknown type", "invalid call type 7", register(CallType::Other(7), "17.1"))
            .special(register(CallType::Outgoing, SPECIAL_TEXT)),
        Operation::new(Unsafe, Field, register(CallType::Incoming, "17.1").past())
            .variant("of the past")
            .samples(&["telephony.externalCall.register"])
            .required(REGISTERED)
            .carries(CREATED),
        Operation::new(Keyed, Field, finish())
            .samples(&["telephony.externalCall.finish"])
            .required(REGISTERED)
            // `false` is no name.
            .raw(&["result.REST_APP_NAME"])
            .refuses("a negative cost", "invalid cost -1", finish().cost(-1.0))
            .special(finish().failed_reason(text(SPECIAL_TEXT))),
        Operation::new(Keyed, Success, ShowCard::new(call()).users([user()]))
            .samples(&["telephony.externalCall.show", "telephony.externalCall.show.form"])
            .always_valid(BY_TYPE),
        Operation::new(Keyed, Success, HideCard::new(call()).users([user()]))
            .samples(&["telephony.externalCall.hide"])
            .always_valid(BY_TYPE),
    ]
}

fn recordings() -> Vec<Operation> {
    let name = || RecordName::new("1778743592-call.mp3").unwrap();
    let by_url =
        |url: &str| AttachRecordUrl::new(call(), url.parse::<url::Url>().unwrap()).filename(name());
    let target = || {
        let target = serde_json::json!({
            "uploadUrl": "https://b24-demo.example/rest/upload.json?token=telephony%7CY2FsbA%3D%3D",
            "fieldName": "file",
        });
        serde_json::from_value(target).unwrap()
    };
    let said = |stop_time, message: &str| {
        let utterance =
            Utterance { side: Side::User, start_time: 1, stop_time, message: text(message) };
        AttachTranscription::new(call()).messages([utterance])
    };
    let upload = UploadRecord::from_source(target(), &name(), bytes::Bytes::from_static(b"ID3"));
    vec![
        Operation::new(Keyed, Success, by_url("https://pbx.example/records/1.mp3"))
            .samples(&[
                "telephony.externalCall.attachRecord.record_url",
                "telephony.externalCall.attachRecord.base64",
            ])
            .refuses("a file address", "must be http or https", by_url("file:///records/1.mp3")),
        Operation::new(Keyed, Field, RequestUpload::new(call(), name()))
            .samples(&["telephony.externalCall.attachRecord.upload_url"])
            .required(&["result", "result.uploadUrl"])
            .always_valid("a name ends in wav or mp3 by its type"),
        Operation::new(Keyed, Success, upload)
            .samples(&["telephony.externalCall.attachRecord.upload"])
            .always_valid("the address is checked when it is read"),
        Operation::new(Unsafe, Success, said(3, "Добрый день"))
            .samples(&["telephony.call.attachTranscription"])
            .refuses("no message", "no message is given", AttachTranscription::new(call()))
            .refuses("an end before the beginning", "invalid end 0", said(0, "Добрый день"))
            .special(said(3, SPECIAL_TEXT)),
    ]
}

fn lines_and_events() -> Vec<Operation> {
    let line = || LineNumber::new("line-1").unwrap();
    let ours = || SecretUrl::new("https://connector.example/bitrix24/events");
    let bind = || BindEvent::new(EventName::CallStart);
    let unbind = || UnbindEvent::new(EventName::CallStart);
    let notify = |message: &str| Notify::new(user(), text(message));
    vec![
        Operation::new(Keyed, Success, AddLine::new(line()).name(text("Основная линия")))
            .samples(&["telephony.externalLine.add"])
            .recovers(&["Line already exists"])
            .always_valid(BY_TYPE)
            .special(AddLine::new(line()).name(text(SPECIAL_TEXT))),
        Operation::new(Keyed, Success, UpdateLine::new(line()).name(text("Поддержка")))
            .samples(&["telephony.externalLine.update"])
            .refuses("no field", "no field is set", UpdateLine::new(line())),
        Operation::new(Keyed, Success, DeleteLine(line()))
            .samples(&["telephony.externalLine.delete"])
            .recovers(&["Could not find line with number"])
            .always_valid(BY_TYPE),
        Operation::new(Keyed, Success, bind().handler(ours()))
            .samples(&["event.bind"])
            .recovers(&["Handler already binded"])
            .refuses("no address", "must be a web address", bind()),
        Operation::new(Keyed, Success, bind().event_type(Delivery::Offline))
            .variant("offline")
            .samples(&["event.bind.offline"])
            .recovers(&["Handler already binded"])
            .refuses(
                "an offline event with an address",
                "has no address",
                bind().event_type(Delivery::Offline).handler(ours()),
            ),
        Operation::new(Keyed, Success, unbind().handler(ours()))
            .samples(&["event.unbind"])
            .refuses("no address", "must be a web address", unbind()),
        Operation::new(Unsafe, Field, TakeOfflineEvents::new())
            .samples(&["event.offline.get"])
            .required(&["result", "result.events"])
            .carries(&[
                ("result.events.*.ID", "result.events.*"),
                ("result.events.*.EVENT_NAME", "result.events.*"),
            ])
            .refuses("no event", "invalid limit 0", TakeOfflineEvents::new().limit(0u32)),
        Operation::new(Keyed, Success, ClearOfflineEvents::new(text("process")).message_id(["12"]))
            .samples(&["event.offline.clear"])
            .always_valid(BY_TYPE),
        Operation::new(Keyed, Success, FailOfflineEvents::new(text("process")).message_id(["12"]))
            .samples(&["event.offline.error"])
            .refuses("no message", "no message is named", FailOfflineEvents::new(text("process"))),
        Operation::new(Keyed, Success, SetInnerPhone(user(), text("102")))
            .samples(&["user.update"])
            .always_valid(BY_TYPE),
        Operation::new(Unsafe, Success, notify("Пропущенный звонок"))
            .samples(&["im.notify", "im.notify.personal.add", "im.notify.system.add"])
            .always_valid(BY_TYPE)
            .special(notify(SPECIAL_TEXT)),
    ]
}

fn crm() -> Vec<Operation> {
    let contact = |name: &str| {
        let phone = NewMultiField::new(text("+375291112233")).value_type("MOBILE");
        AddEntity::<Contact>::new(ContactData::new().name(text(name)).phone([phone]))
    };
    let lead = |title: &str| AddEntity::<Lead>::new(LeadData::new().title(text(title)));
    let activity = ActivityData::new(
        ActivityType::Call,
        EntityTypeId::Contact,
        EntityId::new(797).unwrap(),
        text("Входящий звонок"),
        user(),
    );
    let (contacts, item) = (EntityTypeId::Contact, ItemId::new(797).unwrap());
    let phone = |number: &str| NewItemMultiField::new(MultiFieldType::Phone, text(number));
    let added = |name: &str| AddItem::new(contacts, ItemData::new().field("name", name));
    let changed = |change| UpdateItem::new(contacts, item, ItemChange::new().fm([change]));
    let first = MultiFieldId::new(101).unwrap();
    vec![
        Operation::new(Unsafe, Success, contact("Иван"))
            .samples(&["crm.contact.add"])
            .refuses("no field", "no field is set", AddEntity::<Contact>::new(ContactData::new()))
            .special(contact(SPECIAL_TEXT)),
        Operation::new(Unsafe, Success, lead("Звонок"))
            .samples(&["crm.lead.add"])
            .refuses("no field", "no field is set", AddEntity::<Lead>::new(LeadData::new()))
            .special(lead(SPECIAL_TEXT)),
        Operation::new(
            Unsafe,
            Success,
            AddEntity::<Company>::new(CompanyData::new().title(text("ООО Ромашка"))),
        )
        .samples(&["crm.company.add"])
        .refuses(
            "no field",
            "no field is set",
            AddEntity::<Company>::new(CompanyData::new()),
        ),
        Operation::new(
            Unsafe,
            Success,
            AddEntity::<Deal>::new(DealData::new().title(text("Сделка"))).announced(),
        )
        .samples(&["crm.deal.add"])
        .refuses("no field", "no field is set", AddEntity::<Deal>::new(DealData::new())),
        Operation::new(Unsafe, Success, AddEntity::<Activity>::new(activity))
            .samples(&["crm.activity.add"])
            .always_valid(BY_TYPE),
        Operation::new(Unsafe, Field, added("Иван"))
            .samples(&["crm.item.add"])
            .required(ITEM)
            .raw(&["result.item"])
            .keeps_unknown(&["result.item"])
            .refuses("no field", "no field is set", AddItem::new(contacts, ItemData::new()))
            .special(added(SPECIAL_TEXT)),
        Operation::new(Keyed, Field, changed(MultiFieldChange::Set(first, phone("+375291112233"))))
            .samples(&["crm.item.update"])
            .required(ITEM)
            .raw(&["result.item"])
            .keeps_unknown(&["result.item"])
            .refuses(
                "no field",
                "no field is set",
                UpdateItem::new(contacts, item, ItemChange::new()),
            ),
        Operation::new(Unsafe, Field, changed(MultiFieldChange::Add(phone("+375291112233"))))
            .variant("with a new phone")
            .samples(&["crm.item.update"])
            .required(ITEM)
            .raw(&["result.item"])
            .keeps_unknown(&["result.item"]),
    ]
}

#[test]
fn writes_are_what_bitrix24_documents() {
    use serde_json::json;
    use vochi_crm_core::http::Operation as _;
    let body = |request: vochi_crm_core::Result<vochi_crm_core::http::ApiRequest>| {
        let body = request.unwrap().body_ref().encode();
        serde_json::from_slice::<serde_json::Value>(&body).unwrap()
    };
    let at: vochi_crm_core::Timestamp = "2026-05-14T10:26:30.75+03:00".parse().unwrap();
    let registered = register(CallType::Incoming, "asterisk-1778743590.1842")
        .call_start_date(Some(at.into()))
        .crm_create(Flag::On)
        .line_number(LineNumber::new("line-1").unwrap());
    assert_eq!(
        body(registered.request()),
        json!({
            "USER_ID": 17, "PHONE_NUMBER": "+375291112233", "TYPE": 2,
            "EXTERNAL_CALL_ID": "asterisk-1778743590.1842",
            "CALL_START_DATE": "2026-05-14T07:26:30+00:00", "LINE_NUMBER": "line-1",
            "CRM_CREATE": 1, "SHOW": 1,
        })
    );
    let finished = FinishCall::new(call(), user(), Seconds::ZERO, StatusCode::Missed);
    assert_eq!(
        body(finished.request()),
        json!({
            "CALL_ID": CALL_ID, "USER_ID": 17, "DURATION": 0, "STATUS_CODE": "304",
            "ADD_TO_CHAT": 0,
        })
    );
    let item = MultiFieldChange::Delete(MultiFieldId::new(101).unwrap(), MultiFieldType::Phone);
    let change = ItemChange::new().fm([
        MultiFieldChange::Add(NewItemMultiField::new(MultiFieldType::Phone, text("+375296254070"))),
        item,
    ]);
    let update = UpdateItem::new(EntityTypeId::Contact, ItemId::new(797).unwrap(), change);
    assert_eq!(
        body(update.request()),
        json!({
            "entityTypeId": 3, "id": 797, "fields": {"fm": {
                "n0": {"typeId": "PHONE", "valueType": "WORK", "value": "+375296254070"},
                "101": {"typeId": "PHONE", "value": ""},
            }},
        })
    );
}
