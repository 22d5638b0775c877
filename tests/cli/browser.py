# SPDX-License-Identifier: Apache-2.0
"""Headless Chromium, driven over its DevTools protocol through a pipe: pages as their reader sees them.

Nothing but Python's own library and Debian's chromium. The browser has no network that it could use for anything: pages are
files, and every request that is not one is recorded."""
import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

CHROMIUM = shutil.which("chromium")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe")
PATIENCE = 60  # seconds for any answer: machines under load are slow


class BrowserFailure(Exception):
    pass


class Browser:
    """One tab. `with Browser() as browser: browser.open(path, width=360)`"""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="edgebert-browser-")
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()

        def connect():  # the browser reads commands from descriptor 3 and writes answers to 4
            high = [os.dup(commands), os.dup(answers)]
            high = [descriptor if descriptor > 4 else os.dup(os.dup(descriptor)) for descriptor in high]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen([CHROMIUM, *FLAGS, f"--user-data-dir={self.folder}", "about:blank"], preexec_fn=connect,
                                        close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.buffer = b""
        self.number = 0
        self.events = []
        self.session = None
        target = next(target for target in self.send("Target.getTargets")["targetInfos"] if target["type"] == "page")
        self.session = self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        shutil.rmtree(self.folder, ignore_errors=True)

    def receive(self):
        end = time.monotonic() + PATIENCE
        while b"\0" not in self.buffer:
            if not select.select([self.answers], [], [], max(0, end - time.monotonic()))[0]:
                raise BrowserFailure(f"no word from the browser for {PATIENCE} s")
            chunk = os.read(self.answers, 1 << 20)
            if not chunk:
                raise BrowserFailure("the browser ended")
            self.buffer += chunk
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def send(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data):]
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise BrowserFailure(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def evaluate(self, expression):
        """The value of JavaScript in the page, as JSON carries it."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise BrowserFailure(f"{expression}: {result['exceptionDetails'].get('exception', {}).get('description')}")
        return result["result"].get("value")

    def view(self, width, height=900, scheme="light"):
        """The window's size in CSS pixels and the colours its reader prefers."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, path, **view):
        """Opens a page and waits until it says that it is drawn."""
        if view:
            self.view(**view)
        self.events.clear()
        self.send("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        end = time.monotonic() + PATIENCE
        while self.evaluate("document.documentElement?.dataset.ready") != "yes":
            if time.monotonic() > end:
                raise BrowserFailure(f"{path} did not become ready: {self.complaints()}")
            time.sleep(0.05)
        self.settle()

    def settle(self):
        """Waits for two frames: what watches sizes has drawn."""
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))))")

    def press(self, key, code=None):
        for kind in ("keyDown", "keyUp"):
            text = {"Enter": "\r", " ": " "}.get(key)
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=code or key, windowsVirtualKeyCode=ord(text) if text else 9,
                      **({"text": text} if text and kind == "keyDown" else {}))

    def complaints(self):
        """What the console got: errors, warnings, exceptions, and requests that are no files."""
        self.evaluate("1")  # events up to now have arrived
        found = []
        for event in self.events:
            method, parameters = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                details = parameters["exceptionDetails"]
                found.append(details.get("exception", {}).get("description") or details["text"])
            elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
                found.append(" ".join(str(part.get("value", part.get("description"))) for part in parameters["args"]))
            elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
                found.append(parameters["entry"]["text"])
            elif method == "Network.requestWillBeSent" and not parameters["request"]["url"].startswith(("file:", "data:")):
                found.append("request of " + parameters["request"]["url"])
        return found

    def screenshot(self, path, whole=True, height=None):
        """A PNG of the page, or of its part down to `height`."""
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": height or size["height"], "scale": 1}
        data = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole, clip=clip)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))
