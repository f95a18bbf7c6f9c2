//! Health checks that all CRMs share.

use crate::connector::{Check, Context, CrmUser};
use crate::error::{ErrorKind, Result};
use crate::warning::WarningKind;

/// Checks `extensions`, `default_user` and `missed_user` against the CRM's users.
pub fn extensions_check(context: &Context, users: Result<Vec<CrmUser>>) -> Check {
    let users = match users {
        Ok(users) => users,
        Err(error) => return Check::broken("extensions", &error),
    };
    let directory = context.account().directory();
    let mapped = directory.extensions().count();
    // A CRM user without an extension may be legitimate; a mapping to an unknown user is a mistake.
    let wrong: Vec<String> = directory
        .mismatches(&users)
        .iter()
        .filter(|mismatch| mismatch.kind() == WarningKind::UnknownToCrm)
        .map(ToString::to_string)
        .collect();
    let failed = |message: String, hint: &'static str| {
        Check::failed("extensions", ErrorKind::Config, message, hint)
    };
    if !wrong.is_empty() {
        return failed(
            wrong.join("; "),
            "correct `extensions`, `default_user` and `missed_user`; `users` shows both sides",
        );
    }
    if mapped == 0 {
        return failed(
            format!("no extension is mapped to a {} user", context.crm().title()),
            "fill in `extensions`; `users` lists the users",
        );
    }
    Check::passed("extensions", format!("{mapped} extensions, {} users", users.len()))
}
