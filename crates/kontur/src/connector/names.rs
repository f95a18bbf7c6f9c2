//! Ids, numbers and participants of a call in requests.

use vochi_crm_core::{
    Account, CallId, Cx, Direction, Directory, LegEnd, LegId, Line, Party, Result,
};

use super::legs::Ends;
use super::mapping;
use crate::Config;
use crate::model::{ExternalId, Participant, PhoneText, UserId};

/// Writes ids, numbers and participants for one account.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) account: &'a Account,
    pub(super) directory: &'a Directory<UserId>,
    pub(super) config: &'a Config,
}

/// The numbers of a call.
#[derive(Default)]
pub(super) struct Numbers {
    pub(super) client: Option<PhoneText>,
    pub(super) line: Option<PhoneText>,
}

impl Names<'_> {
    /// Returns the id of a call as sent. It contains no `/`.
    pub(super) fn call(&self, call: &CallId) -> Result<ExternalId> {
        ExternalId::new(self.account.external_id(call))
    }

    /// Returns the id of a leg as sent.
    ///
    /// It must be unique in the workspace, so it has the account's call id prefix.
    pub(super) fn leg(&self, leg: &LegId) -> Result<LegId> {
        match self.account.config().call_id_prefix.as_deref() {
            None | Some("") => Ok(leg.clone()),
            Some(prefix) => LegId::new(format!("{prefix}{leg}")),
        }
    }

    /// Returns the numbers of a call. An internal call has none, since none is documented.
    pub(super) fn numbers(
        &self,
        cx: &Cx,
        direction: Direction,
        client: Option<&Party>,
        line: Option<&Line>,
    ) -> Numbers {
        if direction == Direction::Internal {
            return Numbers::default();
        }
        let form = self.config.phone_form;
        let line = self.account.outside_number(cx, line);
        Numbers {
            client: client.and_then(|client| mapping::phone(client, form, cx)),
            line: line.map(|number| PhoneText::from(number).in_form(form)),
        }
    }

    /// Returns both ends of a leg. In an internal call the outside party is an employee.
    pub(super) fn participants(
        &self,
        cx: &Cx,
        leg: &impl Ends,
        direction: Direction,
        client: Option<&Party>,
    ) -> (Participant, Participant) {
        let end = |end: &LegEnd| {
            let inside = match (direction, end, client) {
                (Direction::Internal, LegEnd::Client, Some(Party::Extension(extension))) => {
                    LegEnd::Employee(extension.clone())
                }
                (Direction::Internal, LegEnd::Client, _) => LegEnd::UnknownEmployee,
                _ => end.clone(),
            };
            mapping::participant(&inside, self.directory, cx)
        };
        (end(leg.from()), end(leg.to()))
    }
}
