//! Checks of the extension mapping and of access to the feed.

use std::time::Duration;

use vochi_crm_core::connector::Check;
use vochi_crm_core::{CrmUserId, Cx, ErrorKind, Result};

use super::Health;
use crate::connector::feed::{Index, Reading};
use crate::model::UserId;

/// How long a check reads the feed. The first reading of an old workspace takes longer; pages read
/// so far are kept.
const READ_FOR: Duration = Duration::from_secs(5);

impl Health<'_> {
    /// Checks the directory and the feed with one reading.
    ///
    /// Also returns true if access to the feed was refused.
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
                "fill in `extensions`; `users` lists the users",
            );
        }
        let Ok(feed) = read else {
            return Check::passed("extensions", format!("{mapped} extensions"))
                .with_hint("their users were not checked: the feed is unavailable");
        };
        let (mut unknown, mut inactive) = (Vec::new(), Vec::new());
        let named = directory
            .extensions()
            .map(|(extension, user)| (format!("extension {extension}"), user))
            .chain(directory.default_user().map(|user| ("default_user".to_owned(), user)))
            .chain(directory.missed_user().map(|user| ("missed_user".to_owned(), user)));
        for (what, user) in named {
            match active(feed, user) {
                None => unknown.push(format!("{what} is mapped to unknown user {user}")),
                Some(false) => inactive.push(format!("{what} ({user})")),
                Some(true) => {}
            }
        }
        if !unknown.is_empty() {
            return Check::failed(
                "extensions",
                ErrorKind::Config,
                unknown.join("; "),
                "correct `extensions`; `users` shows both sides",
            );
        }
        let check = Check::passed("extensions", format!("{mapped} extensions"));
        if inactive.is_empty() {
            return check;
        }
        // The documentation shows this status for users who never signed in.
        check.with_hint(format!("users inactive in Kontur: {}", inactive.join(", ")))
    }

    fn feed_check(&self, read: &Result<&Reading>) -> Check {
        let credential = if self.feed.reads_as_person() { "bearer" } else { "the access key" };
        match read {
            Ok(feed) => {
                let (people, cards) = feed.query(|index| (index.people().len(), index.cards()));
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
                let events = self.feed.known().query(Index::events);
                Check::passed("feed", format!("{events} events read, more to come"))
                    .with_hint(
                        "lookup, users and changes wait until the first reading completes",
                    )
            }
            Err(error) if error.kind() == ErrorKind::Auth && !self.feed.reads_as_person() => {
                Check::passed("feed", "the access key does not open the feed").with_hint(
                    "set `bearer`, a personal key, for lookup, users and changes; calls do not need it",
                )
            }
            Err(error) => Check::broken("feed", error),
        }
    }
}

/// Returns true if a user of the directory may work in the CRM; `None` for an unknown user.
fn active(feed: &Reading, user: &CrmUserId) -> Option<bool> {
    let id = UserId::of(user).ok()?;
    feed.query(|index| {
        let person = index.person(&id)?;
        person.is_known().then(|| person.is_active())
    })
}
