//! The CRM itself, shops, users and groups.

use serde_json::json;
use vochi_crm_core::http::{Operation, Response};
use vochi_crm_core::testing::Step;
use vochi_crm_core::{Cx, Effect, ErrorKind};
use vochi_crm_retailcrm::api::{
    GetApiVersions, GetSystemInfo, GetUser, ListSites, SetUserStatus, UserGroupFilter,
};
use vochi_crm_retailcrm::model::{
    Credentials, PageSize, Site, SystemInfo, UserId, UserStatus, site_for,
};

use super::fixture::{Fixture, assert_same};
use super::support::{Bench, list, success};

fn sites(name: &str) -> Vec<Site> {
    let body = Fixture::open("reference_sites").body(name);
    let read = ListSites.decode(&Response::ok_json(&body)).unwrap();
    assert_eq!(read.sites.broken, []);
    read.sites.good
}

fn status(status: UserStatus) -> SetUserStatus {
    SetUserStatus::new(UserId::new(7).unwrap(), status)
}

fn key(available: &[&str]) -> Credentials {
    serde_json::from_value(json!({"sitesAvailable": available})).unwrap()
}

#[test]
fn requests_match_the_documentation() {
    for (name, request) in [
        ("api_versions", GetApiVersions.request()),
        ("system_info", GetSystemInfo.request()),
        ("reference_sites", ListSites.request()),
        ("user_groups", list(UserGroupFilter::new()).request()),
        ("user_get", GetUser(UserId::new(7).unwrap()).request()),
        ("user_status", SetUserStatus::new(UserId::new(7).unwrap(), UserStatus::Busy).request()),
    ] {
        let request = request.unwrap();
        let wanted = Fixture::open(name);
        let wanted = wanted.request(None);
        assert_same(&request, wanted);
        let body = request.body_ref().encode();
        assert_eq!(
            std::str::from_utf8(&body).unwrap(),
            wanted["wire_body"].as_str().unwrap_or_default(),
            "{name}"
        );
    }
    let page = list(UserGroupFilter::new()).page_size(PageSize::Twenty).page(2);
    assert_eq!(page.request().unwrap().query_string(), "limit=20&page=2");
}

#[tokio::test(start_paused = true)]
async fn versions_and_addresses_are_read() {
    let bench = Bench::new([
        Fixture::open("api_versions").answer("success"),
        Fixture::open("system_info").answer("success"),
    ]);
    let client = bench.connector.client();
    let versions = client.send(&Cx::history(), GetApiVersions).await.unwrap();
    assert_eq!(versions.versions, ["3.0", "4.0", "5.0"]);
    assert!(versions.has_v5());
    let info = client.send(&Cx::history(), GetSystemInfo).await.unwrap();
    assert_eq!(info.system_version.as_deref(), Some("8.9.0"));
    for (url, own) in [
        ("https://example.retailcrm.ru", true),
        ("https://abcdef.retailcrm.io/", true),
        ("https://example.retailcrm.ru.evil.test", false),
        ("http://example.retailcrm.ru", false),
        ("", false),
    ] {
        assert_eq!(info.is_at(url), own, "{url}");
    }
    assert!(!SystemInfo::default().is_at(""));
}

#[test]
fn shops_are_read_from_maps_lists_or_nothing() {
    let map = sites("success_map_keyed_by_code");
    let codes: Vec<&str> = map.iter().map(|site| site.code.as_str()).collect();
    assert_eq!(codes, ["shop-one", "shop-two"]);
    assert_eq!(map[0].name.as_deref(), Some("Магазин один"));
    assert_eq!(map[0].id.as_deref(), Some("2"));
    assert_eq!(map[0].currency.as_deref(), Some("BYN"));
    assert_eq!(map[0].is_demo, Some(false));
    assert_eq!(map[0].ordering, Some(990));
    assert_eq!(sites("success_list_form")[0], map[0]);
    assert_eq!(sites("success_empty"), []);
    let bare = json!({"success": true, "sites": {"shop-one": {"name": "One"}, "x": 5}});
    let read = ListSites.decode(&Response::ok_json(&bare)).unwrap();
    assert_eq!(read.sites.good[0].code, "shop-one", "the key is the code");
    assert_eq!(read.sites.broken.len(), 1);
}

