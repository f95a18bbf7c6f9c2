//! Checks of modules.

use serde_json::json;

use super::{Case, INVALID, case, entity, says};
use crate::support::{MODULE, Wire, field, module, send_module};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case {
            arrange: |sandbox| sandbox.retailcrm().set_funds(false),
            ..case(
                "module.paid",
                send_module(&module()),
                400,
                json!({
                    "success": false,
                    "errorMsg": "Failed to activate module",
                    "errors": ["Your account has insufficient funds to activate integration module"],
                }),
            )
        },
        case(
            "parameter.written_object",
            Wire::post(&format!("{MODULE}/edit"), field("integrationModule", "[1]")),
            400,
            entity("integrationModule", INVALID),
        ),
        case(
            "module.known",
            Wire::get("/api/v5/integration-modules/another"),
            404,
            says("Not found"),
        ),
    ]
}
