//! One row of a connector's table of operations.

use std::fmt::{self, Debug};
use std::pin::Pin;

use super::CrmUnderTest;
use crate::connector::Cx;
use crate::error::Result;
use crate::http::{self, Access, ApiRequest, LimitClass, Output, Repeat, Response};
use crate::wire::Items;

/// What the caller of an operation gets.
type Outcome<O> = <<O as http::Operation>::Output as Output>::Value;

/// A future of an operation's printed outcome.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<String>> + Send + 'a>>;

/// Content that a success response must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Needs {
    /// None: any bytes are the result.
    Nothing,
    /// A success in any of the CRM's forms.
    Success,
    /// Any object.
    Object,
    /// An object with a required field, such as an id.
    Field,
}

/// An operation without its types: its outcome is its `Debug` text.
pub(super) trait Erased<S: CrmUnderTest>: Send + Sync {
    fn name(&self) -> String;
    fn repeat(&self) -> Repeat;
    fn access(&self) -> Access;
    fn class(&self) -> LimitClass;
    fn subject(&self) -> Option<String>;
    fn request(&self) -> Result<ApiRequest>;
    fn planned(&self) -> Response;
    fn decode(&self, response: &Response) -> Result<String>;
    fn send<'a>(&'a self, client: &'a S::Client, cx: &'a Cx) -> Sending<'a>;
}

impl<S: CrmUnderTest, O: http::Operation> Erased<S> for O
where
    Outcome<O>: Debug,
{
    fn name(&self) -> String {
        http::Operation::name(self).into_owned()
    }

    fn repeat(&self) -> Repeat {
        http::Operation::repeat(self)
    }

    fn access(&self) -> Access {
        http::Operation::access(self)
    }

    fn class(&self) -> LimitClass {
        http::Operation::class(self)
    }

    fn subject(&self) -> Option<String> {
        http::Operation::subject(self).map(Into::into)
    }

    fn request(&self) -> Result<ApiRequest> {
        http::Operation::request(self)
    }

    fn planned(&self) -> Response {
        http::Operation::planned(self)
    }

    fn decode(&self, response: &Response) -> Result<String> {
        http::Operation::decode(self, response).map(|outcome| format!("{outcome:?}"))
    }

    fn send<'a>(&'a self, client: &'a S::Client, cx: &'a Cx) -> Sending<'a> {
        Box::pin(
            async move { S::send(client, cx, self).await.map(|outcome| format!("{outcome:?}")) },
        )
    }
}

/// Sends an operation in a way of its own.
type Sender<S> = for<'a> fn(&'a <S as CrmUnderTest>::Client, &'a Cx) -> Sending<'a>;

/// The elements of a list: the readable ones, printed, and the number of the others.
#[derive(Debug, PartialEq)]
pub(super) struct Rows {
    pub(super) good: Vec<String>,
    pub(super) broken: usize,
}

type ReadRows = Box<dyn Fn(&Response) -> Result<Rows> + Send + Sync>;

/// The list in a response.
pub(super) struct List {
    pub(super) place: &'static str,
    pub(super) read: ReadRows,
}

/// A value that an operation refuses to send.
pub(super) struct Invalid<S: CrmUnderTest> {
    pub(super) what: &'static str,
    pub(super) message: &'static str,
    pub(super) operation: Box<dyn Erased<S>>,
}

