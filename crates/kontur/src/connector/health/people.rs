//! Whether the extensions are mapped, and whether the feed opens.

use std::time::Duration;

use vochi_crm_core::connector::Check;
use vochi_crm_core::{CrmUserId, Cx, ErrorKind, Result};

use super::Health;
use crate::connector::feed::{Index, Reading};
use crate::model::UserId;

/// How long the feed is read for a check. The first reading of an old workspace takes longer; what
/// was read by then stays.
const READ_FOR: Duration = Duration::from_secs(5);

impl Health<'_> {
    /// The directory against the feed, and the feed itself: read once for both. Also whether the
    /// feed was refused.
    pub(super) async fn people_checks(&self, cx: &Cx) -> ([Check; 2], bool) {
        let short = cx.clone().with_timeout(READ_FOR);
        let read = self.feed.read(&short).await;
        let refused = matches!(&read, Err(error) if error.kind() == ErrorKind::Auth);
        let checks = [self.extensions_check(&read), self.feed_check(&read)];
        (checks, refused)
    }

    fn extensions_check(&self, read: &Result<&Reading>) -> Check {
        let directory = self.feed.account.directory();
        let mapped = directory.extensions().count();
        if mapped == 0 {
            return Check::failed(
                "extensions",
                ErrorKind::Config,
                "no extension is mapped to a Kontur user",
                "fill in `extensions`; `vochi-crm users` shows the users",
            );
        }
        let Ok(feed) = read else {
            return Check::passed("extensions", format!("{mapped} extensions"))
                .with_hint("whether Kontur knows their users could not be looked at");
        };
        let (mut unknown, mut inactive) = (Vec::new(), Vec::new());
        let named = directory
            .extensions()
            .map(|(extension, user)| (format!("extension {extension}"), user))
            .chain(directory.default_user().map(|user| ("default_user".to_owned(), user)))
            .chain(directory.missed_user().map(|user| ("missed_user".to_owned(), user)));
        for (what, user) in named {
            match active(feed, user) {
                None => unknown
                    .push(format!("{what} is mapped to user {user}, whom Kontur does not know")),
                Some(false) => inactive.push(format!("{what} ({user})")),
                Some(true) => {}
            }
        }
        if !unknown.is_empty() {
            return Check::failed(
                "extensions",
                ErrorKind::Config,
                unknown.join("; "),
                "correct `extensions`; `vochi-crm users` shows both sides",
            );
        }
        let check = Check::passed("extensions", format!("{mapped} extensions"));
        if inactive.is_empty() {
            return check;
        }
        // The documentation shows this of people who merely never signed in.
        check.with_hint(format!("Kontur calls these users inactive: {}", inactive.join(", ")))
    }

    fn feed_check(&self, read: &Result<&Reading>) -> Check {
        let credential = if self.feed.reads_as_person() { "bearer" } else { "the access key" };
        match read {
            Ok(feed) => {
                let (people, cards) = feed.ask(|index| (index.people().len(), index.cards()));
                let check = Check::passed(
                    "feed",
                    format!("{credential} opens the feed: {people} users, {cards} clients"),
                );
                match feed.warnings().first() {
                    Some(warning) => check.with_hint(warning.text().to_owned()),
                    None => check,
                }
            }
            Err(error) if error.kind() == ErrorKind::Timeout => {
                let events = self.feed.known().ask(Index::events);
                Check::passed("feed", format!("{events} events are read, and there are more"))
                    .with_hint(
                        "the first reading takes a while; lookup, users and changes wait for it",
                    )
            }
            Err(error) if error.kind() == ErrorKind::Auth && !self.feed.reads_as_person() => {
                Check::passed("feed", "the access key does not open the feed").with_hint(
                    "lookup, users and changes need `bearer`, a person's key; calls do not",
                )
            }
            Err(error) => Check::broken("feed", error),
        }
    }
}

/// Whether a user of the directory may work in the CRM; `None` for one the CRM does not know.
fn active(feed: &Reading, user: &CrmUserId) -> Option<bool> {
    let id = UserId::of(user).ok()?;
    feed.ask(|index| {
        let person = index.person(&id)?;
        person.is_known().then(|| person.is_active())
    })
}