#[test]
fn shop_of_a_request_is_never_guessed() {
    let two = sites("success_map_keyed_by_code");
    let one = sites("success_list_form");
    for (configured, available, sites, site) in [
        (Some("shop-two"), vec!["shop-one"], one.as_slice(), Some("shop-two")),
        (Some(" "), vec!["shop-one"], &[], Some("shop-one")),
        (None, vec!["shop-two"], two.as_slice(), Some("shop-two")),
        (None, vec![], one.as_slice(), Some("shop-one")),
        (None, vec![], two.as_slice(), None),
        (None, vec!["shop-one", "shop-two"], two.as_slice(), None),
        (None, vec![], &[], None),
    ] {
        let chosen = site_for(configured, &key(&available), sites);
        assert_eq!(chosen.as_deref().ok(), site, "{configured:?} {available:?}");
        if let Err(error) = chosen {
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.message().starts_with("site: "), "{error}");
        }
    }
    let error = site_for(None, &key(&[]), &two).unwrap_err();
    assert!(error.message().contains("shop-one, shop-two"), "{error}");
    let error = site_for(None, &key(&["a", "b"]), &two).unwrap_err();
    assert!(error.message().contains("a, b"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn shop_is_read_only_as_far_as_needed() {
    let full = || Fixture::open("credentials").answer("success_full");
    let list = |name| Fixture::open("reference_sites").answer(name);
    let selective = Step::json(200, &json!({"success": true, "sitesAvailable": ["shop-two"]}));
    for (configured, steps, requests, site) in [
        (Some("shop-two"), vec![], 0, Some("shop-two")),
        (None, vec![selective], 1, Some("shop-two")),
        (None, vec![full(), list("success_list_form")], 2, Some("shop-one")),
        (None, vec![full(), list("success_map_keyed_by_code")], 2, None),
    ] {
        let bench = Bench::new(steps);
        let reference = bench.connector.client().reference();
        let chosen = reference.site(&Cx::history(), configured).await;
        assert_eq!(chosen.as_deref().ok(), site);
        assert_eq!(bench.played().len(), requests);
    }
}

#[tokio::test(start_paused = true)]
async fn user_is_read_and_set() {
    let bench = Bench::new([
        Fixture::open("user_get").answer("success"),
        Fixture::open("user_status").answer("success"),
    ]);
    let client = bench.connector.client();
    let user = client.send(&Cx::history(), GetUser(UserId::new(7).unwrap())).await.unwrap();
    assert_eq!(user.display_name(), "Пётр Петров");
    assert_eq!(user.status, Some(UserStatus::Free));
    assert_eq!(user.groups[0].code.as_deref(), Some("manager"));
    client.send(&Cx::live(), status(UserStatus::Dinner)).await.unwrap();
    assert_eq!(bench.played()[1].line, "POST /api/v5/users/7/status");
    assert_eq!(bench.played()[1].body, "status=dinner");
}

#[test]
fn status_is_any_non_empty_text() {
    let set = |status| SetUserStatus::new(UserId::new(7).unwrap(), status).request();
    let lunch = set(UserStatus::Other("обед".to_owned())).unwrap();
    assert_eq!(&lunch.body_ref().encode()[..], b"status=%D0%BE%D0%B1%D0%B5%D0%B4");
    let error = set(UserStatus::Other(" ".to_owned())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
}

#[tokio::test(start_paused = true)]
async fn groups_are_listed_over_all_pages() {
    let page = |page: u32, groups| {
        let pagination = json!({"currentPage": page, "totalPageCount": 2});
        let body = json!({"success": true, "groups": groups, "pagination": pagination});
        Step::json(200, &body)
    };
    let bench = Bench::new([
        page(1, json!([{"id": 25, "code": "manager"}, "broken"])),
        page(2, json!([{"id": "26", "grantedSites": "shop-one"}])),
    ]);
    let client = bench.connector.client();
    let groups = client.list(&Cx::history(), UserGroupFilter::new());
    let groups = groups.all().await.unwrap();
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[1].granted_sites, ["shop-one"]);
    assert_eq!(bench.played()[1].line, "GET /api/v5/user-groups?limit=100&page=2");

    let body = Fixture::open("user_groups").body("success");
    let read = list(UserGroupFilter::new()).decode(&Response::ok_json(&body)).unwrap();
    let group = &read.items.good[0];
    assert_eq!(group.name.as_deref(), Some("Менеджеры"));
    assert_eq!((group.is_manager, group.is_delivery_men), (Some(true), Some(false)));
    assert_eq!(group.granted_order_types, ["eshop-individual"]);
    assert_eq!(read.pagination.total_page_count, Some(1));
}

#[tokio::test(start_paused = true)]
async fn every_refusal_of_the_fixtures_is_classified() {
    for (file, name, kind) in [
        ("api_versions", "account_does_not_exist", ErrorKind::Auth),
        ("reference_sites", "access_denied", ErrorKind::Auth),
        ("user_get", "not_found", ErrorKind::NotFound),
        ("user_status", "bad_value", ErrorKind::Rejected),
        ("user_status", "not_found", ErrorKind::NotFound),
    ] {
        let bench = Bench::new([Fixture::open(file).answer(name)]);
        let (client, cx) = (bench.connector.client(), Cx::history());
        let result = match file {
            "api_versions" => client.send(&cx, GetApiVersions).await.map(drop),
            "reference_sites" => client.reference().sites(&cx).await.map(drop),
            "user_get" => client.send(&cx, GetUser(UserId::new(7).unwrap())).await.map(drop),
            _ => client.send(&cx, status(UserStatus::Busy)).await,
        };
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.effect()), (kind, Effect::NotApplied), "{file}");
    }
    let limited = Fixture::open("reference_sites").answer("rate_limited_html");
    let again = Fixture::open("reference_sites").answer("success_list_form");
    let bench = Bench::new([limited, again]);
    let sites = bench.connector.client().reference().sites(&Cx::history()).await;
    assert_eq!(sites.unwrap().len(), 1, "a rate limit is retried");
    let bench = Bench::new([Step::text(500, "text/html", ""), success()]);
    let client = bench.connector.client();
    client.send(&Cx::live(), status(UserStatus::Free)).await.unwrap();
    assert_eq!(bench.played().len(), 2, "setting the same value twice is safe");
}
