//! Every operation: valid and invalid values, repeat class, responses.

use vochi_crm_core::http;
use vochi_crm_core::http::Repeat::{Keyed, Safe, Unsafe};
use vochi_crm_core::testing::conformance::Needs::{Field, Object, Success};
use vochi_crm_core::testing::conformance::{self, SPECIAL_TEXT};
use vochi_crm_retailcrm::api::{
    DeleteFile, EditFile, EditIntegrationModule, Entity as _, FileFilter, Filter, GetApiVersions,
    GetCredentials, GetFile, GetIntegrationModule, GetSettings, GetSystemInfo, GetUser, List,
    ListSites, SetUserStatus, UpdateModuleScopes, UploadFile, UserFilter, UserGroupFilter,
};
use vochi_crm_retailcrm::model::{FileId, UserId, UserStatus};

use super::super::modules;
use super::super::support::{list, text};
use super::{RetailCrm, calls, customers};

pub(super) type Operation = conformance::Operation<RetailCrm>;

/// Reasons for no invalid value.
pub(super) const BY_TYPE: &str = "ids are positive and texts not blank by their types";

const NO_VALUES: &str = "it has no values";

pub(super) fn all() -> Vec<Operation> {
    let mut all = account();
    all.extend(customers::all());
    all.extend(calls::all());
    all.extend(files());
    all
}

/// A read of one entity.
pub(super) fn get<O>(operation: O) -> Operation
where
    O: http::Operation + 'static,
    <O::Output as http::Output>::Value: std::fmt::Debug,
{
    Operation::new(Safe, Field, operation)
}

/// A list.
pub(super) fn page<F: Filter + std::fmt::Debug>(filter: F) -> Operation
where
    F::Entity: std::fmt::Debug,
{
    let first = List::new(filter);
    Operation::list(F::Entity::MANY, first.clone(), |page| page.items).refuses(
        "page 0",
        "counted from 1",
        first.page(0),
    )
}

fn account() -> Vec<Operation> {
    let seven = UserId::new(7).unwrap();
    let status = |word: &str| SetUserStatus::new(seven, UserStatus::Other(word.to_owned()));
    let registered = || modules::plan().apply(None).unwrap().module;
    let (mut no_code, mut no_base) = (registered(), registered());
    no_code.code = None;
    no_base.base_url = Some(" ".to_owned());
    vec![
        Operation::new(Safe, Object, GetApiVersions)
            .samples(&["api_versions"])
            .always_valid(NO_VALUES),
        Operation::new(Safe, Object, GetSystemInfo)
            .samples(&["system_info"])
            .always_valid(NO_VALUES),
        Operation::new(Safe, Object, GetCredentials)
            .samples(&["credentials"])
            .always_valid(NO_VALUES),
        Operation::new(Safe, Object, GetSettings)
            .samples(&["settings"])
            .raw(&["settings"])
            .always_valid(NO_VALUES),
        Operation::list("sites", ListSites, |answer| answer.sites)
            .samples(&["reference_sites"])
            // In a map the key replaces it.
            .carries(&[("sites.*.code", "sites.*")])
            .always_valid(NO_VALUES),
        page(UserFilter::new()).samples(&["users_list"]).carries(&[("users.*.id", "users.*")]),
        // The requested entity, and its id.
        get(GetUser(seven))
            .samples(&["user_get"])
            .required(&["user", "user.id"])
            .always_valid(BY_TYPE),
        page(UserGroupFilter::new()).samples(&["user_groups"]),
        Operation::new(Keyed, Success, SetUserStatus::new(seven, UserStatus::Busy))
            .samples(&["user_status"])
            .refuses("no word", "must not be empty", status(""))
            .refuses("a blank word", "must not be empty", status(" \n"))
            .special(status(SPECIAL_TEXT)),
        // The requested entity; all parts of a module are optional.
        get(GetIntegrationModule::new(modules::code()))
            .samples(&["integration_module_get"])
            .required(&["integrationModule"])
            .carries(HALF_AN_EXTENSION)
            .keeps_unknown(&["integrationModule"])
            .always_valid("a code is one by its type"),
        Operation::new(Keyed, Object, EditIntegrationModule::new(registered()))
            .samples(&["integration_module_edit"])
            .refuses("no code", "invalid module code", EditIntegrationModule::new(no_code))
            .refuses("no address", "baseUrl: missing", EditIntegrationModule::new(no_base)),
        Operation::new(
            Keyed,
            Field,
            UpdateModuleScopes::new(modules::code()).scopes([text("telephony_write")]),
        )
        .refuses("no scope", "none is given", UpdateModuleScopes::new(modules::code())),
    ]
}

/// An incomplete pair of user and extension is kept for writing, but not returned.
const HALF_AN_EXTENSION: &[(&str, &str)] = &[
    (
        "integrationModule.integrations.telephony.additionalCodes.*.code",
        "integrationModule.integrations.telephony.additionalCodes.*",
    ),
    (
        "integrationModule.integrations.telephony.additionalCodes.*.userId",
        "integrationModule.integrations.telephony.additionalCodes.*",
    ),
];

fn files() -> Vec<Operation> {
    let file = FileId::new(25).unwrap();
    vec![
        page(FileFilter::new()).refuses(
            "no name",
            "filter[filename] has no value",
            list(FileFilter::new().filename("")),
        ),
        get(GetFile(file)).always_valid(BY_TYPE),
        // A file without an id can neither be named nor attached.
        Operation::new(Unsafe, Field, UploadFile::new(*b"invented bytes"))
            .samples(&["files_upload"])
            .required(&["file", "file.id"])
            .refuses("no bytes", "it is empty", UploadFile::new([])),
        Operation::new(Keyed, Object, EditFile::new(file).filename(text("offer.pdf")))
            .samples(&["files_edit"])
            .refuses("no change", "no field is set", EditFile::new(file)),
        Operation::new(Keyed, Success, DeleteFile(file)).always_valid(BY_TYPE),
    ]
}