/// An operation with valid values, and what the suite has to know about it.
///
/// The repeat class is declared a second time on purpose. Places in responses are paths of keys,
/// as `user.id`; `*` is any index or key.
///
/// ```
/// # use vochi_crm_core::testing::conformance::{CrmUnderTest, Needs, Operation};
/// # use vochi_crm_core::http::{self, Repeat};
/// # fn row<S: CrmUnderTest, G: http::Operation + 'static>(get_user: G) -> Operation<S>
/// # where <G::Output as http::Output>::Value: std::fmt::Debug {
/// Operation::new(Repeat::Safe, Needs::Field, get_user)
///     .samples(&["user_get"])
///     .required(&["user", "user.id"])
///     .always_valid("an id is positive by its type")
/// # }
/// ```
pub struct Operation<S: CrmUnderTest> {
    pub(super) type_name: String,
    variant: Option<&'static str>,
    pub(super) erased: Box<dyn Erased<S>>,
    pub(super) repeat: Repeat,
    pub(super) needs: Needs,
    pub(super) class: LimitClass,
    pub(super) account: &'static str,
    sender: Option<Sender<S>>,
    pub(super) samples: &'static [&'static str],
    pub(super) bodies: Vec<serde_json::Value>,
    pub(super) list: Option<List>,
    pub(super) required: &'static [&'static str],
    pub(super) carries: &'static [(&'static str, &'static str)],
    pub(super) raw: &'static [&'static str],
    pub(super) keeps_unknown: &'static [&'static str],
    pub(super) recovers: &'static [&'static str],
    pub(super) reads_by_post: bool,
    pub(super) invalid: Vec<Invalid<S>>,
    pub(super) always_valid: Option<&'static str>,
    pub(super) special: Vec<Box<dyn Erased<S>>>,
}

impl<S: CrmUnderTest> Operation<S> {
    /// Creates a row, named after the type of the operation.
    pub fn new<O: http::Operation + 'static>(repeat: Repeat, needs: Needs, operation: O) -> Self
    where
        Outcome<O>: Debug,
    {
        Self {
            type_name: short_name(std::any::type_name::<O>()),
            variant: None,
            erased: Box::new(operation),
            repeat,
            needs,
            class: LimitClass::GENERAL,
            account: "",
            sender: None,
            samples: &[],
            bodies: Vec::new(),
            list: None,
            required: &[],
            carries: &[],
            raw: &[],
            keeps_unknown: &[],
            recovers: &[],
            reads_by_post: false,
            invalid: Vec::new(),
            always_valid: None,
            special: Vec::new(),
        }
    }

    /// Creates a row of a read whose response is a list at this place. `rows` takes the list out of
    /// the outcome.
    pub fn list<O, T>(place: &'static str, operation: O, rows: fn(Outcome<O>) -> Items<T>) -> Self
    where
        O: http::Operation + Clone + 'static,
        Outcome<O>: Debug,
        T: Debug + 'static,
    {
        Self::new(Repeat::Safe, Needs::Object, operation.clone()).rows(place, operation, rows)
    }

    /// Sets the place of a list in the response, as [`list`](Self::list) does, of any operation.
    #[must_use]
    pub fn rows<O, T>(
        mut self,
        place: &'static str,
        operation: O,
        rows: fn(Outcome<O>) -> Items<T>,
    ) -> Self
    where
        O: http::Operation + 'static,
        T: Debug + 'static,
    {
        let read = move |response: &Response| {
            let items = rows(operation.decode(response)?);
            let good = items.good.iter().map(|row| format!("{row:?}")).collect();
            Ok(Rows { good, broken: items.broken.len() })
        };
        self.list = Some(List { place, read: Box::new(read) });
        self
    }

    /// Names what is special about the values, if the table has the type several times.
    #[must_use]
    pub fn variant(mut self, variant: &'static str) -> Self {
        self.variant = Some(variant);
        self
    }

    /// Sets the quota it counts against, if it has one of its own.
    #[must_use]
    pub fn class(mut self, class: LimitClass) -> Self {
        self.class = class;
        self
    }

    /// Sets the account it is sent with, in the connector's own words; see
    /// [`CrmUnderTest::client`].
    #[must_use]
    pub fn account(mut self, account: &'static str) -> Self {
        self.account = account;
        self
    }

    /// Sends it in another way than by [`CrmUnderTest::send`], for example a login that only the
    /// client itself sends.
    #[must_use]
    pub fn sent_by(mut self, sender: for<'a> fn(&'a S::Client, &'a Cx) -> Sending<'a>) -> Self {
        self.sender = Some(sender);
        self
    }

    /// Adds the fixtures with its responses.
    #[must_use]
    pub fn samples(mut self, fixtures: &'static [&'static str]) -> Self {
        self.samples = fixtures;
        self
    }

    /// Adds the body of a success, if there is no fixture.
    #[must_use]
    pub fn body(mut self, body: serde_json::Value) -> Self {
        self.bodies.push(body);
        self
    }

