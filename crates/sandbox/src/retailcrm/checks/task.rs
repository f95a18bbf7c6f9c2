//! Checks of `task` in `POST /api/v5/tasks/create` and `…/{id}/edit`.

use crate::check::{answered, documented, guess};
use crate::schema::field;

use super::Endpoint::{TaskCreate, TaskEdit};
use super::kinds::{FLAG, MINUTE, PHONE, SHOP, TEXT, USER, WHOLE};
use super::{Refusal, Schema, When, links};

const CREATE: &[When] = &[When::On(&[TaskCreate])];
const EDIT: &[When] = &[When::On(&[TaskEdit])];

pub(super) const TASK: Schema = Schema::new(
    "task",
    Refusal::NotLoaded("Task is not loaded"),
    |cx| cx.objects_of(&[TaskCreate, TaskEdit]),
    &[
        field("text").required(guess("§6")).when(CREATE).form(TEXT, documented("§6")),
        field("commentary").form(TEXT, documented("§6")),
        field("datetime").form(MINUTE, documented("§1.3, §6")),
        field("performerId")
            .required(guess("§6"))
            .when(CREATE)
            .required(answered("§6"))
            .when(EDIT)
            .form(WHOLE, documented("§6"))
            .value(USER, guess("§6")),
        links::customer(documented("§6"), guess("§6")),
        links::order(documented("§6"), guess("§6")),
        field("phone")
            .required(guess("§1.9, §6"))
            .when(&[When::With("phoneSite")])
            .form(TEXT, documented("§6"))
            .value(PHONE.refusing(r#"["8 (029) 111-22-33"]"#), guess("§6")),
        field("phoneSite")
            .form(TEXT, documented("§6"))
            .value(SHOP.refusing(r#"["shop-nine"]"#), guess("§1.9, §6"))
            .when(&[When::With("phone")]),
        field("complete").form(FLAG, documented("§6")),
    ],
)
.of(&[TaskCreate, TaskEdit])
// Official clients repeat the id of the path.
.known(guess("§6"))
.ignoring(&["id"], &[TaskEdit])
.not_blank(guess("§6"));
