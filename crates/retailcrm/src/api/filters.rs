//! The filters of a list.

use vochi_crm_core::http::ApiRequest;
use vochi_crm_core::{Error, Result};

/// What a flag is in a query.
pub(super) const YES: &str = "1";
/// The opposite of [`YES`].
pub(super) const NO: &str = "0";

/// What a list is narrowed to, in the order it was asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Filters {
    pairs: Vec<(&'static str, String)>,
    /// Every filter asked for, also one that was given no values.
    asked: Vec<&'static str>,
}

impl Filters {
    /// Sets a filter that has one value.
    pub(super) fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.pairs.retain(|(other, _)| *other != name);
        self.add(name, [value.into()]);
    }

    /// Adds values to a filter that has many; its name ends with `[]`.
    pub(super) fn add<T: ToString>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = T>,
    ) {
        self.asked.push(name);
        let values = values.into_iter().map(|value| value.to_string());
        self.pairs
            .extend(values.filter(|value| !value.trim().is_empty()).map(|value| (name, value)));
    }

    /// Adds ids to a filter; 0 is none.
    pub(super) fn ids<T: ToString>(
        &mut self,
        name: &'static str,
        ids: impl IntoIterator<Item = T>,
    ) {
        let ids = ids.into_iter().map(|id| id.to_string());
        self.add(name, ids.filter(|id| id != "0"));
    }

    /// Puts the filters into a request.
    ///
    /// # Errors
    /// `input` for a filter without a value: left out, it would not narrow the list to nothing but
    /// open it to everything.
    pub(super) fn apply(&self, mut request: ApiRequest) -> Result<ApiRequest> {
        let hollow = |name: &&&str| !self.pairs.iter().any(|(other, _)| *other == **name);
        if let Some(name) = self.asked.iter().find(hollow) {
            return Err(Error::input(format!("{name} is given no value"))
                .with_hint("where nothing is looked for, send no request"));
        }
        for (name, value) in &self.pairs {
            request = request.query(*name, value.as_str());
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: &str = "filter[ids][]";
    const NAME: &str = "filter[name]";

    fn query(make: impl FnOnce(&mut Filters)) -> Result<String> {
        let mut filters = Filters::default();
        make(&mut filters);
        Ok(filters.apply(ApiRequest::get("/x"))?.query_string())
    }

    #[test]
    fn lists_grow_and_single_values_are_replaced() {
        let sent = query(|filters| {
            filters.set(NAME, "a");
            filters.add(IDS, [1, 2]);
            filters.add(IDS, [3]);
            filters.set(NAME, "b");
        });
        assert_eq!(
            sent.unwrap(),
            "filter%5Bids%5D%5B%5D=1&filter%5Bids%5D%5B%5D=2&filter%5Bids%5D%5B%5D=3&filter%5Bname%5D=b"
        );
    }

    #[test]
    fn a_filter_for_nothing_does_not_become_a_list_of_everything() {
        assert!(query(|filters| filters.add(IDS, [0; 0])).is_err());
        assert!(query(|filters| filters.set(NAME, " ")).is_err());
        let mended = query(|filters| {
            filters.add(IDS, [0; 0]);
            filters.add(IDS, [1]);
        });
        assert_eq!(mended.unwrap(), "filter%5Bids%5D%5B%5D=1");
    }
}
