//! Customers by phone number, and the CRM's users.

use std::collections::HashMap;

use crate::connector::{Context, CrmUser, Customer, Cx, Found, Responsible, UserList};
use crate::error::Result;
use crate::phone::PhoneNumber;

/// How a connector finds customers by phone number. The value lives for one question, which may be
/// about several numbers.
pub trait LookupJob: Send + Sync {
    /// Reads what all numbers need, once. Its warnings are part of every result.
    fn begin(&self, cx: &Cx) -> impl Future<Output = Result<()>> + Send {
        let _ = cx;
        async { Ok(()) }
    }

    /// Finds the customers who have a number, the likeliest first.
    fn find(
        &self,
        cx: &Cx,
        phone: PhoneNumber,
    ) -> impl Future<Output = Result<Vec<Customer>>> + Send;

    /// Finds the employee responsible for a number.
    fn responsible(
        &self,
        cx: &Cx,
        phone: PhoneNumber,
    ) -> impl Future<Output = Result<Option<Responsible>>> + Send;
}

/// Lookups of a CRM without lookups.
#[derive(Debug)]
pub struct NoLookup<'a>(pub(super) &'a Context);

impl LookupJob for NoLookup<'_> {
    async fn find(&self, _: &Cx, _: PhoneNumber) -> Result<Vec<Customer>> {
        Err(self.0.unsupported("finding a customer by phone"))
    }

    async fn responsible(&self, _: &Cx, _: PhoneNumber) -> Result<Option<Responsible>> {
        Err(self.0.unsupported("naming the responsible employee"))
    }
}

/// Finds the customers of these numbers; a repeated number is looked up once.
pub(super) async fn find(
    job: &impl LookupJob,
    cx: &Cx,
    phones: &[PhoneNumber],
) -> Result<Vec<Found>> {
    if phones.is_empty() {
        return Ok(Vec::new());
    }
    let cx = cx.scope();
    job.begin(&cx).await?;
    let mut first_at: HashMap<PhoneNumber, usize> = HashMap::new();
    let mut found: Vec<Found> = Vec::with_capacity(phones.len());
    for phone in phones {
        let known = first_at.get(phone).and_then(|index| found.get(*index)).cloned();
        let one = if let Some(same) = known {
            same
        } else {
            let scope = cx.scope();
            scope.add_warnings(cx.warnings());
            let mut found = Found::new(*phone, job.find(&scope, *phone).await?);
            found.warnings = scope.warnings();
            found
        };
        first_at.entry(*phone).or_insert(found.len());
        found.push(one);
    }
    Ok(found)
}

/// Completes the CRM's users with their extensions and compares them with the directory.
pub(super) fn user_list(context: &Context, cx: &Cx, mut users: Vec<CrmUser>) -> UserList {
    let directory = context.account().directory();
    for user in &mut users {
        user.extension = directory.extension_of(&user.id).cloned();
    }
    let mut mismatches = directory.mismatches(&users);
    mismatches.extend(cx.warnings());
    UserList::new(users, mismatches)
}
