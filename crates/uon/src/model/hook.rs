//! Webhooks and their types.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use vochi_crm_core::{Secret, SecretUrl, setters, wire};

use super::WebhookId;

macro_rules! hook_types {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)*) => {
        /// The type of a webhook (`type_id`), by the table of the account's page. 6 to 14 have
        /// another order on the public page of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum HookType {
            $($(#[$doc])* $name,)*
            /// Any other number.
            Other(u16),
        }

        impl HookType {
            /// Every type of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The CRM's number.
            pub const fn number(self) -> u16 {
                match self { $(Self::$name => $number,)* Self::Other(number) => number }
            }

            /// Reads the CRM's number.
            pub const fn of(number: u16) -> Self {
                match number { $($number => Self::$name,)* other => Self::Other(other) }
            }

            /// The name in events of kind `other`, as `lead_created`; of an unknown type its number.
            pub fn name(self) -> String {
                match self {
                    $(Self::$name => snake_case(stringify!($name)),)*
                    Self::Other(number) => number.to_string(),
                }
            }
        }
    };
}

hook_types! {
    /// A lead was created.
    LeadCreated = 1,
    /// A request was created.
    RequestCreated = 2,
    /// A client was created.
    ClientCreated = 3,
    /// A client was changed.
    ClientChanged = 4,
    /// A client was deleted.
    ClientDeleted = 5,
    /// A payment was created.
    PaymentCreated = 6,
    /// A payment was changed.
    PaymentChanged = 7,
    /// A payment was deleted.
    PaymentDeleted = 8,
    /// A service was created.
    ServiceCreated = 9,
    /// A service was changed.
    ServiceChanged = 10,
    /// A service was deleted.
    ServiceDeleted = 11,
    /// A supplier was created.
    SupplierCreated = 12,
    /// A supplier was changed.
    SupplierChanged = 13,
    /// A supplier was deleted.
    SupplierDeleted = 14,
    /// A chat message came.
    ChatMessage = 15,
    /// A lead has another status.
    LeadStatusChanged = 16,
    /// A request has another status.
    RequestStatusChanged = 17,
    /// A net price was changed.
    NetPriceChanged = 18,
    /// A client's price was changed.
    ClientPriceChanged = 19,
    /// A file was attached to a request.
    RequestFileAdded = 20,
    /// A file of a request was deleted.
    RequestFileDeleted = 21,
    /// A tourist was added to a request.
    TouristAdded = 22,
    /// A tourist was removed from a request.
    TouristRemoved = 23,
    /// Bonus points were changed.
    BonusChanged = 24,
    /// A buyer was attached.
    BuyerAttached = 25,
    /// A buyer was detached.
    BuyerDetached = 26,
    /// A lead has another reason of refusal.
    DenyReasonChanged = 27,
    /// A bonus card was attached.
    BonusCardAttached = 28,
    /// A lead has another manager.
    LeadManagerChanged = 29,
    /// A request has another manager.
    RequestManagerChanged = 30,
    /// A comment was added.
    CommentAdded = 31,
    /// A tourist was notified.
    TouristNotified = 32,
    /// A booking number was changed.
    ReservationChanged = 33,
    /// A reminder was added.
    ReminderAdded = 34,
    /// A booking number was added.
    ReservationAdded = 35,
    /// A net price was added.
    NetPriceAdded = 36,
    /// A client's price was added.
    ClientPriceAdded = 37,
    /// A document was signed by SMS.
    DocumentSigned = 39,
    /// A planned payment was paid.
    PlannedPaymentPaid = 40,
    /// U-ON's telephony missed a call.
    CallMissed = 44,
    /// An online payment was reserved.
    OnlinePaymentReserved = 45,
    /// An online payment was made.
    OnlinePaymentMade = 46,
    /// An employee clicked a client's number.
    PhoneClicked = 47,
    /// A tour operator wrote a letter.
    OperatorLetter = 48,
    /// A bill was created.
    BillCreated = 49,
    /// A request has another payment status.
    PaymentStatusChanged = 50,
    /// A lead has another office.
    LeadOfficeChanged = 51,
    /// A request has another office.
    RequestOfficeChanged = 52,
    /// A lead has another type.
    LeadTypeChanged = 53,
    /// A request has another type.
    RequestTypeChanged = 54,
    /// A lead was deleted.
    LeadDeleted = 55,
    /// A request was deleted.
    RequestDeleted = 56,
    /// An SMS was sent by hand.
    SmsSent = 57,
    /// A letter was sent by hand.
    EmailSent = 58,
    /// A request has another tour operator.
    OperatorChanged = 59,
    /// A manager was created.
    ManagerCreated = 60,
    /// A manager was changed.
    ManagerChanged = 61,
    /// A link for a signature was made.
    SignatureLink = 63,
    /// Feedback was added.
    FeedbackAdded = 64,
    /// Feedback was changed.
    FeedbackChanged = 65,
    /// Feedback was deleted.
    FeedbackDeleted = 66,
    /// A manager has another status.
    ManagerStatusChanged = 67,
    /// A file of a client was deleted.
    ClientFileDeleted = 68,
    /// A request was copied.
    RequestCopied = 69,
    /// A file was attached to a client.
    ClientFileAdded = 70,
    /// A fiscal receipt failed.
    FiscalError = 71,
    /// A lead has another note.
    LeadNoteChanged = 72,
    /// A request has another note.
    RequestNoteChanged = 73,
    /// A code for a signature was made.
    SignatureCode = 74,
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

impl Serialize for HookType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.number())
    }
}

