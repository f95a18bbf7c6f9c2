//! Checks of modules.

use serde_json::{Value, json};

use super::{BLANK, CHOICE, Case, EXTRA, INVALID, case, entity, says};
use crate::support::{MODULE, Wire, field, module, send_module, with};

/// A module with these changes, refused for this field.
fn in_module(row: &'static str, changes: Value, at: &str, text: &str) -> Case {
    let wire = send_module(&with(module(), changes));
    case(row, wire, 400, entity(at, text))
}

/// The same for its telephony part.
fn in_telephony(row: &'static str, changes: Value, at: &str, text: &str) -> Case {
    let telephony = with(module()["integrations"]["telephony"].clone(), changes);
    let changes = json!({"integrations": {"telephony": telephony}});
    in_module(row, changes, &format!("integrations.telephony.{at}"), text)
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn cases() -> Vec<Case> {
    let codes = |pair: Value| json!({"additionalCodes": [{"userId": 7, "code": "101"}, pair]});
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
        // The place used by a live service.
        in_module(
            "module.known_fields",
            json!({"additionalCodes": [{"userId": 7, "code": "101"}]}),
            "additionalCodes",
            EXTRA,
        ),
        in_module(
            "module.known_fields",
            json!({"integrations": {"delivery": {}}}),
            "integrations.delivery",
            EXTRA,
        ),
        in_telephony("module.known_fields", json!({"image": "1"}), "image", EXTRA),
        in_telephony(
            "module.known_fields",
            codes(json!({"userId": 8, "code": "102", "name": "Анна"})),
            "additionalCodes[1].name",
            EXTRA,
        ),
        in_telephony(
            "module.known_fields",
            json!({"externalPhones": [{"siteCode": "shop-one", "externalPhone": "375171234567", "x": 1}]}),
            "externalPhones[0].x",
            EXTRA,
        ),
        in_module(
            "module.code_of_path",
            json!({"code": "another", "integrationCode": null}),
            "code",
            INVALID,
        ),
        in_module("module.code_of_path", json!({"code": null}), "code", INVALID),
        in_module(
            "module.code_prefix",
            json!({"integrationCode": "other"}),
            "code",
            "Code prefix must match integrationCode",
        ),
        in_module("module.texts", json!({"name": 5}), "name", INVALID),
        in_module("module.texts", json!({"clientId": 7037}), "clientId", INVALID),
        in_module("module.flags", json!({"active": 1}), "active", INVALID),
        in_module("module.flags", json!({"freeze": "false"}), "freeze", INVALID),
        in_module(
            "module.logo_svg",
            json!({"logo": "https://connector.example.test/logo.png"}),
            "logo",
            "Logo image must be svg",
        ),
        in_module(
            "module.base_url_given",
            json!({"baseUrl": null}),
            "baseUrl",
            "This value should not be blank",
        ),
        in_module(
            "module.links",
            json!({"accountUrl": "http://connector.example.test/account"}),
            "accountUrl",
            INVALID,
        ),
        in_module("module.actions", json!({"actions": {"call": "/call"}}), "actions", CHOICE),
        in_module(
            "module.actions",
            json!({"actions": {"activity": "activity"}}),
            "actions",
            CHOICE,
        ),
        in_module(
            "module.countries",
            json!({"availableCountries": "BY"}),
            "availableCountries",
            INVALID,
        ),
        in_module("module.integrations_form", json!({"integrations": []}), "integrations", INVALID),
        in_module(
            "module.integrations_form",
            json!({"integrations": {"telephony": "{}"}}),
            "integrations.telephony",
            INVALID,
        ),
        in_telephony(
            "module.hooks",
            json!({"makeCallUrl": "http://connector.example.test/call"}),
            "makeCallUrl",
            INVALID,
        ),
        in_telephony("module.telephony_flags", json!({"allowEdit": 0}), "allowEdit", INVALID),
        in_telephony(
            "module.additional_codes",
            codes(json!({"userId": "8", "code": "102"})),
            "additionalCodes[1].userId",
            INVALID,
        ),
        in_telephony(
            "module.additional_codes",
            codes(json!({"userId": 8, "code": 102})),
            "additionalCodes[1].code",
            INVALID,
        ),
        in_telephony(
            "module.additional_codes",
            codes(json!({"code": "102"})),
            "additionalCodes[1].userId",
            BLANK,
        ),
        in_telephony(
            "module.additional_codes",
            json!({"additionalCodes": {"8": "102"}}),
            "additionalCodes",
            INVALID,
        ),
        in_telephony(
            "module.external_phones",
            json!({"externalPhones": [{"siteCode": "shop-one", "externalPhone": "0001363"}]}),
            "externalPhones[0].externalPhone",
            INVALID,
        ),
    ]
}
