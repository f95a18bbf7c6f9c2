"""Runs RetailCRM's official Python client, as published, against the stand-in.

    pip install 'retailcrm==5.*'
    python crates/sandbox/tests/official_client.py cargo run -q -p vochi-crm-sandbox --example serve

The arguments are a command that serves the stand-ins and prints one line of JSON with their
addresses. The client is not changed in any way: what it writes is what the stand-in reads.
"""

import json
import os
import signal
import subprocess
import sys
import urllib.request

import retailcrm

EVENT = {
    "phone": "+375291112233",
    "type": "in",
    "codes": ["101", "102"],
    "userIds": [7, 8],
    "callExternalId": "pbx1-1773474900.42",
    "externalPhone": "+375171234567",
    "site": "shop-one",
}
CALL = {
    "date": "2026-03-14 10:15:00",
    "type": "in",
    "phone": "+375291112233",
    "userId": 7,
    "result": "answered",
    "duration": 95,
    "durationWaiting": 12,
    "externalId": "pbx1-1773474900.42",
    "recordUrl": "https://pbx.example.test/rec/5d1f0b7e.mp3",
}


MODULE = {
    "code": "vochi-telephony",
    "active": True,
    "name": "Vochi-CRM",
    "logo": "https://connector.example.test/logo.svg",
    "clientId": "9f0d6c1e5b7a4c2f8e3d1a6b0c9d8e7f",
    "baseUrl": "https://connector.example.test",
    "integrations": {
        "telephony": {
            "allowEdit": True,
            "additionalCodes": [{"userId": 7, "code": "101"}, {"userId": 8, "code": "102"}],
        }
    },
}


def ok(response):
    body = response.get_response()
    assert response.get_status_code() in (200, 201) and body["success"] is True, (
        response.get_status_code(),
        body,
    )
    return body


def refused(response, status, text):
    assert response.get_status_code() == status, response.get_status_code()
    assert not response.is_successful()
    assert response.get_error_msg() == text, response.get_error_msg()
    return response.get_errors()


def account(client, profile):
    assert ok(client.api_versions())["versions"] == ["3.0", "4.0", "5.0"]
    credentials = ok(client.api_credentials())
    assert "telephony_write" in credentials["scopes"], credentials
    assert credentials["siteAccess"] == "access_full"
    assert ok(client.system_info())["publicUrl"] == profile["url"]
    assert ok(client.settings())["settings"]["timezone"]["value"] == profile["timezone"]
    assert profile["site"] in ok(client.sites())["sites"]


def employees(client):
    # Without filters the client writes filter=None.
    everybody = ok(client.users())
    assert everybody["pagination"]["limit"] == 20
    managers = ok(client.users(filters={"active": 1, "isManager": 1}, limit=100))
    assert 0 < len(managers["users"]) < len(everybody["users"])
    assert ok(client.user(7))["user"]["lastName"] == "Петров"
    assert ok(client.user_groups())["groups"][0]["code"] == "manager"
    refused(client.user(4711), 404, "Not found")


def customers(client):
    found = ok(client.customers({"name": "+375446370646"}))["customers"]
    assert [it["id"] for it in found] == [201], found
    assert ok(client.customers())["pagination"]["limit"] == 20
    assert ok(client.customer(60, "id"))["customer"]["lastName"] == "Иванов"
    # Without a type the client means the externalId.
    assert ok(client.customer("ext-60", site="shop-one"))["customer"]["id"] == 60
    new = {"externalId": "vochi-1", "firstName": "Нина", "phones": [{"number": "+375295550011"}]}
    number = ok(client.customer_create(new, "shop-one"))["id"]
    assert ok(client.customer_edit({"id": number, "managerId": 8}, "id"))["id"] == number
    assert ok(client.customer(number, "id"))["customer"]["managerId"] == 8
    refused(client.customer(4711, "id"), 404, "Not found")


def companies(client):
    found = ok(client.customers_corporate({"contactIds": [60]}))["customersCorporate"]
    assert [it["nickName"] for it in found] == ["ООО Пример"], found
    assert ok(client.customer_corporate(5041, "id"))["customerCorporate"]["id"] == 5041
    contacts = ok(client.customer_corporate_contacts(5041, "id"))["contacts"]
    assert [it["customer"]["id"] for it in contacts] == [60, 61], contacts
    assert ok(client.customer_corporate_companies(5041, "id"))["companies"][0]["isMain"]


