//! `manager`: employees.

use vochi_crm_core::Result;
use vochi_crm_core::http::{ApiRequest, Operation};

use super::response::{Many, One, get, reads};
use crate::model::{OfficeId, User, UserId};

/// Lists all employees (`GET manager`), deleted ones included. The list has no pages.
#[derive(Clone, Copy, Debug)]
pub struct ListManagers;

impl Operation for ListManagers {
    reads!(Many<User>, "manager");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get("manager"))
    }
}

/// Reads an employee (`GET manager/{user_id}`).
#[derive(Clone, Copy, Debug)]
pub struct GetManager(pub UserId);

impl Operation for GetManager {
    reads!(One<User>, "manager/{user_id}");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get(&format!("manager/{}", self.0)))
    }
}

/// Lists the employees of an office (`GET manager/office/{office_id}`).
#[derive(Clone, Copy, Debug)]
pub struct ListOfficeManagers(pub OfficeId);

impl Operation for ListOfficeManagers {
    reads!(Many<User>, "manager/office/{office_id}");

    fn request(&self) -> Result<ApiRequest> {
        Ok(get(&format!("manager/office/{}", self.0)))
    }
}
