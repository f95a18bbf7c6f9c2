//! The search for clients by phone number.

use vochi_crm_core::{Cx, PhoneNumber, Result};

use super::Client;
use crate::api::FindUsersByPhone;
use crate::model::{OfficeId, User};

/// The number of last digits that two spellings of one number share.
const TAIL: usize = 9;

/// Finds the clients of a phone number.
///
/// U-ON stores numbers as typed and searches by digits; which spellings it matches is not
/// documented. The number is searched as international digits (`375291112233`), then, if
/// `national_spellings` is set and nothing is found, as people of Belarus (`80291112233`), Russia
/// and Kazakhstan (`89991112233`) write it. A result counts only if one of the client's three
/// numbers ends with the same nine digits, since an ignored filter would return everybody.
///
/// Returns all matching clients: not deleted ones first, then active ones, then those with a
/// manager, then the lowest id. With several results the number is ambiguous.
#[derive(Clone, Copy, Debug)]
pub struct UsersByPhone {
    number: PhoneNumber,
    office: Option<OfficeId>,
    national: Option<bool>,
}

impl UsersByPhone {
    /// Creates a search for this number, with the account's settings.
    pub fn new(number: PhoneNumber) -> Self {
        Self { number, office: None, national: None }
    }

    /// Searches in this office only; by default in the account's `office_id`.
    #[must_use]
    pub fn in_office(mut self, office: OfficeId) -> Self {
        self.office = Some(office);
        self
    }

    /// Searches the national spelling too; by default by the account's `national_spellings`.
    #[must_use]
    pub fn with_national_spelling(mut self) -> Self {
        self.national = Some(true);
        self
    }

    /// The spellings to search, in order.
    fn spellings(&self, national: bool) -> impl Iterator<Item = String> {
        let number = self.number;
        let trunk = match number.country_code() {
            375 => Some("80"),
            7 => Some("8"),
            _ => None,
        };
        let second = trunk.filter(|_| national);
        let second = second.map(|trunk| format!("{trunk}{}", number.national_digits()));
        [Some(number.digits().to_owned()), second].into_iter().flatten()
    }
}

impl From<PhoneNumber> for UsersByPhone {
    fn from(number: PhoneNumber) -> Self {
        Self::new(number)
    }
}

impl Client {
    /// Finds the clients of a phone number, the likeliest first.
    ///
    /// # Errors
    /// As [`send`](Self::send); an unknown number is an empty list.
    pub async fn users_by_phone(
        &self,
        cx: &Cx,
        search: impl Into<UsersByPhone>,
    ) -> Result<Vec<User>> {
        let search = search.into();
        let office = search.office.or(self.office);
        for digits in search.spellings(search.national.unwrap_or(self.national_spellings)) {
            let mut users = self.all(cx, FindUsersByPhone::new(digits).office(office)).await?;
            users.retain(|user| has_number(user, search.number));
            if !users.is_empty() {
                users.sort_by_key(rank);
                return Ok(users);
            }
        }
        Ok(Vec::new())
    }
}

/// Returns true if one of the user's numbers is this one, in any spelling.
pub(crate) fn has_number(user: &User, number: PhoneNumber) -> bool {
    let wanted = number.digits();
    let tail = wanted.get(wanted.len().saturating_sub(TAIL)..).unwrap_or(wanted);
    user.phones().any(|typed| {
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        digits.ends_with(tail)
    })
}

fn rank(user: &User) -> (bool, bool, bool, crate::model::UserId) {
    let deleted = user.deleted == Some(true);
    let inactive = user.active == Some(false);
    (deleted, inactive, user.manager_id.is_none(), user.id)
}