def notes(client):
    assert [it["id"] for it in ok(client.customer_notes())["notes"]] == [301]
    new = {"text": "Перезвонить", "managerId": 7, "customer": {"id": 60}}
    number = ok(client.customer_note_create(new, "shop-one"))["id"]
    found = ok(client.customer_notes({"customerIds": [60]}))["notes"]
    assert [it["id"] for it in found] == [301, number], found
    assert ok(client.customer_note_delete(number)) == {"success": True}
    refused(client.customer_note_delete(number), 404, "Not found")
    new = {**new, "customer": {"id": 5041}}
    number = ok(client.customer_corporate_note_create(new, "shop-one"))["id"]
    assert ok(client.customer_corporate_notes())["notes"][0]["id"] == number
    assert ok(client.customer_corporate_note_delete(number)) == {"success": True}


def company_writes(client):
    new = {"nickName": "Проба", "companies": [{"name": "ООО Проба"}]}
    number = ok(client.customer_corporate_create(new, "shop-one"))["id"]
    # The client takes the corporate customer's id from the contact, and writes it in there too.
    contact = {"id": number, "customer": {"id": 61}}
    contact_id = ok(client.customer_corporate_contacts_create(contact, "id"))["id"]
    company = {"id": number, "name": "ООО Вторая"}
    company_id = ok(client.customer_corporate_companies_create(company, "id"))["id"]
    tied = {"id": contact_id, "companies": [{"id": company_id}]}
    assert ok(client.customer_corporate_contacts_edit(number, tied, "id", "id"))["id"] == contact_id
    renamed = {"id": company_id, "name": "ООО Третья"}
    edited = ok(client.customer_corporate_companies_edit(number, renamed, "id", "id"))
    assert edited["id"] == company_id
    contacts = ok(client.customer_corporate_contacts(number, "id"))["contacts"]
    assert contacts[0]["companies"][0]["company"]["name"] == "ООО Третья", contacts
    # It calls the field customersCorporate, as no other client does.
    refused(
        client.customer_corporate_edit({"id": number, "nickName": "Иная"}, "id"),
        400,
        "Parameter 'customerCorporate' is missing",
    )


def changes(client):
    assert ok(client.customers_history())["history"][0]["id"] == 2692
    good = {"externalId": "up-1", "firstName": "Нина"}
    taken = ok(client.customers_upload([good], "shop-one"))["uploadedCustomers"]
    some = [{"externalId": "up-2"}, {**good, "externalId": "up-3"}]
    some = client.customers_upload(some, "shop-one")
    assert list(refused(some, 460, "Customers are loaded with errors")) == ["firstName"]
    history = ok(client.customers_history({"sinceId": 2699}))["history"]
    assert [it["customer"]["externalId"] for it in history] == ["up-1", "up-3"], history
    assert history[0]["customer"]["id"] == taken[0]["id"] and history[0]["apiKey"]["current"]
    assert ok(client.orders_history({"sinceId": 7037}, 100))["history"][0]["created"] is True
    assert ok(client.customers_corporate_history())["history"] == []
    refused(
        client.integration_module_update_scopes(MODULE["code"], {"scopes": ["customer_read"]}),
        400,
        "Not enabled simple connection",
    )


def module(client):
    assert ok(client.integration_module(MODULE["code"]))["integrationModule"]["active"]
    assert ok(client.integration_module_edit(MODULE))["info"] == []
    read = ok(client.integration_module(MODULE["code"]))["integrationModule"]
    assert read["integrations"] == MODULE["integrations"], read
    refused(client.integration_module("another"), 404, "Not found")
    assert ok(client.user_status(7, "busy")) == {"success": True}


def orders(client):
    assert [it["id"] for it in ok(client.orders({"customerId": 201}))["orders"]] == [498, 499]
    assert ok(client.orders())["pagination"]["totalCount"] == 4
    assert ok(client.order(501, "id"))["order"]["customer"]["id"] == 60
    new = {
        "externalId": "vochi-call-2",
        "orderMethod": "phone",
        "firstName": "Нина",
        "phone": "+375295550011",
        "customer": {"id": 205},
    }
    number = ok(client.order_create(new, "shop-one"))["id"]
    refused(client.order_create(new, "shop-one"), 400, "Errors in the entity format")
    # Without a type the client means the externalId, which it repeats.
    edit = {"externalId": "vochi-call-2", "managerComment": "После 15:00"}
    assert ok(client.order_edit(edit, site="shop-one"))["order"]["managerComment"] == "После 15:00"
    assert ok(client.order_edit({"id": number, "managerId": 8}, "id"))["order"]["managerId"] == 8
    refused(client.order(4711, "id"), 404, "Not found")


