//! Paged lists.

use std::sync::atomic::{AtomicU32, Ordering};

use vochi_crm_core::page::{Page, Pager};
use vochi_crm_core::{Error, ErrorKind};

#[tokio::test]
async fn list_ends_at_the_server_mark_not_an_empty_page() {
    let pages = [vec![1, 2], vec![], vec![3]];
    let pager = Pager::new(0_usize, |page| {
        let items = pages[page].clone();
        async move { Ok(Page::new(items, (page < 2).then_some(page + 1))) }
    });
    assert_eq!(pager.all().await.unwrap(), [1, 2, 3]);
}

#[tokio::test]
async fn page_is_fetched_on_demand() {
    let fetched = AtomicU32::new(0);
    let mut pager = Pager::new(1_u32, |page| {
        fetched.fetch_add(1, Ordering::Relaxed);
        async move { Ok(Page::new(vec![page], Some(page + 1))) }
    });
    assert_eq!(pager.next().await.unwrap(), Some(1));
    assert_eq!(pager.next().await.unwrap(), Some(2));
    assert_eq!(fetched.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn repeated_page_is_an_error() {
    let mut pager =
        Pager::new(1_u32, |page| async move { Ok(Page::new(vec![page], Some(3 - page))) });
    assert_eq!(pager.next().await.unwrap(), Some(1));
    assert_eq!(pager.next().await.unwrap(), Some(2));
    assert_eq!(pager.next().await.unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(pager.next().await.unwrap(), None, "an error ends the list");
}

#[tokio::test]
async fn error_ends_the_list() {
    let mut pager: Pager<'_, u32, u32> =
        Pager::new(1, |_| async { Err(Error::input("no such page")) });
    assert!(pager.next().await.is_err());
    assert_eq!(pager.next().await.unwrap(), None);
}

#[tokio::test]
async fn ascending_list_may_have_any_length() {
    let pager = Pager::ascending(0_u32, |at| async move {
        Ok(Page::new(vec![at], (at < 20_000).then_some(at + 1)))
    });
    assert_eq!(pager.all().await.unwrap().len(), 20_001);
}

#[tokio::test]
async fn ascending_list_without_progress_is_an_error() {
    for back in [0_u32, 5] {
        let mut pager =
            Pager::ascending(5_u32, |at| async move { Ok(Page::new(vec![at], Some(at - back))) });
        assert_eq!(pager.next().await.unwrap(), Some(5));
        assert_eq!(pager.next().await.unwrap_err().kind(), ErrorKind::Decode);
        assert_eq!(pager.next().await.unwrap(), None);
    }
}
