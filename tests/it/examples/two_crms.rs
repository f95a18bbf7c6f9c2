//! `two_crms_at_once`.

use vochi_crm::ErrorKind;
use vochi_crm_sandbox::{Crm, Fault, Sandbox};

use super::two_crms_at_once::{open_accounts, send_to_all};

const CALL: &str = "1757843474.185";

#[tokio::test]
async fn both_crms_record_the_call() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let accounts = open_accounts(&sandbox).unwrap();
    let results = send_to_all(&accounts, CALL).await;
    assert_eq!(results.len(), 2);
    for (crm, result) in results {
        assert!(result.unwrap().recorded(), "{crm}");
    }
    let (retailcrm, kontur) = (sandbox.retailcrm().calls(), sandbox.kontur().calls());
    assert_eq!((retailcrm.len(), kontur.len()), (1, 1));
    for crm in [Crm::RetailCrm, Crm::Kontur] {
        assert_eq!(sandbox.refused(crm), [], "{crm:?}");
    }
}

#[tokio::test]
async fn failure_of_one_crm_does_not_stop_the_other() {
    for failed in [Crm::RetailCrm, Crm::Kontur] {
        let sandbox = Sandbox::builder().start().await.unwrap();
        let accounts = open_accounts(&sandbox).unwrap();
        sandbox.fault(Fault::on(failed).status(500).times(100));
        for (crm, result) in send_to_all(&accounts, CALL).await {
            if crm.as_str() == failed.name() {
                assert_eq!(result.unwrap_err().kind(), ErrorKind::Unavailable, "{crm}");
            } else {
                assert!(result.unwrap().recorded(), "{crm} with failed {failed:?}");
            }
        }
    }
}
