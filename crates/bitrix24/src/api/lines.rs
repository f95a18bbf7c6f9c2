//! `telephony.externalLine.*` and `voximplant.statistic.get`.

use std::collections::BTreeMap;

use serde_json::Value;
use vochi_crm_core::http::{ApiRequest, Operation, Refusal, Response};
use vochi_crm_core::{Error, Result, Text, setters};

use super::list::{Order, Paged};
use super::response::{Done, Many, call, default_is_new, post};
use crate::error::{LINE_EXISTS, LINE_NOT_FOUND};
use crate::model::{Line, LineNumber, Statistic, YesNo};

/// Lists the lines of our application (`telephony.externalLine.get`).
#[derive(Clone, Copy, Debug)]
pub struct ListLines;

impl Operation for ListLines {
    call!(Many<Line>, "telephony.externalLine.get", Safe);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, &serde_json::json!({}))
    }
}

setters! {
    /// Adds a line (`telephony.externalLine.add`). A line that exists is a success, and keeps its
    /// values.
    pub payload("SCREAMING_SNAKE_CASE") AddLine {
        number: LineNumber,
        /// The name.
        name: Option<Text>,
        /// Whether calls that the portal starts create leads; it does by default.
        crm_auto_create: Option<YesNo>,
    }
}

impl Operation for AddLine {
    call!(Done, "telephony.externalLine.add", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, self)
    }

    fn recover(&self, refusal: &Refusal, _: &Response) -> Option<()> {
        (refusal.code() == Some(LINE_EXISTS)).then_some(())
    }
}

setters! {
    /// Changes a line (`telephony.externalLine.update`).
    pub payload("SCREAMING_SNAKE_CASE") UpdateLine {
        number: LineNumber,
        /// The name.
        name: Option<Text>,
        /// Whether calls that the portal starts create leads.
        crm_auto_create: Option<YesNo>,
    }
}

impl Operation for UpdateLine {
    call!(Done, "telephony.externalLine.update", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        if self.name.is_none() && self.crm_auto_create.is_none() {
            return Err(Error::input("cannot change the line: no field is set"));
        }
        post(Self::NAME, self)
    }
}

/// Deletes a line (`telephony.externalLine.delete`). A line that does not exist is a success.
#[derive(Clone, Debug)]
pub struct DeleteLine(pub LineNumber);

impl Operation for DeleteLine {
    call!(Done, "telephony.externalLine.delete", Keyed);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, &serde_json::json!({"NUMBER": self.0}))
    }

    fn recover(&self, refusal: &Refusal, _: &Response) -> Option<()> {
        (refusal.code() == Some(LINE_NOT_FOUND)).then_some(())
    }
}

setters! {
    /// Lists finished calls (`voximplant.statistic.get`). It needs the right to see the statistics.
    pub payload("SCREAMING_SNAKE_CASE") ListStatistics {
        /// A condition: a field, with a prefix such as `>=` or `!`, and its value.
        filter: BTreeMap<String, Value>,
        /// The field of the order.
        sort: String = "ID".to_owned(),
        /// The direction of the order.
        order: Order = Order::Ascending,
        /// The first element, in steps of 50.
        #[serde(rename = "start")]
        start: u64 = 0u64,
    }
}

impl Operation for ListStatistics {
    call!(Many<Statistic>, "voximplant.statistic.get", Safe);

    fn request(&self) -> Result<ApiRequest> {
        post(Self::NAME, self)
    }
}

impl Paged for ListStatistics {
    type Row = Statistic;

    fn starting_at(self, start: u64) -> Self {
        self.start(start)
    }
}

default_is_new!(ListStatistics);
