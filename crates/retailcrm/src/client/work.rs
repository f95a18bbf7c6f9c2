//! Orders, tasks and files.

use vochi_crm_core::page::Pager;
use vochi_crm_core::{Cx, Result};

use super::Client;
use super::pages::pages;
use crate::api::{
    CreateOrder, CreateTask, DeleteFile, EditFile, EditOrder, EditTask, GetFile, GetOrder, GetTask,
    ListFiles, ListOrders, ListTasks, UploadFile,
};
use crate::model::{FileId, Order, StoredFile, Task, TaskId, WrittenOrder};

impl Client {
    /// The orders.
    pub fn orders(&self) -> Orders<'_> {
        Orders(self)
    }

    /// What people have to do.
    pub fn tasks(&self) -> Tasks<'_> {
        Tasks(self)
    }

    /// The files of customers and orders.
    pub fn files(&self) -> Files<'_> {
        Files(self)
    }
}

/// Operations under `orders`.
#[derive(Clone, Copy, Debug)]
pub struct Orders<'a>(&'a Client);

impl Orders<'_> {
    /// Every order the request asks for, from its page on (`orders`). The order is not promised.
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_retailcrm::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_core::Cx;
    /// use vochi_crm_retailcrm::api::ListOrders;
    /// use vochi_crm_retailcrm::model::CustomerId;
    /// let request = ListOrders::new().of_customer(CustomerId::new(60));
    /// let mut orders = client.orders().list(&Cx::history(), request).all().await?;
    /// orders.sort_by_key(|order| order.created_at);
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(self, cx: &Cx, request: ListOrders) -> Pager<'static, Order, u32> {
        let first = request.page();
        pages(self.0, cx, "order", request, first, ListOrders::with_page, |page| {
            (page.orders, page.pagination)
        })
    }

    /// One order (`orders/{id}`).
    ///
    /// # Errors
    /// As [`Client::send`]; `not_found` where there is no such order.
    pub async fn get(self, cx: &Cx, request: &GetOrder) -> Result<Order> {
        self.0.send(cx, request).await
    }

    /// Makes an order (`orders/create`).
    ///
    /// # Errors
    /// As [`Client::send`]; a lost answer ends with effect `maybe`: look for the order before making
    /// it again.
    pub async fn create(self, cx: &Cx, request: &CreateOrder) -> Result<WrittenOrder> {
        self.0.send(cx, request).await
    }

    /// Changes an order (`orders/{id}/edit`).
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn edit(self, cx: &Cx, request: &EditOrder) -> Result<WrittenOrder> {
        self.0.send(cx, request).await
    }
}

/// Operations under `tasks`.
#[derive(Clone, Copy, Debug)]
pub struct Tasks<'a>(&'a Client);

impl Tasks<'_> {
    /// Every task the request asks for, from its page on (`tasks`).
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_retailcrm::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_core::Cx;
    /// use vochi_crm_retailcrm::api::ListTasks;
    /// use vochi_crm_retailcrm::model::{TaskStatus, UserId};
    /// let open = ListTasks::new()
    ///     .of_performers([UserId::new(7)])
    ///     .with_status(&TaskStatus::Performing);
    /// let tasks = client.tasks().list(&Cx::history(), open).all().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(self, cx: &Cx, request: ListTasks) -> Pager<'static, Task, u32> {
        let first = request.page();
        pages(self.0, cx, "task", request, first, ListTasks::with_page, |page| {
            (page.tasks, page.pagination)
        })
    }

    /// One task (`tasks/{id}`).
    ///
    /// # Errors
    /// As [`Client::send`]; `not_found` where there is no such task.
    pub async fn get(self, cx: &Cx, task: TaskId) -> Result<Task> {
        self.0.send(cx, &GetTask::new(task)).await
    }

    /// Changes a task (`tasks/{id}/edit`).
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn edit(self, cx: &Cx, request: &EditTask) -> Result<()> {
        self.0.send(cx, request).await
    }

    /// Makes a task (`tasks/create`).
    ///
    /// # Errors
    /// As [`Client::send`]; a lost answer ends with effect `maybe`.
    pub async fn create(self, cx: &Cx, request: &CreateTask) -> Result<TaskId> {
        self.0.send(cx, request).await
    }
}

/// Operations under `files`.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a>(&'a Client);

impl Files<'_> {
    /// Every file the request asks for, from its page on (`files`).
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_retailcrm::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_core::Cx;
    /// use vochi_crm_retailcrm::api::ListFiles;
    /// use vochi_crm_retailcrm::model::OrderId;
    /// let of_order = ListFiles::new().of_orders([OrderId::new(501)]);
    /// let files = client.files().list(&Cx::history(), of_order).all().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(self, cx: &Cx, request: ListFiles) -> Pager<'static, StoredFile, u32> {
        let first = request.page();
        pages(self.0, cx, "file", request, first, ListFiles::with_page, |page| {
            (page.files, page.pagination)
        })
    }

    /// What is known of a file (`files/{id}`).
    ///
    /// # Errors
    /// As [`Client::send`]; `not_found` where there is no such file.
    pub async fn get(self, cx: &Cx, file: FileId) -> Result<StoredFile> {
        self.0.send(cx, &GetFile::new(file)).await
    }

    /// Removes a file (`files/{id}/delete`).
    ///
    /// # Errors
    /// As [`Client::send`]; `not_found` where there is no such file.
    pub async fn delete(self, cx: &Cx, file: FileId) -> Result<()> {
        self.0.send(cx, &DeleteFile::new(file)).await
    }

    /// Puts a file into the CRM (`files/upload`). A large one takes the time it needs, as long as it
    /// moves; the deadline of `cx` holds.
    ///
    /// ```no_run
    /// # async fn run(client: vochi_crm_retailcrm::Client) -> Result<(), vochi_crm_core::Error> {
    /// use vochi_crm_core::Cx;
    /// use vochi_crm_retailcrm::api::{EditFile, UploadFile};
    /// use vochi_crm_retailcrm::model::CustomerId;
    /// let cx = Cx::history();
    /// let offer = UploadFile::file("/var/lib/offers/2026-03.pdf");
    /// let file = client.files().upload(&cx, &offer).await?;
    /// let named = EditFile::new(file.id)
    ///     .with_filename("offer.pdf")
    ///     .attached_to_customer(CustomerId::new(60));
    /// client.files().edit(&cx, &named).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Client::send`]; `input` where the file cannot be read or is not as long as it said; a
    /// lost answer, or a file that fails while it goes out, ends with effect `maybe`.
    pub async fn upload(self, cx: &Cx, request: &UploadFile) -> Result<StoredFile> {
        self.0.send(cx, request).await
    }

    /// Names a file and says what it is attached to (`files/{id}/edit`).
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn edit(self, cx: &Cx, request: &EditFile) -> Result<Option<StoredFile>> {
        self.0.send(cx, request).await
    }
}
