//! Orders, tasks and files: from inside, for assertions and for what an account begins with, and
//! what becomes of them when their customer is another one.

use super::access::Access;
use super::files::{Attached, StoredFile};
use super::orders::Order;
use super::state::Account;
use super::tasks::Task;

impl Access<'_> {
    /// The orders, in the order they came.
    pub fn orders(&self) -> Vec<Order> {
        self.desk.stand_in().account.orders.clone()
    }

    /// Adds an order, or replaces the one of the same id. No history tells of it.
    pub fn put_order(&self, order: Order) {
        self.desk.stand_in().account.put_order(order);
    }

    /// Removes an order.
    pub fn remove_order(&self, id: u64) {
        let mut desk = self.desk.stand_in();
        desk.account.remove_order(id, self.author);
    }

    /// The tasks, in the order they came.
    pub fn tasks(&self) -> Vec<Task> {
        self.desk.stand_in().account.tasks.clone()
    }

    /// Adds a task, or replaces the one of the same id.
    pub fn put_task(&self, task: Task) {
        self.desk.stand_in().account.put_task(task);
    }

    /// The files with what they hold, in the order they came.
    pub fn files(&self) -> Vec<StoredFile> {
        self.desk.stand_in().account.files.clone()
    }

    /// Adds a file, or replaces the one of the same id.
    pub fn put_file(&self, file: StoredFile) {
        self.desk.stand_in().account.put_file(file);
    }

    /// Removes a file.
    pub fn remove_file(&self, id: u64) {
        let mut desk = self.desk.stand_in();
        desk.account.files.retain(|file| file.id != id);
    }
}

impl Account {
    /// What belongs to a customer who is merged into another one is the other one's.
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
