//! Dictionaries of the account.

use super::{
    CompanyId, LeadStatusId, OfficeId, PaymentStatusId, RequestStatusId, SourceId, entity,
};

entity! {
    /// A company of the account.
    Company {
        /// The id.
        id: own(CompanyId) = "id",
        /// The name.
        name: text = "name",
        /// The legal name.
        full_name: text = "fullname",
        /// The name in Russian.
        name_russian: text = "name_rus",
        /// The city.
        city: text = "city",
        /// The legal address.
        legal_address: text = "address_u",
        /// The postal address.
        postal_address: text = "address_p",
        /// The numbers, as typed.
        phones: text = "phones",
        /// The taxpayer number.
        inn: text = "inn",
        /// The tax registration code.
        kpp: text = "kpp",
    }
}

entity! {
    /// An office of the company.
    Office {
        /// The id.
        id: own(OfficeId) = "id",
        /// The name.
        name: text = "name",
        /// The address.
        address: text = "address",
        /// The city.
        city: text = "city",
        /// The numbers, as typed.
        phones: text = "phones",
    }
}

entity! {
    /// A source of leads and requests.
    Source {
        /// The id.
        id: own(SourceId) = "id",
        /// The name.
        name: text = "name",
    }
}

entity! {
    /// A status of leads. A lead with an archived one is closed.
    LeadStatus {
        /// The id.
        id: own(LeadStatusId) = "id",
        /// The name, which each account may change.
        name: text = "name",
        /// The position.
        position: number = "ord",
        /// Whether it closes a lead.
        is_archive: flag = "is_archive",
    }
}

entity! {
    /// A status of requests. A request with an archived or cancelled one is closed.
    RequestStatus {
        /// The id.
        id: own(RequestStatusId) = "id",
        /// The name, which each account may change.
        name: text = "name",
        /// The position.
        position: number = "ord",
        /// Whether it closes a request.
        is_archive: flag = "is_archive",
        /// Whether it cancels a request.
        is_cancel: flag = "is_cancel",
        /// Whether it confirms a request.
        is_confirmed: flag = "is_confirmed",
    }
}

entity! {
    /// A payment status of requests.
    PaymentStatus {
        /// The id.
        id: own(PaymentStatusId) = "id",
        /// The name.
        name: text = "name",
    }
}