impl<'de> Deserialize<'de> for HookType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = wire::integer_or_none(deserializer)?;
        let number = number.and_then(|number| u16::try_from(number).ok()).filter(|it| *it != 0);
        number.map(Self::of).ok_or_else(|| serde::de::Error::custom("expected a type of webhook"))
    }
}

/// A webhook: the type of an event and where U-ON sends it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Webhook {
    /// The id.
    pub id: WebhookId,
    /// The type.
    #[serde(default, rename = "type_id", deserialize_with = "wire::value_or_none")]
    pub kind: Option<HookType>,
    /// The address. It may contain a secret, so it is not printed.
    #[serde(default, deserialize_with = "wire::value_or_none")]
    pub url: Option<Secret>,
    /// The method: without one U-ON sends GET.
    #[serde(default, deserialize_with = "crate::model::text::decoded")]
    pub method: Option<String>,
    /// The note.
    #[serde(default, deserialize_with = "crate::model::text::decoded")]
    pub note: Option<String>,
}

setters! {
    /// A webhook to write, always with the method POST: U-ON's default GET puts the event into the
    /// address.
    #[derive(PartialEq, Eq)]
    pub struct WebhookData {
        kind: HookType,
        url: SecretUrl,
        /// The note.
        note: Option<String>,
    }
}

impl Serialize for WebhookData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type_id", &self.kind)?;
        map.serialize_entry("method", "POST")?;
        map.serialize_entry("url", self.url.expose())?;
        if let Some(note) = &self.note {
            map.serialize_entry("note", note)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_has_69_types_of_distinct_numbers() {
        let mut numbers: Vec<u16> = HookType::ALL.iter().map(|kind| kind.number()).collect();
        numbers.dedup();
        assert_eq!(numbers.len(), 69);
        for number in 0..100 {
            assert_eq!(HookType::of(number).number(), number);
        }
        for unused in [38, 41, 42, 43, 62, 75] {
            assert_eq!(HookType::of(unused), HookType::Other(unused));
        }
    }

    #[test]
    fn names_are_in_snake_case() {
        assert_eq!(HookType::LeadCreated.name(), "lead_created");
        assert_eq!(HookType::of(99).name(), "99");
    }
}
