//! In-process access to orders, tasks and files, and their transfer on a merge.

use super::access::Access;
use super::files::{Attached, StoredFile};
use super::orders::Order;
use super::state::Account;
use super::tasks::Task;

impl Access<'_> {
    /// All orders, in order.
    pub fn orders(&self) -> Vec<Order> {
        self.crm_host.stand_in().account.orders.clone()
    }

    /// Adds or replaces an order, without a history row.
    pub fn put_order(&self, order: Order) {
        self.crm_host.stand_in().account.put_order(order);
    }

    /// Removes an order.
    pub fn remove_order(&self, id: u64) {
        let mut crm_host = self.crm_host.stand_in();
        crm_host.account.remove_order(id, self.author);
    }

    /// All tasks, in order.
    pub fn tasks(&self) -> Vec<Task> {
        self.crm_host.stand_in().account.tasks.clone()
    }

    /// Adds or replaces a task.
    pub fn put_task(&self, task: Task) {
        self.crm_host.stand_in().account.put_task(task);
    }

    /// All files with their content, in order.
    pub fn files(&self) -> Vec<StoredFile> {
        self.crm_host.stand_in().account.files.clone()
    }

    /// Adds or replaces a file.
    pub fn put_file(&self, file: StoredFile) {
        self.crm_host.stand_in().account.put_file(file);
    }

    /// Removes a file.
    pub fn remove_file(&self, id: u64) {
        let mut crm_host = self.crm_host.stand_in();
        crm_host.account.files.retain(|file| file.id != id);
    }
}

impl Account {
    /// Moves the belongings of a merged customer to the other one.
    pub(super) fn hand_over(&mut self, from: u64, to: u64) {
        let orders = self.orders.iter_mut().map(|it| &mut it.customer_id);
        let tasks = self.tasks.iter_mut().map(|it| &mut it.customer_id);
        for owner in orders.chain(tasks).filter(|it| **it == Some(from)) {
            *owner = Some(to);
        }
        let files = self.files.iter_mut().flat_map(|it| &mut it.attached_to);
        for owner in files.filter(|it| **it == Attached::Customer(from)) {
            *owner = Attached::Customer(to);
        }
    }
}