def tasks(client):
    assert [it["id"] for it in ok(client.tasks({"status": "performing"}))["tasks"]] == [433]
    new = {"text": "Перезвонить", "performerId": 7, "customer": {"id": 60, "site": "shop-one"}}
    number = ok(client.task_create(new, "shop-one"))["id"]
    assert ok(client.task(number))["task"]["performer"] == 7
    done = {"id": number, "performerId": 7, "complete": True}
    assert ok(client.task_edit(done)) == {"success": True}
    assert ok(client.task(number))["task"]["complete"] is True
    errors = refused(client.task_create({"text": "Кому?"}, "shop-one"), 400, "Task is not loaded")
    assert list(errors) == ["performerId"], errors


def files(client):
    assert [it["id"] for it in ok(client.files())["files"]] == [25]
    edit = {"id": 25, "filename": "1.mp3", "attachment": [{"customer": {"id": 60}}]}
    assert ok(client.files_edit(edit))["file"]["filename"] == "1.mp3"
    assert ok(client.files({"customerIds": [60]}))["pagination"]["totalCount"] == 1
    assert ok(client.file(25))["file"]["size"] == 190000
    # It sends the file as a form, and reads a download as JSON; neither can work.
    refused(client.files_upload("RIFF"), 400, "Parameter 'file' is missing")
    assert ok(client.files_delete(25)) == {"success": True}
    refused(client.file(25), 404, "Not found")


def telephony(client):
    assert ok(client.telephony_call_event(EVENT)) == {"success": True}
    hangup = {**EVENT, "type": "hangup", "hangupStatus": "no answered"}
    assert ok(client.telephony_call_event(hangup)) == {"success": True}
    unknown = ok(client.telephony_call_event({**EVENT, "codes": ["101", "999"], "userIds": [4711]}))
    assert unknown["notExistCodes"] == ["999"] and unknown["notExistUsers"] == [4711], unknown
    errors = refused(
        client.telephony_call_event({**EVENT, "type": "ring"}), 400, "Errors in the entity format"
    )
    assert list(errors) == ["type"], errors

    missed = {**CALL, "externalId": "pbx1-2", "result": "no answer", "duration": 0}
    assert ok(client.telephony_calls_upload([CALL, missed]))["processedCallsCount"] == 2
    again = ok(client.telephony_calls_upload([CALL]))
    assert again["processedCallsCount"] == 0 and again["duplicateCalls"] == [CALL["externalId"]]
    # The client's own test uploads a bare object; the documentation says a list.
    refused(client.telephony_calls_upload(CALL), 400, "Errors in the entity format")

    # The client writes details=True&ignoreStatus=True by default.
    found = ok(client.telephony_manager("+375291112233"))
    assert found["manager"]["code"] == "101" and found["customer"]["id"] == 60, found
    assert "customer" not in ok(client.telephony_manager("375291112233", 0, 0))
    nobody = ok(client.telephony_manager("+375296254099", 1, 1))
    assert "manager" not in nobody and "newCustomerLink" in nobody["links"], nobody


def strangers(url, client):
    wrong = retailcrm.v5(url, "ANOTHER-KEY").settings()
    refused(wrong, 403, 'Wrong "apiKey" value.')
    # A method the stand-in does not have yet, or the account never had.
    refused(client.statistic_update(), 404, "API method not found")


def main(command):
    # A group of its own, so that what `cargo run` started ends with it.
    serving = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    with serving:
        try:
            started = json.loads(serving.stdout.readline())
            profile = started["profiles"]["retailcrm"]
            url, page = profile["url"], started["page"]

            def control(path):
                request = urllib.request.Request(page + path, method="POST", data=b"{}")
                urllib.request.urlopen(request).close()

            client = retailcrm.v5(url, profile["api_key"])
            account(client, profile)
            control("reset")  # ten requests a second are soon used up
            employees(client)
            control("reset")
            strangers(url, client)
            parts = [customers, notes, companies, company_writes, changes]
            for part in [*parts, module, orders, tasks, files]:
                control("reset")
                part(client)
            control("reset")
            telephony(client)

            with urllib.request.urlopen(page + "state") as answer:
                state = json.load(answer)["retailcrm"]
            outcomes = {call["call_id"]: call["outcome"] for call in state["calls"]}
            assert outcomes == {CALL["externalId"]: "answered", "pbx1-2": "missed"}, outcomes
            assert len(state["live"]) == 3, state["live"]
            why = [entry["why"].split(":")[0] for entry in state["refused"]]
            assert why == ["parameter.calls_array", "event.type.form"], state["refused"]
        finally:
            os.killpg(serving.pid, signal.SIGINT)
    print("the official client and the stand-in agree")


if __name__ == "__main__":
    main(sys.argv[1:])
