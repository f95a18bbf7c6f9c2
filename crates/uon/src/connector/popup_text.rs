//! The text of a popup, plain or as HTML.

use vochi_crm_core::{Direction, Extension, Party};

use super::mapping::card_url;
use crate::model::User;
use crate::model::text::escape;

/// What a popup shows.
pub(super) struct PopupText<'a> {
    pub(super) direction: Option<Direction>,
    pub(super) client: &'a Party,
    /// The employee's extension; none for `default_user`.
    pub(super) extension: Option<&'a Extension>,
    pub(super) line: Option<String>,
    pub(super) card: &'a Card,
    pub(super) account: Option<u64>,
}

/// What is known of the client.
pub(super) enum Card {
    /// The client's record.
    Known(Box<User>),
    /// U-ON does not know the number.
    Unknown,
    /// U-ON could not be asked.
    Unread,
}

impl PopupText<'_> {
    fn title(&self) -> &'static str {
        match self.direction {
            Some(Direction::Inbound) => "Входящий звонок",
            Some(Direction::Outbound) => "Исходящий звонок",
            _ => "Звонок",
        }
    }

    fn number(&self) -> String {
        match self.client {
            Party::Hidden => "номер скрыт".to_owned(),
            other => other.to_string(),
        }
    }

    /// `Входящий звонок +375291112233 → 151. Иванов Иван Иванович. https://…`
    pub(super) fn plain(&self) -> String {
        let to = self.extension.map(|extension| format!(" → {extension}")).unwrap_or_default();
        let mut parts = vec![format!("{} {}{to}", self.title(), self.number())];
        let mut url = None;
        match self.card {
            Card::Known(user) => {
                parts.push(name(user));
                url = card_url(self.account, user);
            }
            Card::Unknown => parts.push(UNKNOWN.to_owned()),
            Card::Unread => {}
        }
        parts.extend(self.line.as_ref().map(|line| format!("Линия: {line}")));
        parts.extend(url);
        parts.join(". ")
    }

    /// The same with the tags `b`, `a` and `br`, the only ones that are known to be shown.
    pub(super) fn html(&self) -> String {
        let mut lines = vec![format!("📞 <b>{}</b>", self.title())];
        match self.card {
            Card::Known(user) => {
                let name = escape(&name(user));
                lines.push(match card_url(self.account, user) {
                    Some(url) => format!("👤 <a href=\"{url}\" target=\"_blank\">{name}</a>"),
                    None => format!("👤 {name}"),
                });
            }
            Card::Unknown => lines.push(format!("❓ {UNKNOWN}")),
            Card::Unread => {}
        }
        let to = self.extension.map(|extension| format!(" → {extension}")).unwrap_or_default();
        lines.push(format!("📱 {}", escape(&format!("{}{to}", self.number()))));
        lines.extend(self.line.as_ref().map(|line| format!("🏢 Линия: {}", escape(line))));
        lines.join("<br/>")
    }
}

const UNKNOWN: &str = "Неизвестный клиент";

/// The client's name; a company with the person in it.
fn name(user: &User) -> String {
    match (&user.company, user.formal_name()) {
        (Some(company), Some(person)) => format!("{company}, {person}"),
        (Some(company), None) => company.clone(),
        (None, Some(person)) => person,
        (None, None) => user.display_name(),
    }
}
