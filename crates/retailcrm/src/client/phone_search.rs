//! The search for customers by phone number, for a CRM that stores numbers as typed.

use std::cmp::Reverse;

use vochi_crm_core::{Cx, ErrorKind, PhoneNumber, PhoneReader, Result};

use super::Client;
use crate::api::{CustomerFilter, List};
use crate::model::{Customer, CustomerId, PageSize};

/// The number of pages read for one spelling of the number.
const MOST_PAGES: u32 = 3;

/// Finds the customers of a phone number.
///
/// RetailCRM has no documented search by phone. Its search by name (`filter[name]`) matches the
/// text of numbers too, so it is sent with `+375291112233`, then `375291112233`, then `291112233`,
/// until one finds a customer. Results are verified: a customer counts only if one of the numbers,
/// parsed as a number of the account, equals the searched one. At most three pages of twenty are
/// read for a spelling. The search stops at a page without any customer with these digits, since
/// the CRM has then ignored the filter.
///
/// Returns all matching customers: those of the [site](Self::with_site) first, then the latest
/// registered (`createdAt`), then the higher id. With several results the number is ambiguous.
///
/// ```
/// use vochi_crm_core::PhoneNumber;
/// use vochi_crm_retailcrm::CustomersByPhone;
/// let number: PhoneNumber = "+375291112233".parse()?;
/// let search = CustomersByPhone::new(number).with_site("shop-one");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CustomersByPhone {
    number: PhoneNumber,
    site: Option<String>,
    phone_filter: bool,
}

impl CustomersByPhone {
    /// Creates a search for this number.
    pub fn new(number: PhoneNumber) -> Self {
        Self { number, site: None, phone_filter: false }
    }

    /// Sets the shop with precedence; by default the account's `site`.
    #[must_use]
    pub fn with_site(mut self, site: impl Into<String>) -> Self {
        self.site = Some(site.into());
        self
    }

    /// Tries `filter[phone]` too if no customer is found. It is not documented; one live account
    /// supports it. Its refusal counts as an empty result.
    #[must_use]
    pub fn with_phone_filter(mut self) -> Self {
        self.phone_filter = true;
        self
    }

    pub(super) async fn run(&self, client: &Client, cx: &Cx) -> Result<Vec<Customer>> {
        let number = &self.number;
        for spelling in [number.e164(), number.digits(), number.national_digits()] {
            let filter = CustomerFilter::new().name(spelling);
            let found = self.search(client, cx, filter).await?;
            if !found.is_empty() {
                return Ok(self.sort(found, client));
            }
        }
        if !self.phone_filter {
            return Ok(Vec::new());
        }
        let filter = CustomerFilter::new().phone(number.e164());
        match self.search(client, cx, filter).await {
            Ok(found) => Ok(self.sort(found, client)),
            Err(refusal) if refusal.kind() == ErrorKind::Rejected => {
                tracing::debug!(
                    account = %client.pipeline.account(), why = refusal.message(),
                    "RetailCRM does not support filter[phone]"
                );
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the customers with the number from the first pages of a list.
    async fn search(
        &self,
        client: &Client,
        cx: &Cx,
        filter: CustomerFilter,
    ) -> Result<Vec<Customer>> {
        let mut pager = client.list(cx, List::new(filter).page_size(PageSize::Twenty));
        let mut found: Vec<Customer> = Vec::new();
        for _ in 0..MOST_PAGES {
            let Some(page) = pager.next_page().await? else {
                break;
            };
            let searched = page.iter().any(|customer| self.has_digits(customer));
            for customer in page {
                let is_new = found.iter().all(|other| other.id != customer.id);
                if is_new && self.has_number(&customer, client.phones) {
                    found.push(customer);
                }
            }
            if !searched {
                break;
            }
        }
        Ok(found)
    }

    /// Returns true if one of the customer's numbers is the searched one.
    fn has_number(&self, customer: &Customer, reader: PhoneReader) -> bool {
        customer.phones.iter().any(|typed| {
            reader
                .read_many(typed)
                .into_iter()
                .flatten()
                .any(|reading| reading.number() == self.number)
        })
    }

    /// Returns true if a search for the digits could have found this customer.
    fn has_digits(&self, customer: &Customer) -> bool {
        let names = [&customer.first_name, &customer.last_name];
        names.into_iter().flatten().chain(&customer.phones).any(|text| {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            digits.contains(self.number.national_digits())
        })
    }

    fn sort(&self, mut found: Vec<Customer>, client: &Client) -> Vec<Customer> {
        let site = self.site.as_deref().or(client.site.as_deref());
        found.sort_by_cached_key(|customer| rank(customer, site));
        found
    }
}

impl From<PhoneNumber> for CustomersByPhone {
    fn from(number: PhoneNumber) -> Self {
        Self::new(number)
    }
}

impl From<&PhoneNumber> for CustomersByPhone {
    fn from(number: &PhoneNumber) -> Self {
        Self::new(*number)
    }
}

type Rank = (bool, Reverse<Option<vochi_crm_core::LocalTime>>, Reverse<CustomerId>);

fn rank(customer: &Customer, site: Option<&str>) -> Rank {
    let elsewhere = site.is_some() && customer.site.as_deref() != site;
    (elsewhere, Reverse(customer.created_at), Reverse(customer.id))
}
