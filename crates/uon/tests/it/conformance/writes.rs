//! Operations that create, change or delete.

use vochi_crm_core::http::Repeat::{Keyed, Unsafe};
use vochi_crm_core::testing::conformance::Needs::Success;
use vochi_crm_core::testing::conformance::SPECIAL_TEXT;
use vochi_crm_core::{LocalTime, PhoneNumber, SecretUrl, Text};
use vochi_crm_uon::api::{
    CloseReminder, CreateLead, CreateNotification, CreateReminder, CreateRequestAction,
    CreateSource, CreateUser, CreateWebhook, DeleteWebhook, LogCall, UpdateLead, UpdateRequest,
    UpdateUser, UpdateWebhook,
};
use vochi_crm_uon::model::{
    ActionType, CallData, CallDirection, Digits, HookType, LeadData, LeadId, LeadStatusId,
    ReminderData, ReminderId, RequestActionData, RequestId, RequestStatusId, UserData, WebhookData,
    WebhookId,
};

use super::reads::{BY_TYPE, Operation, user};

fn local(text: &str) -> LocalTime {
    text.parse().unwrap()
}

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

pub(super) fn all() -> Vec<Operation> {
    let mut all = calls();
    all.extend(clients());
    all.extend(tasks());
    all.extend(hooks());
    all
}

fn calls() -> Vec<Operation> {
    let number: PhoneNumber = "+375291112233".parse().unwrap();
    let call = |direction| CallData::new(number, local("2025-08-28 14:52:10"), direction);
    let popup = |text: &str| CreateNotification::new(text, user(2));
    vec![
        Operation::new(Unsafe, Success, LogCall::new(call(CallDirection::Incoming)))
            .samples(&[
                "call_history_create",
                "call_history_create_missed",
                "call_history_create_outgoing",
            ])
            .refuses(
                "an unknown direction",
                "invalid call direction 3",
                LogCall::new(call(CallDirection::Other(3))),
            )
            .special(LogCall::new(call(CallDirection::Outgoing).note(SPECIAL_TEXT))),
        Operation::new(Unsafe, Success, popup("Входящий звонок"))
            .samples(&["notification_create", "notification_create_html"])
            .refuses("no text", "the text is blank", popup(" \n"))
            .special(popup(SPECIAL_TEXT)),
    ]
}

fn clients() -> Vec<Operation> {
    let named = |name: &str| UserData::new().surname(name);
    let lead = || LeadData::new().phone(Digits::of("375291112233").unwrap());
    let (twelve, twenty_one) = (LeadId::new(12).unwrap(), RequestId::new(21).unwrap());
    vec![
        Operation::new(Unsafe, Success, CreateUser::new(named("Иванов")))
            .samples(&["user_create"])
            .refuses("no field", "no field is set", CreateUser::new(UserData::new()))
            .special(CreateUser::new(named(SPECIAL_TEXT))),
        Operation::new(Keyed, Success, UpdateUser::new(user(7), named("Иванов")))
            .samples(&["user_update", "user_update_extended_field"])
            .refuses("no field", "no field is set", UpdateUser::new(user(7), UserData::new()))
            .special(UpdateUser::new(
                user(7),
                UserData::new().extended_field(SPECIAL_TEXT, SPECIAL_TEXT),
            )),
        Operation::new(Unsafe, Success, CreateLead::new(lead()))
            .samples(&["lead_create"])
            .refuses(
                "no contact",
                "no number or e-mail address",
                CreateLead::new(LeadData::new().client(user(7)).email(" ")),
            )
            .special(CreateLead::new(lead().note(SPECIAL_TEXT))),
        Operation::new(
            Keyed,
            Success,
            UpdateLead::new(twelve).status(LeadStatusId::new(5).unwrap()),
        )
        .samples(&["request_update_lead_status", "request_update_manager"])
        .refuses("no field", "no field is set", UpdateLead::new(twelve)),
        Operation::new(
            Keyed,
            Success,
            UpdateRequest::new(twenty_one).status(RequestStatusId::new(2).unwrap()),
        )
        .samples(&["request_update_request_status"])
        .refuses("no field", "no field is set", UpdateRequest::new(twenty_one))
        .special(UpdateRequest::new(twenty_one).reservation_number(SPECIAL_TEXT)),
        Operation::new(Unsafe, Success, CreateSource(text("Телефония")))
            .samples(&["source_create"])
            .always_valid(BY_TYPE)
            .special(CreateSource(text(SPECIAL_TEXT))),
    ]
}

fn tasks() -> Vec<Operation> {
    let action = |words: &str| {
        let at = local("2025-08-28 14:54:10");
        let lead = LeadId::new(12).unwrap();
        CreateRequestAction::new(RequestActionData::new(lead, ActionType::Call, at, text(words)))
    };
    let reminder = |until: &str, words: &str| {
        let (from, until) = (local("2025-08-28 15:15:00"), local(until));
        CreateReminder::new(ReminderData::new(
            ActionType::Call,
            from,
            until,
            text(words),
            user(2),
            user(2),
        ))
    };
    let close =
        CloseReminder::new(ReminderId::new(61).unwrap(), user(2), local("2025-08-28 15:20:00"));
    vec![
        Operation::new(Unsafe, Success, action("Входящий звонок"))
            .samples(&["request_action_create", "request_action_create_tourist"])
            .always_valid(BY_TYPE)
            .special(action(SPECIAL_TEXT)),
        Operation::new(Unsafe, Success, reminder("2025-08-28 16:15:00", "Перезвонить"))
            .samples(&["reminder_create"])
            .refuses(
                "an end before the beginning",
                "ends before it begins",
                reminder("2025-08-28 15:14:59", "Перезвонить"),
            )
            .special(reminder("2025-08-28 16:15:00", SPECIAL_TEXT)),
        Operation::new(Keyed, Success, close).samples(&["reminder_close"]).always_valid(BY_TYPE),
    ]
}

fn hooks() -> Vec<Operation> {
    let hook = |kind, url: &str| WebhookData::new(kind, SecretUrl::new(url));
    let click = |url| hook(HookType::PhoneClicked, url);
    let (id, ours) = (WebhookId::new(15).unwrap(), "https://pbx.example.com/uon/hook");
    vec![
        Operation::new(Unsafe, Success, CreateWebhook::new(click(ours)))
            .samples(&["webhook_create"])
            .refuses("no address", "must be a web address", CreateWebhook::new(click("")))
            .refuses(
                "no type",
                "must be positive",
                CreateWebhook::new(hook(HookType::Other(0), ours)),
            )
            .special(CreateWebhook::new(click(ours).note(SPECIAL_TEXT))),
        Operation::new(Keyed, Success, UpdateWebhook::new(id, click(ours)))
            .samples(&["webhook_update"])
            .refuses("no address", "must be a web address", UpdateWebhook::new(id, click("/hook"))),
        Operation::new(Keyed, Success, DeleteWebhook(id))
            .samples(&["webhook_delete"])
            .recovers(&["404"])
            .always_valid(BY_TYPE),
    ]
}
