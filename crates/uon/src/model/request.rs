//! Requests (заявки).

use super::{OfficeId, PaymentStatusId, RequestId, RequestStatusId, SourceId, UserId, entity};

entity! {
    /// A request (заявка). Times are local to the account; sums are texts.
    Request {
        /// The id, for every path.
        id: own(RequestId) = "id",
        /// The number that users see.
        system_id: number = "id_system",
        /// The company's own number.
        internal_id: text = "id_internal",
        /// When it was created.
        created: time = "dat",
        /// When it became a request.
        request_since: time = "dat_request",
        /// When it was a lead.
        lead_since: time = "dat_lead",
        /// When it was changed.
        updated: time = "dat_updated",
        /// When the record was created.
        created_at: time = "created_at",
        /// When the journey begins.
        begins: time = "date_begin",
        /// When the journey ends.
        ends: time = "date_end",
        /// The office.
        office_id: id(OfficeId) = "office_id",
        /// The responsible manager.
        manager_id: id(UserId) = "manager_id",
        /// The manager's last name.
        manager_surname: text = "manager_surname",
        /// The manager's first name.
        manager_name: text = "manager_name",
        /// The manager's patronymic.
        manager_patronymic: text = "manager_sname",
        /// The buyer.
        client_id: id(UserId) = "client_id",
        /// The buyer's last name.
        client_surname: text = "client_surname",
        /// The buyer's first name.
        client_name: text = "client_name",
        /// The buyer's patronymic.
        client_patronymic: text = "client_sname",
        /// The buyer's number, as typed.
        client_phone: text = "client_phone",
        /// The buyer's mobile number, as typed.
        client_phone_mobile: text = "client_phone_mobile",
        /// The buyer's e-mail address.
        client_email: text = "client_email",
        /// The buyer's company.
        client_company: text = "client_company",
        /// The source.
        source_id: id(SourceId) = "source_id",
        /// The name of the source.
        source: text = "source",
        /// The status.
        status_id: id(RequestStatusId) = "status_id",
        /// The name of the status.
        status: text = "status",
        /// The payment status.
        payment_status_id: id(PaymentStatusId) = "status_pay_id",
        /// The number of the booking.
        reservation_number: text = "reservation_number",
        /// The supplier.
        supplier_id: number = "supplier_id",
        /// The price.
        price: text = "calc_price",
        /// The net price.
        net_price: text = "calc_price_netto",
        /// What the buyer paid.
        paid_by_client: text = "calc_client",
        /// What the partner got.
        paid_to_partner: text = "calc_partner",
        /// The note.
        notes: text = "notes",
    }
}
