//! Changes by people in the CRM, with history rows.

use serde_json::{Value, json};

use super::access::Access;
use super::journal::Author;
use super::state::Account;
use super::store::{self, Fields, reference};

impl Access<'_> {
    /// Renames a customer.
    pub fn rename_customer(&self, id: u64, first_name: &str, last_name: Option<&str>) {
        self.change_customer(id, |customer| {
            store::write(customer, "firstName", &json!(first_name));
            store::write(customer, "lastName", &json!(last_name));
        });
    }

    /// Adds a number to a customer.
    pub fn add_phone(&self, id: u64, number: &str) {
        self.change_phones(id, |phones| phones.push(number.to_owned()));
    }

    /// Replaces a customer's number.
    pub fn change_phone(&self, id: u64, from: &str, to: &str) {
        self.change_phones(id, |phones| {
            let phones = phones.iter_mut().filter(|number| *number == from);
            phones.for_each(|number| to.clone_into(number));
        });
    }

    /// Removes a customer's number.
    pub fn remove_phone(&self, id: u64, number: &str) {
        self.change_phones(id, |phones| phones.retain(|it| it != number));
    }

    /// Sets or clears the responsible employee of a customer.
    pub fn set_responsible(&self, id: u64, user_id: Option<u64>) {
        let manager = json!(user_id);
        self.change_customer(id, |customer| store::write(customer, "managerId", &manager));
    }

    /// Removes a customer.
    pub fn remove_customer(&self, id: u64) {
        let mut crm_host = self.crm_host.stand_in();
        crm_host.account.remove_customer(id, None, self.author);
    }

    /// Merges a customer into another one; the first id leads to the second.
    pub fn merge_customer(&self, id: u64, into: u64) {
        let mut crm_host = self.crm_host.stand_in();
        crm_host.account.remove_customer(id, Some(into), self.author);
    }

    /// Removes a corporate customer.
    pub fn remove_corporate(&self, id: u64) {
        let mut crm_host = self.crm_host.stand_in();
        crm_host.account.remove_corporate(id, self.author);
    }

    fn change_phones(&self, id: u64, change: impl FnOnce(&mut Vec<String>)) {
        self.change_customer(id, |customer| {
            let mut phones = store::phones(customer);
            change(&mut phones);
            store::set_phones(customer, &phones);
        });
    }

    fn change_customer(&self, id: u64, change: impl FnOnce(&mut Fields)) {
        let mut crm_host = self.crm_host.stand_in();
        if let Some(mut customer) = crm_host.account.customers.get(id).cloned() {
            change(&mut customer);
            crm_host.account.write_customer(customer, self.author);
        }
    }
}

impl Account {
    /// Applies one entry of `acts` in `POST /account`: `edit` (a customer's fields, all numbers),
    /// `merge` (with `into`) or `delete`, each with a customer id; `user` is the author.
    pub(super) fn act(&mut self, act: &Value) -> Result<(), String> {
        let act = act.as_object().ok_or("an act must be an object")?;
        let id = |name: &str| match act.get(name) {
            None => Ok(None),
            Some(id) => {
                id.as_u64().map(Some).ok_or_else(|| format!("{name:?} of an act must be an id"))
            }
        };
        let known = ["user", "edit", "fields", "merge", "into", "delete"];
        if let Some(other) = act.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(format!("an act has no {other:?}; it has {}", known.join(", ")));
        }
        let author = id("user")?.map_or(Author::SomeUser, Author::User);
        let customer = |account: &Self, id: u64| {
            account.active_customer(id).cloned().ok_or_else(|| format!("unknown customer {id}"))
        };
        match (id("edit")?, id("merge")?, id("delete")?) {
            (Some(id), None, None) => {
                let fields = act.get("fields").and_then(Value::as_object);
                let fields = fields.ok_or("\"edit\" needs \"fields\": a customer's")?;
                let mut customer = customer(self, id)?;
                // The list of numbers is replaced, unlike in the API.
                if fields.contains_key("phones") {
                    customer.insert("phones".into(), json!([]));
                }
                fields.iter().for_each(|(name, value)| store::write(&mut customer, name, value));
                self.write_customer(customer, author);
            }
            (None, Some(gone), None) => {
                let into = id("into")?.ok_or("\"merge\" needs \"into\": the id of a customer")?;
                customer(self, gone)?;
                customer(self, into)?;
                if gone == into {
                    return Err("a customer is not merged into itself".into());
                }
                self.remove_customer(gone, Some(into), author);
            }
            (None, None, Some(gone)) => {
                customer(self, gone)?;
                self.remove_customer(gone, None, author);
            }
            _ => return Err("an act is one of \"edit\", \"merge\" and \"delete\"".into()),
        }
        Ok(())
    }

    /// Moves the belongings of a merged customer to the other one.
    pub(super) fn hand_over(&mut self, from: u64, to: u64) {
        for owned in self.orders.iter_mut().chain(self.tasks.iter_mut()) {
            if reference(owned, "customer") == Some(from) {
                owned.insert("customer".into(), json!({"id": to}));
            }
        }
        for file in &mut self.files {
            let attached = file.fields.get_mut("attachment").and_then(Value::as_array_mut);
            for owner in attached.into_iter().flatten() {
                if owner["customer"]["id"] == from {
                    owner["customer"] = json!({"id": to});
                }
            }
        }
    }
}
