#!/usr/bin/env python3
"""Uses the sandbox's page in a real browser, as a person does.

    python3 tests/browser/sandbox_page.py target/debug/vochi-crm [--screenshots FOLDER]

Needs Chromium with its driver, and the package `selenium`. On a failure the step is printed, and the
exit code is 1.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

SECONDS = 20


class Page:
    def __init__(self, driver, crm):
        self.driver = driver
        self.crm = crm

    def find(self, css):
        return self.driver.find_element(By.CSS_SELECTOR, f"#crm-{self.crm} {css}")

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, f"#crm-{self.crm} {css}")

    def wait(self, what, condition):
        # The content is replaced every second, so elements may vanish while they are read.
        ignored = [StaleElementReferenceException]
        waiting = WebDriverWait(self.driver, SECONDS, 0.1, ignored_exceptions=ignored)
        waiting.until(lambda _: condition(), f"{self.crm}: {what}")

    def form(self, path):
        return self.find(f'form[data-path="{path}"]')

    def message(self):
        return self.driver.find_element(By.ID, "message").text

    def ring(self, phone, extension):
        form = self.form("/call")
        field = form.find_element(By.NAME, "phone")
        field.clear()
        field.send_keys(phone)
        Select(form.find_element(By.NAME, "extension")).select_by_value(extension)
        form.find_element(By.TAG_NAME, "button").click()

    def press(self, label):
        def pressed():
            for button in self.all("article button"):
                if button.text == label:
                    button.click()
                    return True
            return False

        self.wait(f"there is a button {label!r}", pressed)


def a_call(page, client, phone, extension, employee):
    page.ring(phone, extension)
    page.wait("a card appears without a reload", lambda: page.all("article"))
    page.wait("the client has a name", lambda: page.find("article h3").text == client)
    shown = f"{employee} · {extension}"
    page.wait("the employee is named", lambda: page.find("article .employee").text == shown)
    first = page.find("article .running").text
    page.wait("the time runs", lambda: page.find("article .running").text not in ("", first))
    time = page.find("article time")
    local = page.driver.execute_script(
        "return new Date(arguments[0]).toLocaleTimeString()", time.get_attribute("datetime")
    )
    page.wait("times are local", lambda: page.find("article time").text == local)
    page.press("Answer")
    page.wait("the card says so", lambda: page.all("article.talking"))


def hangs_up(page):
    page.press("Hang up")
    page.wait("the card goes", lambda: not page.all("article"))
    page.wait("the call is recorded", lambda: "answered" in page.find(".calls").text)
    page.wait("nothing was refused", lambda: " 0 of them refused" in page.find(".counters").text)


def breaks_the_next_request(page, phone, extension):
    form = page.form("/faults")
    Select(form.find_element(By.CSS_SELECTOR, "[data-members]")).select_by_visible_text("503")
    form.find_element(By.TAG_NAME, "button").click()
    page.wait("the fault is accepted", lambda: page.message() == "done")
    page.ring(phone, extension)
    page.wait("the fault shows", lambda: "503" in page.message())
    assert not page.all("article"), "nothing rings"


def clicks(page):
    form = page.form("/click")
    address = form.find_element(By.NAME, "to")
    address.clear()
    # Nothing listens there.
    address.send_keys("http://127.0.0.1:9/click")
    form.find_element(By.NAME, "phone").send_keys("+375291112233")
    form.find_element(By.TAG_NAME, "button").click()
    page.wait("the failure is shown", lambda: "did not answer" in page.message())


def tab(driver, name, others):
    driver.find_element(By.CSS_SELECTOR, f'nav a[href="#{name}"]').click()
    assert driver.find_element(By.ID, f"crm-{name}").is_displayed(), f"{name} is shown"
    for other in others:
        assert not driver.find_element(By.ID, f"crm-{other}").is_displayed(), f"{other} is hidden"


def run(driver, screenshots):
    tabs = [it.get_attribute("id") for it in driver.find_elements(By.TAG_NAME, "main")]
    tabs = [it.removeprefix("crm-") for it in tabs]
    assert tabs == ["retailcrm", "kontur", "uon"], tabs
    driver.execute_script("window.loaded = true")
    for name, client, employee in [
        ("retailcrm", "Иван Иванов", "Пётр Петров"),
        ("kontur", "Мария Иванова", "Иванова Мария"),
        ("uon", "Иванов Иван Иванович", "Петров Пётр"),
    ]:
        tab(driver, name, [it for it in tabs if it != name])
        page = Page(driver, name)
        a_call(page, client, "+375291112233", "101", employee)
        if screenshots:
            driver.save_screenshot(str(screenshots / f"{name}.png"))
        hangs_up(page)
        breaks_the_next_request(page, "+375291112233", "101")
        clicks(page)
    assert driver.execute_script("return window.loaded"), "the page was never loaded anew"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("binary", help="the built vochi-crm")
    arguments.add_argument("--screenshots", type=pathlib.Path, help="a folder for pictures")
    arguments = arguments.parse_args()
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for option in ("--headless=new", "--no-sandbox", "--window-size=1280,1000"):
        options.add_argument(option)
    serving = [arguments.binary, "sandbox", "--output", "json"]
    with subprocess.Popen(serving, stdout=subprocess.PIPE, text=True) as sandbox:
        try:
            page = json.loads(sandbox.stdout.readline())["page"]
            service = webdriver.ChromeService(shutil.which("chromedriver"))
            driver = webdriver.Chrome(options=options, service=service)
            try:
                driver.get(page)
                run(driver, arguments.screenshots)
            except Exception:
                if arguments.screenshots:
                    driver.save_screenshot(str(arguments.screenshots / "failed.png"))
                raise
            finally:
                driver.quit()
        finally:
            sandbox.kill()
    print("the sandbox's page works in a browser")


if __name__ == "__main__":
    sys.exit(main())