    /// Sets the places without which a response cannot be read.
    #[must_use]
    pub fn required(mut self, places: &'static [&'static str]) -> Self {
        self.required = places;
        self
    }

    /// Sets pairs of places: without the first there is no second, as a user without an id is none.
    #[must_use]
    pub fn carries(mut self, places: &'static [(&'static str, &'static str)]) -> Self {
        self.carries = places;
        self
    }

    /// Sets the places that are passed on as they are, so that a number and its text differ.
    #[must_use]
    pub fn raw(mut self, places: &'static [&'static str]) -> Self {
        self.raw = places;
        self
    }

    /// Sets the places, and all inside them, whose unknown fields are kept, for writing them back.
    #[must_use]
    pub fn keeps_unknown(mut self, places: &'static [&'static str]) -> Self {
        self.keeps_unknown = places;
        self
    }

    /// Sets the codes of refusals that are a result of this operation
    /// ([`recover`](http::Operation::recover)).
    #[must_use]
    pub fn recovers(mut self, codes: &'static [&'static str]) -> Self {
        self.recovers = codes;
        self
    }

    /// Declares a read that is sent by another method than `GET`.
    #[must_use]
    pub fn reads_by_post(mut self) -> Self {
        self.reads_by_post = true;
        self
    }

    /// Adds an invalid value, which is refused before anything is sent, and a part of the message.
    #[must_use]
    pub fn refuses<O: http::Operation + 'static>(
        mut self,
        what: &'static str,
        message: &'static str,
        operation: O,
    ) -> Self
    where
        Outcome<O>: Debug,
    {
        self.invalid.push(Invalid { what, message, operation: Box::new(operation) });
        self
    }

    /// Says why the operation has no invalid value.
    #[must_use]
    pub fn always_valid(mut self, why: &'static str) -> Self {
        self.always_valid = Some(why);
        self
    }

    /// Adds the operation with [`SPECIAL_TEXT`](super::SPECIAL_TEXT) wherever it takes any text.
    #[must_use]
    pub fn special<O: http::Operation + 'static>(mut self, operation: O) -> Self
    where
        Outcome<O>: Debug,
    {
        self.special.push(Box::new(operation));
        self
    }

    /// The account it is sent with.
    pub fn account_name(&self) -> &'static str {
        self.account
    }

    /// The CRM's name of the operation.
    pub fn name(&self) -> String {
        self.erased.name()
    }

    /// The type, and what is special about the values.
    pub fn title(&self) -> String {
        match self.variant {
            Some(variant) => format!("{}, {variant}", self.type_name),
            None => self.type_name.clone(),
        }
    }

    /// The repeat class.
    pub fn repeat(&self) -> Repeat {
        self.repeat
    }

    /// The content that its success response must have.
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// The request.
    ///
    /// # Errors
    /// Those of the operation.
    pub fn request(&self) -> Result<ApiRequest> {
        self.erased.request()
    }

    /// The success response of a dry run.
    pub fn planned(&self) -> Response {
        self.erased.planned()
    }

    /// Decodes a response; the result is printed.
    ///
    /// # Errors
    /// Those of the operation.
    pub fn decode(&self, response: &Response) -> Result<String> {
        self.erased.decode(response)
    }

    /// Sends it; the result is printed.
    ///
    /// # Errors
    /// Those of the operation.
    pub async fn send(&self, client: &S::Client, cx: &Cx) -> Result<String> {
        match self.sender {
            Some(sender) => sender(client, cx).await,
            None => self.erased.send(client, cx).await,
        }
    }

    /// True if a repeat may have a second effect.
    pub(super) fn is_unsafe(&self) -> bool {
        self.repeat == Repeat::Unsafe
    }
}

impl<S: CrmUnderTest> Debug for Operation<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("title", &self.title()).finish_non_exhaustive()
    }
}

/// A type's name without modules: `List<UserFilter>`.
fn short_name(path: &str) -> String {
    let mut name = String::new();
    for word in path.split_inclusive(['<', '>', ',', ' ', '&']) {
        name.push_str(word.rsplit("::").next().unwrap_or(word));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn module_paths_are_cut_from_type_names() {
        assert_eq!(short_name("a::b::List<c::UserFilter>"), "List<UserFilter>");
        assert_eq!(short_name("a::GetUser"), "GetUser");
    }
}
