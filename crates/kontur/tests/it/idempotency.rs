//! Name and idempotency of each operation.

use vochi_crm_core::http::{Operation, Repeat};
use vochi_crm_core::{LegId, Timestamp};
use vochi_crm_kontur::LostEvents;
use vochi_crm_kontur::api::{PatchInstance, SendCallEvent};
use vochi_crm_kontur::model::{
    CommunicationId, ExternalId, InstanceId, LegEventType, Participant, WebhookId,
};

use super::operations::{INSTANCE, operation_of};

#[test]
fn operations_have_expected_name_and_idempotency() {
    use Repeat::{Keyed, Safe, Unsafe};
    for (fixture, operation, repeat) in [
        ("authorize-private-integration", "authorization/authorize-private-integration", Safe),
        ("authorize-integration", "authorization/authorize-integration", Safe),
        ("call-started", "telephony/call-started", Keyed),
        ("call-started-click-to-call", "telephony/call-started", Keyed),
        ("call-event-appeared", "telephony/call-event", Unsafe),
        ("call-finished", "telephony/call-finished", Keyed),
        ("call-failed", "telephony/call-failed", Keyed),
        ("call-recording", "telephony/call-recording", Unsafe),
        ("register-call-missed", "telephony/register-call", Keyed),
        // A recording can be attached once.
        ("register-call-answered", "telephony/register-call", Unsafe),
        ("call-redirect-by-phone", "telephony/call-redirect", Safe),
        ("companies-create", "companies", Unsafe),
        ("contacts-create-batch", "contacts/create", Unsafe),
        ("contacts-get", "contacts/{id}", Safe),
        ("contacts-patch", "contacts/{id}", Unsafe),
        ("events-feed", "events", Safe),
        ("files-download", "files/{id}", Safe),
        ("files-meta", "files/{id}/meta", Safe),
        // An unattached file expires.
        ("files-upload", "files", Keyed),
        ("instances-get", "integrations/instances/{id}", Safe),
        ("instances-patch-features", "integrations/instances/{id}", Keyed),
        ("instances-patch-add-webhook", "integrations/instances/{id}", Unsafe),
        ("integrations-setup", "integrations/{id}/setup", Keyed),
        ("ui-settings-main-telephony", "ui-settings", Safe),
    ] {
        let found = operation_of(fixture);
        assert_eq!((found.name().as_str(), found.repeat()), (operation, repeat), "{fixture}");
    }
}

#[test]
fn lost_events_repeat_makes_event_idempotent() {
    let event = SendCallEvent::new(
        CommunicationId::new("3f0c2a54-7d0e-4b8e-9a53-5a3b0c6d1e01").unwrap(),
        ExternalId::returned("Vochi/1763631515.42").unwrap(),
        LegId::new("1763631515.43").unwrap(),
        "2025-11-20T09:38:44Z".parse::<Timestamp>().unwrap(),
        LegEventType::Connected,
        Participant::Client,
        Participant::unknown_user(),
    );
    assert_eq!(event.repeat(), Repeat::Unsafe);
    assert_eq!(event.subject().as_deref(), Some("1763631515.42 1763631515.43 connected"));
    let trusting = event.when_lost(LostEvents::Repeat);
    assert_eq!(trusting.repeat(), Repeat::Keyed);
}

#[test]
fn removal_is_not_idempotent() {
    let id = WebhookId::new("25d0c0de-5555-4e4e-aeae-000000000502").unwrap();
    let patch = PatchInstance::new(InstanceId::new(INSTANCE).unwrap()).remove_webhook(&id);
    assert_eq!(patch.repeat(), Repeat::Unsafe);
}
